/**
 * Path building and validation (RFC 5280 section 6, RFC 4158). The search goes from the end-entity up, and takes an
 * issuer only after it has passed every rule and its key has verified the signature below it, so that whatever reaches
 * an anchor is valid. Only a configured anchor ends a path. The work is bounded: certificates that issue each other
 * would otherwise make the number of paths explode.
 */
import type { CryptoProvider, SubjectPublicKey } from '@sanstls/core'
import { DerError } from '@sanstls/core/der'
import { type CertificateSignature, keyFits, readSignatureAlgorithm } from './algorithm.js'
import type { TrustAnchor } from './anchor.js'
import { equalBytes } from './bytes.js'
import type { Certificate } from './certificate.js'
import { type CertificateFault, certificateFault, type Finding } from './fault.js'
import type { Role } from './purpose.js'
import { checkCriticalExtensions } from './rules/critical.js'
import { checkIssuer } from './rules/issuer.js'
import { checkKeyStrength } from './rules/key-strength.js'
import { checkNameConstraints } from './rules/name-constraints.js'
import { checkPolicies } from './rules/policy.js'
import { checkPurpose } from './rules/usage.js'
import { checkValidity } from './rules/validity.js'
import type { SignatureCache } from './signature-cache.js'

export interface PathLimits {
  /** Signatures to check for one chain; the cached ones are not counted. Default 100. */
  readonly maxSignatureChecks: number
  /** Candidates to consider for one chain. Default 1,000. */
  readonly maxCandidates: number
  /** Comparisons of names with name constraints for one chain. Default 250,000. */
  readonly maxNameComparisons: number
  /** Certificates of one path, without the anchor's. Default 10. */
  readonly maxPathLength: number
}

export interface PathRequest {
  readonly leaf: Certificate
  /** Whatever may stand between the end-entity and an anchor, by `subjectKey`. */
  readonly intermediates: ReadonlyMap<string, readonly Certificate[]>
  /** By `subjectKey`. */
  readonly anchors: ReadonlyMap<string, readonly TrustAnchor[]>
  readonly role: Role
  /** Unix ms. */
  readonly time: number
  readonly minRsaBits: number
  readonly limits: PathLimits
  readonly crypto: CryptoProvider
  readonly cache: SignatureCache
}

export type PathResult =
  | {
      readonly ok: true
      /** The end-entity first; the anchor's certificate, where it has one, last. */
      readonly path: readonly Certificate[]
      readonly anchor: TrustAnchor
    }
  | { readonly ok: false; readonly fault: CertificateFault }

interface Issuer {
  readonly publicKey: SubjectPublicKey
  readonly certificate: Certificate | undefined
  readonly anchor: TrustAnchor | undefined
}

/** A certificate on the path that is being tried, and who may have issued it. */
interface Step {
  readonly certificate: Certificate
  readonly issuers: readonly Issuer[]
  next: number
  /** Intermediates from the end-entity's issuer up to this one, self-issued ones not counted. */
  readonly intermediates: number
}

interface Budget {
  signatureChecks: number
  candidates: number
  comparisons: number
}

/** Finds a valid path. Of everything that stood in the way, the fault that says most is told. */
export function findPath(request: PathRequest): PathResult {
  const { leaf, limits } = request
  const findingOnLeaf = checkAnyCertificate(leaf, request)
  if (findingOnLeaf !== undefined) return failure(findingOnLeaf, 0, leaf)
  const trusted = anchorItself(request)
  if (trusted !== undefined) return { ok: true, path: [leaf], anchor: trusted }

  const budget: Budget = {
    signatureChecks: limits.maxSignatureChecks,
    candidates: limits.maxCandidates,
    comparisons: limits.maxNameComparisons,
  }
  const verified = new SignatureMemo()
  const report = new Report()
  const path: Step[] = []
  descend(path, leaf, 0, request, report)
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const issuer = step.issuers[step.next]
    step.next += 1
    if (issuer === undefined) {
      path.pop()
      continue
    }
    budget.candidates -= 1
    if (budget.candidates < 0) return failure(exhausted('candidates', limits.maxCandidates))
    const finding =
      checkCandidate(issuer, path, request, budget) ??
      checkSignature(step.certificate, issuer, verified, request, budget)
    if (finding?.code === 'budgetExceeded') return failure(finding)
    if (finding !== undefined) {
      const isBelow = finding.code === 'badSignature' || finding.code === 'nameConstraint'
      const subject = isBelow ? step.certificate : issuer.certificate
      report.add(finding, isBelow ? path.length - 1 : path.length, subject)
    } else if (issuer.anchor !== undefined) {
      const certificates = path.map(({ certificate }) => certificate)
      if (issuer.certificate !== undefined) certificates.push(issuer.certificate)
      return { ok: true, path: certificates, anchor: issuer.anchor }
    } else if (issuer.certificate !== undefined) {
      const isCounted = !issuer.certificate.isSelfIssued
      descend(path, issuer.certificate, step.intermediates + (isCounted ? 1 : 0), request, report)
    }
  }
  return { ok: false, fault: report.fault }
}

