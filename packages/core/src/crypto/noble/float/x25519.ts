/** X25519 (RFC 7748 section 5): the Montgomery ladder, with the same steps for every scalar. */
import { addScaled, invert, multiply, read, square, write } from './field25519.js'
import { combine, common, exchange, newLimbs } from './limbs.js'

/** (486662 - 2) / 4. */
const a24 = 121665

/** All are zero between calls. The ladder takes them into constants of its own, for the same reason as `common`. */
const numbers = /* @__PURE__ */ (() => ({
  x1: newLimbs(),
  x2: newLimbs(),
  z2: newLimbs(),
  x3: newLimbs(),
  z3: newLimbs(),
  a: newLimbs(),
  b: newLimbs(),
  c: newLimbs(),
  d: newLimbs(),
  aa: newLimbs(),
  bb: newLimbs(),
}))()

/**
 * The multiple of the point `u` by a scalar, both of 32 bytes; the scalar is already clamped.
 * @returns 32 bytes, all zero where the point has small order.
 */
export function x25519(scalar: Uint8Array, u: Uint8Array): Uint8Array {
  const { x1, x2, z2, x3, z3, a, b, c, d, aa, bb } = numbers
  read(x1, u)
  x2[0] = 1
  x3.set(x1)
  z3[0] = 1
  let previous = 0
  for (let t = 254; t >= 0; t--) {
    const bit = ((scalar[t >> 3] as number) >> (t & 7)) & 1
    exchange(bit ^ previous, x2, x3)
    exchange(bit ^ previous, z2, z3)
    previous = bit
    combine(a, 1, x2, 1, z2)
    combine(b, 1, x2, -1, z2)
    combine(c, 1, x3, 1, z3)
    combine(d, 1, x3, -1, z3)
    multiply(d, d, a)
    multiply(c, c, b)
    square(aa, a)
    square(bb, b)
    combine(x3, 1, d, 1, c)
    square(x3, x3)
    combine(z3, 1, d, -1, c)
    square(z3, z3)
    multiply(z3, z3, x1)
    multiply(x2, aa, bb)
    // What RFC 7748 calls E.
    combine(b, 1, aa, -1, bb)
    addScaled(a, aa, a24, b)
    multiply(z2, b, a)
  }
  // The lowest bits of a clamped scalar are zero: the last exchange is none.
  invert(a, z2)
  multiply(a, a, x2)
  const result = write(a)
  for (const number of [...Object.values(numbers), common.columns]) number.fill(0)
  return result
}
