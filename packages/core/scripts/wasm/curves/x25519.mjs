/** X25519 (RFC 7748): the Montgomery ladder, with the same steps for every scalar. */
import { call, copy, define, i32, i64, load } from '../emit.mjs'
import {
  carryBalanced,
  carryLimb,
  carryUnsigned,
  defineMultiply,
  defineSquare,
  elementLength,
  Formula,
  limbCount,
} from './field.mjs'
import { layout } from './layout.mjs'

const name = 'f25519'
/** 2^261 = 2^6 * 2^255, and 2^255 = 19. */
const fold = (value) => i64.mul(value, 64n * 19n)

/** Carries the limbs, the last into the first. */
function carried(f, limbs) {
  for (let i = 0; i < limbCount - 1; i++) carryLimb(f, limbs, i)
  carryLimb(f, limbs, limbCount - 1, fold, 0)
  carryLimb(f, limbs, 0)
  return limbs.map(({ get }) => get)
}

function reduce(f, product) {
  const upper = [...product.slice(limbCount), f.variable('i64', 0n)]
  for (let i = 0; i < limbCount - 1; i++) carryLimb(f, upper, i)
  const low = product.slice(0, limbCount)
  for (const [i, limb] of low.entries()) limb.set(i64.add(limb.get, fold(upper[i].get)))
  return carried(f, low)
}

/** a + 121665 b: the constant of the curve, (486662 - 2) / 4. */
const addScaled = define(
  `${name}AddScaled`,
  { parameters: { out: 'i32', a: 'i32', b: 'i32' } },
  (f, { out, a, b }) => {
    const offset = f.variable('i32', 0)
    f.while(i32.lt_u(offset.get, elementLength), () => {
      const [x, y] = [a, b].map((at) => load('i64', i32.add(at, offset.get)))
      f.store('i64', i32.add(out, offset.get), i64.add(x, i64.mul(y, 121665n)))
      offset.set(i32.add(offset.get, 8))
    })
    carryBalanced(f, out)
    // The last into the first, as in `carried`.
    const limbs = Object.fromEntries(
      [0, 1, 8].map((i) => [i, f.variable('i64', load('i64', out, 8 * i))]),
    )
    carryLimb(f, limbs, 8, fold, 0)
    carryLimb(f, limbs, 0)
    for (const i of [0, 1, 8]) f.store('i64', out, limbs[i].get, 8 * i)
  },
)

/** Exchanges elements where `mask` is all ones, and not where it is zero. */
const exchange = define(
  `${name}Exchange`,
  { parameters: { mask: 'i64', a: 'i32', b: 'i32' } },
  (f, { mask, ...parameters }) => {
    const [a, b] = [f.variable('i32', parameters.a), f.variable('i32', parameters.b)]
    const left = f.variable('i32', 9)
    f.while(left.get, () => {
      const [x, y] = [f.keep(load('i64', a.get), 'i64'), f.keep(load('i64', b.get), 'i64')]
      const difference = f.keep(i64.and(i64.xor(x, y), mask), 'i64')
      f.store('i64', a.get, i64.xor(x, difference))
      f.store('i64', b.get, i64.xor(y, difference))
      for (const at of [a, b]) at.set(i32.add(at.get, 8))
      left.set(i32.sub(left.get, 1))
    })
  },
)

const place = (index) => layout.curve + index * elementLength
const [u, x2, z2, x3, z3, t0, t1, t2, t3] = Array.from({ length: 9 }, (_, i) => place(i))

/** One step of the ladder (RFC 7748 section 5). */
const step = define(`${name}Step`, {}, (f) => {
  const g = new Formula(f, name)
  const input = (at) => ({ at, limb: Formula.reduced, value: 0 })
  const a = g.add(t0, input(x2), input(z2))
  const b = g.subtract(t1, input(x2), input(z2))
  const c = g.add(t2, input(x3), input(z3))
  const d = g.subtract(t3, input(x3), input(z3))
  const da = g.multiply(t3, d, a)
  const cb = g.multiply(t2, c, b)
  const aa = g.square(t0, a)
  const bb = g.square(t1, b)
  g.square(x3, g.add(x3, da, cb))
  g.multiply(z3, input(u), g.square(z3, g.subtract(z3, da, cb)))
  g.multiply(x2, aa, bb)
  const e = g.subtract(t1, aa, bb)
  f.add(call(`${name}AddScaled`, t2, t0, t1))
  g.multiply(z2, e, input(t2))
})