/** A certificate that is itself an anchor, to the byte, needs no issuer. */
const anchorItself = ({ anchors, leaf }: PathRequest): TrustAnchor | undefined =>
  anchors
    .get(leaf.subjectKey)
    ?.find(({ certificate }) => certificate !== undefined && equalBytes(certificate.der, leaf.der))

function descend(
  path: Step[],
  certificate: Certificate,
  intermediates: number,
  request: PathRequest,
  report: Report,
): void {
  const depth = path.length
  if (depth >= request.limits.maxPathLength) {
    const detail = `would be one more than the ${request.limits.maxPathLength} of the longest path`
    report.add({ code: 'pathTooLong', detail }, depth, certificate)
    return
  }
  const issuers = issuersOf(certificate, path, request)
  if (issuers.length === 0) {
    const detail = 'has an issuer that is neither a trust anchor nor in the chain'
    report.add({ code: 'unknownIssuer', detail }, depth, certificate)
    return
  }
  path.push({ certificate, issuers, next: 0, intermediates })
}

/** Anchors first, so that the shortest path is found first; then by key identifier, which is only a hint. */
function issuersOf(
  certificate: Certificate,
  path: readonly Step[],
  request: PathRequest,
): Issuer[] {
  const anchors = request.anchors.get(certificate.issuerKey) ?? []
  const intermediates = (request.intermediates.get(certificate.issuerKey) ?? []).filter(
    (candidate) =>
      !isSameEntity(candidate, certificate) &&
      !path.some((step) => isSameEntity(step.certificate, candidate)),
  )
  const issuers: Issuer[] = [
    ...anchors.map((anchor) => ({
      publicKey: anchor.publicKey,
      certificate: anchor.certificate,
      anchor,
    })),
    ...intermediates.map((candidate) => ({
      publicKey: candidate.publicKey,
      certificate: candidate,
      anchor: undefined,
    })),
  ]
  const wanted = certificate.extensions.authorityKeyIdentifier
  if (wanted === undefined || issuers.length < 2) return issuers
  // Sorting is stable, so that anchors stay first among equals.
  const rank = ({ certificate: candidate }: Issuer): number => {
    const identifier = candidate?.extensions.subjectKeyIdentifier
    if (identifier === undefined) return 1
    return equalBytes(identifier, wanted) ? 0 : 2
  }
  return issuers.sort((left, right) => rank(left) - rank(right))
}

/** RFC 4158 2.4.2, 5.2: the same name with the same key twice is a loop, even in another certificate. */
const isSameEntity = (left: Certificate, right: Certificate): boolean =>
  left.subjectKey === right.subjectKey && equalBytes(left.publicKey.spki, right.publicKey.spki)

/** The rules that hold for every certificate, the end-entity's and the authorities'. */
function checkAnyCertificate(certificate: Certificate, request: PathRequest): Finding | undefined {
  return (
    checkCriticalExtensions(certificate) ??
    checkValidity(certificate, request.time) ??
    checkPurpose(certificate, request.role) ??
    checkPolicies(certificate) ??
    checkKeyStrength(certificate.publicKey, request.minRsaBits)
  )
}

