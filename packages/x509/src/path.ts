/**
 * Path building (RFC 4158) and validation (RFC 5280 section 6). The search goes from the end-entity up, and takes an
 * issuer only after it has passed every rule and its key has verified the signature below it, so that whatever reaches
 * an anchor is valid but for the rules about a whole path. Only a configured anchor ends a path. The work is bounded:
 * certificates that issue each other would otherwise make the number of paths explode.
 */
import type { SubjectPublicKey } from '@sanstls/core'
import type { TrustAnchor } from './anchor.js'
import { equalBytes } from './bytes.js'
import type { Certificate } from './certificate.js'
import {
  type CertificateFault,
  type CertificateFaultCode,
  certificateFault,
  type Finding,
} from './fault.js'
import { authorityRules, endEntityRules, type RuleInputs } from './rules/certificate.js'
import { checkIssuer } from './rules/issuer.js'
import { checkKey } from './rules/key-strength.js'
import { checkNameConstraints } from './rules/name-constraints.js'
import type { SignatureChecker } from './signature-check.js'

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

/** A path that has passed every rule about single certificates. */
export interface Path {
  /** The end-entity first; without the anchor's certificate. */
  readonly certificates: readonly Certificate[]
  readonly anchor: TrustAnchor
}

/** A finding about a certificate of a path. */
export interface PathFinding {
  readonly finding: Finding
  /** 0 is the end-entity. */
  readonly depth: number
  readonly certificate: Certificate | undefined
}

export interface PathRequest extends RuleInputs {
  readonly leaf: Certificate
  /** Whatever may stand between the end-entity and an anchor, by `subjectKey`. */
  readonly intermediates: ReadonlyMap<string, readonly Certificate[]>
  /** By `subjectKey`. */
  readonly anchors: ReadonlyMap<string, readonly TrustAnchor[]>
  readonly limits: PathLimits
  /** Intermediates of one path at most, self-issued ones not counted. Default: any number. */
  readonly maxDepth: number | undefined
  readonly checker: SignatureChecker
  /** The rules about a whole path: policies, revocation. */
  checkWhole?(path: Path): PathFinding | undefined
  /** Whether the caller has decided to overlook this. */
  isWaived?(code: CertificateFaultCode, certificate: Certificate | undefined): boolean
}

export type PathResult =
  | { readonly ok: true; readonly path: Path }
  | {
      readonly ok: false
      readonly fault: CertificateFault
      /** The certificate at fault. */
      readonly certificate: Certificate | undefined
    }

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

/** Finds a valid path. Of everything that stood in the way, the fault that says most is told. */
export const findPath = (request: PathRequest): PathResult => new Search(request).run()

class Search {
  private readonly request: PathRequest
  private readonly path: Step[] = []
  private readonly report = new Report()
  private distances: ReadonlyMap<string, number> | undefined
  private candidates: number
  private readonly budget: { comparisons: number }

  constructor(request: PathRequest) {
    this.request = request
    this.candidates = request.limits.maxCandidates
    this.budget = { comparisons: request.limits.maxNameComparisons }
  }

  run(): PathResult {
    const { leaf, limits } = this.request
    const finding = this.firstOf(endEntityRules, leaf)
    if (finding !== undefined) return failure({ finding, depth: 0, certificate: leaf })
    const trusted = this.anchorItself()
    if (trusted !== undefined) return this.whole({ certificates: [leaf], anchor: trusted })

    const ended = this.descend(leaf, 0)
    if (ended !== undefined) return ended
    for (let step = this.path.at(-1); step !== undefined; step = this.path.at(-1)) {
      const issuer = step.issuers[step.next]
      step.next += 1
      if (issuer === undefined) {
        this.path.pop()
        continue
      }
      this.candidates -= 1
      if (this.candidates < 0) return exhausted('candidates', limits.maxCandidates)
      const result = this.tryIssuer(step, issuer)
      if (result !== undefined) return result
    }
    return this.report.result
  }

  private tryIssuer(step: Step, issuer: Issuer): PathResult | undefined {
    const { checker, isWaived } = this.request
    const depth = this.path.length
    const signer = issuer.anchor ?? issuer.certificate
    if (signer === undefined) return undefined
    let finding = this.checkCandidate(issuer)
    if (finding === undefined) {
      const bad = checker.check(step.certificate, signer)
      if (bad !== undefined && isWaived?.(bad.code, step.certificate) !== true) finding = bad
    }
    if (finding?.code === 'budgetExceeded')
      return failure({ finding, depth, certificate: undefined })
    if (finding !== undefined) {
      const isBelow = belowCodes.includes(finding.code)
      const certificate = isBelow ? step.certificate : issuer.certificate
      this.report.add({ finding, depth: isBelow ? depth - 1 : depth, certificate })
      return undefined
    }
    if (issuer.anchor !== undefined) {
      const certificates = this.path.map(({ certificate }) => certificate)
      const result = this.whole({ certificates, anchor: issuer.anchor })
      return result.ok || result.fault.code === 'budgetExceeded' ? result : undefined
    }
    if (issuer.certificate === undefined) return undefined
    const isCounted = !issuer.certificate.isSelfIssued
    return this.descend(issuer.certificate, step.intermediates + (isCounted ? 1 : 0))
  }

