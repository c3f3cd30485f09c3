/** Where everything is in the module's memory: addresses in bytes, multiples of 8, and of 16 where vectors are. What is often named comes first: shorter numbers. */

const sizes = {
  /** The S-box of AES. */
  sbox: 256,
  /** Field elements: seven, and two. */
  p256Constants: 7 * 72,
  /** The order of P-256, 2^522 modulo it, and the order less two. */
  orderConstants: 2 * 72,
  orderExponent: 40,
  /** Multiples of the base point by 0 to 15, made when they are first used. */
  basePoints: 16 * 224,
  /** 12 bytes, and zeros. What follows it is secret. */
  nonce: 16,
  tag: 16,
  /** Key stream: the first four blocks of ChaCha20, or the first eight of AES in counter mode. */
  head: 256,
  chachaKey: 32,
  /** Five vectors of pairs of limbs each; limbs. */
  polyAccumulator: 80,
  polyFactor: 80,
  polyLimbs: 160,
  /** 18 vectors of pairs of limbs: of r^4, and of the powers of r that the four lanes end with. */
  polyMain: 288,
  polyLast: 288,
  /** An expanded AES key, and its number of rounds: 10 or 14. */
  roundKeys: 240,
  rounds: 16,
  roundKeysEnd: 0,
  /** The nonce with counter 0 and the first round key, a vector for each bit. */
  slicedNonce: 128,
  ghashAccumulator: 16,
  /** H times x^k for k from 0 to 7, each between zeros. */
  multiples: 8 * 48,
  /** For curves: scalars, coordinates of points, field elements of 72 bytes, and a product. */
  scalar: 32,
  secondScalar: 32,
  curveInput: 64,
  curveOutput: 64,
  curve: 20 * 72,
  columns: 144,
  element: 72,
  elementBytes: 40,
  /** An AES-GCM key, ready for use: rounds; round keys, a vector for each bit; tables of four powers of H. */
  gcmKeyState: 16,
  slicedKeys: 15 * 128,
  ghashTables: 4 * 34 * 16,
  gcmKeyStateEnd: 0,
  /** Multiples of a point, or powers of a number. */
  points: 16 * 224,
  /** Zeros, in front of what is authenticated and in place of it. */
  zeros: 80,
  /** Additional data, padded; then text and tag. */
  base: 0,
}

const addresses = {}
let at = 0
for (const [name, size] of Object.entries(sizes)) {
  addresses[name] = at
  at += size
}
export const layout = addresses
