/** Small things on byte arrays. */

export const noBytes: Uint8Array = new Uint8Array(0)

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** A copy, even of a Node.js Buffer, whose own `slice` is a view of the same memory. */
export function copyBytes(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start)
  copy.set(end - start === bytes.length ? bytes : bytes.subarray(start, end))
  return copy
}

/** Whether two arrays are equal, in time that depends on their lengths only. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}

/** Whether two public values are equal. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The bytes of a string that has ASCII characters only. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) throw new RangeError(`${JSON.stringify(text)} is not ASCII`)
    bytes[i] = code
  }
  return bytes
}

/** Bytes as characters 0 to 255, one each. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** A string's code units, big-endian, so that every string comes back as it was. */
export function utf16(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    out[2 * i] = code >> 8
    out[2 * i + 1] = code & 0xff
  }
  return out
}

export function fromUtf16(input: Uint8Array): string {
  let text = ''
  for (let i = 0; i + 1 < input.length; i += 2)
    text += String.fromCharCode(((input[i] ?? 0) << 8) | (input[i + 1] ?? 0))
  return text
}

/** Of a big-endian number. */
export function bitLength(number: Uint8Array): number {
  const start = number.findIndex((byte) => byte !== 0)
  if (start < 0) return 0
  return (number.length - start - 1) * 8 + 32 - Math.clz32(number[start] ?? 0)
}

/**
 * Bytes as 32-bit words of a plain array, for what is held as long as a connection: a typed array takes 200 bytes however
 * short it is. `unpacked` makes bytes of them, of the length that they had.
 */
export function packed(bytes: Uint8Array): number[] {
  const words = new Array<number>(Math.ceil(bytes.length / 4)).fill(0)
  for (let i = 0; i < bytes.length; i++)
    words[i >> 2] = (words[i >> 2] ?? 0) | ((bytes[i] ?? 0) << (8 * (i & 3)))
  return words
}

export function unpacked(words: readonly number[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i++) bytes[i] = (words[i >> 2] ?? 0) >> (8 * (i & 3))
  return bytes
}

export function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0')
  return text
}

/** Overwrites secrets. Best effort: the engine may have copied them (docs/security.md). */
export function wipe(...secrets: readonly (Uint8Array | number[] | undefined)[]): void {
  for (const secret of secrets) secret?.fill(0)
}
