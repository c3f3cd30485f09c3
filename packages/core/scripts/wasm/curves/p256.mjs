/**
 * P-256 (SP 800-186 3.2.1.3): multiples of points by complete formulas (Renes, Costello, Batina: Complete addition
 * formulas for prime order elliptic curves, 2016, algorithms 4 and 6), which have no special cases. Elements are in
 * Montgomery form, x * 2^261.
 */
import { call, copy, define, i32, i32x4, i64, load, v128, zero } from '../emit.mjs'
import {
  balancedLimbs,
  carryBalanced,
  carryLimb,
  defineMultiply,
  defineSquare,
  elementLength,
  Formula,
  limbBits,
  limbCount,
  limbMask,
  made,
} from './field.mjs'
import { layout } from './layout.mjs'
import { defineRead, defineWrite } from './montgomery.mjs'

const name = 'p256'
const p = (1n << 256n) - (1n << 224n) + (1n << 192n) + (1n << 96n) - 1n
const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn
const base = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
]

/** Elements that the functions use: in Montgomery form, but for the first three, which bring them in and out of it. */
const constants = {
  modulus: p,
  unit: 1n,
  square: 1n << 522n,
  b: b << 261n,
  // The base point, and the one that is its z coordinate.
  baseX: base[0] << 261n,
  baseY: base[1] << 261n,
  one: 1n << 261n,
}
export const constantAt = (key) =>
  layout.p256Constants + Object.keys(constants).indexOf(key) * elementLength
export const constantLimbs = Object.values(constants).flatMap((value) =>
  balancedLimbs(value === p ? p : value % p),
)

/** Montgomery reduction: p is -1 modulo 2^29, so that the lowest limb is the factor, and multiples of p are shifts. */
function reduce(f, product) {
  const t = [...product, f.variable('i64', 0n)]
  for (let i = 0; i < limbCount; i++) {
    const q = f.keep(i64.and(t[i].get, limbMask), 'i64')
    t[i + 1].set(i64.add(t[i + 1].get, i64.shr_s(t[i].get, limbBits)))
    t[i + 3].set(i64.add(t[i + 3].get, i64.shl(q, 9n)))
    t[i + 6].set(i64.add(t[i + 6].get, i64.shl(q, 18n)))
    t[i + 7].set(i64.sub(t[i + 7].get, i64.shl(q, 21n)))
    t[i + 8].set(i64.add(t[i + 8].get, i64.shl(q, 24n)))
  }
  const result = t.slice(limbCount)
  for (let i = 0; i < limbCount - 1; i++) carryLimb(f, result, i)
  return result.map(({ get }) => get)
}

/** In place: carries, and reduces what exceeds 2^256 by 2^256 = 2^224 - 2^192 - 2^96 + 1. */
const normalize = define(`${name}Normalize`, { parameters: { out: 'i32' } }, (f, { out }) => {
  carryBalanced(f, out)
  const last = load('i64', out, 64)
  const over = f.keep(i64.shr_s(i64.add(last, 1n << 23n), 24n), 'i64')
  const subtract = (limb, value) =>
    f.store('i64', out, i64.sub(load('i64', out, 8 * limb), value), 8 * limb)
  subtract(8, i64.shl(over, 24n))
  subtract(0, i64.sub(0n, over))
  subtract(3, i64.shl(over, 9n))
  subtract(6, i64.shl(over, 18n))
  subtract(7, i64.mul(over, -(1n << 21n)))
})
/** Up to 40 p: 40 * 2^21 is below 0.16 * 2^29. */
const normalized = { most: 40, limb: 0.7, value: 0.6 }

/** Three coordinates, and 8 bytes that are not used. */
const pointLength = 224
const coordinates = (at) => [at, at + elementLength, at + 2 * elementLength]
/** The running multiple, and what is added to it. */
const accumulator = layout.curve
const addend = layout.curve + pointLength
const [t0, t1, t2, t3, t4, t5, x, y] = Array.from(
  { length: 8 },
  (_, i) => layout.curve + 2 * pointLength + i * elementLength,
)

