/** Verifies a peer's certificates: the path to an anchor, the name, and the use. */
import type {
  CryptoProvider,
  Policy,
  SignatureName,
  SubjectPublicKey,
  VerifyAnswer,
  VerifyQuestion,
} from '@sanstls/core'
import { DerError } from '@sanstls/core/der'
import type { TrustAnchor } from './anchor.js'
import { equalBytes } from './bytes.js'
import type { VerifyCallback } from './callback.js'
import { Certificate } from './certificate.js'
import { CertificateCache } from './certificate-cache.js'
import { CertificateError } from './error.js'
import type { KeyUsage } from './extension.js'
import { type CertificateFault, certificateFault, type Finding } from './fault.js'
import { type IsPublicSuffix, type ReferenceName, referenceName } from './identity.js'
import type { PathLimits } from './path.js'
import { groupBySubject, makePlan, type Plan } from './plan.js'
import type { Profile } from './profile.js'
import type { Purpose, Role } from './purpose.js'
import { checkRequest, refuseUnknown } from './request.js'
import type { RevocationMode, RevocationOptions } from './revocation/revocation.js'
import type { PolicyInputs } from './rules/policy.js'
import { SignatureCache } from './signature-cache.js'
import type { ExtraSignature } from './signature-check.js'
import {
  runVerification,
  type VerificationAnswer,
  type VerificationQuestion,
} from './verification.js'

const profiles: readonly Profile[] = ['webPki', 'conforming', 'rfc5280']
const revocationModes: readonly RevocationMode[] = ['all', 'peer', 'given', 'bestEffort']

export interface VerifierOptions {
  /** The only certificates and keys at which a path may end. Without any, nothing verifies. */
  readonly anchors: readonly TrustAnchor[]
  readonly crypto: CryptoProvider
  /** Certificates, DER, that peers may have left out. They are not trusted, only known. */
  readonly intermediates?: readonly Uint8Array[] | undefined
  /** Which rules hold. Default: `webPki` for servers and `rfc5280` for clients. */
  readonly profile?: Profile | undefined
  /**
   * Holds certificates to those rules of the profile too that others overlook, and the anchors' own certificates to the
   * profile at all. Default false: some roots that everybody trusts break it.
   */
  readonly pedantic?: boolean | undefined
  /** Whether certificates that did not issue themselves end a path, where they are anchors. Default true. */
  readonly partialChain?: boolean | undefined
  /** Bits. Default 2,048 (RFC 9325 4.5). */
  readonly minRsaBits?: number | undefined
  /** Signature algorithms that certificates may be signed with. Default: all that are not broken. */
  readonly signatureAlgorithms?: readonly SignatureName[] | undefined
  /** Algorithms beside those of the provider: `dsa` of @sanstls/x509/dsa. */
  readonly extraSignatures?: readonly ExtraSignature[] | undefined
  /** What is demanded of certificate policies. Default: nothing but what the certificates demand themselves. */
  readonly policies?: PolicyInputs | undefined
  /** Default: revocation is not checked, but for a staple that says revoked and one that the certificate demands. */
  readonly revocation?: RevocationOptions | undefined
  /** Whether certificates of issuers that the peer left out are asked for (AIA), see `begin`. Default false. */
  readonly fetchIssuers?: boolean | undefined
  /** What is fetched for one verification at most. Default 8. */
  readonly maxFetches?: number | undefined
  /** Wildcards directly under a public suffix are refused. Default: nothing is known to be one. */
  readonly isPublicSuffix?: IsPublicSuffix | undefined
  /**
   * Decides on the name instead of RFC 9525: true and false decide; undefined leaves it to the usual comparison. It sees
   * the end-entity's certificate before its path is known.
   */
  readonly matchName?:
    | ((certificate: Certificate, name: ReferenceName) => boolean | undefined)
    | undefined
  /** Sees every certificate and what was found, and may overlook faults; see `begin` for answering later. */
  readonly callback?: VerifyCallback | undefined
  /** The state that the callback is given first. */
  readonly callbackState?: unknown
  readonly limits?: Partial<PathLimits> | undefined
  /** Verified signatures to remember between calls, and as many certificates, but at most 64. Default 256; 0: none. */
  readonly cacheSize?: number | undefined
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
  readonly requiredKeyUsage?: KeyUsage | readonly KeyUsage[] | undefined
  /** Purposes, by name or object identifier, all of which the path has to permit. Default: the role's. */
  readonly extendedKeyUsage?: readonly (Purpose | (string & {}))[] | undefined
  /** Intermediates at most, self-issued ones not counted. Default: what `limits` allow. */
  readonly maxDepth?: number | undefined
  /** The OCSP response that came with the certificate, DER; `'none'` where one was asked for and none came. */
  readonly staple?: Uint8Array | 'none' | undefined
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
      /** The certificate policies for which the path is valid; 2.5.29.32.0 alone: for any. */
      readonly policies: readonly string[]
      /** What the callback overlooked. */
      readonly overlooked: readonly CertificateFault[]
      /** The callback's last state. */
      readonly state: unknown
    }
  | { readonly ok: false; readonly fault: CertificateFault; readonly state?: unknown }

