/** Arithmetic modulo 2^255 - 19 on limbs. Results are reduced; arguments are as `limbs.ts` allows. */
import { copyBytes } from '../../../bytes.js'
import {
  carryIntegers,
  common,
  type Limbs,
  multiplyLimbs,
  newLimbs,
  readLimbs,
  squareLimbs,
  writeIntegers,
} from './limbs.js'

// biome-ignore format: a table
function reduce(out: Limbs): void {
  const { columns, rounding, down } = common
  // 2^264 = 2^9 * 2^255, and 2^255 = 19.
  const fold = 2 ** 9 * 19
  const c0 = columns[0] as number; const c1 = columns[1] as number; const c2 = columns[2] as number
  const c3 = columns[3] as number; const c4 = columns[4] as number; const c5 = columns[5] as number
  const c6 = columns[6] as number; const c7 = columns[7] as number; const c8 = columns[8] as number
  const c9 = columns[9] as number; const c10 = columns[10] as number; const c11 = columns[11] as number
  const c12 = columns[12] as number; const c13 = columns[13] as number; const c14 = columns[14] as number
  const c15 = columns[15] as number; const c16 = columns[16] as number; const c17 = columns[17] as number
  const c18 = columns[18] as number; const c19 = columns[19] as number; const c20 = columns[20] as number
  // Carries are taken from all columns at once, from what they were before.
  const k11 = c11 + rounding - rounding; const k12 = c12 + rounding - rounding
  const k13 = c13 + rounding - rounding; const k14 = c14 + rounding - rounding
  const k15 = c15 + rounding - rounding; const k16 = c16 + rounding - rounding
  const k17 = c17 + rounding - rounding; const k18 = c18 + rounding - rounding
  const k19 = c19 + rounding - rounding; const k20 = c20 + rounding - rounding
  const d0 = c0 + fold * (c11 - k11); const d1 = c1 + fold * (c12 - k12 + k11 * down)
  const d2 = c2 + fold * (c13 - k13 + k12 * down); const d3 = c3 + fold * (c14 - k14 + k13 * down)
  const d4 = c4 + fold * (c15 - k15 + k14 * down); const d5 = c5 + fold * (c16 - k16 + k15 * down)
  const d6 = c6 + fold * (c17 - k17 + k16 * down); const d7 = c7 + fold * (c18 - k18 + k17 * down)
  const d8 = c8 + fold * (c19 - k19 + k18 * down); const d9 = c9 + fold * (c20 - k20 + k19 * down)
  const d10 = c10 + fold * k20 * down
  const k0 = d0 + rounding - rounding; const k1 = d1 + rounding - rounding
  const k2 = d2 + rounding - rounding; const k3 = d3 + rounding - rounding
  const k4 = d4 + rounding - rounding; const k5 = d5 + rounding - rounding
  const k6 = d6 + rounding - rounding; const k7 = d7 + rounding - rounding
  const k8 = d8 + rounding - rounding; const k9 = d9 + rounding - rounding
  const k10 = d10 + rounding - rounding
  const e0 = d0 - k0 + fold * k10 * down; const e1 = d1 - k1 + k0 * down; const e2 = d2 - k2 + k1 * down
  const e3 = d3 - k3 + k2 * down; const e4 = d4 - k4 + k3 * down; const e5 = d5 - k5 + k4 * down
  const e6 = d6 - k6 + k5 * down; const e7 = d7 - k7 + k6 * down; const e8 = d8 - k8 + k7 * down
  const e9 = d9 - k9 + k8 * down; const e10 = d10 - k10 + k9 * down
  // The first limb may still have 20 bits too many, and the others 6.
  const r0 = e0 + rounding - rounding; const r1 = e1 + rounding - rounding
  const r2 = e2 + rounding - rounding; const r3 = e3 + rounding - rounding
  const r4 = e4 + rounding - rounding; const r5 = e5 + rounding - rounding
  const r6 = e6 + rounding - rounding; const r7 = e7 + rounding - rounding
  const r8 = e8 + rounding - rounding; const r9 = e9 + rounding - rounding
  const r10 = e10 + rounding - rounding
  out[0] = e0 - r0 + fold * r10 * down; out[1] = e1 - r1 + r0 * down; out[2] = e2 - r2 + r1 * down
  out[3] = e3 - r3 + r2 * down; out[4] = e4 - r4 + r3 * down; out[5] = e5 - r5 + r4 * down
  out[6] = e6 - r6 + r5 * down; out[7] = e7 - r7 + r6 * down; out[8] = e8 - r8 + r7 * down
  out[9] = e9 - r9 + r8 * down; out[10] = e10 - r10 + r9 * down
}

