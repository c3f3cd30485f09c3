/** Arithmetic modulo the order of P-256's base point (SP 800-186 3.2.1.3), for ECDSA. */
import { call, copy, define, i32, i64, load } from '../emit.mjs'
import {
  balancedLimbs,
  carryBalanced,
  elementLength,
  limbBits,
  limbCount,
  limbMask,
  made,
} from './field.mjs'
import { layout } from './layout.mjs'
import { defineRead, defineWrite } from './montgomery.mjs'
import { constantAt } from './p256.mjs'

const name = 'order'
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** -1 / n modulo 2^29: each step doubles the number of right bits. */
const factor = (() => {
  let inverse = 1n
  for (let bits = 1n; bits < limbBits; bits *= 2n)
    inverse = BigInt.asUintN(29, inverse * (2n - n * inverse))
  return (1n << limbBits) - inverse
})()

export const constantLimbs = [n, (1n << 522n) % n].flatMap(balancedLimbs)
const modulus = layout.orderConstants
/** 1 / x is x^(n - 2). Little-endian. */
export const exponent = Array.from({ length: 32 }, (_, i) =>
  Number(((n - 2n) >> BigInt(8 * i)) & 255n),
)

/** A product of P-256's, but for the reduction: Montgomery's. */
const multiplication = define(
  `${name}Multiply`,
  { parameters: { out: 'i32', a: 'i32', b: 'i32' } },
  (f, { out, a, b }) => {
    const { columns } = layout
    const result = columns + elementLength
    f.add(call('p256Multiply', out, a, b, made.product))
    f.store('i64', result, 0n, elementLength - 8)
    const at = f.variable('i32', columns)
    const over = f.variable('i64', 0n)
    const limb = (i) => load('i64', modulus, 8 * i)
    const add = (value, i) =>
      f.store('i64', at.get, i64.add(load('i64', at.get, 8 * i), value), 8 * i)
    f.while(i32.lt_u(at.get, result), () => {
      const lowest = f.keep(i64.add(load('i64', at.get), over.get), 'i64')
      const q = f.keep(i64.and(i64.mul(i64.and(lowest, limbMask), factor), limbMask), 'i64')
      over.set(i64.shr_s(i64.add(lowest, i64.mul(q, limb(0))), limbBits))
      for (let i = 1; i < limbCount; i++) add(i64.mul(q, limb(i)), i)
      at.set(i32.add(at.get, 8))
    })
    add(over.get, 0)
    f.add(copy(out, result, elementLength))
    carryBalanced(f, out)
  },
)

const [a, b, c, power] = Array.from({ length: 4 }, (_, i) => layout.curve + i * elementLength)
const form = {
  name,
  modulus,
  square: modulus + elementLength,
  unit: constantAt('unit'),
  multiply: (...operands) => call(`${name}Multiply`, ...operands),
}
const readAll = (f) => {
  const places = [
    [a, layout.scalar],
    [b, layout.secondScalar],
    [c, layout.curveInput],
  ]
  for (const [element, from] of places) f.add(`(drop ${call(`${name}Read`, element, from)})`)
}
const multiply = (f, ...operands) => f.add(form.multiply(...operands))
const write = (f, out, element) => f.add(call(`${name}Write`, out, element))

/** Divides the numbers at `scalar` and `secondScalar` by the one at `curveInput`, which is not zero. */
const quotients = define(`${name}Quotients`, { exported: true }, (f) => {
  readAll(f)
  // The powers of c by 1 to 15, and then by one hexadecimal digit after the other of n - 2, the first of which is 15.
  const powers = layout.points
  f.add(copy(powers, c, elementLength))
  const at = f.variable('i32', powers)
  f.while(i32.lt_u(at.get, powers + 14 * elementLength), () => {
    const next = f.keep(i32.add(at.get, elementLength), 'i32')
    multiply(f, next, at.get, c)
    at.set(next)
  })
  f.add(copy(power, at.get, elementLength))
  const bit = f.variable('i32', 248)
  f.loop((leave) => {
    for (let i = 0; i < 4; i++) multiply(f, power, power, power)
    const octet = load('i32.load8_u', i32.shr_u(bit.get, 3), layout.orderExponent)
    const digit = f.keep(i32.and(i32.shr_u(octet, i32.and(bit.get, 4)), 15), 'i32')
    // The exponent is public.
    f.if(digit, () => {
      const offset = i32.mul(digit, elementLength)
      multiply(f, power, power, i32.add(offset, powers - elementLength))
    })
    leave(i32.eqz(bit.get))
    bit.set(i32.sub(bit.get, 4))
  })
  for (const [out, element] of [
    [layout.scalar, a],
    [layout.secondScalar, b],
  ]) {
    multiply(f, element, element, power)
    write(f, out, element)
  }
})

/** Adds to the number at `scalar` the product of those at `secondScalar` and `curveInput`. */
const sum = define(`${name}Sum`, { exported: true }, (f) => {
  readAll(f)
  multiply(f, b, b, c)
  f.add(call('elementAdd', a, a, b))
  write(f, layout.scalar, a)
})

export const functions = [multiplication, defineRead(form), defineWrite(form), quotients, sum]
