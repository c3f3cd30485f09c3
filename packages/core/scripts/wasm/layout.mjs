/** Where everything is in the module's memory: addresses in bytes, multiples of 16. */

const sizes = {
  /** The S-box of AES. */
  sbox: 256,
  /** Field elements, and the multiples of the base point by 0 to 15, made when they are first used. */
  p256Constants: 6 * 72,
  basePoints: 16 * 224,
  /** 2^522 modulo the order of P-256, and the order less two. */
  orderSquare: 80,
  orderExponent: 32,
  /** 12 bytes, and zeros. What follows it is secret. */
  nonce: 16,
  tag: 16,
  /** Key stream: the first four blocks of ChaCha20, or the first eight of AES in counter mode. */
  head: 256,
  chachaKey: 32,
  /** Five vectors of pairs of limbs. */
  polyAccumulator: 80,
  /** 18 vectors of pairs of limbs: of r^4, and of the powers of r that the four lanes end with. */
  polyMain: 288,
  polyLast: 288,
  /** An expanded AES key, and its number of rounds: 10 or 14. */
  roundKeys: 240,
  rounds: 16,
  roundKeysEnd: 0,
  /** An AES-GCM key, ready for use: rounds; round keys, a vector for each bit; tables of four powers of H. */
  gcmKeyState: 16,
  slicedKeys: 15 * 128,
  ghashTables: 4 * 34 * 16,
  gcmKeyStateEnd: 0,
  /** The nonce with counter 0 and the first round key, a vector for each bit. */
  slicedNonce: 128,
  ghashAccumulator: 16,
  /** H times x^k for k from 0 to 7, each between zeros. */
  multiples: 8 * 48,
  /** For curves: scalars, coordinates of points, multiples of a point, and field elements of 72 bytes. */
  scalar: 32,
  secondScalar: 32,
  curveInput: 64,
  curveOutput: 64,
  points: 16 * 224,
  curve: 20 * 72,
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
