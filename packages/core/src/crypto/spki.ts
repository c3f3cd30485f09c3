/** SubjectPublicKeyInfo (RFC 5280 4.1.2.7): which kind of key it is, and its bytes. */
import { DerReader, tags } from '../der/reader.js'
import { readPssParameters } from './pss-parameters.js'

export type KeyType =
  | 'rsa'
  | 'rsaPss'
  | 'ec'
  | 'ed25519'
  | 'ed448'
  | 'mldsa44'
  | 'mldsa65'
  | 'mldsa87'
  | 'unknown'

export type CurveName =
  | 'secp256r1'
  | 'secp384r1'
  | 'secp521r1'
  | 'brainpoolP256r1'
  | 'brainpoolP384r1'
  | 'brainpoolP512r1'

/** A public key as certificates and raw public keys carry it. */
export interface SubjectPublicKey {
  readonly type: KeyType
  /** For `ec` keys on a named curve that we know. */
  readonly curve?: CurveName
  /** For `rsaPss` keys with parameters (RFC 4055 3.1): the one hash allowed, with MGF1 over the same. */
  readonly pssHash?: string
  /** For `rsaPss` keys with parameters: the least salt length, bytes. */
  readonly pssSaltLength?: number
  /** For `rsa` and `rsaPss`: big-endian, without leading zeros. */
  readonly modulus?: Uint8Array
  /** For `rsa` and `rsaPss`: big-endian, without leading zeros. */
  readonly exponent?: Uint8Array
  /** The subjectPublicKey BIT STRING's bytes: an uncompressed point, a raw key, or an RSAPublicKey. */
  readonly publicKey: Uint8Array
  /** The algorithm's object identifier, dotted. */
  readonly algorithm: string
  /** The whole SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
}

const keyTypes: Readonly<Record<string, KeyType>> = {
  '1.2.840.113549.1.1.1': 'rsa',
  '1.2.840.113549.1.1.10': 'rsaPss',
  '1.2.840.10045.2.1': 'ec',
  '1.3.101.112': 'ed25519',
  '1.3.101.113': 'ed448',
  '2.16.840.1.101.3.4.3.17': 'mldsa44',
  '2.16.840.1.101.3.4.3.18': 'mldsa65',
  '2.16.840.1.101.3.4.3.19': 'mldsa87',
}

const curves: Readonly<Record<string, { name: CurveName; fieldLength: number }>> = {
  '1.2.840.10045.3.1.7': { name: 'secp256r1', fieldLength: 32 },
  '1.3.132.0.34': { name: 'secp384r1', fieldLength: 48 },
  '1.3.132.0.35': { name: 'secp521r1', fieldLength: 66 },
  '1.3.36.3.3.2.8.1.1.7': { name: 'brainpoolP256r1', fieldLength: 32 },
  '1.3.36.3.3.2.8.1.1.11': { name: 'brainpoolP384r1', fieldLength: 48 },
  '1.3.36.3.3.2.8.1.1.13': { name: 'brainpoolP512r1', fieldLength: 64 },
}

/** Bytes of the keys that are nothing but a string of fixed length: RFC 8032 5.1, 5.2; FIPS 204 table 2. */
const rawKeyLengths: Readonly<Partial<Record<KeyType, number>>> = {
  ed25519: 32,
  ed448: 57,
  mldsa44: 1312,
  mldsa65: 1952,
  mldsa87: 2592,
}

/**
 * Reads a SubjectPublicKeyInfo, DER. Algorithms and curves that are not known here give the type 'unknown'. Whether an
 * elliptic curve point is on its curve is for the provider to check.
 * @throws {DerError} where it is malformed: RFC 3279 2.3.1 (RSA), RFC 4055 1.2 (PSS), RFC 5480 2 (EC), RFC 8410 3 and
 *   RFC 9881 (no parameters).
 */
export function parseSubjectPublicKey(spki: Uint8Array): SubjectPublicKey {
  const reader = new DerReader(spki)
  reader.enter(tags.sequence)
  const whole = reader.limit
  if (whole !== spki.length) reader.fail('trailing bytes', whole)
  const afterAlgorithm = reader.enter(tags.sequence)
  const algorithm = reader.readObjectIdentifier()
  const type = keyTypes[algorithm] ?? 'unknown'
  const parameters = readParameters(reader, type)
  reader.leave(afterAlgorithm)
  const keyOffset = reader.offset
  const publicKey = reader.readBitString()
  reader.end()
  const common = { publicKey, algorithm, spki }
  switch (type) {
    case 'unknown':
      return { type, ...common }
    case 'rsa':
    case 'rsaPss': {
      const { modulus, exponent } = readRsaPublicKey(publicKey)
      if (parameters.unusable === true) return { type: 'unknown', ...common }
      return { type, ...parameters.fields, modulus, exponent, ...common }
    }
    case 'ec': {
      const curve = parameters.curve
      if (curve === undefined) return { type: 'unknown', ...common }
      // RFC 5480 2.2, RFC 8422 5.1.2: the uncompressed form is the one that TLS uses.
      if (publicKey.length !== 1 + 2 * curve.fieldLength || publicKey[0] !== 4) {
        reader.fail(`no uncompressed point of ${curve.name}`, keyOffset)
      }
      return { type, curve: curve.name, ...common }
    }
    default:
      if (publicKey.length !== rawKeyLengths[type])
        reader.fail(`wrong length of an ${type} key`, keyOffset)
      return { type, ...common }
  }
}

interface Parameters {
  readonly curve?: { name: CurveName; fieldLength: number } | undefined
  readonly unusable?: boolean
  readonly fields?: { pssHash: string; pssSaltLength: number }
}

const noParameters: Parameters = {}

function readParameters(reader: DerReader, type: KeyType): Parameters {
  switch (type) {
    case 'rsa':
      reader.readNull()
      return noParameters
    case 'rsaPss': {
      if (reader.done) return noParameters
      const { hash, saltLength } = readPssParameters(reader)
      if (hash === undefined) return { unusable: true }
      return { fields: { pssHash: hash, pssSaltLength: saltLength } }
    }
    case 'ec':
      // RFC 5480 2.1.1: namedCurve only; explicit parameters let an attacker choose the curve (CVE-2020-0601).
      return { curve: curves[reader.readObjectIdentifier()] }
    case 'unknown':
      if (!reader.done) reader.skipAny()
      return noParameters
    default:
      // Ed25519, Ed448, ML-DSA: parameters MUST be absent, which leaving the AlgorithmIdentifier checks.
      return noParameters
  }
}

// RFC 8017 A.1.1, and 3.1: the modulus is a product of odd primes and the exponent, prime to an even number, is odd.
function readRsaPublicKey(der: Uint8Array): { modulus: Uint8Array; exponent: Uint8Array } {
  const reader = new DerReader(der)
  const outer = reader.enter(tags.sequence)
  const modulus = reader.readPositiveInteger()
  const exponent = reader.readPositiveInteger()
  reader.leave(outer)
  reader.end()
  if (((modulus[modulus.length - 1] ?? 0) & 1) === 0) reader.fail('even RSA modulus', 0)
  const isOne = exponent.length === 1 && exponent[0] === 1
  if (isOne || ((exponent[exponent.length - 1] ?? 0) & 1) === 0)
    reader.fail('RSA exponent that is even or 1', 0)
  return { modulus, exponent }
}
