/** In and out of Montgomery form, x * 2^261 modulo an odd number of 256 bits, for 32 bytes, big-endian. */
import { call, define, i8x16, i64, load, vector } from './emit.mjs'
import { carry, limbBits, limbsOf, loadLimbs, pack, storeLimbs, unpack } from './field.mjs'

const limbMask = (1n << limbBits) - 1n
const reversed = vector([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])

/** 32 bytes in the opposite order. */
function reverseBytes(f, out, from) {
  const halves = [16, 0].map((at) => f.keep(i8x16.swizzle(load('v128', from, at), reversed)))
  for (const [i, value] of halves.entries()) f.store('v128', out, value, 16 * i)
}

/**
 * `<name>Read`: reads an element, and says whether the number was below the modulus. `square` is the place of
 * 2^522 modulo it, `unit` that of 1, and `scratch` is overwritten.
 */
export function defineRead({ name, modulus, square, scratch }) {
  return define(
    `${name}Read`,
    { parameters: { out: 'i32', from: 'i32' }, result: 'i32' },
    (f, { out, from }) => {
      reverseBytes(f, scratch, from)
      const words = [0, 1, 2, 3].map((i) => f.keep(load('i64', scratch, 8 * i), 'i64'))
      const limbs = unpack(words).map((limb) => f.variable('i64', limb))
      const borrow = f.variable('i64', 0n)
      for (const [i, limb] of limbsOf(modulus).entries())
        borrow.set(i64.shr_s(i64.add(i64.sub(limbs[i].get, limb), borrow.get), limbBits))
      for (let i = 0; i < 8; i++) carry(f, limbs, i)
      storeLimbs(
        f,
        scratch,
        limbs.map(({ get }) => get),
      )
      f.add(call(`${name}Multiply`, out, scratch, square))
      return i64.ne(borrow.get, 0n)
    },
  )
}

/** `<name>Write`: the reduced number of an element of amount below 32 times the modulus. */
export function defineWrite({ name, modulus, unit, scratch }) {
  return define(`${name}Write`, { parameters: { out: 'i32', a: 'i32' } }, (f, { out, a }) => {
    // From 0 to the modulus, inclusive.
    f.add(call(`${name}Multiply`, scratch, a, unit))
    const unsigned = (limbs) => {
      for (let i = 0; i < 8; i++) {
        limbs[i + 1].set(i64.add(limbs[i + 1].get, i64.shr_s(limbs[i].get, limbBits)))
        limbs[i].set(i64.and(limbs[i].get, limbMask))
      }
      return limbs
    }
    const whole = unsigned(loadLimbs(f, scratch).map((limb) => f.variable('i64', limb)))
    const less = unsigned(
      limbsOf(modulus).map((limb, i) => f.variable('i64', i64.sub(whole[i].get, limb))),
    )
    const isLess = f.keep(i64.shr_s(less[8].get, 63n), 'i64')
    const limbs = whole.map(({ get }, i) =>
      f.keep(i64.xor(less[i].get, i64.and(i64.xor(get, less[i].get), isLess)), 'i64'),
    )
    for (const [i, word] of pack(limbs).entries()) f.store('i64', scratch, word, 8 * i)
    reverseBytes(f, out, scratch)
  })
}
