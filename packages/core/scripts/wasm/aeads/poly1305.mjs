/**
 * Poly1305 (RFC 8439 2.5): four blocks at a time, one in each lane, in ten limbs of 13 bits. A product of two limbs
 * takes 16 bits by 16, of which one instruction multiplies eight and adds the results in pairs.
 *
 * A number is five vectors of pairs: limb 2i in the lower half of a lane and limb 2i + 1 in the upper one. Limbs of a
 * multiplier are signed and no longer than 2^12 (and a few), so that five times a limb, which stands for what exceeds
 * 2^130, has 16 bits too, and the ten products of a result no more than 31.
 */
import {
  call,
  define,
  i16x8,
  i32,
  i32x4,
  i64,
  lane,
  load,
  permuteWords,
  splat32,
  transpose,
  v128,
  vector,
  zero,
} from '../emit.mjs'
import { layout } from './layout.mjs'

const limbMask = splat32(0x1fff)
const pairs = [0, 1, 2, 3, 4]

/** The 13-bit limbs of numbers in four vectors of words, the last of which may have more bits. */
function limbs([w0, w1, w2, w3]) {
  const across = (low, right, high, left) => v128.or(i32x4.shr_u(low, right), i32x4.shl(high, left))
  return [
    v128.and(w0, limbMask),
    v128.and(i32x4.shr_u(w0, 13), limbMask),
    v128.and(across(w0, 26, w1, 6), limbMask),
    v128.and(i32x4.shr_u(w1, 7), limbMask),
    v128.and(across(w1, 20, w2, 12), limbMask),
    v128.and(i32x4.shr_u(w2, 1), limbMask),
    v128.and(i32x4.shr_u(w2, 14), limbMask),
    v128.and(across(w2, 27, w3, 5), limbMask),
    v128.and(i32x4.shr_u(w3, 8), limbMask),
    i32x4.shr_u(w3, 21),
  ]
}

const join = (low, high) => v128.or(low, i32x4.shl(high, 16))
const lower = (pair) => i32x4.shr_s(i32x4.shl(pair, 16), 16)
const upper = (pair) => i32x4.shr_s(pair, 16)
const five = (value) => i32x4.add(i32x4.shl(value, 2), value)

/**
 * Multiplies the accumulator by the multiplier at `table` and adds four blocks at `text`, `groups` times. The first
 * `skip` lanes of the first group hold no block: zeros without the bit that marks the end of a block.
 */
const polyRun = define(
  'polyRun',
  { parameters: { table: 'i32', text: 'i32', groups: 'i32', skip: 'i32' } },
  (f, { table, ...parameters }) => {
    const text = f.variable('i32', parameters.text)
    const groups = f.variable('i32', parameters.groups)
    const end = f.variable(
      'v128',
      v128.and(i32x4.ge_s(vector([0, 1, 2, 3]), i32x4.splat(parameters.skip)), splat32(1 << 11)),
    )
    const h = pairs.map((i) => f.variable('v128', load('v128', layout.polyAccumulator, 16 * i)))
    // Loaded here once: engines would load all of them in advance, and then put them away for want of registers.
    const multiplier = Array.from({ length: 18 }, (_, i) => f.keep(load('v128', table, 16 * i)))
    f.while(groups.get, () => {
      const sums = Array.from({ length: 10 }, (_, k) =>
        f.variable(
          'v128',
          pairs
            .map((i) => i32x4.dot_i16x8_s(h[i].get, multiplier[k - 2 * i + 8]))
            .reduce((a, b) => i32x4.add(a, b)),
        ),
      )
      const words = transpose(
        f.keep,
        [0, 1, 2, 3].map((i) => f.keep(load('v128', text.get, 16 * i))),
      )
      for (const [k, limb] of limbs(words).entries()) {
        sums[k].set(i32x4.add(sums[k].get, k === 9 ? v128.or(limb, end.get) : limb))
      }
      const carry = (from) => {
        const value = f.keep(i32x4.shr_s(sums[from].get, 13))
        const to = sums[(from + 1) % 10]
        to.set(i32x4.add(to.get, from === 9 ? five(value) : value))
        sums[from].set(v128.and(sums[from].get, limbMask))
      }
      // Two chains at a time. Only limbs 1 and 5 may stay negative: the upper halves of their pairs.
      for (const from of [0, 4, 1, 5, 2, 6, 3, 7, 4, 8, 9, 0]) carry(from)
      for (const i of pairs) h[i].set(join(sums[2 * i].get, sums[2 * i + 1].get))
      end.set(splat32(1 << 11))
      text.set(i32.add(text.get, 64))
      groups.set(i32.sub(groups.get, 1))
    })
    for (const [i, { get }] of h.entries()) f.store('v128', layout.polyAccumulator, get, 16 * i)
  },
)