/** Coordinates keep to these bounds from one formula to the next. */
const bounds = { limb: Formula.reduced, value: 2.5 }
const none = { at: layout.zeros, limb: 0, value: 0 }
const known = (at) => ({ at, limb: Formula.reduced, value: 1 })
const formula = (f) => {
  const g = new Formula(f, name, { shrink: 32, sums: true })
  const leave = (...results) => {
    for (const { limb, value } of results)
      if (!(limb <= bounds.limb && value <= bounds.value)) throw new RangeError('coordinates grow')
  }
  return { g, leave }
}
const pointAt = (at) => coordinates(at).map((place) => ({ at: place, ...bounds }))

/** Adds the addend to the accumulator: algorithm 4. */
const add = define(`${name}AddPoint`, {}, (f) => {
  const { g, leave } = formula(f)
  const [x1, y1, z1] = pointAt(accumulator)
  const [x2, y2, z2] = pointAt(addend)
  const xx = g.multiply(t0, x1, x2)
  const yy = g.multiply(t1, y1, y2)
  const zz = g.multiply(t2, z1, z2)
  // x1 y2 + x2 y1, and likewise for the other pairs.
  const cross = (out, [a1, a2, aa], [b1, b2, bb]) => {
    const product = g.multiply(out, g.add(x, a1, b1), g.add(y, a2, b2))
    return g.subtract(out, product, g.add(x, aa, bb))
  }
  const [ofX, ofY, ofZ] = [
    [x1, x2, xx],
    [y1, y2, yy],
    [z1, z2, zz],
  ]
  const xy = cross(t3, ofX, ofY)
  const yz = cross(t4, ofY, ofZ)
  const xz = cross(t5, ofX, ofZ)
  const inner = g.subtract(x, xz, g.multiply(x, known(constantAt('b')), zz))
  const w = g.normalize(g.triple(x, inner, y), normalized)
  const zz3 = g.triple(t2, zz, y)
  const bxz = g.multiply(y, known(constantAt('b')), xz)
  const v = g.subtract(y, g.subtract(y, bxz, zz3), xx)
  const v3 = g.normalize(g.triple(y, v, t5), normalized)
  const u = g.normalize(g.subtract(t0, g.triple(t0, xx, t5), zz3), normalized)
  const sum = g.add(t2, yy, w)
  const difference = g.subtract(t1, yy, w)
  const [outX, outY, outZ] = coordinates(accumulator)
  const ry = g.multiplyTwo(outY, sum, difference, u, v3)
  const rz = g.multiplyTwo(outZ, yz, difference, xy, u)
  const negative = g.subtract(t4, none, yz)
  const rx = g.multiplyTwo(outX, xy, sum, negative, v3)
  leave(rx, ry, rz)
})

/** Doubles the accumulator: algorithm 6. */
const double = define(`${name}DoublePoint`, {}, (f) => {
  const { g, leave } = formula(f)
  const [x1, y1, z1] = pointAt(accumulator)
  const xx = g.square(t0, x1)
  const yy = g.square(t1, y1)
  const zz = g.square(t2, z1)
  const twice = (out, a) => g.add(out, a, a)
  const xy = twice(t3, g.multiply(t3, x1, y1))
  const xz = twice(t4, g.multiply(t4, x1, z1))
  const yz = twice(t5, g.multiply(t5, y1, z1))
  const inner = g.subtract(x, g.multiply(x, known(constantAt('b')), zz), xz)
  const w = g.normalize(g.triple(x, inner, y), normalized)
  const zz3 = g.triple(t2, zz, y)
  const bxz = g.multiply(y, known(constantAt('b')), xz)
  const v = g.subtract(y, g.subtract(y, bxz, zz3), xx)
  const v3 = g.normalize(g.triple(y, v, t4), normalized)
  const u = g.normalize(g.subtract(t0, g.triple(t0, xx, t4), zz3), normalized)
  const difference = g.subtract(t2, yy, w)
  const sum = g.add(x, yy, w)
  const [outX, outY, outZ] = coordinates(accumulator)
  const ry = g.multiplyTwo(outY, difference, sum, u, v3)
  const negative = g.subtract(t0, none, yz)
  const rx = g.multiplyTwo(outX, difference, xy, negative, v3)
  const rz = g.multiply(outZ, twice(t5, twice(t5, yz)), yy)
  leave(rx, ry, rz)
})

