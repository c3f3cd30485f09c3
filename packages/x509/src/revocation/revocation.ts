/** The revocation of the certificates of a path: which are asked about, of whom, and what an unknown status means. */
import type { CryptoProvider, Random } from '@sanstls/core'
import { DerError } from '@sanstls/core/der'
import { equalBytes } from '../bytes.js'
import type { Certificate } from '../certificate.js'
import type { Finding } from '../fault.js'
import type { RelativeName } from '../name.js'
import type { SignatureChecker } from '../signature-check.js'
import { RevocationList } from './crl.js'
import { type CrlContext, checkCrls, hasCandidate } from './crl-check.js'
import type { CrlSource } from './crl-source.js'
import { crlRequests, type FetchRequest, ocspRequests } from './fetch.js'
import { encodeOcspRequest, OcspResponse } from './ocsp.js'
import { checkOcsp } from './ocsp-check.js'
import { type IssuerIdentity, type RevocationStatus, unknownStatus } from './status.js'

/**
 * - `all`: every certificate of the path must be known not to be revoked.
 * - `peer`: the end-entity's must.
 * - `given`: the end-entity's must, and every other one about whose issuer a CRL is at hand.
 * - `bestEffort`: what is known to be revoked is refused; an unknown status is accepted.
 */
export type RevocationMode = 'all' | 'peer' | 'given' | 'bestEffort'

export interface RevocationOptions {
  readonly mode: RevocationMode
  /** CRLs, DER, or where they are kept. */
  readonly crls?: readonly (Uint8Array | CrlSource)[] | undefined
  /** OCSP responses, DER, beside a staple. */
  readonly ocspResponses?: readonly Uint8Array[] | undefined
  /** Whether CRLs and OCSP responses that are missing are asked for, see `Verifier.begin`. Default false. */
  readonly fetch?: boolean | undefined
  /** For the nonces of OCSP requests (RFC 9654); without it they have none. */
  readonly random?: Random | undefined
}

/** What a path offers, and who can say more. */
export interface RevocationContext {
  readonly time: number
  readonly crypto: CryptoProvider
  readonly checker: SignatureChecker
  readonly conforming: boolean
  signers(issuerKey: string): readonly IssuerIdentity[]
  /** Validates the path of a certificate that signs CRLs; it is not to rest on these signers. */
  validate(signer: IssuerIdentity, visited: readonly Certificate[]): Finding | undefined
}

/** The evidence for one verification, which fetched bytes add to. */
export class Revocation {
  readonly options: RevocationOptions
  /** What might settle the statuses that were unknown. */
  readonly wanted: FetchRequest[] = []
  private readonly sources: CrlSource[] = []
  private readonly loose: RevocationList[] = []
  private readonly responses: OcspResponse[] = []
  private readonly nonces = new Map<string, Uint8Array>()
  private problem: Finding | undefined
  private peerRequired = false

  constructor(options: RevocationOptions) {
    this.options = options
    for (const crl of options.crls ?? []) {
      if (crl instanceof Uint8Array) this.addCrl(crl)
      else this.sources.push(crl)
    }
    for (const response of options.ocspResponses ?? []) this.addOcsp(response)
  }

  /** Adds a CRL that was given or fetched. What cannot be read is reported where it is missed. */
  addCrl(der: Uint8Array): void {
    try {
      this.loose.push(new RevocationList(der))
    } catch (error) {
      if (!(error instanceof DerError)) throw error
      this.note('crlMalformed', `a CRL is malformed: ${error.message}`)
    }
  }

  /** Adds an OCSP response; one that was fetched has to carry the nonce of its request, if it carries any. */
  addOcsp(der: Uint8Array, request?: FetchRequest): void {
    try {
      const response = new OcspResponse(der)
      const nonce = request === undefined ? undefined : this.nonces.get(nonceKey(request))
      const isForeign =
        nonce !== undefined && response.nonce !== undefined && !equalBytes(nonce, response.nonce)
      if (isForeign) this.note('ocspNonce', 'an OCSP response has another nonce than the request')
      else this.responses.push(response)
    } catch (error) {
      if (!(error instanceof DerError)) throw error
      this.note('ocspMalformed', `an OCSP response is malformed: ${error.message}`)
    }
  }

  /** Demands a known status of the end-entity, whatever the mode. */
  requirePeer(): void {
    this.peerRequired = true
  }