/** Runs `body` for each pair of limbs of a number, with the offset of its vector. */
function forPairs(f, body) {
  const offset = f.variable('i32', 0)
  f.while(i32.lt_u(offset.get, 80), () => {
    body(offset.get)
    offset.set(i32.add(offset.get, 16))
  })
}

/** Makes a multiplier of the number at `from`: for each distance d from -8 to 9 the pair of limbs d and d - 1. */
const polyTable = define(
  'polyTable',
  { parameters: { table: 'i32', from: 'i32' } },
  (f, { table, from }) => {
    const { polyLimbs } = layout
    const over = f.variable('v128', zero)
    forPairs(f, (offset) => {
      const pair = f.keep(load('v128', i32.add(from, offset)))
      const place = f.keep(i32.shl(offset, 1), 'i32')
      for (const [i, limb] of [lower(pair), upper(pair)].entries()) {
        const value = f.keep(i32x4.add(limb, over.get))
        over.set(i32x4.shr_s(i32x4.add(value, splat32(1 << 12)), 13))
        f.store('v128', place, i32x4.sub(value, i32x4.shl(over.get, 13)), polyLimbs + 16 * i)
      }
    })
    const limb = (d) => load('v128', polyLimbs, 16 * d)
    f.store('v128', polyLimbs, i32x4.add(limb(0), five(over.get)))
    const pairOf = (limb, previous) => join(v128.and(limb, splat32(0xffff)), previous)
    const store = (d, value, place = table) => f.store('v128', place, value, 16 * (d + 8))
    store(0, pairOf(limb(0), five(limb(9))))
    store(1, pairOf(limb(1), limb(0)))
    // 5 times the limb d for d - 10.
    const offset = f.variable('i32', 0)
    f.while(i32.lt_u(offset.get, 16 * 8), () => {
      const [previous, own] = [1, 2].map((d) => load('v128', offset.get, polyLimbs + 16 * d))
      const pair = f.keep(pairOf(own, previous))
      const place = f.keep(i32.add(table, offset.get), 'i32')
      store(2, pair, place)
      store(-8, i16x8.add(i16x8.shl(pair, 2), pair), place)
      offset.set(i32.add(offset.get, 16))
    })
  },
)