  private whole(path: Path): PathResult {
    const problem = this.request.checkWhole?.(path)
    if (problem === undefined) return { ok: true, path }
    this.report.add(problem)
    return failure(problem)
  }

  /** A certificate that is itself an anchor, to the byte, needs no issuer. */
  private anchorItself(): TrustAnchor | undefined {
    const { anchors, leaf } = this.request
    const isLeaf = ({ certificate }: TrustAnchor): boolean =>
      certificate !== undefined && equalBytes(certificate.der, leaf.der)
    return anchors.get(leaf.subjectKey)?.find(isLeaf)
  }

  private descend(certificate: Certificate, intermediates: number): PathResult | undefined {
    const { limits, maxDepth = Infinity, isWaived } = this.request
    const depth = this.path.length
    if (depth >= limits.maxPathLength) {
      const detail = `would be one more than the ${limits.maxPathLength} of the longest path`
      this.report.add({ finding: { code: 'pathTooLong', detail }, depth, certificate })
      return undefined
    }
    if (intermediates > maxDepth) {
      const detail = `would be intermediate ${intermediates}, and ${maxDepth} are allowed`
      this.report.add({ finding: { code: 'maxDepthExceeded', detail }, depth, certificate })
      return undefined
    }
    const issuers = this.issuersOf(certificate)
    if (issuers.length > 0) {
      this.path.push({ certificate, issuers, next: 0, intermediates })
      return undefined
    }
    const finding: Finding = certificate.isSelfIssued
      ? { code: 'unknownIssuer', detail: 'issued itself, and is no trust anchor' }
      : {
          code: 'unknownIssuer',
          detail: 'has an issuer that is neither a trust anchor nor in the chain',
        }
    this.report.add({ finding, depth, certificate })
    if (isWaived?.('unknownIssuer', certificate) !== true) return undefined
    // Whoever overlooks that takes the certificate for an anchor.
    const { publicKey, subjectKey, description } = certificate
    const anchor = { publicKey, subjectKey, description, certificate }
    const below = this.path.map((step) => step.certificate)
    return this.whole({ certificates: depth === 0 ? [certificate] : below, anchor })
  }

