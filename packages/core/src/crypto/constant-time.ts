/**
 * Decisions without branches: a mask of ones where something holds, of zeros where it does not. What the processor does
 * must not depend on a secret; what a JavaScript engine makes of these operations is out of our hands (docs/security.md).
 */

/** For numbers from 0 to 2^31 - 1. */
export function maskEqual(a: number, b: number): number {
  return ((a ^ b) - 1) >> 31
}

/** Whether a < b, for numbers from 0 to 2^31 - 1. */
export function maskLess(a: number, b: number): number {
  return (a - b) >> 31
}
