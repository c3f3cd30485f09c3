/**
 * Arithmetic in prime fields of up to 256 bits, for curves. An element is nine signed limbs of 29 bits, each in an i64:
 * 81 products of 64 bits, no carries among them.
 *
 * The results of multiplications have limbs of at most half of 2^29. Sums and differences are not carried, so that limbs
 * grow; how much is known when a formula is generated, and `Formula` refuses one whose products would not fit.
 */
import { call, define, i32, i64, load } from './emit.mjs'

export const limbCount = 9
export const limbBits = 29n
/** Bytes of an element. */
export const elementLength = 8 * limbCount

const limbMask = (1n << limbBits) - 1n
const half = 1n << (limbBits - 1n)
const indices = Array.from({ length: limbCount }, (_, i) => i)
const sum = (terms) => terms.reduce((a, b) => i64.add(a, b))

/** The limbs of a number below 2^261, as in memory. */
export function limbsOf(value) {
  return indices.map((i) => (value >> (limbBits * BigInt(i))) & ((1n << limbBits) - 1n))
}

/** The same number in signed limbs, of at most half of 2^29 but for the last. */
export function balancedLimbs(value) {
  const limbs = limbsOf(value)
  for (let i = 0; i < limbCount - 1; i++)
    if (limbs[i] > half) {
      limbs[i] -= 1n << limbBits
      limbs[i + 1] += 1n
    }
  return limbs
}

/** 32 bytes, little-endian, as limbs. */
export function unpack(words) {
  const bits = (limb) => {
    const from = 29n * BigInt(limb)
    const [word, shift] = [Number(from / 64n), from % 64n]
    const low = i64.shr_u(words[word], shift)
    const isSplit = shift + 29n > 64n && word < 3
    return i64.and(isSplit ? i64.or(low, i64.shl(words[word + 1], 64n - shift)) : low, limbMask)
  }
  return Array.from({ length: 9 }, (_, i) => bits(i))
}

/** The four words of limbs that are not negative and below 2^29. */
export function pack(limbs) {
  return [0n, 1n, 2n, 3n].map((word) =>
    limbs
      .map((limb, i) => [limb, 29n * BigInt(i) - 64n * word])
      .filter(([, at]) => at > -29n && at < 64n)
      .map(([limb, at]) => (at < 0n ? i64.shr_u(limb, -at) : i64.shl(limb, at)))
      .reduce((a, b) => i64.or(a, b)),
  )
}

export const loadLimbs = (f, at) => indices.map((i) => f.keep(load('i64', at, 8 * i), 'i64'))
export const storeLimbs = (f, at, limbs) => {
  for (const [i, limb] of limbs.entries()) f.store('i64', at, limb, 8 * i)
}

/** Leaves limb `i` of `limbs` (variables) with at most half of 2^29, and hands on the rest. */
export function carry(f, limbs, i, times = (value) => value, to = i + 1) {
  const over = f.keep(i64.shr_s(i64.add(limbs[i].get, half), limbBits), 'i64')
  limbs[i].set(i64.sub(limbs[i].get, i64.shl(over, limbBits)))
  limbs[to].set(i64.add(limbs[to].get, times(over)))
}

/**
 * The functions `<name>Multiply`, `MultiplyTwo` (a b + c d), `Square`, `Add`, `Subtract` and `Squares` (many times), all
 * with the places of the result and of the operands. `reduce(f, product)` makes nine limbs of a product's 17 variables.
 */
