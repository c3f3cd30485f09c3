/**
 * Arithmetic modulo p = 2^256 - 2^224 + 2^192 + 2^96 - 1 (SP 800-186 3.2.1.3) on limbs. Numbers are in Montgomery's form,
 * multiplied by 2^264. Results are reduced, and between -p and p; arguments are as `limbs.ts` allows.
 */

import { numberToBytesLE } from '@noble/curves/utils.js'
import { copyBytes } from '../../../bytes.js'
import { lazy } from '../lazy.js'
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

/** p in limbs. */
const prime = [0xffffff, 0xffffff, 0xffffff, 0xffffff, 0, 0, 0, 0, 1, 0xffff00, 0xffff]

/**
 * Divides by 2^264: adds multiples of p that make the lowest column zero, one limb after the other. As p is -1 modulo
 * 2^96, the multiple is what the column has.
 */
// biome-ignore format: a table
export function reduce(out: Limbs): void {
  const { columns, rounding, down } = common
  const c0 = columns[0] as number; const c1 = columns[1] as number; const c2 = columns[2] as number
  const c3 = columns[3] as number; const c4 = columns[4] as number; const c5 = columns[5] as number
  const c6 = columns[6] as number; const c7 = columns[7] as number; const c8 = columns[8] as number
  const c9 = columns[9] as number; const c10 = columns[10] as number; const c11 = columns[11] as number
  const c12 = columns[12] as number; const c13 = columns[13] as number; const c14 = columns[14] as number
  const c15 = columns[15] as number; const c16 = columns[16] as number; const c17 = columns[17] as number
  const c18 = columns[18] as number; const c19 = columns[19] as number; const c20 = columns[20] as number
  // The lowest columns become digits, all at once: a carry comes from what a column was before.
  const k0 = c0 + rounding - rounding; const k1 = c1 + rounding - rounding
  const k2 = c2 + rounding - rounding; const k3 = c3 + rounding - rounding
  const k4 = c4 + rounding - rounding; const k5 = c5 + rounding - rounding
  const k6 = c6 + rounding - rounding; const k7 = c7 + rounding - rounding
  const k8 = c8 + rounding - rounding; const k9 = c9 + rounding - rounding
  const k10 = c10 + rounding - rounding
  const q0 = c0 - k0; const q1 = c1 - k1 + k0 * down; const q2 = c2 - k2 + k1 * down
  const q3 = c3 - k3 + k2 * down; const q4 = c4 - k4 + k3 * down + q0; const q5 = c5 - k5 + k4 * down + q1
  const q6 = c6 - k6 + k5 * down + q2; const q7 = c7 - k7 + k6 * down + q3
  const q8 = c8 - k8 + k7 * down + q4 + q0
  // These two take too much for a digit.
  const s9 = c9 - k9 + k8 * down + q5 + q1 - 0x100 * q0
  const r9 = s9 + rounding - rounding; const q9 = s9 - r9
  const s10 = c10 - k10 + (k9 + r9) * down + q6 + q2 - 0x100 * q1 + 0x10000 * q0
  const r10 = s10 + rounding - rounding; const q10 = s10 - r10
  const d11 = c11 + (k10 + r10) * down + q7 + q3 - 0x100 * q2 + 0x10000 * q1
  const d12 = c12 + q8 + q4 - 0x100 * q3 + 0x10000 * q2
  const d13 = c13 + q9 + q5 - 0x100 * q4 + 0x10000 * q3
  const d14 = c14 + q10 + q6 - 0x100 * q5 + 0x10000 * q4
  const d15 = c15 + q7 - 0x100 * q6 + 0x10000 * q5
  const d16 = c16 + q8 - 0x100 * q7 + 0x10000 * q6
  const d17 = c17 + q9 - 0x100 * q8 + 0x10000 * q7
  const d18 = c18 + q10 - 0x100 * q9 + 0x10000 * q8
  const d19 = c19 - 0x100 * q10 + 0x10000 * q9
  const d20 = c20 + 0x10000 * q10
  // Two rounds of carries: after the first, columns are below 2^30.
  const k11 = d11 + rounding - rounding; const k12 = d12 + rounding - rounding
  const k13 = d13 + rounding - rounding; const k14 = d14 + rounding - rounding
  const k15 = d15 + rounding - rounding; const k16 = d16 + rounding - rounding
  const k17 = d17 + rounding - rounding; const k18 = d18 + rounding - rounding
  const k19 = d19 + rounding - rounding; const k20 = d20 + rounding - rounding
  const e11 = d11 - k11; const e12 = d12 - k12 + k11 * down; const e13 = d13 - k13 + k12 * down
  const e14 = d14 - k14 + k13 * down; const e15 = d15 - k15 + k14 * down; const e16 = d16 - k16 + k15 * down
  const e17 = d17 - k17 + k16 * down; const e18 = d18 - k18 + k17 * down; const e19 = d19 - k19 + k18 * down
  const e20 = d20 - k20 + k19 * down
  const r11 = e11 + rounding - rounding; const r12 = e12 + rounding - rounding
  const r13 = e13 + rounding - rounding; const r14 = e14 + rounding - rounding
  const r15 = e15 + rounding - rounding; const r16 = e16 + rounding - rounding
  const r17 = e17 + rounding - rounding; const r18 = e18 + rounding - rounding
  const r19 = e19 + rounding - rounding; const r20 = e20 + rounding - rounding
  out[0] = e11 - r11; out[1] = e12 - r12 + r11 * down; out[2] = e13 - r13 + r12 * down
  out[3] = e14 - r14 + r13 * down; out[4] = e15 - r15 + r14 * down; out[5] = e16 - r16 + r15 * down
  out[6] = e17 - r17 + r16 * down; out[7] = e18 - r18 + r17 * down; out[8] = e19 - r19 + r18 * down
  out[9] = e20 - r20 + r19 * down; out[10] = (k20 + r20) * down
}

