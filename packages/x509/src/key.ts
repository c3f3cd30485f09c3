/** Private keys in their usual containers, normalised to PKCS#8 for `CryptoProvider.importPrivateKey`. */
import {
  contextConstructed,
  contextPrimitive,
  DerError,
  DerReader,
  encodeElement,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  tags,
} from '@sanstls/core/der'
import { type PemBlock, PemError, pemBlocks } from './pem.js'

export type KeyErrorCode =
  | 'noKey'
  | 'severalKeys'
  /** It takes a password, and none was given. */
  | 'encrypted'
  | 'wrongPassword'
  /** The file is damaged, or is not what it says it is. */
  | 'malformed'
  /** A kind of key, or a way of encrypting it, that is not known here. */
  | 'unsupported'
  /** It asks for more work than the limits permit. */
  | 'limitExceeded'

/** A private key, or a file of keys, that cannot be read. The message never contains any of it. */
export class KeyError extends Error {
  readonly code: KeyErrorCode

  constructor(code: KeyErrorCode, message: string) {
    super(message)
    this.name = 'KeyError'
    this.code = code
  }
}

const rsaEncryption = '1.2.840.113549.1.1.1'
const ecPublicKey = '1.2.840.10045.2.1'

/**
 * Reads the one private key of a PEM text: PKCS#8 (RFC 5958), SEC 1 (RFC 5915) or PKCS#1 (RFC 8017). Blocks that are no
 * private keys, such as certificates and EC parameters, are passed over.
 * @returns a PKCS#8 PrivateKeyInfo of version 1, DER, without attributes.
 * @throws {KeyError} where there is none, more than one, an encrypted or a malformed one.
 */
export function privateKeyFromPem(text: string): Uint8Array {
  const block = privateKeyBlock(text)
  if (
    block.label === 'ENCRYPTED PRIVATE KEY' ||
    block.headers.get('Proc-Type')?.includes('ENCRYPTED')
  ) {
    throw encrypted()
  }
  return privateKeyFromDer(block.bytes)
}

/**
 * The one private key of a PEM text, encrypted or not.
 * @throws {KeyError} noKey, severalKeys; malformed where the text is no PEM.
 */
export function privateKeyBlock(text: string): PemBlock {
  const [block, another] = blocksOf(text).filter(({ label }) => label.endsWith('PRIVATE KEY'))
  if (block === undefined) throw new KeyError('noKey', 'The PEM text has no private key.')
  if (another !== undefined) {
    throw new KeyError('severalKeys', 'The PEM text has several private keys; give one.')
  }
  return block
}

/**
 * Reads a private key in DER: PKCS#8, SEC 1 or PKCS#1, told apart by their structure.
 * @returns as `privateKeyFromPem`.
 * @throws {KeyError} where it is encrypted or malformed.
 */
export function privateKeyFromDer(der: Uint8Array): Uint8Array {
  try {
    const reader = new DerReader(der)
    const outer = reader.enter(tags.sequence)
    // EncryptedPrivateKeyInfo (RFC 5958 section 3) is the one that has no version.
    if (reader.at(tags.sequence)) throw encrypted()
    const start = reader.offset
    const version = reader.readSmallInteger()
    const pkcs8 = reader.at(tags.sequence)
      ? readPkcs8(reader, version)
      : reader.at(tags.octetString)
        ? wrapSec1(reader, version, undefined)
        : wrapPkcs1(reader, version, der.subarray(start, reader.limit))
    reader.leave(outer)
    reader.end()
    return pkcs8
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw new KeyError('malformed', `The private key is malformed: ${error.message}`)
  }
}

const encrypted = (): KeyError =>
  new KeyError(
    'encrypted',
    'The private key is encrypted: it takes a password, and decryptPrivateKey of @sanstls/x509/encrypted-key.',
  )

function blocksOf(text: string): PemBlock[] {
  try {
    return pemBlocks(text)
  } catch (error) {
    if (!(error instanceof PemError)) throw error
    throw new KeyError('malformed', `The text is no PEM: ${error.message}`)
  }
}

// RFC 5958 section 2. Version 2 adds a copy of the public key, which is left out: some providers only read version 1.
function readPkcs8(reader: DerReader, version: number): Uint8Array {
  if (version > 1) reader.fail('PKCS#8 of an unknown version')
  const algorithm = reader.readElement(tags.sequence)
  const privateKey = reader.readOctetString()
  if (reader.at(contextConstructed(0))) reader.skip(contextConstructed(0))
  if (version === 1 && reader.at(contextPrimitive(1))) reader.skip(contextPrimitive(1))
  const algorithmReader = new DerReader(algorithm)
  const outer = algorithmReader.enter(tags.sequence)
  if (algorithmReader.readObjectIdentifier() !== ecPublicKey) {
    return privateKeyInfo(algorithm, privateKey)
  }
  const curve = algorithmReader.readObjectIdentifier()
  algorithmReader.leave(outer)
  const inner = new DerReader(privateKey)
  const afterKey = inner.enter(tags.sequence)
  const pkcs8 = wrapSec1(inner, inner.readSmallInteger(), curve)
  inner.leave(afterKey)
  inner.end()
  return pkcs8
}

/** ECPrivateKey (RFC 5915 section 3). The curve stands in the algorithm afterwards, and only there. */
function wrapSec1(reader: DerReader, version: number, curve: string | undefined): Uint8Array {
  if (version !== 1) reader.fail('ECPrivateKey of an unknown version')
  const privateKey = reader.readOctetString()
  let named = curve
  if (reader.at(contextConstructed(0))) {
    const start = reader.offset
    const outer = reader.enter(contextConstructed(0))
    const inside = reader.readObjectIdentifier()
    reader.leave(outer)
    if (curve !== undefined && curve !== inside) reader.fail('two curves that differ', start)
    named = inside
  }
  if (named === undefined) reader.fail('EC key without a curve')
  const parts = [encodeInteger(1), encodeOctetString(privateKey)]
  if (reader.at(contextConstructed(1))) parts.push(reader.readElement(contextConstructed(1)))
  const algorithm = encodeSequence(
    encodeObjectIdentifier(ecPublicKey),
    encodeObjectIdentifier(named),
  )
  return privateKeyInfo(algorithm, encodeSequence(...parts))
}

/** RSAPrivateKey (RFC 8017 A.1.2): the version and eight integers. */
function wrapPkcs1(reader: DerReader, version: number, contents: Uint8Array): Uint8Array {
  if (version !== 0) reader.fail('RSAPrivateKey with other than two primes')
  for (let index = 0; index < 8; index++) reader.readPositiveInteger()
  const algorithm = encodeSequence(encodeObjectIdentifier(rsaEncryption), encodeNull())
  return privateKeyInfo(algorithm, encodeElement(tags.sequence, contents))
}

const privateKeyInfo = (algorithm: Uint8Array, privateKey: Uint8Array): Uint8Array =>
  encodeSequence(encodeInteger(0), algorithm, encodeOctetString(privateKey))
