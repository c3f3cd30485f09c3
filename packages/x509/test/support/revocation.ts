/** CRLs and OCSP responses for tests, made in one line each. */
import { randomBytes } from 'node:crypto'
import { type CrlRequest, issueCrl, type RevokedCertificate } from '#src/issue/crl.js'
import { issueOcspResponse, type OcspResponseRequest, type OcspStatus } from '#src/issue/ocsp.js'
import type { RevocationReason } from '#src/issue/reason.js'
import { day, type Entity, now } from './authority.js'
import { testProvider } from './provider.js'

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

export const revoked = (entity: Entity, reason?: RevocationReason): RevokedCertificate => ({
  serialNumber: entity.certificate.serialNumber,
  revokedAt: now - day,
  reason,
})

/** A CRL of an authority, current for a week. */
export const makeCrl = (
  issuer: Entity,
  list: readonly RevokedCertificate[] = [],
  changes: Partial<CrlRequest> = {},
): Uint8Array =>
  issueCrl({
    issuer: issuer.certificate,
    issuerKey: issuer.key,
    random,
    thisUpdate: now - day,
    nextUpdate: now + 6 * day,
    number: 1,
    revoked: list,
    ...changes,
  })

const sha1 = testProvider.hashes.find(({ name }) => name === 'sha1')

/** An OCSP response about a certificate, current for a day. */
export function makeOcsp(
  about: Entity,
  issuer: Entity,
  status: OcspStatus = 'good',
  changes: Partial<OcspResponseRequest> & { thisUpdate?: number; nextUpdate?: number } = {},
): Uint8Array {
  if (sha1 === undefined) throw new Error('the provider has no SHA-1')
  const { thisUpdate = now - 1000, nextUpdate = now + day, ...rest } = changes
  const single = {
    certificate: about.certificate,
    issuer: issuer.certificate,
    hash: sha1,
    status,
    thisUpdate,
    nextUpdate,
  }
  return issueOcspResponse({
    responder: issuer.certificate,
    responderKey: issuer.key,
    random,
    producedAt: now - 1000,
    responses: [single],
    ...rest,
  })
}
