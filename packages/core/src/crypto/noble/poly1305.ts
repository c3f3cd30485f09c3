/**
 * Poly1305 (RFC 8439 2.5) of whole blocks, which is how the AEAD uses it.
 *
 * Numbers modulo 2^130 - 5 are six limbs of 22 bits, as floating-point numbers: products of limbs and sums of six of
 * them stay below 2^53, where these are exact. There are no branches or addresses that depend on secrets.
 */

/** For one message after another, each under a key of its own. */
export class Poly1305 {
  /** The key's first half: the factor, and what its limbs are where they reach beyond 2^132. */
  readonly #r = new Float64Array(6)
  readonly #wrapped = new Float64Array(6)
  /** The sum, and the key's second half. */
  readonly #h = new Float64Array(6)
  readonly #s = new Int32Array(4)
  readonly #block = new DataView(new ArrayBuffer(16))

  /** @param key the one-time key, as eight little-endian words. */
  start(key: Int32Array): void {
    const r = this.#r
    // RFC 8439 2.5: some bits of the factor are cleared.
    const w0 = (key[0] as number) & 0x0fffffff
    const w1 = (key[1] as number) & 0x0ffffffc
    const w2 = (key[2] as number) & 0x0ffffffc
    const w3 = (key[3] as number) & 0x0ffffffc
    r[0] = w0 & 0x3fffff
    r[1] = ((w0 >>> 22) | (w1 << 10)) & 0x3fffff
    r[2] = ((w1 >>> 12) | (w2 << 20)) & 0x3fffff
    r[3] = (w2 >>> 2) & 0x3fffff
    r[4] = ((w2 >>> 24) | (w3 << 8)) & 0x3fffff
    r[5] = w3 >>> 14
    // 2^132 = 4 * 2^130, and 2^130 = 5.
    for (let i = 0; i < 6; i++) this.#wrapped[i] = 20 * (r[i] as number)
    for (let i = 0; i < 4; i++) this.#s[i] = key[4 + i] as number
    this.#h.fill(0)
  }

  /** Absorbs the first `length` bytes, padded with zeros to whole blocks. */
  update(bytes: DataView, length: number): void {
    const whole = length & ~15
    this.#absorb(bytes, whole)
    if (whole === length) return
    for (let i = 0; i < 16; i++) {
      this.#block.setUint8(i, whole + i < length ? bytes.getUint8(whole + i) : 0)
    }
    this.#absorb(this.#block, 16)
  }

  /** Absorbs the last block of the AEAD (RFC 8439 2.8): the lengths of its two parts, in bytes. */
  updateLengths(first: number, second: number): void {
    // Lengths beyond 2^32 bytes do not fit into memory.
    this.#block.setUint32(0, first, true)
    this.#block.setUint32(4, 0)
    this.#block.setUint32(8, second, true)
    this.#block.setUint32(12, 0)
    this.#absorb(this.#block, 16)
  }

