/** Deterministic randomness, for tests only: whoever knows the seed knows every byte. */
import type { Random } from '../crypto/provider.js'

/** A stream of bytes that a seed determines. Not secret, not even unpredictable: never for a real connection. */
export function seededRandom(seed: string | number): Random {
  const next = sfc32(String(seed))
  let word = 0
  let left = 0
  return (length) => {
    const bytes = new Uint8Array(length)
    for (let i = 0; i < length; i++) {
      if (left === 0) {
        word = next()
        left = 4
      }
      bytes[i] = word & 0xff
      word >>>= 8
      left--
    }
    return bytes
  }
}

/** A whole number from 0 to `bound` - 1. */
export function below(bound: number, random: Random): number {
  const [a = 0, b = 0, c = 0, d = 0] = random(4)
  return Math.floor((((a << 24) | (b << 16) | (c << 8) | d) >>> 0) * 2 ** -32 * bound)
}

/** True with the given probability. */
export function chance(probability: number, random: Random): boolean {
  return probability > 0 && below(1_000_000, random) < probability * 1_000_000
}

/** Chris Doty-Humphrey's small fast counter, 32-bit words, from a seed that is mixed in character by character. */
function sfc32(seed: string): () => number {
  let [a, b, c] = [0x9e3779b9, 0x243f6a88, 0xb7e15162]
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < seed.length; i++) {
    a ^= seed.charCodeAt(i)
    next()
  }
  for (let i = 0; i < 15; i++) next()
  return next
}
