/**
 * Numbers of up to 264 bits for the arithmetic of curves: eleven limbs of 24 bits, in floating point.
 *
 * V8 multiplies these four times as fast as BigInts, and what it does depends on no value: there are no branches and no
 * addresses that do, and additions and multiplications of such numbers take the same time for all of them.
 *
 * Limbs have signs. They are reduced when none exceeds 2^23; sums may grow to small multiples of that. Products are exact
 * as long as they stay below 2^53, and a column sums eleven of them: the factors' multiples may have a product of 11.
 */

export type Limbs = Float64Array

interface Common {
  readonly limbCount: number
  /** Adding this and subtracting it again rounds to a multiple of 2^24, for numbers below 2^75. */
  readonly rounding: number
  /** From a multiple of 2^24 to what the next limb gets. */
  readonly down: number
  /** A product before its reduction; the last column is for carries. Nobody else can use it: everything is synchronous. */
  readonly columns: Float64Array
}

/**
 * Functions take these into constants of their own: esbuild makes those of a module variables, which V8 reads from memory
 * each time.
 */
export const common: Common = /* @__PURE__ */ (() => ({
  limbCount: 11,
  rounding: 3 * 2 ** 75,
  down: 2 ** -24,
  columns: new Float64Array(22),
}))()

export const newLimbs = (): Limbs => new Float64Array(common.limbCount)

/** Multiplies into the columns. What was in them counts `keep` times: 0, 1 or -1. */
// biome-ignore format: a table
export function multiplyLimbs(a: Limbs, b: Limbs, keep = 0): void {
  const { columns } = common
  const a0 = a[0] as number
  const a1 = a[1] as number
  const a2 = a[2] as number
  const a3 = a[3] as number
  const a4 = a[4] as number
  const a5 = a[5] as number
  const a6 = a[6] as number
  const a7 = a[7] as number
  const a8 = a[8] as number
  const a9 = a[9] as number
  const a10 = a[10] as number
  const b0 = b[0] as number
  const b1 = b[1] as number
  const b2 = b[2] as number
  const b3 = b[3] as number
  const b4 = b[4] as number
  const b5 = b[5] as number
  const b6 = b[6] as number
  const b7 = b[7] as number
  const b8 = b[8] as number
  const b9 = b[9] as number
  const b10 = b[10] as number
  columns[0] = keep * (columns[0] as number) + a0 * b0
  columns[1] = keep * (columns[1] as number) + a0 * b1 + a1 * b0
  columns[2] = keep * (columns[2] as number) + a0 * b2 + a1 * b1 + a2 * b0
  columns[3] = keep * (columns[3] as number) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0
  columns[4] = keep * (columns[4] as number) + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0
  columns[5] = keep * (columns[5] as number) + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0
  columns[6] = keep * (columns[6] as number) + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 +
    a6 * b0
  columns[7] = keep * (columns[7] as number) + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 +
    a6 * b1 + a7 * b0
  columns[8] = keep * (columns[8] as number) + a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 +
    a6 * b2 + a7 * b1 + a8 * b0
  columns[9] = keep * (columns[9] as number) + a0 * b9 + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 +
    a6 * b3 + a7 * b2 + a8 * b1 + a9 * b0
  columns[10] = keep * (columns[10] as number) + a0 * b10 + a1 * b9 + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 +
    a6 * b4 + a7 * b3 + a8 * b2 + a9 * b1 + a10 * b0
  columns[11] = keep * (columns[11] as number) + a1 * b10 + a2 * b9 + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 +
    a7 * b4 + a8 * b3 + a9 * b2 + a10 * b1
  columns[12] = keep * (columns[12] as number) + a2 * b10 + a3 * b9 + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 +
    a8 * b4 + a9 * b3 + a10 * b2
  columns[13] = keep * (columns[13] as number) + a3 * b10 + a4 * b9 + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 +
    a9 * b4 + a10 * b3
  columns[14] = keep * (columns[14] as number) + a4 * b10 + a5 * b9 + a6 * b8 + a7 * b7 + a8 * b6 + a9 * b5 +
    a10 * b4
  columns[15] = keep * (columns[15] as number) + a5 * b10 + a6 * b9 + a7 * b8 + a8 * b7 + a9 * b6 + a10 * b5
  columns[16] = keep * (columns[16] as number) + a6 * b10 + a7 * b9 + a8 * b8 + a9 * b7 + a10 * b6
  columns[17] = keep * (columns[17] as number) + a7 * b10 + a8 * b9 + a9 * b8 + a10 * b7
  columns[18] = keep * (columns[18] as number) + a8 * b10 + a9 * b9 + a10 * b8
  columns[19] = keep * (columns[19] as number) + a9 * b10 + a10 * b9
  columns[20] = keep * (columns[20] as number) + a10 * b10
}

