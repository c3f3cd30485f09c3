/** Arithmetic modulo the order of P-256's base point (SP 800-186 3.2.1.3), for ECDSA. */
import { call, copy, define, i32, i64, load } from './emit.mjs'
import { balancedLimbs, carry, elementLength, field, limbBits, limbCount } from './field.mjs'
import { layout } from './layout.mjs'
import { defineRead, defineWrite } from './montgomery.mjs'
import { constantAt } from './p256.mjs'

const name = 'order'
const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const radix = 1n << limbBits
const limbMask = radix - 1n

/** -1 / n modulo 2^29: each step doubles the number of right bits. */
const factor = (() => {
  let inverse = 1n
  for (let bits = 1n; bits < limbBits; bits *= 2n)
    inverse = BigInt.asUintN(29, inverse * (2n - n * inverse))
  return radix - inverse
})()

export const constantLimbs = balancedLimbs((1n << 522n) % n)
/** 1 / x is x^(n - 2). Big-endian. */
export const exponent = Array.from({ length: 32 }, (_, i) =>
  Number(((n - 2n) >> BigInt(8 * (31 - i))) & 255n),
)

/** Montgomery reduction. */
function reduce(f, product) {
  const t = [...product, f.variable('i64', 0n)]
  const limbs = balancedLimbs(n)
  for (let i = 0; i < limbCount; i++) {
    const low = i64.mul(i64.and(t[i].get, limbMask), factor)
    const q = f.keep(i64.and(low, limbMask), 'i64')
    for (const [j, limb] of limbs.entries())
      if (limb !== 0n) t[i + j].set(i64.add(t[i + j].get, i64.mul(q, limb)))
    t[i + 1].set(i64.add(t[i + 1].get, i64.shr_s(t[i].get, limbBits)))
  }
  const result = t.slice(limbCount)
  for (let i = 0; i < limbCount - 1; i++) carry(f, result, i)
  return result.map(({ get }) => get)
}

const [scratch, a, b, c, power] = Array.from(
  { length: 5 },
  (_, i) => layout.curve + i * elementLength,
)
const form = {
  name,
  modulus: n,
  unit: constantAt('unit'),
  square: layout.orderSquare,
  scratch,
}
const readAll = (f) => {
  const places = [
    [a, layout.scalar],
    [b, layout.secondScalar],
    [c, layout.curveInput],
  ]
  for (const [element, from] of places) f.add(`(drop ${call(`${name}Read`, element, from)})`)
}
const multiply = (f, out, ...operands) => f.add(call(`${name}Multiply`, out, ...operands))
const write = (f, out, element) => f.add(call(`${name}Write`, out, element))

/** Divides the numbers at `scalar` and `secondScalar` by the one at `curveInput`, which is not zero. */
const quotients = define(`${name}Quotients`, { exported: true }, (f) => {
  readAll(f)
  f.add(copy(power, c, elementLength))
  const bit = f.variable('i32', 1)
  f.while(i32.lt_u(bit.get, 256), () => {
    multiply(f, power, power, power)
    const octet = load('i32.load8_u', i32.shr_u(bit.get, 3), layout.orderExponent)
    const value = i32.and(i32.shr_u(octet, i32.sub(7, i32.and(bit.get, 7))), 1)
    // The exponent is public.
    f.if(value, () => multiply(f, power, power, c))
    bit.set(i32.add(bit.get, 1))
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
  f.add(call(`${name}Add`, a, a, b))
  write(f, layout.scalar, a)
})

const used = field(name, reduce).filter((text) => /\$order(?:Multiply|Add) /.test(text))

export const functions = [...used, defineRead(form), defineWrite(form), quotients, sum]
