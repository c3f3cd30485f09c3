/** Diffie-Hellman modulo a prime, by either of the two ways that node:crypto has. */

import {
  diffieHellman as agreeKeys,
  createDiffieHellman,
  createPrivateKey,
  createPublicKey,
} from 'node:crypto'
import { DerReader, tags } from '@sanstls/core/der'
import { der, fromHex, leftPad, plain } from './bytes.js'
import type { PrivateShare } from './group.js'

export interface PrimeField {
  /** Bytes of the prime, of shares and of secrets. */
  readonly length: number
  readonly prime: Uint8Array
  readonly generator: Uint8Array
  /** AlgorithmIdentifier of PKCS #3: dhKeyAgreement with prime and generator. */
  readonly algorithm: Uint8Array
}

/** `prime` begins with no zero. */
export function primeField(prime: Uint8Array, generator: Uint8Array): PrimeField {
  const parameters = der(tags.sequence, integer(prime), integer(generator))
  const algorithm = der(tags.sequence, fromHex('06092a864886f70d010301'), parameters)
  return { length: prime.length, prime, generator, algorithm }
}

/**
 * The way by DiffieHellman objects, for primes that OpenSSL knows. Elsewhere than on OpenSSL 3.0 it may test the prime
 * again for each key, which takes 0.2 s for the smallest; of unknown primes OpenSSL 3.0 does so too.
 */
export function withObject(field: PrimeField, exponent: Uint8Array): PrivateShare {
  const object = createDiffieHellman(field.prime, field.generator)
  object.setPrivateKey(exponent)
  // With a private key at hand this makes the public key alone.
  object.generateKeys()
  return {
    share: leftPad(plain(object.getPublicKey()), field.length),
    // RFC 9846 7.4.1: padded to the length of the prime.
    agree: (share) => leftPad(plain(object.computeSecret(share)), field.length),
  }
}

/** The way by PKCS#8 and SubjectPublicKeyInfo. Where OpenSSL 3.0 knows the prime, it tests the peer's share at six times the cost. */
export function withKeys(field: PrimeField, exponent: Uint8Array): PrivateShare {
  const version = integer(Uint8Array.of(0))
  const pkcs8 = der(
    tags.sequence,
    version,
    field.algorithm,
    der(tags.octetString, integer(exponent)),
  )
  const privateKey = createPrivateKey({
    key: Buffer.from(pkcs8.buffer),
    format: 'der',
    type: 'pkcs8',
  })
  pkcs8.fill(0)
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    share: leftPad(readShare(plain(spki)), field.length),
    agree(share) {
      const publicKey = createPublicKey({
        key: Buffer.from(encodeShare(field, share).buffer),
        format: 'der',
        type: 'spki',
      })
      return leftPad(plain(agreeKeys({ privateKey, publicKey })), field.length)
    },
  }
}

/** SubjectPublicKeyInfo: the public key is an INTEGER (RFC 3279 2.3.3). */
function encodeShare(field: PrimeField, share: Uint8Array): Uint8Array {
  const bits = der(tags.bitString, Uint8Array.of(0), integer(share))
  return der(tags.sequence, field.algorithm, bits)
}

function readShare(spki: Uint8Array): Uint8Array {
  const reader = new DerReader(spki)
  reader.enter(tags.sequence)
  reader.skip(tags.sequence)
  return new DerReader(reader.readBitString()).readPositiveInteger()
}

/** A positive INTEGER (X.690 8.3) of big-endian bytes, which may begin with zeros. */
function integer(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (start < bytes.length - 1 && bytes[start] === 0) start++
  const digits = bytes.subarray(start)
  // The sign bit is clear.
  return (digits[0] as number) < 128
    ? der(tags.integer, digits)
    : der(tags.integer, Uint8Array.of(0), digits)
}
