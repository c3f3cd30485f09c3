/** Verifies a peer's certificates: the path to an anchor, the name, and the use. */
import type {
  CryptoProvider,
  Policy,
  SubjectPublicKey,
  VerifyAnswer,
  VerifyQuestion,
} from '@sanstls/core'
import { DerError } from '@sanstls/core/der'
import type { TrustAnchor } from './anchor.js'
import { Certificate } from './certificate.js'
import type { KeyUsage } from './extension.js'
import { type CertificateFault, certificateFault, type Finding } from './fault.js'
import { checkIdentity, type ReferenceName, referenceName } from './identity.js'
import { findPath, type PathLimits } from './path.js'
import type { Role } from './purpose.js'
import { checkKeyUsage } from './rules/usage.js'
import { SignatureCache } from './signature-cache.js'

export interface VerifierOptions {
  /** The only certificates and keys at which a path may end. Without any, nothing verifies. */
  readonly anchors: readonly TrustAnchor[]
  readonly crypto: CryptoProvider
  /** Certificates, DER, that peers may have left out. They are not trusted, only known. */
  readonly intermediates?: readonly Uint8Array[]
  /** Bits. Default 2,048 (RFC 9325 4.5). */
  readonly minRsaBits?: number
  readonly limits?: Partial<PathLimits>
  /** Verified signatures to remember between calls. Default 256; 0 remembers none. */
  readonly cacheSize?: number
}

export interface VerifyRequest {
  /** DER, the end-entity first. The others may come in any order, and may be superfluous. */
  readonly chain: readonly Uint8Array[]
  /** The peer's role. */
  readonly role: Role
  /**
   * The name that the peer is to have. A server needs one, or the word `'unchecked'`: then any certificate of a trusted
   * authority will do.
   */
  readonly name?: ReferenceName | 'unchecked' | undefined
  /** Unix ms. */
  readonly time: number
  /** What the end-entity's key is used for. Default: this is not checked. */
  readonly requiredKeyUsage?: 'digitalSignature' | 'keyEncipherment' | 'keyAgreement' | undefined
}

export type VerifyResult =
  | {
      readonly ok: true
      /** The end-entity's key. */
      readonly publicKey: SubjectPublicKey
      /** The end-entity first; the anchor's certificate, where it was configured as one, last. */
      readonly path: readonly Certificate[]
      readonly anchor: TrustAnchor
      /** Unix ms after which a certificate of the path is no longer valid. */
      readonly expires: number
    }
  | { readonly ok: false; readonly fault: CertificateFault }

export interface Verifier {
  /**
   * Verifies a chain. Synchronous; nothing in the chain makes it throw.
   * @throws {TypeError} for a request that is none: an unknown role, a time that is no number.
   */
  verify(request: VerifyRequest): VerifyResult
}

const defaultLimits: PathLimits = {
  maxSignatureChecks: 100,
  maxCandidates: 1_000,
  maxNameComparisons: 250_000,
  maxPathLength: 10,
}

/** The names of a type's properties, all of them: the compiler holds these lists complete. */
const optionNames: Readonly<Record<keyof VerifierOptions, true>> = {
  anchors: true,
  crypto: true,
  intermediates: true,
  minRsaBits: true,
  limits: true,
  cacheSize: true,
}
const requestNames: Readonly<Record<keyof VerifyRequest, true>> = {
  chain: true,
  role: true,
  name: true,
  time: true,
  requiredKeyUsage: true,
}

