/**
 * GHASH (NIST SP 800-38D 6.4) with its tables made once per key.
 *
 * noble's GHASH rebuilds a table for every message and reads it through objects, which made up two thirds of the cost
 * of a record. A table has the products of a power of H with all polynomials of degree below 8, in 4 KiB. One is enough
 * for small messages; with those of H^4, H^3 and H^2 beside it, four blocks share the shifts and reductions. The first
 * words of all products stand together, then the second ones, and so on, so that one index does for the four.
 *
 * Blocks are four 32-bit words, most significant first, in the bit order of the standard: the coefficient of x^0 is
 * the top bit of the first word. Multiplication by x is therefore a shift to the right.
 *
 * Table look-ups depend on secrets, as they do in AES: docs/security.md says so.
 */

/** x^128 = x^7 + x^2 + x + 1, as the top bits of the first word. */
const reduction = 0xe1000000

/** For each byte that a shift by 8 pushes out, what it adds to the first word. Filled with the first key's table. */
const shiftedOut = /* @__PURE__ */ new Int32Array(256)

function fillShiftedOut(): void {
  for (let byte = 0; byte < 256; byte++) {
    let carry = byte
    let word = 0
    for (let i = 0; i < 8; i++) {
      word = (word >>> 1) ^ (reduction & -(carry & 1))
      carry >>>= 1
    }
    shiftedOut[byte] = word
  }
}

/** Products in a table: one for each byte. */
const products = 256
/** Words of a table. */
const tableLength = 4 * products
/** In the tables of four powers: from a word of a product to its next one. */
const longStride = 4 * products
/** Bytes of a message that is worth making the other three tables for. */
const longMessage = 1024

/** Writes the products of `h`, four words, with every byte: their first words at `place`, the others `stride` further each. */
function fillTable(tables: Int32Array, place: number, stride: number, h: ArrayLike<number>): void {
  if (shiftedOut[1] === 0) fillShiftedOut()
  let v0 = h[0] as number
  let v1 = h[1] as number
  let v2 = h[2] as number
  let v3 = h[3] as number
  for (let bit = 128; bit > 0; bit >>= 1) {
    const at = place + bit
    tables[at] = v0
    tables[at + stride] = v1
    tables[at + 2 * stride] = v2
    tables[at + 3 * stride] = v3
    const carry = v3 & 1
    v3 = (v2 << 31) | (v3 >>> 1)
    v2 = (v1 << 31) | (v2 >>> 1)
    v1 = (v0 << 31) | (v1 >>> 1)
    v0 = (v0 >>> 1) ^ (reduction & -carry)
  }
  for (let word = 0; word < 4; word++) {
    const start = place + word * stride
    for (let bit = 2; bit < products; bit <<= 1) {
      // Bytes whose highest bit this is; both indices are within the table.
      for (let low = 1; low < bit; low++) {
        tables[start + bit + low] =
          (tables[start + bit] as number) ^ (tables[start + low] as number)
      }
    }
  }
}

const noTables = /* @__PURE__ */ new Int32Array(0)

/** Those that have tables, the oldest first: idle connections need none, and making one takes some microseconds. */
const ready = /* @__PURE__ */ new Set<Ghash>()
const mostReady = 256

/** The last block of a message, padded. Hashing is synchronous, so one does for all keys. */
const lastBlock = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(16))

/** For one key. `state` is the hash of what came since `start`. */
export class Ghash {
  readonly state = new Int32Array(4)
  /** H, as a plain array, which is smaller. */
  readonly #h: number[]
  /** Of H; before it, for long messages, of H^4, H^3 and H^2. None before the first message, or given up. */
  #tables = noTables

  /** @param h four words: the encrypted zero block. */
  constructor(h: Int32Array) {
    this.#h = [...h]
  }

