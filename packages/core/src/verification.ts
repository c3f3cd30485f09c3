/** What a configured verification says by itself, without being asked about a chain. */
import { equal } from './bytes.js'
import type { Verification } from './config.js'
import type { StoredPeer } from './session.js'

/** Only the option's own value switches verification off, never its mere presence. */
export function acceptsAnyone(verification: Verification | undefined): boolean {
  return (
    typeof verification === 'object' &&
    'dangerouslyAcceptAnyPeer' in verification &&
    verification.dangerouslyAcceptAnyPeer === true
  )
}

export function isPinned(
  verification: { readonly pinnedKeys: readonly Uint8Array[] },
  key: Uint8Array,
): boolean {
  return verification.pinnedKeys.some((pin) => equal(pin, key))
}

/**
 * Whether the peer of a session may stand for one that is verified now. What a policy would say about it is bounded by
 * the session's expiry; what the configuration itself says is asked again.
 */
export function acceptsStored(
  verification: Verification | undefined,
  { publicKey, dangerouslyUnverified }: StoredPeer,
): boolean {
  if (acceptsAnyone(verification)) return true
  if (verification === undefined || dangerouslyUnverified) return false
  return typeof verification !== 'object' || !('pinnedKeys' in verification)
    ? true
    : isPinned(verification, publicKey)
}
