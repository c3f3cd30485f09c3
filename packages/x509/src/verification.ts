/**
 * One verification, step by step: it goes on by itself until it needs something from outside, which is either the
 * callback's verdict or bytes to be fetched. A generator keeps the place; nothing in it is asynchronous.
 */
import { certificatesFromDer } from './bundle.js'
import type { CertificateEvent, Verdict } from './callback.js'
import type { Certificate } from './certificate.js'
import type { UnknownExtension } from './extension.js'
import {
  type CertificateFault,
  type CertificateFaultCode,
  certificateFault,
  type Finding,
} from './fault.js'
import { findPath, type Path, type PathFinding, type PathRequest, type PathResult } from './path.js'
import { type FetchRequest, issuerRequests, requestKey } from './revocation/fetch.js'
import type { Revocation } from './revocation/revocation.js'

export type VerificationQuestion =
  | { readonly kind: 'certificate'; readonly event: CertificateEvent; readonly state: unknown }
  | { readonly kind: 'fetch'; readonly request: FetchRequest }

/** A verdict for a certificate; for a request the bytes that came back, or undefined where none did. */
export type VerificationAnswer = Verdict | Uint8Array | undefined

export type Outcome =
  | { readonly ok: true; readonly path: Path; readonly overlooked: readonly CertificateFault[] }
  | { readonly ok: false; readonly fault: CertificateFault }

export type VerificationRun = Generator<
  VerificationQuestion,
  Outcome & { state: unknown },
  VerificationAnswer
>

export interface VerificationPlan {
  readonly request: PathRequest
  /** Checked after every path that is found; results of an earlier round are forgotten. */
  checkWhole(path: Path): PathFinding | undefined
  /** Takes a certificate that was fetched as a candidate for an issuer. */
  addIntermediate(certificate: Certificate): void
  readonly revocation: Revocation | undefined
  readonly hasCallback: boolean
  readonly state: unknown
  readonly fetchesIssuers: boolean
  readonly maxFetches: number
}

/** Faults that a callback may overlook: each is about one certificate, at most once for it. */
const maxOverlooked = 64

export function* runVerification(plan: VerificationPlan): VerificationRun {
  const run = new Run(plan)
  for (;;) {
    const result = findPath(run.request)
    if (yield* run.fetchMissing(result)) continue
    if (result.ok) return yield* run.conclude(result.path)
    if (yield* run.overlook(result)) continue
    return { ok: false, fault: run.refusal ?? result.fault, state: run.state }
  }
}

class Run {
  readonly request: PathRequest
  state: unknown
  /** Why the callback refused. */
  refusal: CertificateFault | undefined
  private readonly plan: VerificationPlan
  private readonly waived: { code: CertificateFaultCode; certificate: Certificate }[] = []
  private readonly overlooked: CertificateFault[] = []
  private readonly asked = new Set<UnknownExtension>()
  private readonly fetched = new Set<string>()

  constructor(plan: VerificationPlan) {
    this.plan = plan
    this.state = plan.state
    this.request = {
      checkWhole: (path) => this.checkWhole(path),
      isWaived: (code, certificate) => this.isWaived(code, certificate),
      ...plan.request,
    }
  }

  /** Asks for what is missing; true where something came, so that it is worth another try. */
  *fetchMissing(result: PathResult): Generator<VerificationQuestion, boolean, VerificationAnswer> {
    const { revocation, fetchesIssuers } = this.plan
    const code = result.ok ? undefined : result.fault.code
    let gained = false
    if (!result.ok && fetchesIssuers && code === 'unknownIssuer' && result.certificate) {
      for (const request of issuerRequests(result.certificate)) {
        const bytes = yield* this.fetch(request)
        for (const certificate of bytes === undefined ? [] : certificatesFromDer(bytes)) {
          this.plan.addIntermediate(certificate)
          gained = true
        }
      }
      return gained
    }
    if (revocation === undefined || (code !== undefined && !isAboutStatus(code))) return false
    for (const request of revocation.wanted.splice(0)) {
      const bytes = yield* this.fetch(request)
      if (bytes === undefined) continue
      if (request.kind === 'ocsp') revocation.addOcsp(bytes, request)
      else revocation.addCrl(bytes)
      gained = true
    }
    return gained
  }

