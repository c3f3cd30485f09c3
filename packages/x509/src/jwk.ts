/** JSON Web Keys (RFC 7517, 7518, 8037; ML-DSA as RFC 9964's AKP), to and from what certificates and providers take. */
import type { HashAlgorithm, KeyType, SubjectPublicKey } from '@sanstls/core'
import {
  contextPrimitive,
  DerError,
  DerReader,
  encodeBitString,
  encodeElement,
  encodeExplicit,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeUtf8,
  parseSubjectPublicKey,
  tags,
} from '@sanstls/core/der'
import { decodeBase64, encodeBase64 } from './base64.js'
import { KeyError, privateKeyFromDer } from './key.js'

export { KeyError, type KeyErrorCode } from './key.js'

/** The members that carry keys. Others, such as `kid` and `use`, are not looked at. */
export interface Jwk {
  readonly kty?: string | undefined
  readonly crv?: string | undefined
  readonly alg?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly d?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly p?: string | undefined
  readonly q?: string | undefined
  readonly dp?: string | undefined
  readonly dq?: string | undefined
  readonly qi?: string | undefined
  /** Further primes of an RSA key; not supported. */
  readonly oth?: unknown
  readonly pub?: string | undefined
  readonly priv?: string | undefined
}

type Member = Exclude<keyof Jwk, 'oth'>

const rsaEncryption = '1.2.840.113549.1.1.1'
const ecPublicKey = '1.2.840.10045.2.1'

const curves: Readonly<Record<string, { id: string; curve: string; length: number }>> = {
  'P-256': { id: '1.2.840.10045.3.1.7', curve: 'secp256r1', length: 32 },
  'P-384': { id: '1.3.132.0.34', curve: 'secp384r1', length: 48 },
  'P-521': { id: '1.3.132.0.35', curve: 'secp521r1', length: 66 },
}

const edwards: Readonly<Record<string, { id: string; type: KeyType; length: number }>> = {
  Ed25519: { id: '1.3.101.112', type: 'ed25519', length: 32 },
  Ed448: { id: '1.3.101.113', type: 'ed448', length: 57 },
}

const lattices: Readonly<Record<string, { id: string; type: KeyType }>> = {
  'ML-DSA-44': { id: '2.16.840.1.101.3.4.3.17', type: 'mldsa44' },
  'ML-DSA-65': { id: '2.16.840.1.101.3.4.3.18', type: 'mldsa65' },
  'ML-DSA-87': { id: '2.16.840.1.101.3.4.3.19', type: 'mldsa87' },
}

/** Bytes of the seed that an ML-DSA private key is (RFC 9881 section 6). */
const seedLength = 32

/**
 * The public key of a JWK, private or public.
 * @throws {KeyError} malformed, unsupported
 */
export function publicKeyFromJwk(jwk: Jwk): SubjectPublicKey {
  try {
    return parseSubjectPublicKey(encodeSpki(jwk))
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw new KeyError('malformed', `The JWK is malformed: ${error.reason}`)
  }
}

/**
 * The private key of a JWK. That it belongs to the public key beside it is not checked.
 * @returns a PKCS#8 PrivateKeyInfo, DER, as `privateKeyFromPem`.
 * @throws {KeyError} noKey where the JWK is a public one; malformed, unsupported
 */