export interface Verifier {
  /**
   * Verifies a chain. Synchronous; nothing in the chain makes it throw. The callback of the options is called; what
   * would have to be fetched is missing.
   * @throws {TypeError} for a request that is none: an unknown role, a time that is no number.
   */
  verify(request: VerifyRequest): VerifyResult
  /**
   * Begins a verification whose questions the caller answers, now or later: the callback's (the options' callback is not
   * called then, and need not be there, where `asks` is true), and requests for bytes.
   * @throws {TypeError} as `verify`.
   */
  begin(request: VerifyRequest, asks?: boolean): Verification
}

/** A verification that may wait for answers. */
export interface Verification {
  /** The question that is open. */
  readonly question: VerificationQuestion | undefined
  /** The result, once no question is open. */
  readonly result: VerifyResult | undefined
  /**
   * Answers the open question: with a verdict, or with the bytes that were fetched, undefined where none came.
   * @throws {TypeError} where none is open, or the answer does not fit it.
   */
  answer(answer: VerificationAnswer): void
}

const defaultLimits: PathLimits = {
  maxSignatureChecks: 100,
  maxCandidates: 1_000,
  maxNameComparisons: 250_000,
  maxPathLength: 10,
}

const mostCertificates = 64

/** The names of a type's properties, all of them: the compiler holds these lists complete. */
const optionNames: Readonly<Record<keyof VerifierOptions, true>> = {
  anchors: true,
  crypto: true,
  intermediates: true,
  profile: true,
  pedantic: true,
  partialChain: true,
  minRsaBits: true,
  signatureAlgorithms: true,
  extraSignatures: true,
  policies: true,
  revocation: true,
  fetchIssuers: true,
  maxFetches: true,
  isPublicSuffix: true,
  matchName: true,
  callback: true,
  callbackState: true,
  limits: true,
  cacheSize: true,
}
/**
 * Makes a verifier. It holds a bounded cache of verified signatures, and is meant to be kept.
 * @throws {TypeError} for options that are unknown or out of range.
 * @throws {DerError} for malformed intermediates.
 */
export function createVerifier(options: VerifierOptions): Verifier {
  refuseUnknown(options, optionNames, 'verifier option')
  refuseUnknown(options.limits ?? {}, defaultLimits, 'limit')
  const { crypto, minRsaBits = 2_048, cacheSize = 256, maxFetches = 8 } = options
  const limits = { ...defaultLimits, ...options.limits }
  for (const [name, value] of Object.entries({ ...limits, minRsaBits, cacheSize, maxFetches })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new TypeError(`${name} must be a whole number.`)
  }
  if (options.profile !== undefined && !profiles.includes(options.profile))
    throw new TypeError(`profile must be one of ${profiles.join(', ')}.`)
  const mode = options.revocation?.mode
  if (mode !== undefined && !revocationModes.includes(mode))
    throw new TypeError(`revocation.mode must be one of ${revocationModes.join(', ')}.`)
  const isRoot = ({ certificate }: TrustAnchor): boolean => certificate?.isSelfIssued !== false
  const trusted = options.partialChain === false ? options.anchors.filter(isRoot) : options.anchors
  const anchors = groupBySubject(trusted)
  const known = (options.intermediates ?? []).map((der) => new Certificate(der))
  const hash = crypto.hashes.find(({ name }) => name === 'sha256')
  if (hash === undefined) throw new TypeError(`Provider ${crypto.name} has no SHA-256.`)
  const cache = new SignatureCache(hash, cacheSize)
  const certificates = new CertificateCache(Math.min(cacheSize, mostCertificates))

  const start = (
    request: VerifyRequest,
    hasCallback: boolean,
  ): ReturnType<typeof runPlan> | VerifyResult => {
    checkRequest(request)
    const [first, ...rest] = request.chain
    if (first === undefined)
      return failure({ code: 'emptyChain', detail: 'The peer sent no certificate' })
    if (anchors.size === 0)
      return failure({ code: 'noAnchors', detail: 'No trust anchors are configured' })
    const leaf = parse(first, 0, certificates)
    if (!(leaf instanceof Certificate)) return { ok: false, fault: leaf }
    // A superfluous certificate may be of any shape; one that is missed explains the failure.
    const others = rest.map((der, index) => parse(der, index + 1, certificates))
    const malformed = others.find(isFault)
    const intermediates = [...others.filter(isCertificate), ...known]
    const setup = { options, limits, minRsaBits, maxFetches, anchors, cache, hasCallback }
    return runPlan(makePlan(setup, request, leaf, intermediates), leaf, malformed)
  }
  return {
    verify(request) {
      const { callback } = options
      const run = start(request, callback !== undefined)
      if ('ok' in run) return run
      let step = run.next()
      while (step.done !== true) {
        const { value } = step
        const answer =
          value.kind === 'certificate' ? callback?.(value.event, value.state) : undefined
        step = run.next(answer)
      }
      return step.value
    },
    begin: (request, asks = false) => new Steps(start(request, asks)),
  }
}

