/**
 * Arithmetic in prime fields of up to 256 bits, for curves. An element is nine signed limbs of 29 bits, each in an i64:
 * 81 products of 64 bits, no carries among them. What depends on the prime is the reduction of a product alone.
 *
 * The results of multiplications have limbs of at most half of 2^29. Sums and differences are not carried, so that limbs
 * grow; how much is known when a formula is generated, and `Formula` refuses one whose products would not fit.
 */
import { call, define, i32, i64, i64x2, load } from '../emit.mjs'
import { layout } from './layout.mjs'

export const limbCount = 9
export const limbBits = 29n
/** Bytes of an element. */
export const elementLength = 8 * limbCount

export const limbMask = (1n << limbBits) - 1n
const half = 1n << (limbBits - 1n)
/** The limbs of a product. */
const columnCount = 2 * limbCount - 1
const indices = Array.from({ length: limbCount }, (_, i) => i)
const sum = (terms) => terms.reduce((a, b) => i64.add(a, b))

/** A number below 2^261 in signed limbs, as in memory: of at most half of 2^29 but for the last. */
export function balancedLimbs(value) {
  const limbs = indices.map((i) => (value >> (limbBits * BigInt(i))) & limbMask)
  for (let i = 0; i < limbCount - 1; i++)
    if (limbs[i] > half) {
      limbs[i] -= 1n << limbBits
      limbs[i + 1] += 1n
    }
  return limbs
}

const loadLimbs = (f, at) => indices.map((i) => f.keep(load('i64', at, 8 * i), 'i64'))

const binary = { out: 'i32', a: 'i32', b: 'i32' }

/** Two limbs at a time, and the last one. */
const limbwise = (name) =>
  define(`element${name}`, { parameters: binary }, (f, { out, a, b }) => {
    const operation = name.toLowerCase().slice(0, 3)
    const apply = (type, instruction, offset) =>
      f.store(type, out, instruction(load(type, a, offset), load(type, b, offset)), offset)
    for (let offset = 0; offset < 64; offset += 16) apply('v128', i64x2[operation], offset)
    apply('i64', i64[operation], 64)
  })

const storeLimbs = (f, at, limbs) => {
  for (const [i, limb] of limbs.entries()) f.store('i64', at, limb, 8 * i)
}

/** Leaves limb `i` of `limbs` (variables) with at most half of 2^29, and hands on the rest. */
export function carryLimb(f, limbs, i, times = (value) => value, to = i + 1) {
  const over = f.keep(i64.shr_s(i64.add(limbs[i].get, half), limbBits), 'i64')
  limbs[i].set(i64.sub(limbs[i].get, i64.shl(over, limbBits)))
  limbs[to].set(i64.add(limbs[to].get, times(over)))
}

/** Hands on to the next limb, in all but the last, what exceeds 2^29 after `rounding` is added. */
const carry = define(
  'carry',
  { parameters: { at: 'i32', rounding: 'i64' } },
  (f, { rounding, ...parameters }) => {
    const at = f.variable('i32', parameters.at)
    const end = f.keep(i32.add(at.get, elementLength - 8), 'i32')
    const over = f.variable('i64', 0n)
    const limb = () => i64.add(load('i64', at.get), over.get)
    f.while(i32.lt_u(at.get, end), () => {
      const value = f.keep(limb(), 'i64')
      over.set(i64.shr_s(i64.add(value, rounding), limbBits))
      f.store('i64', at.get, i64.sub(value, i64.shl(over.get, limbBits)))
      at.set(i32.add(at.get, 8))
    })
    f.store('i64', at.get, limb())
  },
)
/** Leaves limbs of at most half of 2^29, or from 0 to 2^29, but for the last. */
export const carryBalanced = (f, at) => f.add(call('carry', at, half))
export const carryUnsigned = (f, at) => f.add(call('carry', at, 0n))

/** Of a limb: the bytes that it is in, and the number of bits before it in the first. */
const position = (limb) => {
  const bits = i32.mul(limb, Number(limbBits))
  return [i32.shr_u(bits, 3), i64.extend_i32_u(i32.and(bits, 7))]
}
const forLimbs = (f, body) => {
  const limb = f.variable('i32', 0)
  f.while(i32.lt_u(limb.get, limbCount), () => {
    body(limb.get, f.keep(i32.shl(limb.get, 3), 'i32'))
    limb.set(i32.add(limb.get, 1))
  })
}

/** Reads 32 bytes, little-endian, with zeros behind them, as an element. */
const unpack = define('unpack', { parameters: { out: 'i32', from: 'i32' } }, (f, { out, from }) => {
  forLimbs(f, (limb, offset) => {
    const [octet, shift] = position(limb)
    const bits = i64.shr_u(load('i64', i32.add(from, octet)), shift)
    f.store('i64', i32.add(out, offset), i64.and(bits, limbMask))
  })
  carryBalanced(f, out)
})

/**
 * Writes an element of the field of the modulus at `modulus`, of amount from 0 to less than twice that, to 32 bytes,
 * little-endian. `a` is overwritten, and so are eight bytes behind the result.
 */
const pack = define(
  'pack',
  { parameters: { out: 'i32', a: 'i32', modulus: 'i32' } },
  (f, { out, a, modulus }) => {
    const less = layout.columns
    f.add(call('elementSubtract', less, a, modulus))
    for (const at of [a, less]) carryUnsigned(f, at)
    const isLess = f.keep(i64.shr_s(load('i64', less, 64), 63n), 'i64')
    for (let at = 0; at < 40; at += 8) f.store('i64', out, 0n, at)
    forLimbs(f, (limb, offset) => {
      const [octet, shift] = position(limb)
      const [whole, reduced] = [load('i64', i32.add(a, offset)), load('i64', offset, less)]
      const value = i64.or(i64.and(whole, isLess), i64.and(reduced, i64.xor(isLess, -1n)))
      const place = f.keep(i32.add(out, octet), 'i32')
      f.store('i64', place, i64.or(load('i64', place), i64.shl(value, shift)))
    })
  },
)

