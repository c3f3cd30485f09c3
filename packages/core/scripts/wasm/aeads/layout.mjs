import { placed } from '../layout.mjs'

/**
 * Where everything is: multiples of 16 where vectors are. What is often named comes first: shorter numbers.
 */
export const layout = placed({
  /** The S-box of AES. */
  sbox: 256,
  /** The words of a ChaCha20 block, to the nonce. What follows the constant is secret. */
  chachaConstant: 16,
  chachaKey: 32,
  chachaCounter: 4,
  /** 12 bytes, and zeros. */
  nonce: 28,
  tag: 16,
  /** Key stream: the first four blocks of ChaCha20, or the first eight of AES in counter mode. */
  head: 256,
  /** A vector for each word: before the rounds, and after them. */
  chachaInitial: 256,
  chachaState: 256,
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
  /** Key stream of AES in counter mode: eight blocks, on their way out of sliced form. */
  unsliced: 128,
  ghashAccumulator: 16,
  /** H times x^k for k from 0 to 7, each between zeros. */
  multiples: 8 * 48,
  /** An AES-GCM key, ready for use: rounds; round keys, a vector for each bit; tables of four powers of H. */
  gcmKeyState: 16,
  slicedKeys: 15 * 128,
  ghashTables: 4 * 34 * 16,
  gcmKeyStateEnd: 0,
  /** Zeros, in front of what is authenticated and in place of it. */
  zeros: 80,
  /** Additional data, padded; then text and tag. */
  base: 0,
})