  /** By key identifier, which is only a hint; among equals by how near an anchor is, so that short paths come first. */
  private issuersOf(certificate: Certificate): Issuer[] {
    const anchors = this.request.anchors.get(certificate.issuerKey) ?? []
    const intermediates = (this.request.intermediates.get(certificate.issuerKey) ?? []).filter(
      (candidate) =>
        !isSameEntity(candidate, certificate) &&
        !this.path.some((step) => isSameEntity(step.certificate, candidate)),
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
    if (issuers.length < 2) return issuers
    const wanted = certificate.extensions.authorityKeyIdentifier?.keyIdentifier
    const rank = ({ certificate: candidate }: Issuer): number => {
      const identifier = candidate?.extensions.subjectKeyIdentifier
      if (wanted === undefined || identifier === undefined) return 1
      return equalBytes(identifier, wanted) ? 0 : 2
    }
    const steps = ({ certificate: candidate, anchor }: Issuer): number =>
      anchor !== undefined || candidate === undefined ? 0 : this.distanceOf(candidate)
    // Sorting is stable, so that anchors stay first among equals.
    return issuers.sort((left, right) => rank(left) - rank(right) || steps(left) - steps(right))
  }

  /** How many names lie between a certificate and the next anchor; only a hint as well. */
  private distanceOf(certificate: Certificate): number {
    this.distances ??= nameDistances(this.request)
    return this.distances.get(certificate.issuerKey) ?? unreachable
  }

  /** The rules for an authority: what it is itself, and what it demands of the certificates below. */
  private checkCandidate({ certificate, publicKey, anchor }: Issuer): Finding | undefined {
    const intermediates = this.path.at(-1)?.intermediates ?? 0
    if (certificate === undefined) {
      return checkKey(publicKey, this.request) ?? this.checkAnchor(anchor, intermediates)
    }
    const rules = authorityRules(anchor !== undefined)
    return (
      this.firstOf(rules, certificate) ??
      this.unlessWaived(
        checkIssuer(certificate, intermediates, anchor !== undefined, this.request.profile),
        certificate,
      ) ??
      this.checkConstraints(certificate.extensions.nameConstraints, certificate) ??
      this.checkAnchor(anchor, intermediates)
    )
  }

  /** What the configuration demands of an anchor's paths (RFC 5937). */
  private checkAnchor(anchor: TrustAnchor | undefined, intermediates: number): Finding | undefined {
    const { pathLength, nameConstraints, extendedKeyUsage } = anchor?.constraints ?? {}
    if (pathLength !== undefined && intermediates > pathLength) {
      return {
        code: 'pathLengthExceeded',
        detail: `is trusted with ${pathLength} intermediates below it, and there are ${intermediates}`,
      }
    }
    const missing = this.request.usages.find((usage) => extendedKeyUsage?.includes(usage) === false)
    if (missing !== undefined) {
      return { code: 'extendedKeyUsage', detail: `is not trusted for the purpose ${missing}` }
    }
    return this.checkConstraints(nameConstraints, undefined)
  }

  private checkConstraints(
    constraints: Parameters<typeof checkNameConstraints>[0] | undefined,
    by: Certificate | undefined,
  ): Finding | undefined {
    if (constraints === undefined) return undefined
    for (const [depth, below] of this.path.entries()) {
      // RFC 5280 6.1.3 (b): self-issued certificates are exempt, but for the end-entity.
      if (depth > 0 && below.certificate.isSelfIssued) continue
      const found = checkNameConstraints(constraints, below.certificate, this.budget)
      if (found === undefined) continue
      if (found.code === 'budgetExceeded') return found
      if (this.unlessWaived(found, below.certificate) === undefined) continue
      if (this.unlessWaived(found, by) !== undefined) return found
    }
    return undefined
  }

  private firstOf(
    rules: readonly ((certificate: Certificate, inputs: RuleInputs) => Finding | undefined)[],
    certificate: Certificate,
  ): Finding | undefined {
    for (const rule of rules) {
      const finding = this.unlessWaived(rule(certificate, this.request), certificate)
      if (finding !== undefined) return finding
    }
    return undefined
  }

  private unlessWaived(
    finding: Finding | undefined,
    certificate: Certificate | undefined,
  ): Finding | undefined {
    if (finding === undefined) return undefined
    return this.request.isWaived?.(finding.code, certificate) === true ? undefined : finding
  }
}

/** More than any path has. */
const unreachable = 1_000_000

/** For each name, how many certificates lie between it and an anchor, going by names alone. */
function nameDistances({ anchors, intermediates }: PathRequest): ReadonlyMap<string, number> {
  const subjectsBelow = new Map<string, Set<string>>()
  for (const [subject, candidates] of intermediates) {
    for (const { issuerKey } of candidates) {
      const below = subjectsBelow.get(issuerKey) ?? new Set()
      subjectsBelow.set(issuerKey, below.add(subject))
    }
  }
  const distances = new Map<string, number>()
  let level = [...anchors.keys()]
  for (let distance = 0; level.length > 0; distance++) {
    const fresh = level.filter((name) => !distances.has(name))
    for (const name of fresh) distances.set(name, distance)
    level = fresh.flatMap((name) => [...(subjectsBelow.get(name) ?? [])])
  }
  return distances
}

/** Findings about the certificate below the candidate. */
const belowCodes: readonly CertificateFaultCode[] = [
  'badSignature',
  'nameConstraint',
  'weakAlgorithm',
  'unsupportedAlgorithm',
  'signatureAlgorithmNotAllowed',
]

/** RFC 4158 2.4.2, 5.2: the same name with the same key twice is a loop, even in another certificate. */
const isSameEntity = (left: Certificate, right: Certificate): boolean =>
  left.subjectKey === right.subjectKey && equalBytes(left.publicKey.spki, right.publicKey.spki)

function failure({ finding, depth, certificate }: PathFinding): PathResult & { ok: false } {
  const fault =
    finding.code === 'budgetExceeded'
      ? certificateFault(finding)
      : certificateFault(finding, depth, certificate?.description)
  return { ok: false, fault, certificate }
}

const exhausted = (what: string, limit: number): PathResult =>
  failure({
    finding: {
      code: 'budgetExceeded',
      detail: `No valid path was found within ${limit} ${what}`,
    },
    depth: 0,
    certificate: undefined,
  })

/** Keeps the finding that says most: a broken rule says more than a signature by another key or a missing issuer. */
class Report {
  private best: PathFinding | undefined

  add(found: PathFinding): void {
    if (this.best !== undefined && weight(found.finding) <= weight(this.best.finding)) return
    this.best = found
  }

  get result(): PathResult {
    const nothing: PathFinding = {
      finding: { code: 'unknownIssuer', detail: 'No issuer was found' },
      depth: 0,
      certificate: undefined,
    }
    return failure(this.best ?? nothing)
  }
}

function weight({ code }: Finding): number {
  if (code === 'unknownIssuer') return 0
  return code === 'badSignature' ? 1 : 2
}