  start(): void {
    this.state.fill(0)
    if (this.#tables === noTables) this.#prepare()
  }

  /** Absorbs the first `length` bytes, padded with zeros to whole blocks. */
  update(bytes: DataView, length: number): void {
    if (length >= longMessage && this.#tables.length === tableLength) this.#extend()
    const whole = length & ~15
    const fours = this.#tables.length === tableLength ? 0 : length & ~63
    if (fours > 0) long.absorbFours(this.state, this.#tables, bytes, fours)
    if (fours < whole) absorb(this.state, this.#tables, bytes, fours, whole)
    if (whole === length) return
    for (let i = 0; i < 16; i++) {
      lastBlock.setUint8(i, whole + i < length ? bytes.getUint8(whole + i) : 0)
    }
    absorb(this.state, this.#tables, lastBlock, 0, 16)
  }

  /** Absorbs the last block: the lengths of additional data and text, given in bytes. */
  finish(aadLength: number, textLength: number): void {
    lastBlock.setUint32(0, Math.floor(aadLength / 0x2000_0000))
    lastBlock.setUint32(4, aadLength << 3)
    lastBlock.setUint32(8, Math.floor(textLength / 0x2000_0000))
    lastBlock.setUint32(12, textLength << 3)
    absorb(this.state, this.#tables, lastBlock, 0, 16)
  }

  wipe(): void {
    this.state.fill(0)
    this.#h.fill(0)
    this.#drop()
  }

  #prepare(): void {
    for (const oldest of ready) {
      if (ready.size < mostReady) break
      oldest.#drop()
    }
    ready.add(this)
    this.#tables = new Int32Array(tableLength)
    fillTable(this.#tables, 0, products, this.#h)
  }

  /** Gives the tables up. */
  #drop(): void {
    ready.delete(this)
    long.forget(this.#tables)
    this.#tables.fill(0)
    this.#tables = noTables
  }

  #extend(): void {
    const small = this.#tables
    const tables = new Int32Array(4 * tableLength)
    for (let word = 0; word < 4; word++) {
      const table = small.subarray(word * products, (word + 1) * products)
      tables.set(table, word * longStride + 3 * products)
    }
    const power = Int32Array.from(this.#h)
    const block = new DataView(new ArrayBuffer(16))
    for (let place = 2; place >= 0; place--) {
      // Each product by H is that of the hash of one block.
      absorb(power, small, block, 0, 16)
      fillTable(tables, place * products, longStride, power)
    }
    power.fill(0)
    small.fill(0)
    this.#tables = tables
  }
}

/** Adds whole blocks one by one, and multiplies by H each time. */
function absorb(
  state: Int32Array,
  tables: Int32Array,
  bytes: DataView,
  start: number,
  end: number,
): void {
  // esbuild makes a module's constants variables, which V8 reads from memory each time; those of a function stay.
  const carried = shiftedOut
  const stride = tables.length >>> 2
  // Where the products of H are, word by word.
  const first = stride - products
  const second = first + stride
  const third = second + stride
  const fourth = third + stride
  // The state has four words; indices into tables are bytes by construction.
  let y0 = state[0] as number
  let y1 = state[1] as number
  let y2 = state[2] as number
  let y3 = state[3] as number
  for (let at = start; at < end; at += 16) {
    y0 ^= bytes.getInt32(at)
    y1 ^= bytes.getInt32(at + 4)
    y2 ^= bytes.getInt32(at + 8)
    y3 ^= bytes.getInt32(at + 12)
    let z0 = 0
    let z1 = 0
    let z2 = 0
    let z3 = 0
    // Horner's rule over the 16 bytes, last byte first: z = z * x^8 + byte * H.
    for (let word = 3; word >= 0; word--) {
      const y = word === 3 ? y3 : word === 2 ? y2 : word === 1 ? y1 : y0
      for (let shift = 0; shift < 32; shift += 8) {
        const byte = (y >>> shift) & 255
        const out = carried[z3 & 255] as number
        z3 = ((z2 << 24) | (z3 >>> 8)) ^ (tables[fourth + byte] as number)
        z2 = ((z1 << 24) | (z2 >>> 8)) ^ (tables[third + byte] as number)
        z1 = ((z0 << 24) | (z1 >>> 8)) ^ (tables[second + byte] as number)
        z0 = (z0 >>> 8) ^ out ^ (tables[first + byte] as number)
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

/**
 * The same for the first `length` bytes, four blocks at once: they are multiplied by H^4, H^3, H^2 and H. The tables of the
 * key that was last used are copied to where V8's code finds them without asking: with that, and one index for the four
 * words of a product, 16 KiB take 26 us instead of 41. It knows the place of an array only in functions that it inlines.
 */
const long = /* @__PURE__ */ (() => {
  const carried = shiftedOut
  const words0 = new Int32Array(longStride)
  const words1 = new Int32Array(longStride)
  const words2 = new Int32Array(longStride)
  const words3 = new Int32Array(longStride)
  const words = [words0, words1, words2, words3]
  let loaded: Int32Array = noTables

  // Indices are within the tables by construction.
  const reduced = (byte: number) => carried[byte] as number
  const sum0 = (i: number, j: number, k: number, l: number) =>
    (words0[i] as number) ^ (words0[j] as number) ^ (words0[k] as number) ^ (words0[l] as number)
  const sum1 = (i: number, j: number, k: number, l: number) =>
    (words1[i] as number) ^ (words1[j] as number) ^ (words1[k] as number) ^ (words1[l] as number)
  const sum2 = (i: number, j: number, k: number, l: number) =>
    (words2[i] as number) ^ (words2[j] as number) ^ (words2[k] as number) ^ (words2[l] as number)
  const sum3 = (i: number, j: number, k: number, l: number) =>
    (words3[i] as number) ^ (words3[j] as number) ^ (words3[k] as number) ^ (words3[l] as number)

  const load = (tables: Int32Array) => {
    for (const [index, part] of words.entries())
      part.set(tables.subarray(index * longStride, (index + 1) * longStride))
    loaded = tables
  }

  return {
    absorbFours(state: Int32Array, tables: Int32Array, bytes: DataView, length: number): void {
      if (loaded !== tables) load(tables)
      let y0 = state[0] as number
      let y1 = state[1] as number
      let y2 = state[2] as number
      let y3 = state[3] as number
      for (let at = 0; at < length; at += 64) {
        let z0 = 0
        let z1 = 0
        let z2 = 0
        let z3 = 0
        for (let word = 3; word >= 0; word--) {
          const place = at + 4 * word
          const y = word === 3 ? y3 : word === 2 ? y2 : word === 1 ? y1 : y0
          const a = y ^ bytes.getInt32(place)
          const b = bytes.getInt32(place + 16)
          const c = bytes.getInt32(place + 32)
          const d = bytes.getInt32(place + 48)
          for (let shift = 0; shift < 32; shift += 8) {
            const i = (a >>> shift) & 255
            const j = ((b >>> shift) & 255) | products
            const k = ((c >>> shift) & 255) | (2 * products)
            const l = ((d >>> shift) & 255) | (3 * products)
            const out = reduced(z3 & 255)
            z3 = ((z2 << 24) | (z3 >>> 8)) ^ sum3(i, j, k, l)
            z2 = ((z1 << 24) | (z2 >>> 8)) ^ sum2(i, j, k, l)
            z1 = ((z0 << 24) | (z1 >>> 8)) ^ sum1(i, j, k, l)
            z0 = (z0 >>> 8) ^ out ^ sum0(i, j, k, l)
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
    },

    /** Clears the copy of tables that are given up. */
    forget(tables: Int32Array): void {
      if (loaded !== tables) return
      for (const part of words) part.fill(0)
      loaded = noTables
    },
  }
})()
