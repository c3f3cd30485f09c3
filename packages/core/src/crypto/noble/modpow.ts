/**
 * Powers modulo an odd number, over BigInt.
 *
 * The running time of BigInt arithmetic depends on its operands: what must not leak is blinded by the caller. The
 * sequence of operations here depends only on the length of the exponent.
 */

/** For public exponents, short ones: square and multiply. */
export function powerPublic(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const bits = exponent.toString(2)
  let result = base
  for (let i = 1; i < bits.length; i++) {
    result = (result * result) % modulus
    if (bits[i] === '1') result = (result * base) % modulus
  }
  return result
}

const windowBits = 5

/** For secret exponents of at most `bits` bits: fixed windows, one multiplication for each of them. */
export function powerSecret(base: bigint, exponent: bigint, modulus: bigint, bits: number): bigint {
  const table: bigint[] = [1n]
  for (let i = 1; i < 1 << windowBits; i++) table.push(((table[i - 1] as bigint) * base) % modulus)
  const windows = Math.ceil(bits / windowBits)
  const digits = exponent.toString(1 << windowBits).padStart(windows, '0')
  let result = 1n
  for (let i = 0; i < windows; i++) {
    for (let j = 0; j < windowBits; j++) result = (result * result) % modulus
    result = (result * (table[Number.parseInt(digits.charAt(i), 32)] as bigint)) % modulus
  }
  return result
}

/** The inverse of `value` modulo `modulus`, or undefined where there is none. */
export function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r0, r1] = [modulus, value % modulus]
  let [t0, t1] = [0n, 1n]
  while (r1 !== 0n) {
    const quotient = r0 / r1
    ;[r0, r1] = [r1, r0 - quotient * r1]
    ;[t0, t1] = [t1, t0 - quotient * t1]
  }
  if (r0 !== 1n) return undefined
  return t0 < 0n ? t0 + modulus : t0
}

export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}
