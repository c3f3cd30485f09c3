/** HKDF (RFC 5869) and HKDF-Expand-Label (RFC 9846 7.1). */
import { copyBytes, wipe } from '../bytes.js'
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
  if (length <= hash.outputLength) return expandOnce(hash, key, withCounter(info), length)
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

function withCounter(info: Uint8Array): Uint8Array {
  const block = new Uint8Array(info.length + 1)
  block.set(info)
  block[info.length] = 1
  return block
}

/** The usual case: one block, of info and counter. */
function expandOnce(
  hash: HashAlgorithm,
  key: Uint8Array,
  block: Uint8Array,
  length: number,
): Uint8Array {
  const whole = hash.hmac(key, block)
  if (length === whole.length) return whole
  const out = copyBytes(whole, 0, length)
  wipe(whole)
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
  const block = hkdfLabel(prefix + label, context, length)
  return length <= hash.outputLength
    ? expandOnce(hash, secret, block, length)
    : hkdfExpand(hash, secret, block.subarray(0, -1), length)
}

/** HkdfLabel (RFC 9846 7.1) and the counter of the first block. Written out, since a handshake makes dozens. */
function hkdfLabel(label: string, context: Uint8Array, length: number): Uint8Array {
  // RFC 9846 7.1: opaque label<7..255>.
  if (label.length > 255) throw new RangeError(`a label of ${label.length} characters is too long`)
  const info = new Uint8Array(5 + label.length + context.length)
  info[0] = length >> 8
  info[1] = length
  info[2] = label.length
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i)
    if (code > 0x7f) throw new RangeError(`${JSON.stringify(label)} is not ASCII`)
    info[3 + i] = code
  }
  info[3 + label.length] = context.length
  info.set(context, 4 + label.length)
  info[info.length - 1] = 1
  return info
}
