/** Finite-field Diffie-Hellman over the safe primes of RFC 7919. */

import {
  diffieHellman as agreeKeys,
  createDiffieHellman,
  createPrivateKey,
  createPublicKey,
} from 'node:crypto'
import { DerReader, tags } from '@sanstls/core/der'
import { ffdheParameters } from '@sanstls/core/noble'
import { isOpenSsl30, lazy } from './available.js'
import { bytesToNumber, der, fromHex, leftPad, numberToBytes, plain } from './bytes.js'
import { diffieHellman, type NativeGroup, type PrivateShare } from './group.js'

const generator = 2

interface Field {
  readonly length: number
  readonly prime: Uint8Array
  /** AlgorithmIdentifier of PKCS #3: dhKeyAgreement with prime and generator. */
  readonly algorithm: Uint8Array
}

function ffdhe(id: number, name: keyof typeof ffdheParameters): NativeGroup {
  const { bits, prime, exponentLength } = ffdheParameters[name]
  const length = bits / 8
  const field = lazy((): Field => {
    const bytes = numberToBytes(prime(), length)
    const parameters = der(tags.sequence, integer(bytes), integer(Uint8Array.of(generator)))
    const algorithm = der(tags.sequence, fromHex('06092a864886f70d010301'), parameters)
    return { length, prime: bytes, algorithm }
  })
  /** RFC 7919 5.1, RFC 9846 4.3.8.1: 1 < Y < p - 1. The prime being safe, no other element has small order. */
  const isValid = (share: Uint8Array): boolean => {
    const y = bytesToNumber(share)
    return y > 1n && y < prime() - 1n
  }
  return diffieHellman({
    id,
    name,
    shareLength: length,
    generate(random) {
      const exponent = random(exponentLength).slice()
      const { share, agree } = (isOpenSsl30() ? withObject : withKeys)(field(), exponent)
      exponent.fill(0)
      return { share, agree: (peer) => (isValid(peer) ? agree(peer) : undefined) }
    },
    // The smallest group stands for all: they differ in length alone. BoringSSL has no such keys.
    probe: () => (name === 'ffdhe2048' ? exchangesWithItself(ffdhe2048) : ffdhe2048.available()),
  })
}

function exchangesWithItself(group: NativeGroup): boolean {
  const pair = group.generate((length) => new Uint8Array(length).fill(1))
  return pair.decapsulate(pair.share) !== undefined
}

export const ffdhe2048: NativeGroup = /* @__PURE__ */ ffdhe(256, 'ffdhe2048')
export const ffdhe3072: NativeGroup = /* @__PURE__ */ ffdhe(257, 'ffdhe3072')
export const ffdhe4096: NativeGroup = /* @__PURE__ */ ffdhe(258, 'ffdhe4096')
export const ffdhe6144: NativeGroup = /* @__PURE__ */ ffdhe(259, 'ffdhe6144')
export const ffdhe8192: NativeGroup = /* @__PURE__ */ ffdhe(260, 'ffdhe8192')

/**
 * The way by DiffieHellman objects. Elsewhere than on OpenSSL 3.0 it may test the prime again for each key, which
 * takes 0.2 s for the smallest.
 */
function withObject(field: Field, exponent: Uint8Array): PrivateShare {
  const object = createDiffieHellman(field.prime, generator)
  object.setPrivateKey(exponent)
  // With a private key at hand this makes the public key alone.
  object.generateKeys()
  return {
    share: leftPad(plain(object.getPublicKey()), field.length),
    // RFC 9846 7.4.1: padded to the length of the prime.
    agree: (share) => leftPad(plain(object.computeSecret(share)), field.length),
  }
}

/** The way by PKCS#8 and SubjectPublicKeyInfo. OpenSSL 3.0 tests the peer's share at six times the cost. */
function withKeys(field: Field, exponent: Uint8Array): PrivateShare {
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
function encodeShare(field: Field, share: Uint8Array): Uint8Array {
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