export interface PolicyOptions {
  /** The configuration asks for staples: a certificate that demands one is refused without (RFC 7633). */
  readonly requestsStaple?: boolean
}

/** The verifier as the `verify` policy of a connection's configuration. */
export function verificationPolicy(
  verifier: Verifier,
  { requestsStaple = false }: PolicyOptions = {},
): Policy<VerifyQuestion> {
  return (question: VerifyQuestion): VerifyAnswer =>
    verifyAnswer(verifier.verify(verifyRequest(question, requestsStaple)))
}

/** What a connection asks, as a request to a verifier: for those who answer the decision themselves. */
export function verifyRequest(question: VerifyQuestion, requestsStaple = false): VerifyRequest {
  const { chain, role, name, time, requiredKeyUsage, staple } = question
  return {
    chain,
    role,
    // The configuration of a client has a name unless it says outright that there is none.
    name: name === undefined ? 'unchecked' : referenceName(name),
    time,
    requiredKeyUsage,
    staple: staple ?? (requestsStaple ? 'none' : undefined),
  }
}

/** A verifier's result as the answer to what a connection asked. */
export function verifyAnswer(result: VerifyResult): VerifyAnswer {
  if (!result.ok) {
    const { code, message, alert } = result.fault
    return { ok: false, code, message, alert }
  }
  const { publicKey, expires, path, anchor } = result
  return { ok: true, publicKey: publicKey.spki, expires, details: { path, anchor } }
}

function parse(
  der: Uint8Array,
  depth: number,
  certificates: CertificateCache,
): Certificate | CertificateFault {
  try {
    return certificates.read(der)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    const code = error instanceof CertificateError ? error.code : 'malformedCertificate'
    return certificateFault({ code, detail: `is malformed: ${error.message}` }, depth)
  }
}

const isFault = (value: Certificate | CertificateFault): value is CertificateFault =>
  !(value instanceof Certificate)

const isCertificate = (value: Certificate | CertificateFault): value is Certificate =>
  value instanceof Certificate

function failure(finding: Finding, depth?: number, subject?: string): VerifyResult {
  return { ok: false, fault: certificateFault(finding, depth, subject) }
}

function* runPlan(
  plan: Plan,
  leaf: Certificate,
  malformed: CertificateFault | undefined,
): Generator<VerificationQuestion, VerifyResult, VerificationAnswer> {
  const outcome = yield* runVerification(plan)
  const { state } = outcome
  if (!outcome.ok) {
    const explains = malformed !== undefined && outcome.fault.code === 'unknownIssuer'
    return { ok: false, fault: explains ? malformed : outcome.fault, state }
  }
  const { certificates, anchor } = outcome.path
  const isOwn = certificates.length === 1 && isSame(certificates[0], anchor.certificate)
  const path =
    anchor.certificate === undefined || isOwn
      ? [...certificates]
      : [...certificates, anchor.certificate]
  return {
    ok: true,
    publicKey: leaf.publicKey,
    path,
    anchor,
    expires: Math.min(...path.map(({ notAfter }) => notAfter + 999)),
    policies: plan.policies.current,
    overlooked: outcome.overlooked,
    state,
  }
}

const isSame = (left: Certificate | undefined, right: Certificate | undefined): boolean =>
  left !== undefined && right !== undefined && equalBytes(left.der, right.der)

class Steps implements Verification {
  question: VerificationQuestion | undefined
  result: VerifyResult | undefined
  private readonly run: ReturnType<typeof runPlan> | undefined

  constructor(run: ReturnType<typeof runPlan> | VerifyResult) {
    if ('ok' in run) {
      this.result = run
    } else {
      this.run = run
      this.take(run.next())
    }
  }

  answer(answer: VerificationAnswer): void {
    if (this.run === undefined || this.question === undefined) {
      throw new TypeError('No question is open.')
    }
    this.take(this.run.next(answer))
  }

  private take(step: IteratorResult<VerificationQuestion, VerifyResult>): void {
    this.question = step.done === true ? undefined : step.value
    this.result = step.done === true ? step.value : undefined
  }
}
