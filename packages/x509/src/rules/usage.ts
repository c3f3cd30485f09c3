import type { Certificate } from '../certificate.js'
import { type KeyUsage, keyUsage } from '../extension.js'
import type { Finding } from '../fault.js'
import { permitsRole, type Role } from '../purpose.js'

/** RFC 5280 4.2.1.3, RFC 9846 4.4.2.2: where the end-entity has a keyUsage, it permits what the key does here. */
export function checkKeyUsage(
  certificate: Certificate,
  required: KeyUsage | undefined,
): Finding | undefined {
  const usage = certificate.extensions.keyUsage
  if (required === undefined || usage === undefined) return undefined
  if ((usage & keyUsage[required]) !== 0) return undefined
  return { code: 'keyUsage', detail: `has a keyUsage without ${required}` }
}

/**
 * RFC 5280 4.2.1.12 for the end-entity; for authorities the extension limits what they may issue, as every validator in
 * use takes it.
 */
export function checkPurpose(certificate: Certificate, role: Role): Finding | undefined {
  if (permitsRole(certificate.extensions.extendedKeyUsage, role)) return undefined
  return {
    code: 'extendedKeyUsage',
    detail: `is not for ${role}s: its extendedKeyUsage has no ${role}Auth`,
  }
}