const form = {
  name,
  modulus: constantAt('modulus'),
  unit: constantAt('unit'),
  square: constantAt('square'),
  multiply: (...operands) => call(`${name}Multiply`, ...operands, made.element),
}
const [read, write] = [defineRead(form), defineWrite(form)]

/** Reads a point at `curveInput` to the addend. Whether it is one: coordinates below p, y^2 = x^3 - 3x + b. */
const readPoint = define(`${name}ReadPoint`, { result: 'i32' }, (f) => {
  const { g } = formula(f)
  const [x1, y1, z1] = coordinates(addend)
  const inRange = f.keep(
    i32.and(
      call(`${name}Read`, x1, layout.curveInput),
      call(`${name}Read`, y1, layout.curveInput + 32),
    ),
    'i32',
  )
  f.add(copy(z1, constantAt('one'), elementLength))
  const xx = g.square(t1, known(x1))
  const three = g.triple(t2, known(constantAt('one')), t3)
  const right = g.add(
    t1,
    g.multiply(t1, known(x1), g.subtract(t1, xx, three)),
    known(constantAt('b')),
  )
  g.subtract(t1, g.square(t2, known(y1)), right)
  f.add(call(`${name}Write`, t1, t1))
  const differs = v128.any_true(v128.or(load('v128', t1), load('v128', t1, 16)))
  return i32.and(inRange, i32.eqz(differs))
})

/** The multiples of the addend by 0 to 15, at `table`. */
const multiples = define(`${name}Table`, { parameters: { table: 'i32' } }, (f, { table }) => {
  toInfinity(f)
  const at = f.variable('i32', table)
  f.while(i32.lt_u(at.get, i32.add(table, 16 * pointLength)), () => {
    f.add(copy(at.get, accumulator, pointLength))
    f.add(call(`${name}AddPoint`))
    at.set(i32.add(at.get, pointLength))
  })
})

/** Takes entry `index` of a table to the addend; which one does not show in the addresses. */
const select = define(
  `${name}Select`,
  { parameters: { table: 'i32', index: 'i32' } },
  (f, { table, index }) => {
    const offset = f.variable('i32', 0)
    f.while(i32.lt_u(offset.get, pointLength), () => {
      const at = f.variable('i32', i32.add(table, offset.get))
      const value = f.variable('v128', zero)
      const entry = f.variable('i32', 0)
      f.while(i32.lt_u(entry.get, 16), () => {
        const mask = i32x4.splat(i32.sub(0, i32.eq(entry.get, index)))
        value.set(v128.or(value.get, v128.and(load('v128', at.get), mask)))
        entry.set(i32.add(entry.get, 1))
        at.set(i32.add(at.get, pointLength))
      })
      f.store('v128', offset.get, value.get, addend)
      offset.set(i32.add(offset.get, 16))
    })
  },
)