  /** Asks the callback whether to overlook what was found; true where another try is due. */
  *overlook(
    result: PathResult & { ok: false },
  ): Generator<VerificationQuestion, boolean, VerificationAnswer> {
    const { fault, certificate } = result
    const { depth = 0, code } = fault
    if (!this.plan.hasCallback || certificate === undefined || code === 'budgetExceeded')
      return false
    if (this.waived.length >= maxOverlooked || this.isWaived(code, certificate)) return false
    if (code === 'unknownCriticalExtension') {
      for (const extension of certificate.unknownExtensions) {
        if (!extension.critical) continue
        this.asked.add(extension)
        const verdict = yield* this.ask({ kind: 'extension', certificate, depth, extension })
        if (verdict.verdict === 'accept') continue
        if (verdict.verdict === 'refuse') this.refuse(verdict, depth, certificate)
        return false
      }
    } else {
      const verdict = yield* this.ask({ kind: 'badCertificate', certificate, depth, fault })
      if (verdict.verdict !== 'accept') {
        if (verdict.reason !== undefined) this.refuse(verdict, depth, certificate)
        return false
      }
      this.overlooked.push(fault)
    }
    this.waived.push({ code, certificate })
    return true
  }

  /** Shows the callback every certificate of the valid path, from the anchor down. */
  *conclude(
    path: Path,
  ): Generator<VerificationQuestion, Outcome & { state: unknown }, VerificationAnswer> {
    const { overlooked } = this
    if (!this.plan.hasCallback) return { ok: true, path, overlooked, state: this.state }
    for (let depth = path.certificates.length - 1; depth >= 0; depth--) {
      const certificate = path.certificates[depth]
      if (certificate === undefined) continue
      for (const extension of certificate.unknownExtensions) {
        if (this.asked.has(extension)) continue
        const verdict = yield* this.ask({ kind: 'extension', certificate, depth, extension })
        if (verdict.verdict === 'refuse') return this.failed(verdict, depth, certificate)
      }
      const kind = depth === 0 ? 'validPeer' : 'valid'
      const verdict = yield* this.ask({ kind, certificate, depth })
      if (verdict.verdict === 'refuse') return this.failed(verdict, depth, certificate)
    }
    return { ok: true, path, overlooked, state: this.state }
  }

  private *ask(
    event: CertificateEvent,
  ): Generator<VerificationQuestion, Verdict, VerificationAnswer> {
    const answer = yield { kind: 'certificate', event, state: this.state }
    if (answer === undefined || answer instanceof Uint8Array || !isVerdict(answer.verdict)) {
      throw new TypeError(
        "The callback has to answer { verdict: 'accept', 'refuse' or 'unknown' }.",
      )
    }
    if ('state' in answer) this.state = answer.state
    return answer
  }

  private *fetch(
    request: FetchRequest,
  ): Generator<VerificationQuestion, Uint8Array | undefined, VerificationAnswer> {
    const key = requestKey(request)
    if (this.fetched.has(key) || this.fetched.size >= this.plan.maxFetches) return undefined
    this.fetched.add(key)
    const answer = yield { kind: 'fetch', request }
    if (answer !== undefined && !(answer instanceof Uint8Array)) {
      throw new TypeError('A request is answered with bytes, or with undefined.')
    }
    return answer
  }

  private checkWhole(path: Path): PathFinding | undefined {
    const problem = this.plan.checkWhole(path)
    if (problem === undefined) return undefined
    return this.isWaived(problem.finding.code, problem.certificate) ? undefined : problem
  }

  private isWaived(code: CertificateFaultCode, certificate: Certificate | undefined): boolean {
    return this.waived.some((item) => item.code === code && item.certificate === certificate)
  }

  private refuse(verdict: Verdict, depth: number, certificate: Certificate): CertificateFault {
    const finding: Finding = {
      code: 'refused',
      detail: verdict.reason ?? 'was refused by the callback',
    }
    this.refusal = certificateFault(finding, depth, certificate.description)
    return this.refusal
  }

  private failed(
    verdict: Verdict,
    depth: number,
    certificate: Certificate,
  ): Outcome & { state: unknown } {
    return { ok: false, fault: this.refuse(verdict, depth, certificate), state: this.state }
  }
}

const isVerdict = (text: unknown): boolean =>
  text === 'accept' || text === 'refuse' || text === 'unknown'

/** Faults that further evidence may remove. */
const isAboutStatus = (code: CertificateFaultCode): boolean =>
  code === 'revocationUnknown' || code.startsWith('crl') || code.startsWith('ocsp')