export function field(name, reduce) {
  const binary = { out: 'i32', a: 'i32', b: 'i32' }
  const columns = (column) => Array.from({ length: 17 }, (_, k) => sum(column(k)))
  const products = (x, y) => (k) =>
    indices.filter((i) => k - i >= 0 && k - i < 9).map((i) => i64.mul(x[i], y[k - i]))
  const finish = (f, out, values) =>
    storeLimbs(
      f,
      out,
      reduce(
        f,
        values.map((value) => f.variable('i64', value)),
      ),
    )
  const limbwise =
    (operation) =>
    (f, { out, a, b }) => {
      for (const i of indices)
        f.store('i64', out, operation(load('i64', a, 8 * i), load('i64', b, 8 * i)), 8 * i)
    }

  return [
    define(`${name}Multiply`, { parameters: binary }, (f, { out, a, b }) => {
      finish(f, out, columns(products(loadLimbs(f, a), loadLimbs(f, b))))
    }),
    define(
      `${name}MultiplyTwo`,
      { parameters: { ...binary, c: 'i32', d: 'i32' } },
      (f, { out, a, b, c, d }) => {
        const first = products(loadLimbs(f, a), loadLimbs(f, b))
        const second = products(loadLimbs(f, c), loadLimbs(f, d))
        finish(
          f,
          out,
          columns((k) => [...first(k), ...second(k)]),
        )
      },
    ),
    define(`${name}Square`, { parameters: { out: 'i32', a: 'i32' } }, (f, { out, a }) => {
      const x = loadLimbs(f, a)
      const twice = x.map((limb) => f.keep(i64.shl(limb, 1n), 'i64'))
      const column = (k) =>
        indices
          .filter((i) => 2 * i <= k && k - i < 9)
          .map((i) => i64.mul(2 * i === k ? x[i] : twice[i], x[k - i]))
      finish(f, out, columns(column))
    }),
    define(`${name}Add`, { parameters: binary }, limbwise(i64.add)),
    define(`${name}Subtract`, { parameters: binary }, limbwise(i64.sub)),
    define(
      `${name}Squares`,
      { parameters: { out: 'i32', a: 'i32', times: 'i32' } },
      (f, { out, a, times }) => {
        f.add(call(`${name}Square`, out, a))
        const left = f.variable('i32', i32.sub(times, 1))
        f.while(left.get, () => {
          f.add(call(`${name}Square`, out, out))
          left.set(i32.sub(left.get, 1))
        })
      },
    ),
  ]
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

  /** A product is divided by so many p, as Montgomery multiplication does; by default its value does not matter. */
  constructor(f, name, shrink = Number.POSITIVE_INFINITY) {
    this.#f = f
    this.#name = name
    this.#shrink = shrink
  }

  #call(operation, out, ...operands) {
    this.#f.add(call(`${this.#name}${operation}`, out, ...operands.map(({ at }) => at)))
  }

  #product(out, pairs) {
    const total = (key) => pairs.reduce((all, [a, b]) => all + a[key] * b[key], 0)
    if (!(total('limb') <= capacity))
      throw new RangeError(`${this.#name}: a product would overflow`)
    return { at: out, limb: Formula.reduced, value: total('value') / this.#shrink + 1 }
  }

  multiply(out, a, b) {
    this.#call('Multiply', out, a, b)
    return this.#product(out, [[a, b]])
  }

  multiplyTwo(out, a, b, c, d) {
    this.#call('MultiplyTwo', out, a, b, c, d)
    return this.#product(out, [
      [a, b],
      [c, d],
    ])
  }

  square(out, a) {
    this.#call('Square', out, a)
    return this.#product(out, [[a, a]])
  }

  add(out, a, b) {
    this.#call('Add', out, a, b)
    return { at: out, limb: a.limb + b.limb, value: a.value + b.value }
  }

  subtract(out, a, b) {
    this.#call('Subtract', out, a, b)
    return { at: out, limb: a.limb + b.limb, value: a.value + b.value }
  }

  /** Three times `a`. */
  triple(out, a, scratch) {
    return this.add(out, a, this.add(scratch, a, a))
  }

  /** `<name>Normalize` of up to `most` times p, after which `limb` and `value` hold. */
  normalize(out, a, { most, limb, value }) {
    if (!(a.value <= most && a.limb < 64)) throw new RangeError(`${this.#name}: too much to carry`)
    this.#call('Normalize', out, a)
    return { at: out, limb, value }
  }
}