  /**
   * Checks the path, end-entity first. `issuers` are the issuers of its certificates.
   * @returns the finding, and which certificate it is about.
   */
  checkPath(
    path: readonly Certificate[],
    issuers: readonly IssuerIdentity[],
    context: RevocationContext,
  ): { finding: Finding; depth: number } | undefined {
    let unknown: { finding: Finding; depth: number } | undefined
    for (const [depth, certificate] of path.entries()) {
      const issuer = issuers[depth]
      if (issuer === undefined) continue
      const status = this.status(certificate, issuer, context, [])
      if (status.status === 'good') continue
      const { finding } = status
      // Asking about the peer only is no reason to overlook what is known of the others.
      const ends = status.status === 'revoked' || finding.code === 'budgetExceeded'
      if (ends) return { finding, depth }
      if (!this.isRequired(certificate, depth)) continue
      const isMissing = finding.code === 'revocationUnknown'
      unknown ??= { finding: isMissing ? (this.problem ?? finding) : finding, depth }
    }
    return unknown
  }

  private isRequired(certificate: Certificate, depth: number): boolean {
    const { mode } = this.options
    if (mode === 'all' || (depth === 0 && this.peerRequired)) return true
    if (mode === 'bestEffort') return false
    return (
      depth === 0 || (mode === 'given' && hasCandidate(certificate, this.listsFor(certificate)))
    )
  }

  /** The status of one certificate by everything at hand. */
  status(
    certificate: Certificate,
    issuer: IssuerIdentity,
    context: RevocationContext,
    visited: readonly Certificate[],
  ): RevocationStatus {
    // RFC 9608 section 4
    if (certificate.extensions.noRevAvail === true) return { status: 'good' }
    let best: Finding | undefined
    for (const response of this.responses) {
      if (!isAbout(response, certificate)) continue
      const status = checkOcsp(response, certificate, issuer, {
        ...context,
        responderStatus: (responder, of) =>
          visited.includes(responder)
            ? unknownStatus('revocationUnknown', 'depends on itself')
            : checkCrls(
                responder,
                of,
                this.crlContext(responder, context, [...visited, responder]),
              ),
      })
      if (status.status !== 'unknown') return status
      best ??= status.finding
    }
    const byCrl = checkCrls(certificate, issuer, this.crlContext(certificate, context, visited))
    if (byCrl.status !== 'unknown') return byCrl
    if (visited.length === 0 && this.options.fetch === true) this.want(certificate, issuer, context)
    const finding =
      byCrl.finding.code === 'revocationUnknown' ? (best ?? byCrl.finding) : byCrl.finding
    return { status: 'unknown', finding }
  }

  private crlContext(
    certificate: Certificate,
    context: RevocationContext,
    visited: readonly Certificate[],
  ): CrlContext {
    return {
      ...context,
      lists: this.listsFor(certificate),
      signers: ({ issuerKey }) =>
        context
          .signers(issuerKey)
          .filter(({ certificate: own }) => own === undefined || !visited.includes(own)),
      validate: (signer) =>
        context.validate(
          signer,
          signer.certificate === undefined ? visited : [...visited, signer.certificate],
        ),
    }
  }

  private listsFor(certificate: Certificate): readonly RevocationList[] {
    if (this.sources.length === 0) return this.loose
    const names: (readonly RelativeName[])[] = [certificate.issuer]
    for (const { crlIssuer } of certificate.extensions.cRLDistributionPoints ?? []) {
      for (const name of crlIssuer ?? []) if (name.kind === 'directory') names.push(name.value)
    }
    const found = this.sources.flatMap((source) => names.flatMap((name) => [...source.lists(name)]))
    return [...this.loose, ...found]
  }

  private want(
    certificate: Certificate,
    issuer: IssuerIdentity,
    { crypto }: RevocationContext,
  ): void {
    const { random } = this.options
    const hash =
      crypto.hashes.find(({ name }) => name === 'sha1') ??
      crypto.hashes.find(({ name }) => name === 'sha256')
    if (hash !== undefined) {
      const nonce = random?.(32)
      const names = { nameDer: certificate.issuerDer, key: issuer.publicKey.publicKey }
      const body = encodeOcspRequest(certificate, names, hash, nonce)
      for (const request of ocspRequests(certificate, body)) {
        if (nonce !== undefined) this.nonces.set(nonceKey(request), nonce)
        this.wanted.push(request)
      }
    }
    this.wanted.push(...crlRequests(certificate))
  }

  private note(code: Finding['code'], detail: string): void {
    this.problem ??= { code, detail: `has an unknown revocation status: ${detail}` }
  }
}

/** A response about other certificates says nothing about this one; one that is an error says so of all. */
const isAbout = ({ error, responses }: OcspResponse, { serialNumber }: Certificate): boolean =>
  error !== undefined ||
  responses.some(({ certId }) => equalBytes(certId.serialNumber, serialNumber))

const nonceKey = ({ body }: FetchRequest): string => (body ?? new Uint8Array(0)).join('.')
