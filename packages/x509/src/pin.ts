/** Fingerprints of public keys, for pinning (RFC 7469 2.4). */
import type { HashAlgorithm, SubjectPublicKey } from '@sanstls/core'
import { encodeBase64 } from './base64.js'
import { equalBytes } from './bytes.js'

/** The hash over a key's SubjectPublicKeyInfo. It stays the same when a certificate is renewed for the same key. */
export const spkiFingerprint = (
  key: SubjectPublicKey | { readonly publicKey: SubjectPublicKey },
  hash: HashAlgorithm,
): Uint8Array => hash.hash('spki' in key ? key.spki : key.publicKey.spki)

/** The fingerprint in the usual text form: `sha256/AAAA...=`. */
export const pinText = (
  key: SubjectPublicKey | { readonly publicKey: SubjectPublicKey },
  hash: HashAlgorithm,
): string => `${hash.name}/${encodeBase64(spkiFingerprint(key, hash))}`

/** Whether one of the pins is this key's fingerprint under this hash. */
export function matchesPin(
  key: SubjectPublicKey | { readonly publicKey: SubjectPublicKey },
  pins: readonly Uint8Array[],
  hash: HashAlgorithm,
): boolean {
  const fingerprint = spkiFingerprint(key, hash)
  return pins.some((pin) => equalBytes(pin, fingerprint))
}
