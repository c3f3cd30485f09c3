/** Premaster secrets of TLS 1.2 (RFC 5246 8.1, RFC 4279 section 2). */
import { concat, wipe } from '../bytes.js'

/** With a PSK: the other secret and the PSK, each behind its length. Without: the other secret. */
export function premasterSecret(other: Uint8Array, psk: Uint8Array | undefined): Uint8Array {
  if (psk === undefined) return other
  const premaster = concat(lengthOf(other), other, lengthOf(psk), psk)
  wipe(other)
  return premaster
}

/** RFC 4279 section 2: where only the PSK counts, as many zeros as it has bytes. */
export function noOtherSecret(psk: Uint8Array): Uint8Array {
  return new Uint8Array(psk.length)
}

/** RFC 5246 8.1.2: leading zeros of a finite-field secret are left out. */
export function withoutLeadingZeros(secret: Uint8Array): Uint8Array {
  const start = secret.findIndex((byte) => byte !== 0)
  return start < 0 ? secret.subarray(0, 0) : secret.subarray(start)
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >> 8, length & 0xff)
}
