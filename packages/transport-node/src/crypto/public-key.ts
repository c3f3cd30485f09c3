/** Peers' public keys as KeyObjects. */

import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { CurveName, HashName, SubjectPublicKey } from '@sanstls/core'
import { lazy } from './available.js'
import { base64url } from './bytes.js'
import { hashLengths } from './hash.js'

/** Null where the runtime cannot read the key. The SubjectPublicKey goes with its certificate. */
const imported = new WeakMap<SubjectPublicKey, KeyObject | null>()

/** The latest keys, by what they were read from: authorities come with many a chain, and the same peers come again. */
const latest = new Map<string, KeyObject>()
const mostLatest = 64

/** Undefined where the key is invalid (a point that is not on its curve) or of a kind that the runtime lacks. */
export function keyObjectOf(key: SubjectPublicKey): KeyObject | undefined {
  let object = imported.get(key)
  if (object === undefined) {
    object = find(key)
    imported.set(key, object)
  }
  return object ?? undefined
}

/** Reading a key of an elliptic curve takes as long as verifying a signature. */
function find(key: SubjectPublicKey): KeyObject | null {
  const { buffer, byteOffset, length } = key.spki
  const spki = Buffer.from(buffer, byteOffset, length)
  const jwk = asJwk(key)
  const text = jwk === undefined ? spki.toString('latin1') : Object.values(jwk).join()
  const object = latest.get(text) ?? tryImport(jwk ?? spki)
  if (object === null) return null
  latest.delete(text)
  latest.set(text, object)
  for (const oldest of latest.keys()) {
    if (latest.size <= mostLatest) break
    latest.delete(oldest)
  }
  return object
}

function tryImport(source: JsonWebKey | Buffer): KeyObject | null {
  try {
    return Buffer.isBuffer(source)
      ? createPublicKey({ key: source, format: 'der', type: 'spki' })
      : createPublicKey({ key: source, format: 'jwk' })
  } catch {
    return null
  }
}

/**
 * The key as numbers, where that is not slower: OpenSSL 3.0 takes 90 us to read a SubjectPublicKeyInfo, but checks the
 * order of a point given by its coordinates, which on the larger curves takes longer. An RSA key that is for PSS only
 * is a mere RSA key so; what its parameters demand is checked here.
 */
function asJwk(key: SubjectPublicKey): JsonWebKey | undefined {
  switch (key.type) {
    case 'rsa':
    case 'rsaPss': {
      if (key.modulus === undefined || key.exponent === undefined) return undefined
      return { kty: 'RSA', n: base64url(key.modulus), e: base64url(key.exponent) }
    }
    case 'ec': {
      const point = key.publicKey
      if (key.curve !== 'secp256r1' || point.length !== 65) return undefined
      const [x, y] = [base64url(point.subarray(1, 33)), base64url(point.subarray(33))]
      return { kty: 'EC', crv: 'P-256', x, y }
    }
    case 'ed25519':
      return { kty: 'OKP', crv: 'Ed25519', x: base64url(key.publicKey) }
    default:
      // Ed448 among others, which Deno knows in the other form only.
      return undefined
  }
}

/** Bytes of a coordinate. */
export const coordinateLengths: Readonly<Record<CurveName, number>> = {
  secp256r1: 32,
  secp384r1: 48,
  secp521r1: 66,
  brainpoolP256r1: 32,
  brainpoolP384r1: 48,
  brainpoolP512r1: 64,
}

/** RFC 8422 5.1.2: uncompressed points only, where OpenSSL takes other forms too. */
export function isUsableEc(key: SubjectPublicKey, hash: HashName | undefined): boolean {
  const length = key.curve && coordinateLengths[key.curve]
  if (length === undefined || hash === undefined) return false
  if (key.publicKey.length !== 1 + 2 * length || key.publicKey[0] !== 4) return false
  return !refusesShortHashes() || 2 * hashLengths[hash] >= length
}

/** Deno neither makes nor verifies ECDSA signatures of hashes shorter than half the order. */
const refusesShortHashes = lazy(() => 'deno' in process.versions)

const minModulusBits = 1024
const maxModulusBits = 16384
const maxExponentBytes = 8

/** The bounds of the RSA over noble: an odd modulus of 1024 to 16384 bits, an odd exponent from 3 to 2^64. */
export function isUsableRsa({ modulus, exponent }: SubjectPublicKey): boolean {
  if (modulus === undefined || exponent === undefined) return false
  const bits = modulusBits(modulus)
  return (
    bits >= minModulusBits &&
    bits <= maxModulusBits &&
    isOdd(modulus) &&
    isOdd(exponent) &&
    exponent.length <= maxExponentBytes &&
    (exponent.length > 1 || (exponent[0] as number) >= 3)
  )
}

/** `modulus` has no leading zeros. */
export function modulusBits(modulus: Uint8Array): number {
  return 8 * modulus.length - Math.clz32(modulus[0] ?? 0) + 24
}

function isOdd(bytes: Uint8Array): boolean {
  return ((bytes[bytes.length - 1] ?? 0) & 1) === 1
}