/**
 * Makes a verifier. It holds a bounded cache of verified signatures, and is meant to be kept.
 * @throws {TypeError} for options that are unknown or out of range.
 * @throws {DerError} for malformed intermediates.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  refuseUnknown(options, optionNames, 'verifier option')
  refuseUnknown(options.limits ?? {}, defaultLimits, 'limit')
  const { crypto, minRsaBits = 2_048, cacheSize = 256 } = options
  const limits = { ...defaultLimits, ...options.limits }
  for (const [name, value] of Object.entries({ ...limits, minRsaBits, cacheSize })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new TypeError(`${name} must be a whole number.`)
  }
  const anchors = groupBySubject(options.anchors)
  const known = (options.intermediates ?? []).map((der) => new Certificate(der))
  const hash = crypto.hashes.find(({ name }) => name === 'sha256')
  if (hash === undefined) throw new TypeError(`Provider ${crypto.name} has no SHA-256.`)
  const cache = new SignatureCache(hash, cacheSize)

  const verify = (request: VerifyRequest): VerifyResult => {
    checkRequest(request)
    const { chain, role, time, name, requiredKeyUsage } = request
    if (chain[0] === undefined)
      return failure({ code: 'emptyChain', detail: 'The peer sent no certificate' })
    if (anchors.size === 0)
      return failure({ code: 'noAnchors', detail: 'No trust anchors are configured' })
    const leaf = parse(chain[0], 0)
    if (!(leaf instanceof Certificate)) return { ok: false, fault: leaf }
    const finding = checkEndEntity(leaf, role, name, requiredKeyUsage)
    if (finding !== undefined) return failure(finding, 0, leaf.description)
    // A superfluous certificate may be of any shape; one that is missed explains the failure.
    const others = chain.slice(1).map((der, index) => parse(der, index + 1))
    const intermediates = groupBySubject([...others.filter(isCertificate), ...known])
    const result = findPath({
      leaf,
      intermediates,
      anchors,
      role,
      time,
      minRsaBits,
      limits,
      crypto,
      cache,
    })
    if (!result.ok) {
      const malformed = others.find((other) => !isCertificate(other))
      const explains = malformed !== undefined && result.fault.code === 'unknownIssuer'
      return explains && !isCertificate(malformed) ? { ok: false, fault: malformed } : result
    }
    const { path, anchor } = result
    const expires = Math.min(...path.map(({ notAfter }) => notAfter + 999))
    return { ok: true, publicKey: leaf.publicKey, path, anchor, expires }
  }
  return { verify }
}

/** The verifier as the `verify` policy of a connection's configuration. */
export function verificationPolicy(verifier: Verifier): Policy<VerifyQuestion> {
  return (question: VerifyQuestion): VerifyAnswer => {
    const { chain, role, name, time, requiredKeyUsage } = question
    const result = verifier.verify({
      chain,
      role,
      // The configuration of a client has a name unless it says outright that there is none.
      name: name === undefined ? 'unchecked' : referenceName(name),
      time,
      requiredKeyUsage,
    })
    if (!result.ok) {
      const { code, message, alert } = result.fault
      return { ok: false, code, message, alert }
    }
    const { publicKey, expires, path, anchor } = result
    return { ok: true, publicKey: publicKey.spki, expires, details: { path, anchor } }
  }
}

function checkEndEntity(
  leaf: Certificate,
  role: Role,
  name: ReferenceName | 'unchecked' | undefined,
  required: KeyUsage | undefined,
): Finding | undefined {
  if (name === undefined && role === 'server') {
    return {
      code: 'nameRequired',
      detail: "cannot be compared with the server's name: none was given",
    }
  }
  const hasName = name !== undefined && name !== 'unchecked'
  return (hasName ? checkIdentity(leaf, name) : undefined) ?? checkKeyUsage(leaf, required)
}

/** Comparisons with a time that is no number are all false: nothing would be expired. */
function checkRequest(request: VerifyRequest): void {
  refuseUnknown(request, requestNames, 'part of a verification request')
  if (request.role !== 'server' && request.role !== 'client') {
    throw new TypeError(`role must be 'server' or 'client', the peer's: ${String(request.role)}`)
  }
  if (!Number.isFinite(request.time)) throw new TypeError('time must be unix time in milliseconds.')
  const { name } = request
  if (name === undefined || name === 'unchecked') return
  if ((name.kind !== 'DNS' && name.kind !== 'IP') || typeof name.value !== 'string') {
    throw new TypeError("name must be { kind: 'DNS' or 'IP', value }.")
  }
}

function refuseUnknown(given: object, known: object, what: string): void {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`Unknown ${what}: ${name}`)
  }
}

function parse(der: Uint8Array, depth: number): Certificate | CertificateFault {
  try {
    return new Certificate(der)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    return certificateFault(
      { code: 'malformedCertificate', detail: `is malformed: ${error.message}` },
      depth,
    )
  }
}

const isCertificate = (value: Certificate | CertificateFault): value is Certificate =>
  value instanceof Certificate

function failure(finding: Finding, depth?: number, subject?: string): VerifyResult {
  return { ok: false, fault: certificateFault(finding, depth, subject) }
}

function groupBySubject<T extends { readonly subjectKey: string }>(
  items: readonly T[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(item.subjectKey)
    if (group === undefined) groups.set(item.subjectKey, [item])
    else group.push(item)
  }
  return groups
}
