/**
 * Triple DES in the order encrypt, decrypt, encrypt (FIPS 46-3), for reading old key files. Its blocks are too short
 * (RFC 9325 4.1) and its tables give the key away to who shares the processor's cache: nothing is encrypted with it here.
 */
import type { BlockCipher } from './cbc.js'

// Bits are counted from the left, from 1 on, as the standard does.
const initialPermutation = [
  58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6, 64,
  56, 48, 40, 32, 24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61, 53,
  45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
]
const permutedChoice1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60,
  52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21,
  13, 5, 28, 20, 12, 4,
]
const permutedChoice2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52,
  31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
]
const shifts = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1]
const permutation = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13,
  30, 6, 22, 11, 4, 25,
]
// Four rows of sixteen digits each.
const substitutions = [
  'e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d',
  'f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9',
  'a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c',
  '7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e',
  '2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453',
  'c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d',
  '4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c',
  'd2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b',
].map((rows) => rows.replaceAll(' ', ''))

type Bits = readonly number[]

const bitsOf = (bytes: Uint8Array): Bits =>
  Array.from(
    { length: bytes.length * 8 },
    (_, bit) => ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1,
  )

const permute = (bits: Bits, table: readonly number[]): Bits =>
  table.map((from) => bits[from - 1] ?? 0)

const numberOf = (bits: Bits): number => bits.reduce((number, bit) => (number << 1) | bit, 0)

/** A substitution followed by the permutation: 64 words for each of the eight boxes, made when first used. */
let tables: readonly Int32Array[] | undefined

function makeTables(): readonly Int32Array[] {
  return substitutions.map((rows, box) =>
    Int32Array.from({ length: 64 }, (_, input) => {
      const row = ((input >> 4) & 2) | (input & 1)
      const column = (input >> 1) & 15
      const output = Number.parseInt(rows.charAt(row * 16 + column), 16)
      const word = output << (28 - 4 * box)
      return permutation.reduce((out, from) => (out << 1) | ((word >>> (32 - from)) & 1), 0)
    }),
  )
}

/** Sixteen round keys of eight groups of six bits. */
function schedule(key: Uint8Array): Uint8Array[] {
  const chosen = permute(bitsOf(key), permutedChoice1)
  let left = chosen.slice(0, 28)
  let right = chosen.slice(28)
  return shifts.map((shift) => {
    left = [...left.slice(shift), ...left.slice(0, shift)]
    right = [...right.slice(shift), ...right.slice(0, shift)]
    const bits = permute([...left, ...right], permutedChoice2)
    return Uint8Array.from({ length: 8 }, (_, group) =>
      numberOf(bits.slice(group * 6, group * 6 + 6)),
    )
  })
}

/** The Feistel network on both halves of a block, which are swapped in the end. */
function rounds(halves: Int32Array, keys: readonly Uint8Array[]): void {
  tables ??= makeTables()
  let left = halves[0] ?? 0
  let right = halves[1] ?? 0
  for (const key of keys) {
    let mixed = 0
    for (let box = 0; box < 8; box++) {
      // Six bits that overlap with their neighbours, around the word's end too: from bit 4 * box, counted from 1.
      const turn = (4 * box + 5) & 31
      const group = ((right << turn) | (right >>> (32 - turn))) & 63
      mixed ^= tables[box]?.[group ^ (key[box] ?? 0)] ?? 0
    }
    const next = left ^ mixed
    left = right
    right = next
  }
  halves[0] = right
  halves[1] = left
}

/**
 * Triple DES with three keys.
 * @param key 24 bytes; parity is not looked at.
 */
export function tripleDes(key: Uint8Array): BlockCipher {
  const [first = [], second = [], third = []] = [0, 8, 16].map((at) =>
    schedule(key.subarray(at, at + 8)),
  )
  // Decryption takes the round keys backwards.
  const stages = [[...third].reverse(), second, [...first].reverse()]
  return {
    blockLength: 8,
    decryptBlock(block) {
      const permuted = permute(bitsOf(block), initialPermutation)
      const halves = Int32Array.of(numberOf(permuted.slice(0, 32)), numberOf(permuted.slice(32)))
      for (const keys of stages) rounds(halves, keys)
      const out = new Uint8Array(8)
      for (const [index, position] of initialPermutation.entries()) {
        const bit = ((halves[index >> 5] ?? 0) >>> (31 - (index & 31))) & 1
        const at = position - 1
        out[at >> 3] = (out[at >> 3] ?? 0) | (bit << (7 - (at & 7)))
      }
      return out
    },
  }
}
