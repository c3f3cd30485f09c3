/**
 * What key files that are protected by a password are opened with, over noble. Not part of a provider: the protocol
 * itself has no use for it.
 */
import { md5 as nobleMd5, sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 as noblePbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt as nobleScrypt } from '@noble/hashes/scrypt.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { HashName } from '../provider.js'

const hashes = { sha1: nobleSha1, sha224, sha256, sha384, sha512 } as const

/**
 * PBKDF2 (RFC 8018 5.2) with HMAC. Its time grows with `iterations`: bound them before.
 * @param length of the result, in bytes.
 */
export const pbkdf2 = (
  hash: HashName,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array => noblePbkdf2(hashes[hash], password, salt, { c: iterations, dkLen: length })

/** RFC 7914. */
export interface ScryptCost {
  /** N: a power of two. */
  readonly cost: number
  /** r. It takes 128 * cost * blockSize bytes of memory. */
  readonly blockSize: number
  /** p. */
  readonly parallelization: number
}

/**
 * scrypt (RFC 7914). Its time and memory grow with the costs: bound them before.
 * @param length of the result, in bytes.
 * @throws {Error} for costs that RFC 7914 does not permit, or of more than 1 GiB.
 */
export const scrypt = (
  password: Uint8Array,
  salt: Uint8Array,
  { cost, blockSize, parallelization }: ScryptCost,
  length: number,
): Uint8Array =>
  nobleScrypt(password, salt, { N: cost, r: blockSize, p: parallelization, dkLen: length })

/** MD5 (RFC 1321). OpenSSL's oldest way from a password to a key is made of it. */
export const md5 = (data: Uint8Array): Uint8Array => nobleMd5(data)
