/** Base 64 (RFC 4648 section 4), strictly: without it two texts could stand for one key. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

const values = new Int8Array(128).fill(-1)
for (let index = 0; index < alphabet.length; index++) values[alphabet.charCodeAt(index)] = index

/** The bytes of padded base 64 without white space, or undefined where it is none (RFC 4648 3.5 included). */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const digits = text.length - padding
  const bytes = new Uint8Array((text.length / 4) * 3 - padding)
  let bits = 0
  let held = 0
  let at = 0
  for (let index = 0; index < digits; index++) {
    const value = values[text.charCodeAt(index)] ?? -1
    if (value < 0) return undefined
    held = ((held << 6) | value) & 0xfff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[at] = held >> bits
      at += 1
    }
  }
  // Bits of the last digit that belong to no octet must be zero.
  return (held & ((1 << bits) - 1)) === 0 ? bytes : undefined
}

/** Padded base 64 on one line. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let digit = 0; digit < 4; digit++) {
      const present = at + digit - 1 < bytes.length || digit < 2
      text += present ? alphabet.charAt((group >> (18 - 6 * digit)) & 63) : '='
    }
  }
  return text
}
