/** The padding of RSAES-PKCS1-v1_5 (RFC 8017 7.2): 00 02, eight octets or more that are not zero, 00, the message. */
import { copyBytes } from '../bytes.js'
import { maskEqual } from './constant-time.js'
import { draw } from './noble/draw.js'
import type { Random } from './provider.js'

/** What stands before a message, at least. */
const overhead = 11

/** EME-PKCS1-v1_5 encoding for a modulus of `length` bytes; undefined where that is too short. */
export function padForEncryption(
  message: Uint8Array,
  length: number,
  random: Random,
): Uint8Array | undefined {
  const separator = length - message.length - 1
  if (length < message.length + overhead) return undefined
  const encoded = new Uint8Array(length)
  encoded[1] = 2
  // 16 bits for each octet: one of the 255 values comes 258 times among 65536, and the others 257 times.
  const drawn = draw(random, 2 * (separator - 2))
  const view = new DataView(drawn.buffer)
  for (let i = 2; i < separator; i++) encoded[i] = 1 + (view.getUint16(2 * (i - 2)) % 255)
  encoded.set(message, separator + 1)
  return encoded
}

/**
 * The message, where the padding is right and leaves room for exactly as many bytes as `fallback` has; otherwise
 * `fallback`. Which of the two changes neither the instructions executed nor the memory read.
 * @param encoded as long as the modulus.
 */
export function unpadOrElse(encoded: Uint8Array, fallback: Uint8Array): Uint8Array {
  const { length } = fallback
  const separator = encoded.length - length - 1
  if (encoded.length < length + overhead) return copyBytes(fallback)
  // The length is known in advance, so no zero is searched for: each octet has one value to have, or one not to have.
  let wrong = (encoded[0] as number) | ((encoded[1] as number) ^ 2) | (encoded[separator] as number)
  for (let i = 2; i < separator; i++) wrong |= maskEqual(encoded[i] as number, 0)
  const isRight = maskEqual(wrong & 0xff, 0)
  const message = new Uint8Array(length)
  for (let i = 0; i < length; i++) {
    const octet = encoded[separator + 1 + i] as number
    message[i] = (octet & isRight) | ((fallback[i] as number) & ~isRight)
  }
  return message
}