/** Takes the one-time key at `head` and leaves the accumulator zero and the two multipliers ready. */
const polyStart = define('polyStart', {}, (f) => {
  const { polyAccumulator, polyFactor, polyLimbs, polyMain, polyLast } = layout
  const multiply = () => {
    f.add(call('polyTable', polyMain, polyFactor))
    f.add(call('polyRun', polyMain, layout.zeros, 1, 4))
  }
  const clamp = vector([0x0fffffff, 0x0ffffffc, 0x0ffffffc, 0x0ffffffc])
  f.store('v128', 0, v128.and(load('v128', layout.head), clamp), polyLimbs)
  f.store('v128', 0, zero, polyLimbs + 16)
  forPairs(f, (offset) => {
    const bits = f.keep(i32.shr_u(i32.mul(offset, 13), 3), 'i32')
    const from = load('i32', i32.shr_u(bits, 3), polyLimbs)
    const two = f.keep(i32.shr_u(from, i32.and(bits, 7)), 'i32')
    const pair = i32.or(i32.and(two, 0x1fff), i32.and(i32.shl(two, 3), 0x1fff0000))
    const all = f.keep(i32x4.splat(pair))
    for (const to of [polyFactor, polyAccumulator]) f.store('v128', offset, all, to)
  })
  multiply()
  // Lanes end with r^4, r^3, r^2 and r: the products of (r^2, r^2, r, r) and (r^2, r, r, 1).
  const last = f.variable('v128', vector([0, 0, 0, 1]))
  forPairs(f, (offset) => {
    const square = f.keep(load('v128', offset, polyAccumulator))
    const r = f.keep(load('v128', offset, polyFactor))
    f.store('v128', offset, v128.bitselect(square, r, vector([-1, -1, 0, 0])), polyAccumulator)
    const rest = v128.bitselect(r, last.get, vector([0, -1, -1, 0]))
    f.store('v128', offset, v128.bitselect(square, rest, vector([-1, 0, 0, 0])), polyFactor)
    last.set(zero)
  })
  multiply()
  f.add(call('polyTable', polyLast, polyAccumulator))
  forPairs(f, (offset) => {
    f.store('v128', offset, load('v128.load32_splat', offset, polyAccumulator), polyFactor)
    f.store('v128', offset, zero, polyAccumulator)
  })
  f.add(call('polyTable', polyMain, polyFactor))
})

/** Puts the tag of what the accumulator has taken in at `tag`. */
const polyFinish = define('polyFinish', { parameters: { tag: 'i32' } }, (f, { tag }) => {
  f.add(call('polyRun', layout.polyLast, layout.zeros, 1, 4))
  // Five limbs of 26 bits, and the sum of four lanes.
  const { polyLimbs } = layout
  forPairs(f, (offset) => {
    const pair = load('v128', offset, layout.polyAccumulator)
    const limb = f.keep(i32x4.dot_i16x8_s(pair, splat32(1 | (1 << 29))))
    const half = f.keep(i32x4.add(limb, permuteWords(limb, [2, 3, 0, 1])))
    const sum = i32x4.add(half, permuteWords(half, [1, 0, 3, 2]))
    f.store('i64', offset, i64.extend_i32_s(lane('i32x4.extract_lane', 0, sum)), polyLimbs)
  })
  const h = pairs.map((i) => f.variable('i64', load('i64', polyLimbs, 16 * i)))
  // Carries, of which the last counts five times; what that leaves beyond 2^130 or below 0 is taken along by the third pass.
  // That one adds 5 besides: where 2^130 is reached, which is dropped, what is left is the remainder by p, and otherwise
  // the fourth pass subtracts 5 again.
  const over = f.variable('i64', 0n)
  const left = f.variable('i32', 4)
  f.while(left.get, () => {
    const more = i32.sub(i32.eq(left.get, 2), i32.eq(left.get, 1))
    over.set(i64.mul(i64.add(over.get, i64.extend_i32_s(more)), 5n))
    for (const limb of h) {
      const value = f.keep(i64.add(limb.get, over.get), 'i64')
      over.set(i64.shr_s(value, 26n))
      limb.set(i64.and(value, (1n << 26n) - 1n))
    }
    left.set(i32.sub(left.get, 1))
  })
  const [h0, h1, h2, h3, h4] = h.map(({ get }) => get)
  const low = i64.or(i64.or(h0, i64.shl(h1, 26n)), i64.shl(h2, 52n))
  const high = i64.or(i64.or(i64.shr_u(h2, 12n), i64.shl(h3, 14n)), i64.shl(h4, 40n))
  const s = f.keep(load('i64', layout.head, 16), 'i64')
  const sumLow = f.keep(i64.add(low, s), 'i64')
  f.store('i64', tag, sumLow)
  f.store(
    'i64',
    tag,
    i64.add(i64.add(high, load('i64', layout.head, 24)), i64.extend_i32_u(i64.lt_u(sumLow, s))),
    8,
  )
})

export const functions = [polyRun, polyTable, polyStart, polyFinish]
