/** Private keys (RFC 5958) that sign by node:crypto. ECDSA, PSS and ML-DSA draw their randomness in OpenSSL. */

import { constants, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { HashName, SignatureName, SigningKey, SubjectPublicKey } from '@sanstls/core'
import {
  contextConstructed,
  contextPrimitive,
  DerReader,
  parseSubjectPublicKey,
  tags,
} from '@sanstls/core/der'
import { der, join, plain } from './bytes.js'
import { hashLengths } from './hash.js'
import { coordinateLengths, isUsableEc, isUsableRsa, modulusBits } from './public-key.js'
import { decryptionOf } from './rsa-encryption.js'

/**
 * Reads an unencrypted PKCS#8 key, DER.
 * @throws {TypeError} where it is malformed, contradicts itself, or is of a kind that the runtime cannot use.
 */
export function importSigningKey(pkcs8: Uint8Array): SigningKey {
  try {
    return read(pkcs8)
  } catch (error) {
    if (error instanceof TypeError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw new TypeError(`private key: node:crypto cannot use it (${reason})`, { cause: error })
  }
}

function read(pkcs8: Uint8Array): SigningKey {
  const { algorithmIdentifier, statedPublicKey } = readOutline(pkcs8)
  const { buffer, byteOffset, length } = pkcs8
  const object = createPrivateKey({
    key: Buffer.from(buffer, byteOffset, length),
    format: 'der',
    type: 'pkcs8',
  })
  const publicObject = createPublicKey(object)
  const exported = plain(publicObject.export({ format: 'der', type: 'spki' }))
  const bits = join(Uint8Array.of(0), parseSubjectPublicKey(exported).publicKey)
  // With the parameters that the private key has: Deno forgets those of PSS.
  const publicKey = parseSubjectPublicKey(
    der(tags.sequence, algorithmIdentifier, der(tags.bitString, bits)),
  )
  // RFC 5958 2: where the public key is given, it must be the private key's.
  if (statedPublicKey !== undefined && Buffer.compare(statedPublicKey, publicKey.publicKey) !== 0) {
    throw new TypeError('private key: the public key beside it is another one')
  }
  const algorithms = algorithmsOf(publicKey)
  const [first] = algorithms
  if (first === undefined) {
    throw new TypeError(`private key: a key of type ${publicKey.type} cannot sign here`)
  }
  // OpenSSL believes what a structure says beside the secret: the point of an EC key, the primes of an RSA key.
  const message = new Uint8Array(32)
  const options = optionsFor(publicKey, first)
  const signature = sign(options.hash, message, { key: object, ...options })
  if (!verify(options.hash, message, { key: publicObject, ...options }, signature)) {
    throw new TypeError('private key: its parts contradict each other')
  }
  const decrypt = decryptionOf(object, publicKey)
  return {
    publicKey,
    algorithms,
    sign(algorithm, message) {
      const options = optionsFor(publicKey, algorithm)
      return plain(sign(options.hash, message, { key: object, ...options }))
    },
    ...(decrypt && { decrypt }),
  }
}

interface Outline {
  /** DER. */
  readonly algorithmIdentifier: Uint8Array
  readonly statedPublicKey: Uint8Array | undefined
}

/** The structure that node:crypto reads leniently (OneAsymmetricKey, RFC 5958 2). */
function readOutline(pkcs8: Uint8Array): Outline {
  const reader = new DerReader(pkcs8)
  const whole = reader.enter(tags.sequence)
  const version = reader.readSmallInteger()
  if (version > 1) reader.fail(`unknown version ${version}`)
  const algorithmIdentifier = reader.readElement(tags.sequence)
  reader.readOctetString()
  // Attributes, which nobody here needs.
  if (reader.at(contextConstructed(0))) reader.skip(contextConstructed(0))
  const publicKeyTag = contextPrimitive(1)
  const statedPublicKey = reader.at(publicKeyTag) ? reader.readBitString(publicKeyTag) : undefined
  reader.leave(whole)
  reader.end()
  return { algorithmIdentifier, statedPublicKey }
}

const preferred = ['sha256', 'sha384', 'sha512'] as const

/** The hash of the curve's strength first: RFC 9846 4.3.3 has no other for it. */
const ecdsaOrder: Readonly<Record<number, readonly SignatureName[]>> = {
  32: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  48: ['ecdsa_sha384', 'ecdsa_sha256', 'ecdsa_sha512'],
  64: ['ecdsa_sha512', 'ecdsa_sha384', 'ecdsa_sha256'],
  66: ['ecdsa_sha512', 'ecdsa_sha384', 'ecdsa_sha256'],
}

function algorithmsOf(key: SubjectPublicKey): readonly SignatureName[] {
  switch (key.type) {
    case 'rsa':
    case 'rsaPss': {
      const { modulus } = key
      if (modulus === undefined || !isUsableRsa(key)) return []
      const pss = preferred.filter(
        (hash) =>
          (key.pssHash ?? hash) === hash &&
          (key.pssSaltLength ?? 0) <= hashLengths[hash] &&
          // RFC 8017 9.1.1, step 3.
          Math.ceil((modulusBits(modulus) - 1) / 8) >= 2 * hashLengths[hash] + 2,
      )
      const names = pss.map((hash): SignatureName => `rsa_pss_${hash}`)
      if (key.type === 'rsaPss') return names
      return [...names, ...preferred.map((hash): SignatureName => `rsa_pkcs1_${hash}`)]
    }
    case 'ec': {
      const names = (key.curve && ecdsaOrder[coordinateLengths[key.curve]]) ?? []
      return names.filter((name) => isUsableEc(key, hashOf(name)))
    }
    case 'unknown':
      return []
    default:
      return [key.type]
  }
}

interface Options {
  readonly hash: HashName | null
  readonly padding?: number
  readonly saltLength?: number
  readonly dsaEncoding?: 'der'
}

/** What node:crypto wants to be told. Hashes that are not among the key's algorithms work where the caller names them. */
function optionsFor(key: SubjectPublicKey, algorithm: SignatureName): Options {
  const family = algorithm.slice(0, algorithm.lastIndexOf('_'))
  const hash = hashOf(algorithm)
  if (hash !== undefined) {
    if (key.type === 'ec' && family === 'ecdsa') return { hash, dsaEncoding: 'der' }
    if (key.type === 'rsa' && family === 'rsa_pkcs1') {
      return { hash, padding: constants.RSA_PKCS1_PADDING }
    }
    const forPss = key.type === 'rsa' || (key.type === 'rsaPss' && (key.pssHash ?? hash) === hash)
    if (forPss && family === 'rsa_pss') {
      return { hash, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashLengths[hash] }
    }
  }
  if (algorithm === key.type) return { hash: null }
  throw new TypeError(`a key of type ${key.type} cannot sign with ${algorithm}`)
}

function hashOf(algorithm: SignatureName): HashName | undefined {
  const name = algorithm.slice(algorithm.lastIndexOf('_') + 1)
  return name in hashLengths ? (name as HashName) : undefined
}