/** The rules for an authority: what it is itself, and what it demands of the certificates below. */
function checkCandidate(
  { certificate, publicKey, anchor }: Issuer,
  path: readonly Step[],
  request: PathRequest,
  budget: Budget,
): Finding | undefined {
  if (certificate === undefined) return checkKeyStrength(publicKey, request.minRsaBits)
  const intermediates = path.at(-1)?.intermediates ?? 0
  const finding =
    checkAnyCertificate(certificate, request) ??
    checkIssuer(certificate, intermediates, anchor !== undefined)
  if (finding !== undefined) return finding
  const constraints = certificate.extensions.nameConstraints
  if (constraints === undefined) return undefined
  for (const [depth, below] of path.entries()) {
    // RFC 5280 6.1.3 (b): self-issued certificates are exempt, but for the end-entity.
    if (depth > 0 && below.certificate.isSelfIssued) continue
    const found = checkNameConstraints(constraints, below.certificate, budget)
    if (found !== undefined) return found
  }
  return undefined
}

function checkSignature(
  certificate: Certificate,
  issuer: Issuer,
  verified: SignatureMemo,
  request: PathRequest,
  budget: Budget,
): Finding | undefined {
  const signature = signatureOf(certificate)
  if (!signature.ok) return { code: signature.code, detail: `is signed with ${signature.detail}` }
  const algorithm = request.crypto.signatures.find(({ name }) => name === signature.name)
  if (algorithm === undefined) {
    const detail = `is signed with ${signature.name}, which provider ${request.crypto.name} lacks`
    return { code: 'unsupportedAlgorithm', detail }
  }
  const mismatch: Finding = {
    code: 'badSignature',
    detail: `is not signed by the key of its issuer (${issuer.certificate?.description ?? issuer.anchor?.description})`,
  }
  if (!keyFits(signature, issuer.publicKey)) return mismatch
  if (!algorithm.supports(issuer.publicKey)) {
    const detail = `is signed by a key that provider ${request.crypto.name} cannot use`
    return { code: 'unsupportedAlgorithm', detail }
  }
  const known = verified.result(certificate, issuer.publicKey)
  if (known !== undefined) return known ? undefined : mismatch
  const fact = request.cache.fact(certificate, issuer.publicKey)
  if (request.cache.has(fact)) return undefined
  budget.signatureChecks -= 1
  if (budget.signatureChecks < 0) {
    return exhausted('signature checks', request.limits.maxSignatureChecks)
  }
  const valid = algorithm.verify(
    issuer.publicKey,
    certificate.tbs,
    certificate.signature,
    signature.saltLength,
  )
  verified.add(certificate, issuer.publicKey, valid)
  if (!valid) return mismatch
  request.cache.add(fact)
  return undefined
}

function signatureOf(certificate: Certificate): CertificateSignature {
  try {
    return readSignatureAlgorithm(certificate.signatureAlgorithm)
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    return { ok: false, code: 'unsupportedAlgorithm', detail: `bad parameters: ${error.reason}` }
  }
}

const exhausted = (what: string, limit: number): Finding => ({
  code: 'budgetExceeded',
  detail: `No valid path was found within ${limit} ${what}`,
})

function failure(finding: Finding, depth?: number, certificate?: Certificate): PathResult {
  return { ok: false, fault: certificateFault(finding, depth, certificate?.description) }
}

/** Signatures that were checked in this search, good and bad ones. */
class SignatureMemo {
  private readonly results = new Map<Certificate, Map<SubjectPublicKey, boolean>>()

  result(certificate: Certificate, key: SubjectPublicKey): boolean | undefined {
    return this.results.get(certificate)?.get(key)
  }

  add(certificate: Certificate, key: SubjectPublicKey, valid: boolean): void {
    const byKey = this.results.get(certificate) ?? new Map<SubjectPublicKey, boolean>()
    this.results.set(certificate, byKey.set(key, valid))
  }
}

/** Keeps the finding that says most: a broken rule says more than a signature by another key or a missing issuer. */
class Report {
  private best:
    | { finding: Finding; depth: number; certificate: Certificate | undefined }
    | undefined

  add(finding: Finding, depth: number, certificate: Certificate | undefined): void {
    if (this.best !== undefined && weight(finding) <= weight(this.best.finding)) return
    this.best = { finding, depth, certificate }
  }

  get fault(): CertificateFault {
    if (this.best === undefined) return certificateFault({ code: 'unknownIssuer', detail: '' })
    const { finding, depth, certificate } = this.best
    return certificateFault(finding, depth, certificate?.description)
  }
}

function weight({ code }: Finding): number {
  if (code === 'unknownIssuer') return 0
  return code === 'badSignature' ? 1 : 2
}