/** Sums multiples by scalars of 32 bytes, big-endian; `terms` are a scalar's place and a table's. */
function sumOfMultiples(f, terms) {
  toInfinity(f)
  const digit = f.variable('i32', 0)
  f.while(i32.lt_u(digit.get, 64), () => {
    for (let i = 0; i < 4; i++) f.add(call(`${name}DoublePoint`))
    for (const [scalar, table] of terms) {
      const octet = load('i32.load8_u', i32.shr_u(digit.get, 1), scalar)
      // The upper half of a byte comes first.
      const shift = i32.shl(i32.and(i32.xor(digit.get, 1), 1), 2)
      f.add(call(`${name}Select`, table, i32.and(i32.shr_u(octet, shift), 15)))
      f.add(call(`${name}AddPoint`))
    }
    digit.set(i32.add(digit.get, 1))
  })
  f.add(call(`${name}WritePoint`))
}

/** The accumulator becomes the point at infinity, (0 : 1 : 0). */
function toInfinity(f) {
  const [x1, y1, z1] = coordinates(accumulator)
  for (const at of [x1, z1]) f.add(copy(at, layout.zeros, elementLength))
  f.add(copy(y1, constantAt('one'), elementLength))
}

/** Writes the accumulator to `curveOutput`: 1 / z is z^(p - 2). Infinity becomes zeros. */
const writePoint = define(`${name}WritePoint`, {}, (f) => {
  const [x1, y1, z1] = coordinates(accumulator)
  const multiply = (out, a, b) => f.add(call(`${name}Multiply`, out, a, b, made.element))
  const squares = (out, a, times) => f.add(call(`${name}Square`, out, a, times))
  // z^(2^n - 1): for n = 2, 3, 6, 12, 15, 30 and 32.
  const extend = (out, a, times, by) => {
    squares(t1, a, times)
    multiply(out, t1, by)
  }
  extend(t2, z1, 1, z1) // 2
  extend(t3, t2, 1, z1) // 3
  extend(t4, t3, 3, t3) // 6
  extend(t4, t4, 6, t4) // 12
  extend(t4, t4, 3, t3) // 15
  extend(t4, t4, 15, t4) // 30
  extend(t3, t4, 2, t2) // 32
  // The words of p - 2, from the highest: ffffffff 00000001 0 0 0 ffffffff ffffffff fffffffd.
  extend(t2, t3, 32, z1)
  extend(t2, t2, 128, t3)
  extend(t2, t2, 32, t3)
  extend(t2, t2, 30, t4)
  extend(t2, t2, 2, z1)
  multiply(x, x1, t2)
  multiply(y, y1, t2)
  f.add(call(`${name}Write`, layout.curveOutput, x))
  f.add(call(`${name}Write`, layout.curveOutput + 32, y))
})

/** The point at `curveInput` times the scalar at `scalar`, to `curveOutput`. Whether the point is one. */
const multiply = define(`${name}Multiple`, { result: 'i32', exported: true }, (f) => {
  const isPoint = f.keep(call(`${name}ReadPoint`), 'i32')
  f.if(isPoint, () => {
    f.add(call(`${name}Table`, layout.points))
    sumOfMultiples(f, [[layout.scalar, layout.points]])
  })
  return isPoint
})

/** The base point times `scalar`, plus the point at `curveInput` times `secondScalar`: for public scalars. */
const combine = define(`${name}Combination`, { result: 'i32', exported: true }, (f) => {
  // Its multiples are made once. That there are none shows in the y coordinate of infinity.
  f.if(i64.eqz(load('i64', layout.basePoints, elementLength)), () => {
    f.add(copy(addend, constantAt('baseX'), 3 * elementLength))
    f.add(call(`${name}Table`, layout.basePoints))
  })
  const isPoint = f.keep(call(`${name}ReadPoint`), 'i32')
  f.if(isPoint, () => {
    f.add(call(`${name}Table`, layout.points))
    sumOfMultiples(f, [
      [layout.scalar, layout.basePoints],
      [layout.secondScalar, layout.points],
    ])
  })
  return isPoint
})

export const functions = [
  defineMultiply(name, reduce, { sums: true }),
  defineSquare(name, reduce),
  normalize,
  add,
  double,
  read,
  write,
  readPoint,
  multiples,
  select,
  writePoint,
  multiply,
  combine,
]
