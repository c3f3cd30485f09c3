import { placed } from '../layout.mjs'

/** Where everything is: multiples of 8. What is often named comes first: shorter numbers. */
export const layout = placed({
  /** Scalars, coordinates of points, field elements of 72 bytes, and a product. All of it is secret. */
  scalar: 32,
  secondScalar: 32,
  curveInput: 64,
  curveOutput: 64,
  curve: 20 * 72,
  columns: 144,
  element: 72,
  elementBytes: 40,
  /** Multiples of a point, or powers of a number. */
  points: 16 * 224,
  secretsEnd: 0,
  zeros: 72,
  /** Field elements: seven, and two. */
  p256Constants: 7 * 72,
  /** The order of P-256, 2^522 modulo it, and the order less two. */
  orderConstants: 2 * 72,
  orderExponent: 40,
  /** Multiples of the base point by 0 to 15, made when they are first used. */
  basePoints: 16 * 224,
})
