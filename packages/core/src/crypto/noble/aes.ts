/**
 * AES (FIPS 197), the direction that GCM, CCM and header masks need, and counter mode.
 *
 * noble's AES takes 640 KiB of tables for this, which are made when it is loaded, and an object for each block. Here one
 * table of 1 KiB has SubBytes and MixColumns in it: the columns that the other three rows give are rotations of the
 * first. The state is four words, one column each, the first row on top. What a table is looked up by depends on secrets,
 * as in noble's (docs/security.md).
 */
import type { HeaderMask } from '../provider.js'

/** An expanded key: the words of the round keys, for 16 or 32 bytes of key. */
export type AesKey = Int32Array

/** In GF(2^8), modulo x^8 + x^4 + x^3 + x + 1. */
function double(a: number): number {
  return (a << 1) ^ (0x11b & -(a >>> 7))
}

/** SubBytes (FIPS 197 5.1.1), and what a byte of the first row adds to its column: MixColumns of that (5.1.3). */
const sbox = /* @__PURE__ */ new Uint8Array(256)
const columns = /* @__PURE__ */ new Int32Array(256)

/** With the first key, not when imported. */
function fillTables(): void {
  // 3 generates the group, so the inverse of its i-th power is its power 255 - i.
  const powers = new Uint8Array(256)
  for (let i = 0, power = 1; i < 256; i++, power ^= double(power)) powers[i] = power
  for (let i = 0; i < 255; i++) {
    const inverse = powers[255 - i] as number
    const twice = (inverse << 8) | inverse
    sbox[powers[i] as number] =
      twice ^ (twice >> 4) ^ (twice >> 5) ^ (twice >> 6) ^ (twice >> 7) ^ 0x63
  }
  sbox[0] = 0x63
  for (const [index, byte] of sbox.entries()) {
    const twice = double(byte)
    columns[index] = (twice << 24) | (byte << 16) | (byte << 8) | (twice ^ byte)
  }
}

/** @throws {TypeError} for a key of another length. */
export function expandAesKey(key: Uint8Array, keyLength: number): AesKey {
  if (key.length !== keyLength) throw new TypeError(`AES key of ${keyLength} bytes expected`)
  if (columns[0] === 0) fillTables()
  const length = keyLength / 4
  const words = new Int32Array(4 * (length + 7))
  const bytes = new DataView(key.buffer, key.byteOffset, keyLength)
  for (let i = 0; i < length; i++) words[i] = bytes.getInt32(4 * i)
  // FIPS 197 5.2.
  for (let i = length, constant = 1; i < words.length; i++) {
    let word = words[i - 1] as number
    if (i % length === 0) {
      const rotated = (word << 8) | (word >>> 24)
      word = substituted(sbox, rotated, rotated, rotated, rotated) ^ (constant << 24)
      constant = double(constant)
    } else if (length > 6 && i % length === 4) {
      word = substituted(sbox, word, word, word, word)
    }
    words[i] = (words[i - length] as number) ^ word
  }
  return words
}

/**
 * SubBytes and ShiftRows of a column, from the four columns whose rows meet in it. `table` is `sbox`: esbuild makes a
 * module's constants variables, which V8 reads from memory each time, so the callers hold it.
 */
function substituted(table: Uint8Array, a: number, b: number, c: number, d: number): number {
  // Indices are bytes.
  return (
    ((table[a >>> 24] as number) << 24) |
    ((table[(b >>> 16) & 255] as number) << 16) |
    ((table[(c >>> 8) & 255] as number) << 8) |
    (table[d & 255] as number)
  )
}

/** What a byte of the second row adds to its column, and so on. `table` is `columns`; indices are bytes. */
function second(table: Int32Array, byte: number): number {
  const word = table[byte] as number
  return (word >>> 8) | (word << 24)
}

function third(table: Int32Array, byte: number): number {
  const word = table[byte] as number
  return (word >>> 16) | (word << 16)
}

function fourth(table: Int32Array, byte: number): number {
  const word = table[byte] as number
  return (word >>> 24) | (word << 8)
}

/** All four: SubBytes, ShiftRows and MixColumns of a column. Calls in here would be too many for V8 to inline. */
function mixed(table: Int32Array, a: number, b: number, c: number, d: number): number {
  const secondWord = table[(b >>> 16) & 255] as number
  const thirdWord = table[(c >>> 8) & 255] as number
  const fourthWord = table[d & 255] as number
  return (
    (table[a >>> 24] as number) ^
    ((secondWord >>> 8) | (secondWord << 24)) ^
    ((thirdWord >>> 16) | (thirdWord << 16)) ^
    ((fourthWord >>> 24) | (fourthWord << 8))
  )
}

/** Encrypts a block of four big-endian words in place. */
export const encryptBlock: (key: AesKey, block: Int32Array) => void = /* @__PURE__ */ (() => {
  const bytes = sbox
  const words = columns
  return (key, block) => {
    // Indices are below the key's length, which is a multiple of 4.
    let a = (block[0] as number) ^ (key[0] as number)
    let b = (block[1] as number) ^ (key[1] as number)
    let c = (block[2] as number) ^ (key[2] as number)
    let d = (block[3] as number) ^ (key[3] as number)
    const last = key.length - 4
    for (let i = 4; i < last; i += 4) {
      const next = mixed(words, a, b, c, d) ^ (key[i] as number)
      const nextB = mixed(words, b, c, d, a) ^ (key[i + 1] as number)
      const nextC = mixed(words, c, d, a, b) ^ (key[i + 2] as number)
      d = mixed(words, d, a, b, c) ^ (key[i + 3] as number)
      a = next
      b = nextB
      c = nextC
    }
    block[0] = substituted(bytes, a, b, c, d) ^ (key[last] as number)
    block[1] = substituted(bytes, b, c, d, a) ^ (key[last + 1] as number)
    block[2] = substituted(bytes, c, d, a, b) ^ (key[last + 2] as number)
    block[3] = substituted(bytes, d, a, b, c) ^ (key[last + 3] as number)
  }
})()

