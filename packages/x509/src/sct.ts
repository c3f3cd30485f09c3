/**
 * Certificate transparency (RFC 6962): signed certificate timestamps from the certificate, the OCSP staple and the TLS
 * extension, checked against a list of logs. An entry point of its own; `requireScts` puts it behind a verifier.
 */
import type { CryptoProvider, Policy, SubjectPublicKey, VerifyQuestion } from '@sanstls/core'
import { DerError } from '@sanstls/core/der'
import { equalBytes } from './bytes.js'
import type { Certificate } from './certificate.js'
import { certificateFault } from './fault.js'
import type { CtLog } from './sct/log-list.js'
import {
  parseSct,
  type Sct,
  SctError,
  type SctSource,
  type SignedEntry,
  signedBytes,
} from './sct/sct.js'
import { embeddedScts, ocspScts, precertificateTbs } from './sct/source.js'
import type { VerifyResult } from './verifier.js'

export { type CtLog, ctLog, logsFromJson } from './sct/log-list.js'
export {
  encodeSctList,
  parseSct,
  parseSctList,
  type Sct,
  SctError,
  type SctSource,
} from './sct/sct.js'
export {
  embeddedScts,
  ocspSctListExtension,
  ocspScts,
  poisonExtension,
  precertificateTbs,
  sctListExtension,
} from './sct/source.js'

export interface SctInput {
  readonly certificate: Certificate
  /** Of who issued it, for the timestamps inside of it. */
  readonly issuerKey: SubjectPublicKey
  /** From the TLS extension, each one by itself. */
  readonly tls?: readonly Uint8Array[] | undefined
  /** An OCSP response, DER. */
  readonly staple?: Uint8Array | undefined
  /** Unix ms. */
  readonly time: number
}

export interface SctOptions {
  readonly logs: readonly CtLog[]
  readonly crypto: CryptoProvider
}

export interface ValidSct {
  readonly sct: Sct
  readonly source: SctSource
  readonly log: CtLog
}

export type SctFault =
  | 'malformed'
  | 'unknownVersion'
  | 'unknownLog'
  /** The log is pending, rejected, or does not take certificates that expire then. */
  | 'logNotTrusted'
  /** The log was retired before the timestamp, or the timestamp may have been made since. */
  | 'logRetired'
  | 'fromTheFuture'
  | 'badSignature'

export interface RejectedSct {
  readonly source: SctSource
  /** Undefined where it cannot be read. */
  readonly sct: Sct | undefined
  readonly fault: SctFault
}

export interface SctResult {
  readonly valid: readonly ValidSct[]
  readonly rejected: readonly RejectedSct[]
}

/** Timestamps of one certificate that are looked at; more of them only cost time. */
const maxScts = 32

/**
 * Checks the timestamps of a certificate, whatever they came in.
 * @throws {TypeError} where the provider has no SHA-256.
 */
export function checkScts(input: SctInput, options: SctOptions): SctResult {
  const valid: ValidSct[] = []
  const rejected: RejectedSct[] = []
  for (const { source, bytes } of collect(input).slice(0, maxScts)) {
    const result = checkSct(bytes, source, input, options)
    if ('fault' in result) rejected.push(result)
    else valid.push(result)
  }
  return { valid, rejected }
}

interface Found {
  readonly source: SctSource
  /** Undefined where the list itself is malformed. */
  readonly bytes: Uint8Array | undefined
}

function collect({ certificate, tls = [], staple }: SctInput): Found[] {
  const read = (source: SctSource, list: () => readonly Uint8Array[]): Found[] => {
    try {
      return list().map((bytes) => ({ source, bytes }))
    } catch (error) {
      if (!(error instanceof DerError) && !(error instanceof SctError)) throw error
      return [{ source, bytes: undefined }]
    }
  }
  return [
    ...read('certificate', () => embeddedScts(certificate)),
    ...read('ocsp', () => (staple === undefined ? [] : ocspScts(staple))),
    ...read('tls', () => tls),
  ]
}

function checkSct(
  bytes: Uint8Array | undefined,
  source: SctSource,
  input: SctInput,
  { logs, crypto }: SctOptions,
): ValidSct | RejectedSct {
  const sct = bytes === undefined ? 'malformed' : readSct(bytes)
  if (typeof sct === 'string') return { source, sct: undefined, fault: sct }
  const log = logs.find(({ id }) => equalBytes(id, sct.logId))
  if (log === undefined) return { source, sct, fault: 'unknownLog' }
  const fault = checkLog(log, sct, source, input)
  if (fault !== undefined) return { source, sct, fault }
  const entry = entryOf(source, input, crypto)
  if (!verify(sct, log, signedBytes(sct, entry), crypto)) {
    return { source, sct, fault: 'badSignature' }
  }
  return { sct, source, log }
}

function readSct(bytes: Uint8Array): Sct | 'malformed' | 'unknownVersion' {
  try {
    return parseSct(bytes) ?? 'unknownVersion'
  } catch (error) {
    if (!(error instanceof SctError)) throw error
    return 'malformed'
  }
}

