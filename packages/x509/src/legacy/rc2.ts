/** RC2 (RFC 2268), for reading old PKCS#12 files, and for nothing else. */
import type { BlockCipher } from './cbc.js'

// PITABLE (RFC 2268 section 2): a permutation of 0 to 255 made of the digits of pi.
const substitutions =
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
  'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
  '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
  '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
  '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
  'c5f3db47e5a59c770aa62068fe7fc1ad'

const table = /* @__PURE__ */ Uint8Array.from({ length: 256 }, (_, index) =>
  Number.parseInt(substitutions.slice(index * 2, index * 2 + 2), 16),
)

/** RFC 2268 section 2: 64 words from the key, of which `effectiveBits` count. */
function expand(key: Uint8Array, effectiveBits: number): Uint16Array {
  const octets = new Uint8Array(128)
  octets.set(key)
  const at = (index: number): number => octets[index] ?? 0
  for (let index = key.length; index < 128; index++) {
    octets[index] = table[(at(index - 1) + at(index - key.length)) & 255] ?? 0
  }
  const effective = Math.ceil(effectiveBits / 8)
  const mask = 255 >> (8 * effective - effectiveBits)
  octets[128 - effective] = table[at(128 - effective) & mask] ?? 0
  for (let index = 127 - effective; index >= 0; index--) {
    octets[index] = table[at(index + 1) ^ at(index + effective)] ?? 0
  }
  return Uint16Array.from({ length: 64 }, (_, index) => at(2 * index) | (at(2 * index + 1) << 8))
}

const rotations = [1, 2, 3, 5]

/** The cipher under a key of at most 128 bytes. */
export function rc2(key: Uint8Array, effectiveBits: number): BlockCipher {
  const words = expand(key, effectiveBits)
  const word = (index: number): number => words[index] ?? 0
  return {
    blockLength: 8,
    // RFC 2268 section 4: sixteen mixing rounds, backwards, with a mashing round after the fifth and the eleventh.
    decryptBlock(block) {
      const half = Uint16Array.from(
        { length: 4 },
        (_, index) => (block[2 * index] ?? 0) | ((block[2 * index + 1] ?? 0) << 8),
      )
      const at = (index: number): number => half[index & 3] ?? 0
      for (let round = 15; round >= 0; round--) {
        for (let index = 3; index >= 0; index--) {
          const rotation = rotations[index] ?? 0
          const value = (at(index) >>> rotation) | (at(index) << (16 - rotation))
          const mixed = (at(index + 3) & at(index + 2)) + (~at(index + 3) & at(index + 1))
          half[index] = value - word(4 * round + index) - mixed
        }
        if (round !== 11 && round !== 5) continue
        for (let index = 3; index >= 0; index--) {
          half[index] = at(index) - word(at(index + 3) & 63)
        }
      }
      return Uint8Array.from({ length: 8 }, (_, index) =>
        (index & 1) === 0 ? at(index >> 1) & 255 : at(index >> 1) >> 8,
      )
    },
  }
}
