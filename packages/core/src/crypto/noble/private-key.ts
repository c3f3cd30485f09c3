/** PKCS#8 private keys (RFC 5958): what all kinds have in common. */
import { copyBytes } from '../../bytes.js'
import {
  contextConstructed,
  contextPrimitive,
  DerError,
  DerReader,
  tags,
} from '../../der/reader.js'
import type { SigningKey } from '../provider.js'
import { parseSubjectPublicKey, type SubjectPublicKey } from '../spki.js'

/** OneAsymmetricKey (RFC 5958 2). */
export interface PrivateKeyInfo {
  /** The algorithm's object identifier, dotted. */
  readonly algorithm: string
  /** The whole AlgorithmIdentifier, DER: the public key's is the same. */
  readonly algorithmIdentifier: Uint8Array
  readonly privateKey: Uint8Array
  /** Where the structure carries it. */
  readonly publicKey: Uint8Array | undefined
}

/** Reads the private keys of some algorithms. Providers name the ones they want, so that bundles hold no others. */
export interface KeyImporter {
  /** Object identifiers, dotted. */
  readonly algorithms: readonly string[]
  /**
   * @throws {DerError} where the inner structure is malformed.
   * @throws {TypeError} where the key is wrong or cannot be used.
   */
  read(info: PrivateKeyInfo): SigningKey
}

/**
 * Reads an unencrypted PKCS#8 key.
 * @throws {TypeError}
 */
export function importWith(importers: readonly KeyImporter[], pkcs8: Uint8Array): SigningKey {
  try {
    const info = readPrivateKeyInfo(pkcs8)
    const importer = importers.find(({ algorithms }) => algorithms.includes(info.algorithm))
    if (importer === undefined) {
      throw new TypeError(`private keys of algorithm ${info.algorithm} are not supported`)
    }
    const key = importer.read(info)
    // RFC 5958 2: where the public key is given, it must be the private key's.
    if (info.publicKey !== undefined && !equal(info.publicKey, key.publicKey.publicKey)) {
      throw new TypeError('private key: the public key beside it is another one')
    }
    return key
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw new TypeError(`private key: no PKCS#8 structure (${error.message})`, { cause: error })
  }
}

function readPrivateKeyInfo(pkcs8: Uint8Array): PrivateKeyInfo {
  const reader = new DerReader(pkcs8)
  const whole = reader.enter(tags.sequence)
  const version = reader.readSmallInteger()
  if (version > 1) reader.fail(`unknown version ${version}`)
  const algorithmIdentifier = copyBytes(reader.readElement(tags.sequence))
  const algorithmReader = new DerReader(algorithmIdentifier)
  algorithmReader.enter(tags.sequence)
  const algorithm = algorithmReader.readObjectIdentifier()
  const privateKey = reader.readOctetString()
  // Attributes, which nobody here needs.
  if (reader.at(contextConstructed(0))) reader.skip(contextConstructed(0))
  const publicKeyTag = contextPrimitive(1)
  const publicKey = reader.at(publicKeyTag) ? reader.readBitString(publicKeyTag) : undefined
  reader.leave(whole)
  reader.end()
  return { algorithm, algorithmIdentifier, privateKey, publicKey }
}

/** The SubjectPublicKeyInfo (RFC 5280 4.1.2.7) of a private key's algorithm and a public key's bytes. */
export function publicKeyOf(info: PrivateKeyInfo, publicKey: Uint8Array): SubjectPublicKey {
  const bits = new Uint8Array(publicKey.length + 1)
  bits.set(publicKey, 1)
  return parseSubjectPublicKey(
    encode(tags.sequence, info.algorithmIdentifier, encode(tags.bitString, bits)),
  )
}

/** One DER element. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const lengthOctets: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) lengthOctets.unshift(rest & 255)
  const header = length < 128 ? [tag, length] : [tag, 0x80 | lengthOctets.length, ...lengthOctets]
  const element = new Uint8Array(header.length + length)
  element.set(header)
  let at = header.length
  for (const part of parts) {
    element.set(part, at)
    at += part.length
  }
  return element
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i])
}