/** What `counterMode` adds to a block of text. Nobody else can see it: everything is synchronous. */
const keyStream = /* @__PURE__ */ new Int32Array(4)

/**
 * Encrypts `length` bytes in counter mode, from one place to another or the same. `counter` is the first counter block,
 * the last word of which counts.
 *
 * Blocks that differ in the counter's last byte alone differ after one round in the first column, by one look-up, and
 * after two in every column by one more. What 256 blocks have in common is therefore made once (Bernstein and Schwabe,
 * New AES software speed records, 2008). The rounds after that are those of `encryptBlock`, written out again: V8 inlines
 * a function for both, and then no longer `mixed`, which takes twice as long.
 */
export const counterMode: (
  key: AesKey,
  counter: Int32Array,
  from: DataView,
  to: DataView,
  length: number,
) => void = /* @__PURE__ */ (() => {
  const bytes = sbox
  const words = columns
  const stream = keyStream
  return (key, counter, from, to, length) => {
    // Indices are below the key's length, which is 44 at least and a multiple of 4.
    const last = key.length - 4
    const whole = length & ~15
    const a0 = (counter[0] as number) ^ (key[0] as number)
    const b0 = (counter[1] as number) ^ (key[1] as number)
    const c0 = (counter[2] as number) ^ (key[2] as number)
    const mask = key[3] as number
    for (let at = 0; at < length; ) {
      let count = (counter[3] as number) + (at >>> 4)
      const end = Math.min(length, at + ((256 - (count & 255)) << 4))
      // The columns after a round and after two, as if those bytes were zero that depend on the counter's last byte.
      const d0 = (count ^ mask) & ~255
      const zero = words[0] as number
      const zero4 = fourth(words, 0)
      const a1 = mixed(words, a0, b0, c0, d0) ^ zero4 ^ (key[4] as number)
      const b1 = mixed(words, b0, c0, d0, a0) ^ (key[5] as number)
      const c1 = mixed(words, c0, d0, a0, b0) ^ (key[6] as number)
      const d1 = mixed(words, d0, a0, b0, c0) ^ (key[7] as number)
      const a2 = mixed(words, 0, b1, c1, d1) ^ zero ^ (key[8] as number)
      const b2 = mixed(words, b1, c1, d1, 0) ^ zero4 ^ (key[9] as number)
      const c2 = mixed(words, c1, d1, 0, b1) ^ third(words, 0) ^ (key[10] as number)
      const d2 = mixed(words, d1, 0, b1, c1) ^ second(words, 0) ^ (key[11] as number)
      for (; at < end; at += 16, count++) {
        const column = a1 ^ fourth(words, (count ^ mask) & 255)
        let a = a2 ^ (words[column >>> 24] as number)
        let b = b2 ^ fourth(words, column & 255)
        let c = c2 ^ third(words, (column >>> 8) & 255)
        let d = d2 ^ second(words, (column >>> 16) & 255)
        for (let i = 12; i < last; i += 4) {
          const next = mixed(words, a, b, c, d) ^ (key[i] as number)
          const nextB = mixed(words, b, c, d, a) ^ (key[i + 1] as number)
          const nextC = mixed(words, c, d, a, b) ^ (key[i + 2] as number)
          d = mixed(words, d, a, b, c) ^ (key[i + 3] as number)
          a = next
          b = nextB
          c = nextC
        }
        stream[0] = substituted(bytes, a, b, c, d) ^ (key[last] as number)
        stream[1] = substituted(bytes, b, c, d, a) ^ (key[last + 1] as number)
        stream[2] = substituted(bytes, c, d, a, b) ^ (key[last + 2] as number)
        stream[3] = substituted(bytes, d, a, b, c) ^ (key[last + 3] as number)
        if (at === whole) {
          for (let i = 0; at + i < length; i++) {
            const word = stream[i >> 2] as number
            to.setUint8(at + i, from.getUint8(at + i) ^ (word >>> (24 - 8 * (i & 3))))
          }
        } else {
          to.setInt32(at, from.getInt32(at) ^ (stream[0] as number))
          to.setInt32(at + 4, from.getInt32(at + 4) ^ (stream[1] as number))
          to.setInt32(at + 8, from.getInt32(at + 8) ^ (stream[2] as number))
          to.setInt32(at + 12, from.getInt32(at + 12) ^ (stream[3] as number))
        }
      }
    }
    stream.fill(0)
  }
})()

/** AES-ECB of the sample (RFC 9001 5.4.3, RFC 9147 4.2.3): all 16 bytes. */
export function aesHeaderMask(key: Uint8Array, keyLength: number): HeaderMask {
  const expanded = expandAesKey(key, keyLength)
  const block = new Int32Array(4)
  return (sample) => {
    const mask = new Uint8Array(16)
    readWords(block, new DataView(sample.buffer, sample.byteOffset, 16))
    encryptBlock(expanded, block)
    writeWords(block, new DataView(mask.buffer))
    return mask
  }
}

/** Reads a block, or the start of one, as big-endian words. */
export function readWords(words: Int32Array, bytes: DataView): void {
  for (let i = 0; i < words.length; i++) words[i] = bytes.getInt32(4 * i)
}

export function writeWords(words: Int32Array, bytes: DataView, offset = 0): void {
  for (let i = 0; i < words.length; i++) bytes.setInt32(offset + 4 * i, words[i] as number)
}
