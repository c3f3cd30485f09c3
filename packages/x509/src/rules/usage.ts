import type { Certificate } from '../certificate.js'
import { type KeyUsage, keyUsage } from '../extension.js'
import type { Finding } from '../fault.js'
import { purposeName, purposes } from '../purpose.js'

/** RFC 5280 4.2.1.3, RFC 9846 4.5.1.2: where the end-entity has a keyUsage, it permits what the key does here. */
export function checkKeyUsage(
  certificate: Certificate,
  required: readonly KeyUsage[],
): Finding | undefined {
  const usage = certificate.extensions.keyUsage
  if (usage === undefined) return undefined
  const missing = required.find((name) => (usage & keyUsage[name]) === 0)
  if (missing === undefined) return undefined
  return { code: 'keyUsage', detail: `has a keyUsage without ${missing}` }
}

/**
 * RFC 5280 4.2.1.12 for the end-entity; for authorities the extension limits what they may issue, as every validator in
 * use takes it.
 */
export function checkPurposes(
  { extensions }: Certificate,
  { usages }: { readonly usages: readonly string[] },
): Finding | undefined {
  const permitted = extensions.extendedKeyUsage
  if (permitted === undefined || permitted.includes(purposes.anyExtendedKeyUsage)) return undefined
  const missing = usages.find((usage) => !permitted.includes(usage))
  if (missing === undefined) return undefined
  return {
    code: 'extendedKeyUsage',
    detail: `is not for this: its extendedKeyUsage has no ${purposeName(missing)}`,
  }
}
