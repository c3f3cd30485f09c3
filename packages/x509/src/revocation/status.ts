/** What is known about the revocation of a certificate. */
import type { SubjectPublicKey } from '@sanstls/core'
import type { Certificate } from '../certificate.js'
import type { Finding } from '../fault.js'

export type RevocationStatus =
  | { readonly status: 'good' }
  /** Revoked, or unknown for this reason. */
  | { readonly status: 'revoked' | 'unknown'; readonly finding: Finding }

/** Who issued the certificate: the next one of its path, or the anchor. */
export interface IssuerIdentity {
  readonly publicKey: SubjectPublicKey
  readonly certificate: Certificate | undefined
  /** Equal for names that match (RFC 5280 7.1). */
  readonly subjectKey: string
  readonly description: string
}

export const unknownStatus = (code: Finding['code'], detail: string): RevocationStatus => ({
  status: 'unknown',
  finding: { code, detail },
})