export function privateKeyFromJwk(jwk: Jwk): Uint8Array {
  const { algorithm, publicKey } = readPublic(jwk)
  if ((jwk.kty === 'AKP' ? jwk.priv : jwk.d) === undefined) {
    throw new KeyError('noKey', 'The JWK has no private key.')
  }
  const info = (privateKey: Uint8Array): Uint8Array =>
    privateKeyFromDer(encodeSequence(encodeInteger(0), algorithm, encodeOctetString(privateKey)))
  switch (jwk.kty) {
    case 'RSA': {
      if (jwk.oth !== undefined) {
        throw new KeyError('unsupported', 'RSA with more than two primes is not supported.')
      }
      const numbers = (['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const).map((name) =>
        encodeInteger(member(jwk, name)),
      )
      // As PKCS#1, whose numbers are looked at.
      return privateKeyFromDer(encodeSequence(encodeInteger(0), ...numbers))
    }
    case 'EC': {
      const d = member(jwk, 'd', curves[jwk.crv ?? '']?.length)
      const point = encodeExplicit(1, encodeBitString(publicKey))
      return info(encodeSequence(encodeInteger(1), encodeOctetString(d), point))
    }
    case 'OKP':
      return info(encodeOctetString(member(jwk, 'd', edwards[jwk.crv ?? '']?.length)))
    default:
      return info(encodeElement(contextPrimitive(0), member(jwk, 'priv', seedLength)))
  }
}

/**
 * A public key as a JWK.
 * @throws {KeyError} unsupported where JWK has no such keys.
 */
export function publicKeyToJwk(key: SubjectPublicKey): Jwk {
  const { type, publicKey } = key
  if (type === 'rsa' || type === 'rsaPss') {
    return { kty: 'RSA', n: text(key.modulus), e: text(key.exponent) }
  }
  const curve = Object.entries(curves).find(([, { curve }]) => type === 'ec' && curve === key.curve)
  if (curve !== undefined) {
    const [crv, { length }] = curve
    const x = text(publicKey.subarray(1, 1 + length))
    return { kty: 'EC', crv, x, y: text(publicKey.subarray(1 + length)) }
  }
  const edward = Object.entries(edwards).find(([, entry]) => entry.type === type)
  if (edward !== undefined) return { kty: 'OKP', crv: edward[0], x: text(publicKey) }
  const lattice = Object.entries(lattices).find(([, entry]) => entry.type === type)
  if (lattice !== undefined) return { kty: 'AKP', alg: lattice[0], pub: text(publicKey) }
  throw new KeyError('unsupported', `There is no JWK for keys of type ${key.curve ?? type}.`)
}

/**
 * A private key as a JWK.
 * @param pkcs8 PrivateKeyInfo, DER.
 * @param publicKey of the same key: `provider.importPrivateKey(pkcs8).publicKey`.
 * @throws {KeyError} malformed, unsupported
 */
export function privateKeyToJwk(pkcs8: Uint8Array, publicKey: SubjectPublicKey): Jwk {
  const base = publicKeyToJwk(publicKey)
  try {
    return { ...base, ...privateMembers(privateKeyFromDer(pkcs8), base, publicKey) }
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    throw new KeyError('malformed', `The private key is malformed: ${error.message}`)
  }
}

function privateMembers(pkcs8: Uint8Array, base: Jwk, publicKey: SubjectPublicKey): Jwk {
  const info = new DerReader(pkcs8)
  info.enter(tags.sequence)
  info.skip(tags.integer)
  const algorithm = new DerReader(info.readElement(tags.sequence))
  algorithm.enter(tags.sequence)
  if (algorithm.readObjectIdentifier() !== publicKey.algorithm) {
    throw new KeyError('malformed', 'The private and the public key are of two kinds.')
  }
  const reader = new DerReader(info.readOctetString())
  switch (base.kty) {
    case 'RSA': {
      reader.enter(tags.sequence)
      reader.skip(tags.integer)
      const next = (): string => text(reader.readPositiveInteger())
      if (next() !== base.n) throw new KeyError('malformed', 'The private key is another one.')
      next()
      return { d: next(), p: next(), q: next(), dp: next(), dq: next(), qi: next() }
    }
    case 'EC': {
      reader.enter(tags.sequence)
      reader.skip(tags.integer)
      return { d: text(reader.readOctetString()) }
    }
    case 'OKP':
      return { d: text(reader.readOctetString()) }
    default:
      if (!reader.at(contextPrimitive(0))) {
        throw new KeyError('unsupported', 'An ML-DSA key without its seed has no JWK.')
      }
      return { priv: text(reader.readOctetString(contextPrimitive(0))) }
  }
}

/** The hash over the members that make the key, in base 64 for URLs (RFC 7638). */
export function jwkThumbprint(jwk: Jwk, hash: HashAlgorithm): string {
  const base = publicKeyToJwk(publicKeyFromJwk(jwk))
  const members = Object.entries(base).sort(([left], [right]) => (left < right ? -1 : 1))
  const canonical = members.map(([name, value]) => `"${name}":"${value}"`).join(',')
  return text(hash.hash(encodeUtf8(`{${canonical}}`)))
}

function encodeSpki(jwk: Jwk): Uint8Array {
  const { algorithm, publicKey } = readPublic(jwk)
  return encodeSequence(algorithm, encodeBitString(publicKey))
}

function readPublic(jwk: Jwk): { algorithm: Uint8Array; publicKey: Uint8Array } {
  const name = (jwk.kty === 'AKP' ? jwk.alg : jwk.crv) ?? ''
  switch (jwk.kty) {
    case 'RSA': {
      const publicKey = encodeSequence(
        encodeInteger(member(jwk, 'n')),
        encodeInteger(member(jwk, 'e')),
      )
      return { algorithm: identifier(rsaEncryption, encodeNull()), publicKey }
    }
    case 'EC': {
      const curve = entryOf(curves, name)
      const [x, y] = [member(jwk, 'x', curve.length), member(jwk, 'y', curve.length)]
      const algorithm = identifier(ecPublicKey, encodeObjectIdentifier(curve.id))
      return { algorithm, publicKey: Uint8Array.of(4, ...x, ...y) }
    }
    case 'OKP': {
      const { id, length } = entryOf(edwards, name)
      return { algorithm: identifier(id), publicKey: member(jwk, 'x', length) }
    }
    case 'AKP':
      return {
        algorithm: identifier(entryOf(lattices, name).id),
        publicKey: member(jwk, 'pub'),
      }
    default:
      throw new KeyError('unsupported', `Keys of type ${String(jwk.kty)} are not supported.`)
  }
}

function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T {
  const entry = Object.hasOwn(table, name) ? table[name] : undefined
  if (entry === undefined) throw new KeyError('unsupported', `Keys of ${name} are not supported.`)
  return entry
}

const identifier = (id: string, ...parameters: Uint8Array[]): Uint8Array =>
  encodeSequence(encodeObjectIdentifier(id), ...parameters)

/** A member's bytes. Of a fixed length where RFC 7518 6.2 says so: a shorter one is not padded silently. */
function member(jwk: Jwk, name: Member, length?: number): Uint8Array {
  const value: unknown = jwk[name]
  if (typeof value !== 'string') throw new KeyError('malformed', `The JWK has no ${name}.`)
  const bytes = decodeBase64Url(value)
  if (bytes === undefined) throw new KeyError('malformed', `${name} is no base 64 for URLs.`)
  if (length !== undefined && bytes.length !== length) {
    throw new KeyError('malformed', `${name} is not of ${length} bytes.`)
  }
  return bytes
}

// RFC 7515 section 2: without padding.
function decodeBase64Url(value: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(value)) return undefined
  const standard = value.replaceAll('-', '+').replaceAll('_', '/')
  return decodeBase64(standard + '='.repeat((4 - (standard.length % 4)) % 4))
}

const text = (bytes: Uint8Array = new Uint8Array(0)): string =>
  encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
