import type { Certificate } from '../certificate.js'
import type { Finding } from '../fault.js'

/** RFC 5280 4.2: a critical extension that is not processed makes the certificate unusable. */
export function checkCriticalExtensions(certificate: Certificate): Finding | undefined {
  const id = certificate.unknownExtensions.find(({ critical }) => critical)?.id
  if (id === undefined) return undefined
  return {
    code: 'unknownCriticalExtension',
    detail: `has the critical extension ${id}, which is not understood`,
  }
}
