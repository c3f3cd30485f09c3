/** Which credential a connection gets, and what the runner expects of the question. */
import type { CredentialQuestion } from '@sanstls/core'
import { parseCertificate } from '@sanstls/x509'
import { hex } from './bytes.js'
import { expectSame } from './checks.js'
import type { ShimCredential } from './credentials.js'
import { type Flags, Unimplemented } from './flags.js'

/** What the shim learns while a connection runs. */
export interface Seen {
  verified: number
  selected: number
  trace: string
  established: boolean
  /** Instead of the connection's own flags, once early data is rejected. */
  inForce: Flags | undefined
  /** Keys that only TLS 1.3 has. */
  tls13Keys: boolean
  /** The versions in the peer's hello. */
  peerVersions: readonly number[]
  keylog: string[]
  /** HelloRequests that came. */
  helloRequests: number
  /** Sessions that the server keeps under a session id. */
  saved: number
  /** What a policy of ours said where the test wants it to fail. */
  refusal: string | undefined
}

/** The test wants a policy to fail. */
export class Deliberate extends Error {
  constructor(name: string, seen: Seen) {
    super(name)
    seen.refusal = name
  }
}

/** Several credentials go in as they are, so that the core chooses; a single one may be asked for. */
export function credentialSource(flags: Flags, all: readonly ShimCredential[], seen: Seen) {
  const asks =
    flags['expect-client-ca-list'] !== undefined ||
    flags['expect-peer-verify-pref'] !== undefined ||
    flags['fail-cert-callback'] ||
    (flags.server && flags['fail-ocsp-callback'])
  const byIssuer = all.some(({ mustMatchIssuer }) => mustMatchIssuer)
  const list = all.map(({ credential }) => credential)
  if (asks || byIssuer || (flags.async && list.length === 1)) {
    if (list.length > 1 && !byIssuer)
      throw new Unimplemented('several credentials and a question about them')
    if (flags.async) return { credentials: 'decide' } as const
    return {
      credentials: (question: CredentialQuestion) => choose(question, flags, all, seen),
    } as const
  }
  return list.length === 0 ? {} : { credentials: list }
}

/** The credential, after the checks that BoringSSL's shim makes in its certificate callback. */
export function choose(
  question: CredentialQuestion,
  flags: Flags,
  all: readonly ShimCredential[],
  seen: Seen,
): ShimCredential['credential'] | undefined {
  if (flags['fail-cert-callback']) throw new Deliberate('CERT_CB_ERROR', seen)
  if (flags.server && flags['fail-ocsp-callback']) throw new Deliberate('OCSP_CB_ERROR', seen)
  const authorities = flags['expect-client-ca-list']
  if (authorities !== undefined)
    expectSame(
      question.certificateAuthorities.map(hex).join(),
      names(authorities).map(hex).join(),
      'authorities of the CertificateRequest',
    )
  const schemes = flags['expect-peer-verify-pref']
  if (schemes !== undefined)
    expectSame(question.signatureSchemes.join(), schemes.join(), "the peer's signature schemes")
  const found = all.find((one) => !one.mustMatchIssuer || isIssuedByOneOf(one, question))
  if (found === undefined && all.length > 0) seen.refusal = 'NO_MATCHING_ISSUER'
  return found?.credential
}

function isIssuedByOneOf(
  { credential }: ShimCredential,
  { certificateAuthorities }: CredentialQuestion,
): boolean {
  const wanted = certificateAuthorities.map(hex)
  return credential.chain.some((der) => wanted.includes(hex(parseCertificate(der).issuerDer)))
}

/** DER names in hexadecimal, with commas between. */
export function names(list: string | undefined): readonly Uint8Array[] {
  if (list === undefined || list === '<NULL>' || list === '<EMPTY>' || list === '') return []
  return list.split(',').map((name) => new Uint8Array(Buffer.from(name, 'hex')))
}
