/**
 * GHASH (NIST SP 800-38D 6.4), four blocks at a time, without secret addresses: a vector is a table of 16 bytes.
 *
 * Bytes are polynomials with x^0 as their highest bit, and byte i of a block stands for x^8i. A power of H has two tables
 * for each of the 17 bytes of its product with a byte, one for each half of that byte. Look-ups for all bytes of a block
 * at once give, in place i, what byte i contributes to byte i + b of the product, and Horner's rule sums over b.
 */
import { define, i8x16, i32, load, shuffle, splat8, v128, vector, zero } from '../emit.mjs'
import { layout } from './layout.mjs'

/** The tables of a power of H. */
export const tableBytes = 34 * 16
/** Of a row of `multiples`: 16 zeros, 17 bytes, zeros. */
const rowBytes = 48
const positions = Array.from({ length: 16 }, (_, i) => i)
/** By one byte to higher places, from a vector of lower ones. */
const moved = [15, ...positions.slice(0, 15).map((i) => 16 + i)]
const move = (low, high) => shuffle(low, high, moved)
const shiftRight = (value, bits) => i8x16.shr_u(value, bits)

/** Multiplies the sum of accumulator and first block by H^4, the next ones by H^3, H^2 and H; `groups` times. */
const ghash = define('ghash', { parameters: { text: 'i32', groups: 'i32' } }, (f, parameters) => {
  const text = f.variable('i32', parameters.text)
  const groups = f.variable('i32', parameters.groups)
  const sum = f.variable('v128', load('v128', layout.ghashAccumulator))
  f.while(groups.get, () => {
    const halves = [0, 1, 2, 3].map((i) => {
      const block = load('v128', text.get, 16 * i)
      const value = f.keep(i === 0 ? v128.xor(block, sum.get) : block)
      return [f.keep(shiftRight(value, 4)), f.keep(v128.and(value, splat8(15)))]
    })
    const low = f.variable('v128', zero)
    const high = f.variable('v128', zero)
    const table = f.variable('i32', layout.ghashTables + 16 * 32)
    f.while(i32.ge_u(table.get, layout.ghashTables), () => {
      const products = halves
        .flatMap((pair, i) =>
          pair.map((half, j) =>
            i8x16.swizzle(load('v128', table.get, i * tableBytes + 16 * j), half),
          ),
        )
        .reduce((a, b) => v128.xor(a, b))
      high.set(move(low.get, high.get))
      low.set(v128.xor(move(zero, low.get), products))
      table.set(i32.sub(table.get, 32))
    })
    sum.set(reduced(f, low.get, high.get))
    text.set(i32.add(text.get, 64))
    groups.set(i32.sub(groups.get, 1))
  })
  f.store('v128', layout.ghashAccumulator, sum.get)
})

/** x^128 = x^7 + x^2 + x + 1. */
function reduced(f, low, high) {
  // What the last byte sends beyond x^128 once more.
  const last = f.keep(shuffle(high, zero, [15, ...Array(15).fill(16)]))
  const beyond = v128.xor(v128.xor(i8x16.shl(last, 7), i8x16.shl(last, 6)), i8x16.shl(last, 1))
  const value = f.keep(v128.xor(high, beyond))
  const before = f.keep(move(zero, value))
  const times = (power) => v128.or(shiftRight(value, power), i8x16.shl(before, 8 - power))
  return [value, times(1), times(2), times(7)].reduce((a, b) => v128.xor(a, b), low)
}

/** Makes the 34 tables of the power of H at `power`. */
const ghashTable = define(
  'ghashTable',
  { parameters: { power: 'i32', table: 'i32' } },
  (f, { power, ...parameters }) => {
    f.store('v128', layout.multiples, load('v128', power), 16)
    const row = f.variable('i32', layout.multiples)
    f.while(i32.lt_u(row.get, layout.multiples + 7 * rowBytes), () => {
      // Times x; the second vector takes what leaves the first.
      for (const at of [16, 32]) {
        const shifted = v128.or(
          shiftRight(load('v128', row.get, at), 1),
          i8x16.shl(load('v128', row.get, at - 1), 7),
        )
        f.store('v128', row.get, shifted, at + rowBytes)
      }
      row.set(i32.add(row.get, rowBytes))
    })
    // Index n of a table has x^0 (or x^4) in its highest bit.
    const having = (bit) => vector(positions.map((n) => ((n >> (3 - bit)) & 1 ? -1 : 0)))
    const table = f.variable('i32', parameters.table)
    const at = f.variable('i32', 0)
    f.while(i32.lt_u(at.get, 17), () => {
      for (const half of [0, 1]) {
        const entries = [0, 1, 2, 3].map((bit) => {
          const place = layout.multiples + 16 + rowBytes * (4 * half + bit)
          return v128.and(load('v128.load8_splat', at.get, place), having(bit))
        })
        f.store(
          'v128',
          table.get,
          entries.reduce((a, b) => v128.xor(a, b)),
          16 * half,
        )
      }
      table.set(i32.add(table.get, 32))
      at.set(i32.add(at.get, 1))
    })
  },
)

export const functions = [ghash, ghashTable]
