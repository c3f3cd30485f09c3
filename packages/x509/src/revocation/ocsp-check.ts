/** Revocation by OCSP responses, stapled or fetched (RFC 6960 3.2, 4.2.2; RFC 9654). */
import type { CryptoProvider } from '@sanstls/core'
import { equalBytes } from '../bytes.js'
import type { Certificate } from '../certificate.js'
import { keyUsage } from '../extension.js'
import type { Finding } from '../fault.js'
import { purposes } from '../purpose.js'
import { checkValidity } from '../rules/validity.js'
import type { SignatureChecker } from '../signature-check.js'
import { revocationReasonNames } from './crl.js'
import { matchesCertId, type OcspResponse, type SingleResponse } from './ocsp.js'
import { type IssuerIdentity, type RevocationStatus, unknownStatus } from './status.js'

/** How far the responder's clock may be ahead of ours. */
const clockSkew = 300_000
/** How old a response may be that does not say when the next one comes. */
const maxAge = 7 * 86_400_000

export interface OcspContext {
  /** Unix ms. */
  readonly time: number
  readonly crypto: CryptoProvider
  readonly checker: SignatureChecker
  /** The revocation of a responder's certificate that does not say id-pkix-ocsp-nocheck. */
  responderStatus(certificate: Certificate, issuer: IssuerIdentity): RevocationStatus
}

/** Checks one certificate against one response. */
export function checkOcsp(
  response: OcspResponse,
  certificate: Certificate,
  issuer: IssuerIdentity,
  context: OcspContext,
): RevocationStatus {
  if (response.error !== undefined) {
    return unknown('ocspUnsuccessful', `says ${response.error}`)
  }
  const single = response.responses.filter(({ certId }) =>
    matchesCertId(certId, certificate, issuer.publicKey.publicKey, context.crypto.hashes),
  )
  const [first] = single
  if (first === undefined) return unknown('ocspUnknown', 'is about other certificates')
  if (response.unknownCritical || first.unknownCritical) {
    return unknown('ocspMalformed', 'has a critical extension that is not understood')
  }
  const finding =
    checkResponder(response, issuer, context) ?? checkFreshness(first, response, context.time)
  if (finding !== undefined) return { status: 'unknown', finding }
  // Of several answers in one response the worst counts.
  const revoked = single.find(({ status }) => status === 'revoked')
  if (revoked !== undefined) {
    const reason = revocationReasonNames[revoked.reason] ?? `reason ${revoked.reason}`
    const detail = `is revoked (${reason}), says its OCSP responder`
    return { status: 'revoked', finding: { code: 'revoked', detail } }
  }
  if (single.some(({ status }) => status === 'unknown')) {
    return unknown('ocspUnknown', 'says that the certificate is unknown')
  }
  return { status: 'good' }
}

/** RFC 6960 4.2.2.1 */
function checkFreshness(
  single: SingleResponse,
  response: OcspResponse,
  time: number,
): Finding | undefined {
  const { thisUpdate, nextUpdate } = single
  if (thisUpdate > time + clockSkew || response.producedAt > time + clockSkew) {
    return about('ocspStale', 'is from the future')
  }
  const until = nextUpdate ?? thisUpdate + maxAge
  return time > until + 999 ? about('ocspStale', 'has expired') : undefined
}

/** RFC 6960 4.2.2.2: the issuer itself, or whoever it has certified for this and nothing else. */
function checkResponder(
  response: OcspResponse,
  issuer: IssuerIdentity,
  context: OcspContext,
): Finding | undefined {
  const { checker } = context
  if (isResponder(response, issuer.subjectKey, issuer.publicKey.publicKey, context)) {
    const bad = checker.check(response, issuer)
    if (bad === undefined) return undefined
    if (bad.code !== 'badSignature') return bad
  }
  let best: Finding | undefined
  for (const candidate of response.certificates) {
    const { publicKey, subjectKey } = candidate
    if (!isResponder(response, subjectKey, publicKey.publicKey, context)) continue
    const unauthorized = checkDelegate(candidate, issuer, context)
    if (unauthorized !== undefined) {
      best ??= unauthorized
      continue
    }
    const bad = checker.check(response, candidate)
    if (bad === undefined) return undefined
    best = bad.code === 'budgetExceeded' ? bad : about('ocspSignature', bad.detail)
  }
  if (best !== undefined) return best
  const isIssuer = isResponder(response, issuer.subjectKey, issuer.publicKey.publicKey, context)
  return isIssuer
    ? about('ocspSignature', 'is not signed by the issuer of the certificate')
    : about('ocspUnauthorized', 'is by a responder whose certificate it does not carry')
}

function isResponder(
  { responder }: OcspResponse,
  subjectKey: string,
  publicKey: Uint8Array,
  { crypto }: OcspContext,
): boolean {
  if ('nameKey' in responder) return responder.nameKey === subjectKey
  const sha1 = crypto.hashes.find(({ name }) => name === 'sha1')
  // Which key signed is found out by the signature; without SHA-1 all are tried.
  return sha1 === undefined || equalBytes(sha1.hash(publicKey), responder.keyHash)
}

function checkDelegate(
  certificate: Certificate,
  issuer: IssuerIdentity,
  context: OcspContext,
): Finding | undefined {
  const refuse = (detail: string): Finding =>
    about('ocspUnauthorized', `is by a responder ${detail}`)
  if (certificate.issuerKey !== issuer.subjectKey) {
    return refuse('that another authority has certified')
  }
  if (!certificate.extensions.extendedKeyUsage?.includes(purposes.ocspSigning)) {
    return refuse('without extendedKeyUsage OCSPSigning')
  }
  const usage = certificate.extensions.keyUsage
  if (usage !== undefined && (usage & keyUsage.digitalSignature) === 0) {
    return refuse('without keyUsage digitalSignature')
  }
  if (certificate.unknownExtensions.some(({ critical }) => critical)) {
    return refuse('whose certificate has a critical extension that is not understood')
  }
  const invalid = checkValidity(certificate, context.time)
  if (invalid !== undefined) return refuse(`whose certificate ${invalid.detail}`)
  const bad = context.checker.check(certificate, issuer)
  if (bad !== undefined) return refuse(`whose certificate ${bad.detail}`)
  // RFC 6960 4.2.2.2.1
  if (certificate.extensions.ocspNoCheck === true) return undefined
  const status = context.responderStatus(certificate, issuer)
  return status.status === 'revoked' ? refuse('whose certificate is revoked') : undefined
}

const about = (code: Finding['code'], what: string): Finding => ({
  code,
  detail: `has an unknown revocation status: the OCSP response ${what}`,
})

const unknown = (code: Finding['code'], what: string): RevocationStatus =>
  unknownStatus(code, about(code, what).detail)
