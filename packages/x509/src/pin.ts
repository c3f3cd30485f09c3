/** Fingerprints of public keys and of certificates, for pinning (RFC 7469 2.4). */
import type { HashAlgorithm, HashName, SubjectPublicKey } from '@sanstls/core'
import { decodeBase64, encodeBase64 } from './base64.js'
import { equalBytes, toHex } from './bytes.js'

/** The hash over a key's SubjectPublicKeyInfo. It stays the same when a certificate is renewed for the same key. */
export const spkiFingerprint = (
  key: SubjectPublicKey | { readonly publicKey: SubjectPublicKey },
  hash: HashAlgorithm,
): Uint8Array => hash.hash('spki' in key ? key.spki : key.publicKey.spki)

/** The hash over a whole certificate. It changes with every renewal. */
export const certificateFingerprint = (
  certificate: { readonly der: Uint8Array } | Uint8Array,
  hash: HashAlgorithm,
): Uint8Array => hash.hash(certificate instanceof Uint8Array ? certificate : certificate.der)

/** The fingerprint in the usual text form: `sha256/AAAA...=`. */
export const pinText = (
  key: SubjectPublicKey | { readonly publicKey: SubjectPublicKey },
  hash: HashAlgorithm,
): string => `${hash.name}/${encodeBase64(spkiFingerprint(key, hash))}`

/** A fingerprint as tools show those of certificates: `AB:CD:...`. */
export const fingerprintText = (fingerprint: Uint8Array): string =>
  (toHex(fingerprint).toUpperCase().match(/../g) ?? []).join(':')

export interface Pin {
  readonly hash: HashName
  readonly fingerprint: Uint8Array
}

/** Bytes. SHA-1 is no hash to pin with. */
const entries = [
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
] as const satisfies (readonly [HashName, number])[]

/**
 * Reads a pin: `sha256/` and base 64, as `pinText` writes it; or 32, 48 or 64 octets in hexadecimal, with colons or
 * without, as tools show them.
 * @throws {TypeError} where it is neither: a pin that matches nothing locks everybody out.
 */
export function parsePin(text: string): Pin {
  for (const [hash, length] of entries) {
    const prefix = `${hash}/`
    const bytes = text.startsWith(prefix) ? decodeBase64(text.slice(prefix.length)) : undefined
    if (bytes?.length === length) return { hash, fingerprint: bytes }
  }
  const digits = /^[0-9a-fA-F]{2}(?::?[0-9a-fA-F]{2})*$/.test(text) ? text.replaceAll(':', '') : ''
  const byLength = entries.find(([, length]) => digits.length === 2 * length)
  if (byLength === undefined) throw new TypeError(`No pin: ${text}`)
  const pairs = digits.match(/../g) ?? []
  return {
    hash: byLength[0],
    fingerprint: Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)),
  }
}

/** Whether one of the pins is this key's fingerprint under this hash. */
export function matchesPin(
  key: SubjectPublicKey | { readonly publicKey: SubjectPublicKey },
  pins: readonly Uint8Array[],
  hash: HashAlgorithm,
): boolean {
  const fingerprint = spkiFingerprint(key, hash)
  return pins.some((pin) => equalBytes(pin, fingerprint))
}

/** Whether one of the fingerprints is this certificate's under this hash. */
export function matchesFingerprint(
  certificate: { readonly der: Uint8Array } | Uint8Array,
  fingerprints: readonly Uint8Array[],
  hash: HashAlgorithm,
): boolean {
  const fingerprint = certificateFingerprint(certificate, hash)
  return fingerprints.some((known) => equalBytes(known, fingerprint))
}