export function multiply(out: Limbs, a: Limbs, b: Limbs): void {
  multiplyLimbs(a, b)
  reduce(out)
}

export function square(out: Limbs, a: Limbs): void {
  squareLimbs(a)
  reduce(out)
}

/** out = a b + c d. */
export function multiplyAdd(out: Limbs, a: Limbs, b: Limbs, c: Limbs, d: Limbs): void {
  multiplyLimbs(a, b)
  multiplyLimbs(c, d, 1)
  reduce(out)
}

/** out = a b - c d. */
export function multiplySubtract(out: Limbs, a: Limbs, b: Limbs, c: Limbs, d: Limbs): void {
  multiplyLimbs(c, d)
  multiplyLimbs(a, b, -1)
  reduce(out)
}

const next = /* @__PURE__ */ newLimbs()
const two = /* @__PURE__ */ newLimbs()
const three = /* @__PURE__ */ newLimbs()
const six = /* @__PURE__ */ newLimbs()
const thirty = /* @__PURE__ */ newLimbs()
const whole = /* @__PURE__ */ newLimbs()

/** 1 / a, and 0 for 0: the power p - 2. Not in place. */
export function invert(out: Limbs, a: Limbs): void {
  // Names say how many ones the exponent has.
  two.set(a)
  extend(two, 1, a)
  three.set(two)
  extend(three, 1, a)
  six.set(three)
  extend(six, 3, three)
  thirty.set(six)
  extend(thirty, 6, six) // 12
  extend(thirty, 3, three) // 15
  extend(thirty, 15, thirty)
  whole.set(thirty)
  extend(whole, 2, two)
  // The words of p - 2, from the highest: ffffffff 00000001 0 0 0 ffffffff ffffffff fffffffd.
  out.set(whole)
  extend(out, 32, a)
  extend(out, 128, whole)
  extend(out, 32, whole)
  extend(out, 30, thirty)
  extend(out, 2, a)
  for (const number of [next, two, three, six, thirty, whole]) number.fill(0)
}

/** Squares `out` so many times, and multiplies by what `by` was before. */
function extend(out: Limbs, times: number, by: Limbs): void {
  square(next, out)
  for (let i = 1; i < times; i++) square(next, next)
  multiply(out, next, by)
}

/** 2^528 modulo p: what brings a number into Montgomery's form. */
const intoForm = /* @__PURE__ */ lazy(() => {
  const limbs = newLimbs()
  readLimbs(
    limbs,
    numberToBytesLE(0x4fffffffdfffffffffffffffefffffffbffffffff00000000000000030000n, 32),
  )
  return limbs
})

const unit = /* @__PURE__ */ newLimbs().fill(1, 0, 1)

/** Reads 32 bytes, big-endian; numbers from p on are reduced. */
export function read(out: Limbs, bytes: Uint8Array): void {
  readLimbs(out, copyBytes(bytes).reverse())
  multiply(out, out, intoForm())
}

/** Writes the least residue as 32 bytes, big-endian. */
export function write(a: Limbs): Uint8Array<ArrayBuffer> {
  // Out of Montgomery's form it is at most half of p, with a sign.
  multiply(next, a, unit)
  const limbs = Int32Array.from(next)
  carryIntegers(limbs)
  const negative = (limbs[10] as number) >> 31
  for (const [i, limb] of prime.entries()) {
    limbs[i] = (limbs[i] as number) + (limb & negative)
  }
  carryIntegers(limbs)
  return writeIntegers(limbs).reverse()
}
