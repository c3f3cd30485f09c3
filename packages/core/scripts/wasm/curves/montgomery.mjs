/** In and out of Montgomery form, x * 2^261 modulo an odd number of 256 bits, for 32 bytes, big-endian. */
import { call, define, i8x16, i64, load, vector } from '../emit.mjs'
import { layout } from './layout.mjs'

const reversed = vector([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0])

/** 32 bytes in the opposite order. */
const reverseBytes = define(
  'reverseBytes',
  { parameters: { out: 'i32', from: 'i32' } },
  (f, { out, from }) => {
    const halves = [16, 0].map((at) => f.keep(i8x16.swizzle(load('v128', from, at), reversed)))
    for (const [i, value] of halves.entries()) f.store('v128', out, value, 16 * i)
  },
)

export const functions = [reverseBytes]

const { elementBytes, element } = layout

/**
 * `<name>Read`: reads an element, and says whether the number was below the modulus. `modulus`, `square` and `unit` are
 * the places of it, of 2^522 modulo it, and of 1; `multiply` is a call.
 */
export function defineRead({ name, modulus, square, multiply }) {
  return define(
    `${name}Read`,
    { parameters: { out: 'i32', from: 'i32' }, result: 'i32' },
    (f, { out, from }) => {
      f.add(call('reverseBytes', elementBytes, from))
      f.store('i64', elementBytes, 0n, 32)
      f.add(call('unpack', element, elementBytes))
      f.add(call('elementSubtract', out, element, modulus))
      f.add(call('carry', out, 0n))
      const isBelow = f.keep(i64.lt_s(load('i64', out, 64), 0n), 'i32')
      f.add(multiply(out, element, square))
      return isBelow
    },
  )
}

/** `<name>Write`: the reduced number of an element of amount below 32 times the modulus. */
export function defineWrite({ name, modulus, unit, multiply }) {
  return define(`${name}Write`, { parameters: { out: 'i32', a: 'i32' } }, (f, { out, a }) => {
    // From 0 to the modulus, inclusive.
    f.add(multiply(element, a, unit))
    f.add(call('pack', elementBytes, element, modulus))
    f.add(call('reverseBytes', out, elementBytes))
  })
}