export const functions = [limbwise('Add'), limbwise('Subtract'), carry, unpack, pack]

const columns = (f, column) =>
  Array.from({ length: columnCount }, (_, k) => f.variable('i64', sum(column(k))))

/** What `<name>Multiply` makes: an element, or the product itself at `columns`, or an element of it and what is there. */
export const made = { element: 0, product: 1, sum: 2 }

function keepColumns(f, product, mode) {
  f.if(mode, () => {
    f.if(i32.eq(mode, made.product), () => {
      for (const [k, { get }] of product.entries()) f.store('i64', layout.columns, get, 8 * k)
      f.add('(return)')
    })
    for (const [k, column] of product.entries())
      column.set(i64.add(column.get, load('i64', layout.columns, 8 * k)))
  })
}

/**
 * `<name>Multiply`, with the places of the result and of the operands. `reduce(f, product)` makes nine limbs of the
 * variables of a product. With `sums` it takes one of `made` besides.
 */
export function defineMultiply(name, reduce, { sums = false } = {}) {
  const parameters = { ...binary, ...(sums && { mode: 'i32' }) }
  return define(`${name}Multiply`, { parameters }, (f, { out, a, b, mode }) => {
    const [x, y] = [loadLimbs(f, a), loadLimbs(f, b)]
    const product = columns(f, (k) =>
      indices.filter((i) => k - i >= 0 && k - i < 9).map((i) => i64.mul(x[i], y[k - i])),
    )
    if (sums) keepColumns(f, product, mode)
    storeLimbs(f, out, reduce(f, product))
  })
}

/** `<name>Square`: squares `times` over. */
export function defineSquare(name, reduce) {
  const parameters = { out: 'i32', a: 'i32', times: 'i32' }
  return define(`${name}Square`, { parameters }, (f, { out, a, times }) => {
    const from = f.variable('i32', a)
    const left = f.variable('i32', times)
    f.while(left.get, () => {
      const x = loadLimbs(f, from.get)
      const twice = x.map((limb) => f.keep(i64.shl(limb, 1n), 'i64'))
      const square = columns(f, (k) =>
        indices
          .filter((i) => 2 * i <= k && k - i < 9)
          .map((i) => i64.mul(2 * i === k ? x[i] : twice[i], x[k - i])),
      )
      storeLimbs(f, out, reduce(f, square))
      from.set(out)
      left.set(i32.sub(left.get, 1))
    })
  })
}

/** Nine products of limbs, in units of 2^58, that fit into 63 bits together with what a reduction adds. */
const capacity = 3.5

/**
 * Straight-line arithmetic in the field `name`. An operand is { at, limb, value }: where it is, and what the amounts of
 * its limbs (in units of 2^29) and of the whole (in units of p) do not exceed. Formulas are checked as they are generated.
 */
export class Formula {
  /** What a limb of a product does not exceed: half, and what the last carry adds. */
  static reduced = 0.52

  #f
  #name
  #shrink
  #sums

  /**
   * A product is divided by `shrink` p, as Montgomery multiplication does; by default its value does not matter. `sums` is
   * the field's.
   */
  constructor(f, name, { shrink = Number.POSITIVE_INFINITY, sums = false } = {}) {
    this.#f = f
    this.#name = name
    this.#shrink = shrink
    this.#sums = sums
  }

  #call(operation, out, operands, ...more) {
    this.#f.add(call(operation, out, ...operands.map(({ at }) => at), ...more))
  }

  #product(out, pairs) {
    const total = (key) => pairs.reduce((all, [a, b]) => all + a[key] * b[key], 0)
    if (!(total('limb') <= capacity))
      throw new RangeError(`${this.#name}: a product would overflow`)
    return { at: out, limb: Formula.reduced, value: total('value') / this.#shrink + 1 }
  }

  multiply(out, a, b) {
    this.#call(`${this.#name}Multiply`, out, [a, b], ...(this.#sums ? [made.element] : []))
    return this.#product(out, [[a, b]])
  }

  multiplyTwo(out, a, b, c, d) {
    this.#call(`${this.#name}Multiply`, out, [a, b], made.product)
    this.#call(`${this.#name}Multiply`, out, [c, d], made.sum)
    return this.#product(out, [
      [a, b],
      [c, d],
    ])
  }

  square(out, a) {
    this.#f.add(call(`${this.#name}Square`, out, a.at, 1))
    return this.#product(out, [[a, a]])
  }

  add(out, a, b) {
    this.#call('elementAdd', out, [a, b])
    return { at: out, limb: a.limb + b.limb, value: a.value + b.value }
  }

  subtract(out, a, b) {
    this.#call('elementSubtract', out, [a, b])
    return { at: out, limb: a.limb + b.limb, value: a.value + b.value }
  }

  /** Three times `a`. */
  triple(out, a, scratch) {
    return this.add(out, a, this.add(scratch, a, a))
  }

  /** `<name>Normalize`, in place, of up to `most` times p, after which `limb` and `value` hold. */
  normalize(a, { most, limb, value }) {
    if (!(a.value <= most && a.limb < 64)) throw new RangeError(`${this.#name}: too much to carry`)
    this.#call(`${this.#name}Normalize`, a.at, [])
    return { at: a.at, limb, value }
  }
}
