/**
 * GHASH (NIST SP 800-38D 6.4) with its table made once per key.
 *
 * noble's GHASH rebuilds a table for every message and reads it through objects, which made up two thirds of the cost
 * of a record. This one keeps 4 KiB per key: the products of H with all polynomials of degree below 8.
 *
 * Blocks are four 32-bit words, most significant first, in the bit order of the standard: the coefficient of x^0 is
 * the top bit of the first word. Multiplication by x is therefore a shift to the right.
 *
 * Table look-ups depend on secrets, as they do in noble's AES: JavaScript offers nothing better than software that an
 * observer of the processor's cache can learn from. docs/security.md says so.
 */

/** x^128 = x^7 + x^2 + x + 1, as the top bits of the first word. */
const reduction = 0xe1000000

/** For each byte that a shift by 8 pushes out, what it adds to the first word. */
const shiftedOut = /* @__PURE__ */ (() => {
  const table = new Int32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let carry = byte
    let word = 0
    for (let i = 0; i < 8; i++) {
      word = (word >>> 1) ^ (reduction & -(carry & 1))
      carry >>>= 1
    }
    table[byte] = word
  }
  return table
})()

/** The products of `h` (16 bytes) with every byte, four words each. */
export function ghashTable(h: Uint8Array): Int32Array {
  const table = new Int32Array(1024)
  const view = new DataView(h.buffer, h.byteOffset, 16)
  let v0 = view.getInt32(0)
  let v1 = view.getInt32(4)
  let v2 = view.getInt32(8)
  let v3 = view.getInt32(12)
  for (let bit = 128; bit > 0; bit >>= 1) {
    const at = bit * 4
    table[at] = v0
    table[at + 1] = v1
    table[at + 2] = v2
    table[at + 3] = v3
    const carry = v3 & 1
    v3 = (v2 << 31) | (v3 >>> 1)
    v2 = (v1 << 31) | (v2 >>> 1)
    v1 = (v0 << 31) | (v1 >>> 1)
    v0 = (v0 >>> 1) ^ (reduction & -carry)
  }
  for (let bit = 2; bit < 256; bit <<= 1) {
    for (let low = 1; low < bit; low++) {
      for (let word = 0; word < 4; word++) {
        // Both indices are below 1024.
        table[(bit + low) * 4 + word] =
          (table[bit * 4 + word] as number) ^ (table[low * 4 + word] as number)
      }
    }
  }
  return table
}

/** Absorbs `data`, padded with zeros to whole blocks, into the four words of `state`. */
export function ghashUpdate(state: Int32Array, table: Int32Array, data: Uint8Array): void {
  const whole = data.length & ~15
  if (whole > 0) {
    absorb(state, table, new DataView(data.buffer, data.byteOffset, whole), whole)
  }
  if (whole < data.length) {
    const block = new Uint8Array(16)
    block.set(data.subarray(whole))
    absorb(state, table, new DataView(block.buffer), 16)
  }
}

/** Absorbs the last block: the lengths of additional data and text, given in bytes. */
export function ghashLengths(
  state: Int32Array,
  table: Int32Array,
  aadLength: number,
  textLength: number,
): void {
  const view = new DataView(new ArrayBuffer(16))
  view.setUint32(0, Math.floor(aadLength / 0x2000_0000))
  view.setUint32(4, aadLength << 3)
  view.setUint32(8, Math.floor(textLength / 0x2000_0000))
  view.setUint32(12, textLength << 3)
  absorb(state, table, view, 16)
}

function absorb(state: Int32Array, table: Int32Array, view: DataView, length: number): void {
  let y0 = state[0] as number
  let y1 = state[1] as number
  let y2 = state[2] as number
  let y3 = state[3] as number
  for (let at = 0; at < length; at += 16) {
    y0 ^= view.getInt32(at)
    y1 ^= view.getInt32(at + 4)
    y2 ^= view.getInt32(at + 8)
    y3 ^= view.getInt32(at + 12)
    let z0 = 0
    let z1 = 0
    let z2 = 0
    let z3 = 0
    // Horner's rule over the 16 bytes, last byte first: z = z * x^8 + byte * H.
    for (let word = 3; word >= 0; word--) {
      const bytes = word === 3 ? y3 : word === 2 ? y2 : word === 1 ? y1 : y0
      for (let shift = 0; shift < 32; shift += 8) {
        const out = z3 & 255
        const entry = ((bytes >>> shift) & 255) << 2
        // Indices are below 256 and 1024 by construction.
        z3 = ((z2 << 24) | (z3 >>> 8)) ^ (table[entry + 3] as number)
        z2 = ((z1 << 24) | (z2 >>> 8)) ^ (table[entry + 2] as number)
        z1 = ((z0 << 24) | (z1 >>> 8)) ^ (table[entry + 1] as number)
        z0 = (z0 >>> 8) ^ (shiftedOut[out] as number) ^ (table[entry] as number)
      }
    }
    y0 = z0
    y1 = z1
    y2 = z2
    y3 = z3
  }
  state[0] = y0
  state[1] = y1
  state[2] = y2
  state[3] = y3
}