  /** Writes the tag as four little-endian words. What is kept of the key is cleared. */
  finish(tag: Int32Array): void {
    const h = Int32Array.from(this.#h)
    // Of the last limb, 20 bits belong to the number.
    carry(h)
    h[0] = (h[0] as number) + 5 * ((h[5] as number) >> 20)
    h[5] = (h[5] as number) & 0xfffff
    carry(h)
    // Less than twice the modulus, which is subtracted where that can be done: added 5, and dropped 2^130.
    const less = Int32Array.from(h)
    less[0] = (less[0] as number) + 5
    carry(less)
    const reached = -((less[5] as number) >> 20)
    less[5] = (less[5] as number) & 0xfffff
    // Six limbs each.
    for (let i = 0; i < 6; i++) {
      h[i] = ((h[i] as number) & ~reached) | ((less[i] as number) & reached)
    }
    const [h0 = 0, h1 = 0, h2 = 0, h3 = 0, h4 = 0, h5 = 0] = h
    tag[0] = h0 | (h1 << 22)
    tag[1] = (h1 >> 10) | (h2 << 12)
    tag[2] = (h2 >> 20) | (h3 << 2) | (h4 << 24)
    tag[3] = (h4 >> 8) | (h5 << 14)
    // Modulo 2^128.
    let sum = 0
    for (let i = 0; i < 4; i++) {
      sum = ((tag[i] as number) >>> 0) + ((this.#s[i] as number) >>> 0) + Math.floor(sum / 2 ** 32)
      tag[i] = sum
    }
    this.wipe()
  }

  wipe(): void {
    this.#r.fill(0)
    this.#wrapped.fill(0)
    this.#h.fill(0)
    this.#s.fill(0)
  }

  /** Adds the blocks, each with 2^128, and multiplies by the factor each time. */
  #absorb(bytes: DataView, length: number): void {
    // Not the module's: esbuild makes its constants variables, and V8 does not turn division by one into multiplication.
    const radix = 2 ** 22
    // Six limbs each.
    const r0 = this.#r[0] as number
    const r1 = this.#r[1] as number
    const r2 = this.#r[2] as number
    const r3 = this.#r[3] as number
    const r4 = this.#r[4] as number
    const r5 = this.#r[5] as number
    const v1 = this.#wrapped[1] as number
    const v2 = this.#wrapped[2] as number
    const v3 = this.#wrapped[3] as number
    const v4 = this.#wrapped[4] as number
    const v5 = this.#wrapped[5] as number
    let h0 = this.#h[0] as number
    let h1 = this.#h[1] as number
    let h2 = this.#h[2] as number
    let h3 = this.#h[3] as number
    let h4 = this.#h[4] as number
    let h5 = this.#h[5] as number
    for (let at = 0; at < length; at += 16) {
      const w0 = bytes.getInt32(at, true)
      const w1 = bytes.getInt32(at + 4, true)
      const w2 = bytes.getInt32(at + 8, true)
      const w3 = bytes.getInt32(at + 12, true)
      // At most 23 bits.
      h0 += w0 & 0x3fffff
      h1 += ((w0 >>> 22) | (w1 << 10)) & 0x3fffff
      h2 += ((w1 >>> 12) | (w2 << 20)) & 0x3fffff
      h3 += (w2 >>> 2) & 0x3fffff
      h4 += ((w2 >>> 24) | (w3 << 8)) & 0x3fffff
      h5 += (w3 >>> 14) | 0x40000
      // At most 6 * 20 * 2^(22 + 23).
      let d0 = h0 * r0 + h1 * v5 + h2 * v4 + h3 * v3 + h4 * v2 + h5 * v1
      let d1 = h0 * r1 + h1 * r0 + h2 * v5 + h3 * v4 + h4 * v3 + h5 * v2
      let d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * v5 + h4 * v4 + h5 * v3
      let d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * v5 + h5 * v4
      let d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * v5
      let d5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0
      // Two chains of carries, so that neither has to wait long.
      let c = Math.floor(d0 / radix)
      let e = Math.floor(d3 / radix)
      d0 -= c * radix
      d3 -= e * radix
      d1 += c
      d4 += e
      c = Math.floor(d1 / radix)
      e = Math.floor(d4 / radix)
      d1 -= c * radix
      d4 -= e * radix
      d2 += c
      d5 += e
      c = Math.floor(d2 / radix)
      e = Math.floor(d5 / radix)
      d2 -= c * radix
      d5 -= e * radix
      d3 += c
      d0 += 20 * e
      c = Math.floor(d3 / radix)
      e = Math.floor(d0 / radix)
      h3 = d3 - c * radix
      h0 = d0 - e * radix
      h4 = d4 + c
      h1 = d1 + e
      h2 = d2
      h5 = d5
    }
    this.#h[0] = h0
    this.#h[1] = h1
    this.#h[2] = h2
    this.#h[3] = h3
    this.#h[4] = h4
    this.#h[5] = h5
  }
}

/** Brings all limbs but the last one below the radix. */
function carry(limbs: Int32Array): void {
  for (let i = 0; i < 5; i++) {
    limbs[i + 1] = (limbs[i + 1] as number) + ((limbs[i] as number) >> 22)
    limbs[i] = (limbs[i] as number) & 0x3fffff
  }
}
