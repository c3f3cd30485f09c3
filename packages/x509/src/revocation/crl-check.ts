/** Revocation by CRLs (RFC 5280 6.3). */
import type { Certificate } from '../certificate.js'
import { allReasons, type DistributionPoint } from '../distribution-point.js'
import { keyUsage } from '../extension.js'
import type { Finding } from '../fault.js'
import type { SignatureChecker } from '../signature-check.js'
import { type RevocationList, removeFromCrl, revocationReasonNames } from './crl.js'
import { isDeltaFor, scopeProblem } from './crl-scope.js'
import { type IssuerIdentity, type RevocationStatus, unknownStatus } from './status.js'

export interface CrlContext {
  /** Unix ms. */
  readonly time: number
  readonly lists: readonly RevocationList[]
  /** Holds CRLs to what RFC 5280 section 5 demands of conforming issuers. */
  readonly conforming: boolean
  readonly checker: SignatureChecker
  /** Whoever may sign CRLs under a name; the issuer of the certificate is not among them. */
  signers(list: RevocationList): readonly IssuerIdentity[]
  /** Validates the path of a signer (RFC 5280 6.3.3 (f)); it ends at the anchor of the certificate's path. */
  validate(signer: IssuerIdentity): Finding | undefined
}

/** Checks one certificate against the CRLs at hand. */
export function checkCrls(
  certificate: Certificate,
  issuer: IssuerIdentity,
  context: CrlContext,
): RevocationStatus {
  let missing = allReasons
  let best: Finding | undefined
  // After its own distribution points comes the one that every certificate has: its issuer's name.
  const points = [...(certificate.extensions.cRLDistributionPoints ?? []), undefined]
  for (const point of points) {
    for (const list of context.lists) {
      if (list.baseNumber !== undefined) continue
      const problem = scopeProblem(list, certificate, point)
      if (problem !== undefined) {
        // A list of another issuer is none of its business.
        if (list.issuerKey === certificate.issuerKey) best ??= aboutList(list, 'crlScope', problem)
        continue
      }
      const covered = reasonsOf(list, point)
      if ((covered & missing) === 0) continue
      const finding = checkList(list, issuer, context)
      if (finding !== undefined) {
        if (best === undefined || best.code === 'crlScope') best = finding
        continue
      }
      const revoked = lookUp(list, certificate, issuer, context)
      if (revoked !== undefined) return { status: 'revoked', finding: revoked }
      missing &= ~covered
      if (missing === 0) return { status: 'good' }
    }
  }
  if (best !== undefined) return { status: 'unknown', finding: best }
  const detail =
    missing === allReasons
      ? 'has an unknown revocation status: there is no CRL of its issuer'
      : 'has an unknown revocation status: the CRLs do not cover all reasons'
  return unknownStatus('revocationUnknown', detail)
}

/** Whether any list at hand could be about the certificate, usable or not. */
export const hasCandidate = (
  certificate: Certificate,
  lists: readonly RevocationList[],
): boolean => {
  const points = [...(certificate.extensions.cRLDistributionPoints ?? []), undefined]
  return lists.some((list) =>
    points.some(
      (point) =>
        list.issuerKey === certificate.issuerKey ||
        scopeProblem(list, certificate, point) === undefined,
    ),
  )
}

/** RFC 5280 6.3.3 (d) */
const reasonsOf = (list: RevocationList, point: DistributionPoint | undefined): number =>
  (list.issuingDistributionPoint?.onlySomeReasons ?? allReasons) &
  (point?.reasons ?? allReasons) &
  allReasons

/** Whether the list itself may be used: RFC 5280 6.3.3 (a), (f), (g), and section 5. */
function checkList(
  list: RevocationList,
  issuer: IssuerIdentity,
  context: CrlContext,
): Finding | undefined {
  const { time, conforming } = context
  if (list.unknownCritical !== undefined) {
    const detail = `has the critical extension ${list.unknownCritical}, which is not understood`
    return aboutList(list, 'crlUnknownCriticalExtension', detail)
  }
  const irregularity = conforming ? list.irregularity : undefined
  if (irregularity !== undefined) return aboutList(list, 'crlExtension', irregularity)
  if (time < list.thisUpdate) return aboutList(list, 'crlNotYetValid', 'is not valid yet')
  if (list.nextUpdate !== undefined && time >= list.nextUpdate + 1000) {
    return aboutList(list, 'crlExpired', 'has expired')
  }
  return checkSigner(list, issuer, context)
}

function checkSigner(
  list: RevocationList,
  issuer: IssuerIdentity,
  context: CrlContext,
): Finding | undefined {
  const candidates: { signer: IssuerIdentity; isIssuer: boolean }[] = []
  if (issuer.subjectKey === list.issuerKey) candidates.push({ signer: issuer, isIssuer: true })
  for (const signer of context.signers(list)) candidates.push({ signer, isIssuer: false })
  let best: Finding | undefined
  for (const { signer, isIssuer } of candidates) {
    const { keyUsage: usage } = signer.certificate?.extensions ?? {}
    const bad = context.checker.check(list, signer)
    if (bad?.code === 'budgetExceeded') return bad
    let finding: Finding | undefined
    if (bad !== undefined) {
      const isSignature = bad.code === 'badSignature'
      finding = aboutList(list, isSignature ? 'crlSignature' : 'crlIssuer', bad.detail)
    } else if (usage !== undefined && (usage & keyUsage.cRLSign) === 0) {
      const detail = `is signed by a certificate without keyUsage cRLSign (${signer.description})`
      finding = aboutList(list, 'crlKeyUsage', detail)
    } else if (!isIssuer) {
      const invalid = context.validate(signer)
      if (invalid !== undefined) {
        const detail = `is signed by ${signer.description}, whose certificate ${invalid.detail}`
        finding = aboutList(list, 'crlIssuer', detail)
      }
    }
    if (finding === undefined) return undefined
    // What is wrong with the right key says more than a signature by another one.
    if (best === undefined || best.code === 'crlSignature') best = finding
  }
  return best ?? aboutList(list, 'crlIssuer', 'is by an issuer whose certificate is not at hand')
}

/** RFC 5280 6.3.3 (h) to (k): the newest delta CRL first. */
function lookUp(
  list: RevocationList,
  certificate: Certificate,
  issuer: IssuerIdentity,
  context: CrlContext,
): Finding | undefined {
  const find = (from: RevocationList) => from.entry(certificate.issuerKey, certificate.serialNumber)
  const deltas = context.lists
    .filter((delta) => isDeltaFor(delta, list) && checkList(delta, issuer, context) === undefined)
    .sort((left, right) => right.thisUpdate - left.thisUpdate)
  let entry = find(list)
  for (const delta of deltas) {
    const found = find(delta)
    if (found === undefined) continue
    entry = found
    break
  }
  if (entry === undefined || entry.reason === removeFromCrl) return undefined
  const reason = revocationReasonNames[entry.reason] ?? `reason ${entry.reason}`
  return { code: 'revoked', detail: `is revoked (${reason}) by the CRL of ${list.description}` }
}

const aboutList = (list: RevocationList, code: Finding['code'], what: string): Finding => ({
  code,
  detail: `has an unknown revocation status: the CRL of ${list.description} ${what}`,
})
