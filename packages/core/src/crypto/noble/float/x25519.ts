/** X25519 (RFC 7748 section 5): the Montgomery ladder, with the same steps for every scalar. */
import { addScaled, invert, multiply, read, square, write } from './field25519.js'
import { combine, common, exchange, newLimbs } from './limbs.js'

/** (486662 - 2) / 4. */
const a24 = 121665

/**
 * The multiple of the point `u` by a scalar, both of 32 bytes; the scalar is already clamped.
 * @returns 32 bytes, all zero where the point has small order.
 */
export const x25519: (scalar: Uint8Array, u: Uint8Array) => Uint8Array = /* @__PURE__ */ (() => {
  // All are zero between calls. They are this function's, as esbuild makes a module's constants variables, of which V8
  // knows less.
  const x1 = newLimbs()
  const x2 = newLimbs()
  const z2 = newLimbs()
  const x3 = newLimbs()
  const z3 = newLimbs()
  const a = newLimbs()
  const b = newLimbs()
  const c = newLimbs()
  const d = newLimbs()
  const aa = newLimbs()
  const bb = newLimbs()
  return (scalar, u) => {
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
    for (const number of [x1, x2, z2, x3, z3, a, b, c, d, aa, bb, common.columns]) number.fill(0)
    return result
  }
})()