function checkLog(
  { state, since, interval }: CtLog,
  { timestamp }: Sct,
  source: SctSource,
  { certificate, time }: SctInput,
): SctFault | undefined {
  if (timestamp > time) return 'fromTheFuture'
  if (state === 'pending' || state === 'rejected') return 'logNotTrusted'
  const { notAfter } = certificate
  if (interval !== undefined && (notAfter < interval.start || notAfter >= interval.end)) {
    return 'logNotTrusted'
  }
  // Who has a retired log's key can date timestamps back; one inside of a certificate is as old as that is.
  if (state === 'retired' && (source !== 'certificate' || timestamp >= since)) return 'logRetired'
  return undefined
}

/** RFC 6962 3.2 and 3.3: inside of a certificate is the timestamp of its precertificate. */
function entryOf(
  source: SctSource,
  { certificate, issuerKey }: SctInput,
  crypto: CryptoProvider,
): SignedEntry {
  if (source !== 'certificate') return { issuerKeyHash: undefined, certificate: certificate.der }
  const sha256 = crypto.hashes.find(({ name }) => name === 'sha256')
  if (sha256 === undefined) throw new TypeError(`Provider ${crypto.name} has no SHA-256.`)
  return {
    issuerKeyHash: sha256.hash(issuerKey.spki),
    certificate: precertificateTbs(certificate),
  }
}

// RFC 6962 2.1.4: SHA-256 with ECDSA on P-256, or with RSA.
const sha256Number = 4
const algorithms: Readonly<Record<number, string>> = { 1: 'rsa_pkcs1_sha256', 3: 'ecdsa_sha256' }

function verify(
  { hash, algorithm, signature }: Sct,
  { publicKey }: CtLog,
  message: Uint8Array,
  crypto: CryptoProvider,
): boolean {
  if (hash !== sha256Number) return false
  const name = algorithms[algorithm]
  const entry = crypto.signatures.find(
    (candidate) => candidate.name === name && candidate.supports(publicKey),
  )
  return entry?.verify(publicKey, message, signature) ?? false
}

/** What is wrong with what was found; undefined: nothing. Part of a sentence about the certificate. */
export type SctPolicy = (result: SctResult, input: SctInput) => string | undefined

const day = 86_400_000

/**
 * What Chrome and Apple demand: inside of the certificate two timestamps, three where it is valid for more than 180 days,
 * of two operators at least, one of them from a log that is not retired; or two of two operators from logs that are not
 * retired, where they come by OCSP or TLS.
 */
export const browserSctPolicy: SctPolicy = ({ valid }, { certificate }) => {
  const embedded = valid.filter(({ source }) => source === 'certificate')
  const needed = certificate.notAfter + 1000 - certificate.notBefore > 180 * day ? 3 : 2
  if (isEnough(embedded, needed)) return undefined
  const current = valid.filter(({ log }) => log.state !== 'retired')
  if (isEnough(current, 2) && current.some(({ source }) => source !== 'certificate'))
    return undefined
  return `needs ${needed} valid timestamps of two operators, and has ${embedded.length}`
}

function isEnough(valid: readonly ValidSct[], count: number): boolean {
  const logs = new Set(valid.map(({ log }) => log))
  const operators = new Set(valid.map(({ log }) => log.operator))
  return (
    logs.size >= count && operators.size >= 2 && valid.some(({ log }) => log.state !== 'retired')
  )
}

/**
 * Adds certificate transparency to a `verify` policy: where that is content, the timestamps must satisfy `policy` too. The
 * policy's details must have `path` and `anchor`, as those of `verificationPolicy` do. The code of the fault is
 * `transparencyMissing`.
 */
export function requireScts(
  verify: Policy<VerifyQuestion>,
  options: SctOptions & { readonly policy?: SctPolicy | undefined },
): Policy<VerifyQuestion> {
  const { policy = browserSctPolicy } = options
  return (question) => {
    const answer = verify(question)
    if (!answer.ok) return answer
    const { certificate, issuerKey } = pathOf(answer.details)
    const { scts: tls, staple, time } = question
    const input = { certificate, issuerKey, tls, staple, time }
    const wrong = policy(checkScts(input, options), input)
    if (wrong === undefined) return answer
    const finding = { code: 'transparencyMissing', detail: wrong } as const
    const { code, message, alert } = certificateFault(finding, 0, certificate.description)
    return { ok: false, code, message, alert }
  }
}

/** The end-entity's certificate and the key that it is signed with: the next one's, or the anchor's. */
function pathOf(details: unknown): { certificate: Certificate; issuerKey: SubjectPublicKey } {
  const { path, anchor } = Object(details) as Partial<Extract<VerifyResult, { ok: true }>>
  const [certificate, next] = path ?? []
  const issuerKey = next?.publicKey ?? anchor?.publicKey
  if (certificate === undefined || issuerKey === undefined) {
    throw new TypeError('The details of the verify policy have no path and anchor.')
  }
  return { certificate, issuerKey }
}
