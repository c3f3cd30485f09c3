/** HKDF (RFC 5869) and HKDF-Expand-Label (RFC 9846 7.1). */
import { ascii, concat } from '../bytes.js'
import type { HashAlgorithm } from '../crypto/provider.js'

export function hkdfExtract(
  hash: HashAlgorithm,
  salt: Uint8Array,
  keyMaterial: Uint8Array,
): Uint8Array {
  return hash.hmac(salt, keyMaterial)
}

export function hkdfExpand(
  hash: HashAlgorithm,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  if (length > 255 * hash.outputLength) throw new RangeError(`HKDF cannot give ${length} bytes`)
  const out = new Uint8Array(length)
  const block = new Uint8Array(hash.outputLength + info.length + 1)
  block.set(info, hash.outputLength)
  let done = 0
  for (let counter = 1; done < length; counter++) {
    block[block.length - 1] = counter
    // The first block has no predecessor.
    const next = hash.hmac(key, counter === 1 ? block.subarray(hash.outputLength) : block)
    out.set(next.subarray(0, Math.min(next.length, length - done)), done)
    block.set(next)
    done += next.length
  }
  return out
}

export function hkdfExpandLabel(
  hash: HashAlgorithm,
  secret: Uint8Array,
  prefix: string,
  label: string,
  context: Uint8Array,
  length: number,
): Uint8Array {
  const full = ascii(prefix + label)
  // RFC 9846 7.1: opaque label<7..255>.
  if (full.length > 255) throw new RangeError(`a label of ${label.length} characters is too long`)
  const header = Uint8Array.of(length >> 8, length & 0xff, full.length)
  return hkdfExpand(
    hash,
    secret,
    concat(header, full, Uint8Array.of(context.length), context),
    length,
  )
}