export function multiply(out: Limbs, a: Limbs, b: Limbs): void {
  multiplyLimbs(a, b)
  reduce(out)
}

export function square(out: Limbs, a: Limbs): void {
  squareLimbs(a)
  reduce(out)
}

/** out = a + k b, for k below 2^25. */
export function addScaled(out: Limbs, a: Limbs, k: number, b: Limbs): void {
  const { columns } = common
  columns.fill(0)
  for (let i = 0; i < a.length; i++) columns[i] = (a[i] as number) + k * (b[i] as number)
  reduce(out)
}

const next = /* @__PURE__ */ newLimbs()
const five = /* @__PURE__ */ newLimbs()
const ten = /* @__PURE__ */ newLimbs()
const fifty = /* @__PURE__ */ newLimbs()
const eleventh = /* @__PURE__ */ newLimbs()

/** 1 / a, and 0 for 0: the power p - 2 = 2^255 - 21 = 2^5 (2^250 - 1) + 11. Not in place. */
export function invert(out: Limbs, a: Limbs): void {
  squares(next, a, 1)
  squares(out, next, 2)
  multiply(out, out, a)
  multiply(eleventh, out, next)
  squares(next, eleventh, 1)
  multiply(out, next, out)
  // a to the power of 2^n - 1, n = 5.
  five.set(out)
  extend(out, 5, five)
  ten.set(out)
  extend(out, 10, ten)
  extend(out, 20, out)
  extend(out, 10, ten)
  fifty.set(out)
  extend(out, 50, fifty)
  extend(out, 100, out)
  extend(out, 50, fifty)
  // n = 250
  extend(out, 5, eleventh)
  for (const number of [next, five, ten, fifty, eleventh]) number.fill(0)
}

/** Squares `out` so many times, and multiplies by what `by` was before. */
function extend(out: Limbs, times: number, by: Limbs): void {
  squares(next, out, times)
  multiply(out, next, by)
}

function squares(out: Limbs, a: Limbs, times: number): void {
  square(out, a)
  for (let i = 1; i < times; i++) square(out, out)
}

/** Reads 32 bytes, little-endian, without the highest bit (RFC 7748 section 5). */
export function read(out: Limbs, bytes: Uint8Array): void {
  const masked = copyBytes(bytes)
  masked[31] = (bytes[31] as number) & 127
  readLimbs(out, masked)
}

/** Writes the least residue as 32 bytes, little-endian. */
export function write(a: Limbs): Uint8Array<ArrayBuffer> {
  const limbs = Int32Array.from(a)
  // The last limb has 15 bits of the 255. What it has beyond them is 1, 0 or -1 after the first pass, and then nothing.
  for (let pass = 0; pass < 2; pass++) {
    carryIntegers(limbs)
    limbs[0] = (limbs[0] as number) + 19 * ((limbs[10] as number) >> 15)
    limbs[10] = (limbs[10] as number) & 0x7fff
  }
  // Subtracting p is adding 19 and dropping 2^255: done where that is reached.
  const less = Int32Array.from(limbs)
  less[0] = (less[0] as number) + 19
  carryIntegers(less)
  const reached = -((less[10] as number) >> 15)
  less[10] = (less[10] as number) & 0x7fff
  for (let i = 0; i < limbs.length; i++) {
    limbs[i] = ((limbs[i] as number) & ~reached) | ((less[i] as number) & reached)
  }
  return writeIntegers(limbs)
}
