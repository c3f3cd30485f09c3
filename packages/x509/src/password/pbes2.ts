/** PBES2 (RFC 8018 6.2, A.4): a key from PBKDF2 or scrypt, and a cipher in CBC mode. */
import { type DerReader, tags } from '@sanstls/core/der'
import { aesCbcDecrypt, pbkdf2, scrypt } from '@sanstls/core/noble/password'
import { KeyError } from '../key.js'
import { cbcDecrypt } from '../legacy/cbc.js'
import { tripleDes } from '../legacy/des.js'
import type { WorkBudget } from './limits.js'
import { type Password, passwordBytes } from './password.js'
import { pbkdf2Id, readPbkdf2 } from './pbkdf2.js'
import type { Scheme } from './scheme.js'

const scryptId = '1.3.6.1.4.1.11591.4.11'

interface Derivation {
  readonly keyLength: number | undefined
  derive(password: Password, length: number): Uint8Array
}

interface Cipher {
  readonly name: string
  /** Bytes. */
  readonly keyLength: number
  /** Bytes. */
  readonly blockLength: number
  decrypt(key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array
}

const aes = (bits: number): Cipher => ({
  name: `AES-${bits}-CBC`,
  keyLength: bits / 8,
  blockLength: 16,
  decrypt: aesCbcDecrypt,
})

const ciphers: Readonly<Record<string, Cipher>> = {
  '2.16.840.1.101.3.4.1.2': aes(128),
  '2.16.840.1.101.3.4.1.22': aes(192),
  '2.16.840.1.101.3.4.1.42': aes(256),
  '1.2.840.113549.3.7': {
    name: 'DES-EDE3-CBC',
    keyLength: 24,
    blockLength: 8,
    decrypt: (key, iv, data) => cbcDecrypt(tripleDes(key), iv, data),
  },
}

/**
 * Reads PBES2-params.
 * @throws {DerError}
 * @throws {KeyError} unsupported, limitExceeded
 */
export function readPbes2(reader: DerReader, budget: WorkBudget): Scheme {
  const outer = reader.enter(tags.sequence)
  const { keyLength, derive } = readDerivation(reader, budget)
  const start = reader.offset
  const afterCipher = reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  const cipher = ciphers[id]
  if (cipher === undefined) throw new KeyError('unsupported', `Cipher ${id} is not supported.`)
  const iv = reader.readOctetString()
  reader.leave(afterCipher)
  reader.leave(outer)
  if (iv.length !== cipher.blockLength) reader.fail('IV of a wrong length', start)
  // RFC 8018 A.2: the length is there where the cipher does not fix it.
  if (keyLength !== undefined && keyLength !== cipher.keyLength) {
    reader.fail('key length that is not the cipher’s', start)
  }
  return {
    blockLength: cipher.blockLength,
    decrypt: (password, data) => [cipher.decrypt(derive(password, cipher.keyLength), iv, data)],
  }
}

function readDerivation(reader: DerReader, budget: WorkBudget): Derivation {
  const outer = reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  let derivation: Derivation
  if (id === pbkdf2Id) {
    const { salt, iterations, keyLength, hash } = readPbkdf2(reader, budget)
    derivation = {
      keyLength,
      derive: (password, length) => pbkdf2(hash, passwordBytes(password), salt, iterations, length),
    }
  } else if (id === scryptId) {
    derivation = readScrypt(reader, budget)
  } else {
    throw new KeyError('unsupported', `Key derivation ${id} is not supported.`)
  }
  reader.leave(outer)
  return derivation
}

// RFC 7914 section 7.
function readScrypt(reader: DerReader, budget: WorkBudget): Derivation {
  const outer = reader.enter(tags.sequence)
  const salt = reader.readOctetString()
  const start = reader.offset
  const cost = reader.readSmallInteger()
  const blockSize = reader.readSmallInteger()
  const parallelization = reader.readSmallInteger()
  const keyLength = reader.at(tags.integer) ? reader.readSmallInteger() : undefined
  reader.leave(outer)
  // RFC 7914 section 2.
  const isPowerOfTwo = cost > 1 && (cost & (cost - 1)) === 0
  const isTooLarge = Math.log2(cost) >= 16 * blockSize
  if (!isPowerOfTwo || isTooLarge || blockSize === 0 || parallelization === 0) {
    reader.fail('scrypt with costs that it cannot have', start)
  }
  // One round of PBKDF2 is about as much work as four blocks here.
  budget.spend((cost * blockSize * parallelization) / 4)
  budget.checkMemory(128 * blockSize * (cost + parallelization))
  return {
    keyLength,
    derive: (password, length) =>
      scrypt(passwordBytes(password), salt, { cost, blockSize, parallelization }, length),
  }
}
