/** PKCS#12's own way from a password to a key (RFC 7292 appendix B), which only old files use. */
import type { HashAlgorithm } from '@sanstls/core'

/** What the key is for (RFC 7292 B.3). */
export const pkcs12KeyUse = { encryption: 1, iv: 2, mac: 3 } as const

/**
 * Derives `length` bytes.
 * @param password from `pkcs12PasswordForms`.
 */
export function pkcs12Key(
  hash: HashAlgorithm,
  use: keyof typeof pkcs12KeyUse,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  const block = hash.blockLength
  const input = new Uint8Array(block + filled(salt, block) + filled(password, block))
  input.fill(pkcs12KeyUse[use], 0, block)
  const mixed = input.subarray(block)
  repeat(mixed.subarray(0, filled(salt, block)), salt)
  repeat(mixed.subarray(filled(salt, block)), password)
  const key = new Uint8Array(length)
  for (let at = 0; at < length; at += hash.outputLength) {
    let digest = hash.hash(input)
    for (let round = 1; round < iterations; round++) digest = hash.hash(digest)
    key.set(digest.subarray(0, length - at), at)
    for (let start = 0; start < mixed.length; start += block) {
      addOne(mixed.subarray(start, start + block), digest)
    }
  }
  return key
}

const filled = (part: Uint8Array, block: number): number => block * Math.ceil(part.length / block)

function repeat(target: Uint8Array, part: Uint8Array): void {
  for (let index = 0; index < target.length; index++) target[index] = part[index % part.length] ?? 0
}

/** RFC 7292 B.2 step 6 (c): the block plus the repeated digest plus one, without the carry out of it. */
function addOne(block: Uint8Array, digest: Uint8Array): void {
  let carry = 1
  for (let index = block.length - 1; index >= 0; index--) {
    carry += (block[index] ?? 0) + (digest[index % digest.length] ?? 0)
    block[index] = carry & 255
    carry >>= 8
  }
}
