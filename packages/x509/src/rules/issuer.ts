import type { Certificate } from '../certificate.js'
import { keyUsage } from '../extension.js'
import type { Finding } from '../fault.js'
import type { Profile } from '../profile.js'

/**
 * Whether a certificate may issue the one below it (RFC 5280 6.1.4 (k) to (n)).
 * @param intermediates the certificates between it and the end-entity, self-issued ones not counted.
 * @param isAnchor trusted by configuration; as such it may be of the time before version 3.
 */
export function checkIssuer(
  issuer: Certificate,
  intermediates: number,
  isAnchor: boolean,
  profile: Profile,
): Finding | undefined {
  const { basicConstraints, keyUsage: usage } = issuer.extensions
  if (issuer.version < 3) {
    if (isAnchor && profile !== 'webPki') return undefined
    return {
      code: 'version',
      detail: `is of version ${issuer.version} and cannot be an authority's`,
    }
  }
  if (basicConstraints === undefined) {
    return { code: 'notACa', detail: 'has no basicConstraints, and is no authority' }
  }
  if (!basicConstraints.ca) return { code: 'notACa', detail: 'is no authority' }
  if (basicConstraints.pathLength !== undefined && intermediates > basicConstraints.pathLength) {
    return {
      code: 'pathLengthExceeded',
      detail: `allows ${basicConstraints.pathLength} intermediates below it, and there are ${intermediates}`,
    }
  }
  if (usage !== undefined && (usage & keyUsage.keyCertSign) === 0) {
    return {
      code: 'keyUsage',
      detail: 'may not sign certificates: its keyUsage has no keyCertSign',
    }
  }
  return undefined
}