/** 1 / z2, in t0: z^(2^255 - 21). */
function invert(f) {
  const g = new Formula(f, name)
  const of = (at) => ({ at, limb: Formula.reduced, value: 0 })
  const squares = (out, a, times) => f.add(call(`${name}Square`, out, a, times))
  const multiply = (out, a, b) => g.multiply(out, of(a), of(b))
  // t0 = z^(2^n - 1) for growing n; t1 is for what is multiplied by it.
  squares(t1, z2, 1)
  squares(t0, t1, 2)
  multiply(t0, t0, z2) // z^9
  multiply(t3, t0, t1) // z^11
  squares(t1, t3, 1)
  multiply(t0, t1, t0) // n = 5
  const extend = (times, by) => {
    squares(t1, t0, times)
    multiply(t0, t1, by)
  }
  extend(5, t0) // n = 10
  squares(t1, t0, 10)
  multiply(t2, t1, t0) // n = 20
  squares(t1, t2, 20)
  multiply(t1, t1, t2) // n = 40
  squares(t1, t1, 10)
  multiply(t0, t1, t0) // n = 50
  squares(t1, t0, 50)
  multiply(t2, t1, t0) // n = 100
  squares(t1, t2, 100)
  multiply(t1, t1, t2) // n = 200
  squares(t1, t1, 50)
  multiply(t0, t1, t0) // n = 250
  squares(t0, t0, 5)
  multiply(t0, t0, t3)
}

/** Multiplies the point `u` at `curveInput` by the scalar at `scalar`; the result is at `curveOutput`. 32 bytes each. */
const x25519 = define('x25519', { exported: true }, (f) => {
  // RFC 7748 section 5: the highest bit is ignored, and values from p on are reduced.
  const { curveInput, element } = layout
  f.store('i32.store8', curveInput, i32.and(load('i32.load8_u', curveInput, 31), 127), 31)
  f.store('i64', curveInput, 0n, 32)
  f.add(call('unpack', u, curveInput))
  f.add(copy(x3, u, elementLength))
  for (const at of [x2, z2, z3]) f.add(copy(at, layout.zeros, elementLength))
  for (const at of [x2, z3]) f.store('i64', at, 1n)
  // RFC 7748 section 5, decodeScalar25519.
  const scalar = layout.scalar
  f.store('i32.store8', scalar, i32.and(load('i32.load8_u', scalar), 248))
  f.store('i32.store8', scalar, i32.or(i32.and(load('i32.load8_u', scalar, 31), 127), 64), 31)
  const previous = f.variable('i64', 0n)
  const bit = f.variable('i32', 254)
  f.while(i32.ge_s(bit.get, 0), () => {
    const octet = load('i32.load8_u', i32.shr_u(bit.get, 3), scalar)
    const value = f.keep(i64.extend_i32_u(i32.and(i32.shr_u(octet, i32.and(bit.get, 7)), 1)), 'i64')
    const mask = f.keep(i64.sub(0n, i64.xor(value, previous.get)), 'i64')
    f.add(call(`${name}Exchange`, mask, x2, x3))
    f.add(call(`${name}Exchange`, mask, z2, z3))
    previous.set(value)
    f.add(call(`${name}Step`))
    bit.set(i32.sub(bit.get, 1))
  })
  // The lowest bits of a scalar are zero: the last exchange is none.
  invert(f)
  f.add(call(`${name}Multiply`, t0, x2, t0))
  // Three times without signs, and what exceeds 2^255 to the lowest limb: below 2^255.
  const passes = f.variable('i32', 3)
  f.while(passes.get, () => {
    carryUnsigned(f, t0)
    const [first, last] = [load('i64', t0), load('i64', t0, 64)]
    f.store('i64', t0, i64.add(first, i64.mul(i64.shr_s(last, 23n), 19n)))
    f.store('i64', t0, i64.and(last, (1n << 23n) - 1n), 64)
    passes.set(i32.sub(passes.get, 1))
  })
  // p.
  f.add(copy(element, layout.zeros, elementLength))
  f.store('i64', element, -19n)
  f.store('i64', element, 1n << 23n, 64)
  f.add(call('pack', layout.curveOutput, t0, element))
})

export const functions = [
  defineMultiply(name, reduce),
  defineSquare(name, reduce),
  addScaled,
  exchange,
  step,
  x25519,
]