/** Squares into the columns. */
// biome-ignore format: a table
export function squareLimbs(a: Limbs): void {
  const { columns } = common
  const a0 = a[0] as number
  const a1 = a[1] as number
  const a2 = a[2] as number
  const a3 = a[3] as number
  const a4 = a[4] as number
  const a5 = a[5] as number
  const a6 = a[6] as number
  const a7 = a[7] as number
  const a8 = a[8] as number
  const a9 = a[9] as number
  const a10 = a[10] as number
  const d0 = 2 * a0
  const d1 = 2 * a1
  const d2 = 2 * a2
  const d3 = 2 * a3
  const d4 = 2 * a4
  const d5 = 2 * a5
  const d6 = 2 * a6
  const d7 = 2 * a7
  const d8 = 2 * a8
  const d9 = 2 * a9
  columns[0] = a0 * a0
  columns[1] = d0 * a1
  columns[2] = d0 * a2 + a1 * a1
  columns[3] = d0 * a3 + d1 * a2
  columns[4] = d0 * a4 + d1 * a3 + a2 * a2
  columns[5] = d0 * a5 + d1 * a4 + d2 * a3
  columns[6] = d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3
  columns[7] = d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4
  columns[8] = d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4
  columns[9] = d0 * a9 + d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5
  columns[10] = d0 * a10 + d1 * a9 + d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5
  columns[11] = d1 * a10 + d2 * a9 + d3 * a8 + d4 * a7 + d5 * a6
  columns[12] = d2 * a10 + d3 * a9 + d4 * a8 + d5 * a7 + a6 * a6
  columns[13] = d3 * a10 + d4 * a9 + d5 * a8 + d6 * a7
  columns[14] = d4 * a10 + d5 * a9 + d6 * a8 + a7 * a7
  columns[15] = d5 * a10 + d6 * a9 + d7 * a8
  columns[16] = d6 * a10 + d7 * a9 + a8 * a8
  columns[17] = d7 * a10 + d8 * a9
  columns[18] = d8 * a10 + a9 * a9
  columns[19] = d9 * a10
  columns[20] = a10 * a10
}

/** out = j a + k b, not reduced. */
export function combine(out: Limbs, j: number, a: Limbs, k: number, b: Limbs): void {
  const { limbCount } = common
  for (let i = 0; i < limbCount; i++) out[i] = j * (a[i] as number) + k * (b[i] as number)
}

/** out = k a, with reduced limbs, for numbers that leave the last one room. */
export function reduceLimbs(out: Limbs, k: number, a: Limbs): void {
  const { limbCount, rounding, down } = common
  let carry = 0
  for (let i = 0; i < limbCount - 1; i++) {
    const limb = k * (a[i] as number) + carry * down
    carry = limb + rounding - rounding
    out[i] = limb - carry
  }
  out[limbCount - 1] = k * (a[limbCount - 1] as number) + carry * down
}

/** Where `choice` is 1, exchanges numbers; where it is 0, does not. */
export function exchange(choice: number, a: Limbs, b: Limbs): void {
  const { limbCount } = common
  for (let i = 0; i < limbCount; i++) {
    const difference = choice * ((a[i] as number) - (b[i] as number))
    a[i] = (a[i] as number) - difference
    b[i] = (b[i] as number) + difference
  }
}

/** Reads 32 bytes, little-endian. */
export function readLimbs(out: Limbs, bytes: Uint8Array): void {
  out.fill(0)
  // Every third byte begins a limb.
  for (let i = 0; i < 32; i++) {
    const limb = Math.floor(i / 3)
    out[limb] = (out[limb] as number) + (bytes[i] as number) * 2 ** (8 * (i % 3))
  }
  reduceLimbs(out, 1, out)
}

/** Brings integers below 2^24 and above -1; what they had beyond that goes to the last one. */
export function carryIntegers(limbs: Int32Array): void {
  for (let i = 0; i < common.limbCount - 1; i++) {
    limbs[i + 1] = (limbs[i + 1] as number) + ((limbs[i] as number) >> 24)
    limbs[i] = (limbs[i] as number) & 0xffffff
  }
}

/** Writes such integers as 32 bytes, little-endian. */
export function writeIntegers(limbs: Int32Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: 32 },
    (_, i) => (limbs[Math.floor(i / 3)] as number) >> (8 * (i % 3)),
  )
}
