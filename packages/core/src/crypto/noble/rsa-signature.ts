/** RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017 8). */
import { numberToBytesBE } from '@noble/curves/utils.js'
import { equalConstantTime } from '../../bytes.js'
import type { HashAlgorithm, Random, SignatureAlgorithm } from '../provider.js'
import type { SubjectPublicKey } from '../spki.js'
import { draw } from './draw.js'
import { sha1, sha224, sha256, sha384, sha512 } from './hash.js'
import { type RsaPublicKey, rsaPublic, rsaPublicKey } from './rsa.js'

/** The last octet of the hash's object identifier under 2.16.840.1.101.3.4.2. */
const sha2Identifiers = { sha224: 4, sha256: 1, sha384: 2, sha512: 3 } as const

/** RFC 8017 9.2, note 1: DigestInfo up to the hash value. */
function digestInfoPrefix({ name, outputLength }: HashAlgorithm): readonly number[] {
  const identifier =
    name === 'sha1'
      ? [0x2b, 0x0e, 0x03, 0x02, 0x1a]
      : [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, sha2Identifiers[name]]
  const algorithm = [0x06, identifier.length, ...identifier, 0x05, 0x00]
  const digest = [0x04, outputLength]
  const total = 2 + algorithm.length + 2 + outputLength
  return [0x30, total, 0x30, algorithm.length, ...algorithm, ...digest]
}

/** EMSA-PKCS1-v1_5 (RFC 8017 9.2) for a modulus of `length` bytes; even the shortest allowed has room for it. */
export function encodePkcs1(hash: HashAlgorithm, message: Uint8Array, length: number): Uint8Array {
  const prefix = digestInfoPrefix(hash)
  const start = length - prefix.length - hash.outputLength
  const encoded = new Uint8Array(length).fill(0xff, 2, start - 1)
  encoded[1] = 1
  encoded.set(prefix, start)
  encoded.set(hash.hash(message), start + prefix.length)
  return encoded
}

/** MGF1 (RFC 8017 B.2.1), XORed onto `target`. */
function applyMask(hash: HashAlgorithm, seed: Uint8Array, target: Uint8Array): void {
  const input = new Uint8Array(seed.length + 4)
  input.set(seed)
  const counter = new DataView(input.buffer, seed.length)
  for (let at = 0, i = 0; at < target.length; i++) {
    counter.setUint32(0, i)
    for (const octet of hash.hash(input).subarray(0, target.length - at)) {
      target[at] = (target[at] as number) ^ octet
      at++
    }
  }
}

/** RFC 8017 9.1.1, steps 5 and 6: the hash of eight zeros, the message's hash and the salt. */
function pssHash(hash: HashAlgorithm, digest: Uint8Array, salt: Uint8Array): Uint8Array {
  const input = new Uint8Array(8 + digest.length + salt.length)
  input.set(digest, 8)
  input.set(salt, 8 + digest.length)
  return hash.hash(input)
}

/** EMSA-PSS encoding (RFC 8017 9.1.1) with `bits` one less than the modulus has; undefined where that is too short. */
export function encodePss(
  hash: HashAlgorithm,
  message: Uint8Array,
  bits: number,
  random: Random,
): Uint8Array | undefined {
  const saltLength = hash.outputLength
  const length = Math.ceil(bits / 8)
  const maskedLength = length - hash.outputLength - 1
  if (maskedLength < saltLength + 1) return undefined
  const encoded = new Uint8Array(length)
  const salt = draw(random, saltLength)
  const digest = pssHash(hash, hash.hash(message), salt)
  const masked = encoded.subarray(0, maskedLength)
  masked[maskedLength - saltLength - 1] = 1
  masked.set(salt, maskedLength - saltLength)
  applyMask(hash, digest, masked)
  masked[0] = (masked[0] as number) & (0xff >> (8 * length - bits))
  encoded.set(digest, maskedLength)
  encoded[length - 1] = 0xbc
  return encoded
}

/** EMSA-PSS verification (RFC 8017 9.1.2) with a salt of exactly `saltLength` bytes. */
function verifyPss(
  hash: HashAlgorithm,
  message: Uint8Array,
  encoded: Uint8Array,
  bits: number,
  saltLength: number,
): boolean {
  const length = encoded.length
  const maskedLength = length - hash.outputLength - 1
  if (maskedLength < saltLength + 1 || encoded[length - 1] !== 0xbc) return false
  const masked = encoded.slice(0, maskedLength)
  const topMask = 0xff >> (8 * length - bits)
  if (((masked[0] as number) & ~topMask) !== 0) return false
  const digest = encoded.subarray(maskedLength, length - 1)
  applyMask(hash, digest, masked)
  masked[0] = (masked[0] as number) & topMask
  const saltStart = maskedLength - saltLength
  for (let i = 0; i < saltStart - 1; i++) if (masked[i] !== 0) return false
  if (masked[saltStart - 1] !== 1) return false
  return equalConstantTime(pssHash(hash, hash.hash(message), masked.subarray(saltStart)), digest)
}

function pkcs1(hash: HashAlgorithm): SignatureAlgorithm {
  return {
    name: `rsa_pkcs1_${hash.name}`,
    // RFC 4055 1.2: a key for PSS is for nothing else.
    supports: (key) => key.type === 'rsa' && publicKey(key) !== undefined,
    verify(key, message, signature) {
      if (key.type !== 'rsa') return false
      const rsa = publicKey(key)
      const representative = rsa && rsaPublic(rsa, signature)
      if (rsa === undefined || representative === undefined) return false
      // Compared with what it must be, rather than parsed: parsers of this padding have been forged against.
      const expected = encodePkcs1(hash, message, rsa.length)
      return equalConstantTime(numberToBytesBE(representative, rsa.length), expected)
    },
  }
}

function pss(hash: HashAlgorithm): SignatureAlgorithm {
  // RFC 4055 1.2: a key's parameters bind the hash.
  const supports = (key: SubjectPublicKey): boolean =>
    (key.type === 'rsa' || (key.type === 'rsaPss' && (key.pssHash ?? hash.name) === hash.name)) &&
    publicKey(key) !== undefined
  return {
    name: `rsa_pss_${hash.name}`,
    supports,
    verify(key, message, signature, saltLength = hash.outputLength) {
      if (!supports(key) || saltLength < (key.pssSaltLength ?? 0)) return false
      const rsa = publicKey(key)
      const representative = rsa && rsaPublic(rsa, signature)
      if (rsa === undefined || representative === undefined) return false
      const bits = rsa.bits - 1
      // RFC 8017 8.1.2, step 2c: one byte shorter than the modulus where that has 8k + 1 bits.
      if (representative >> BigInt(8 * Math.ceil(bits / 8)) !== 0n) return false
      const encoded = numberToBytesBE(representative, Math.ceil(bits / 8))
      return verifyPss(hash, message, encoded, bits, saltLength)
    },
  }
}

function publicKey(key: SubjectPublicKey): RsaPublicKey | undefined {
  return rsaPublicKey(key.modulus, key.exponent)
}

export const rsa_pss_sha256: SignatureAlgorithm = /* @__PURE__ */ pss(sha256)
export const rsa_pss_sha384: SignatureAlgorithm = /* @__PURE__ */ pss(sha384)
export const rsa_pss_sha512: SignatureAlgorithm = /* @__PURE__ */ pss(sha512)
export const rsa_pkcs1_sha256: SignatureAlgorithm = /* @__PURE__ */ pkcs1(sha256)
export const rsa_pkcs1_sha384: SignatureAlgorithm = /* @__PURE__ */ pkcs1(sha384)
export const rsa_pkcs1_sha512: SignatureAlgorithm = /* @__PURE__ */ pkcs1(sha512)

/** Opt-in: RFC 9155 forbids SHA-1 signatures in TLS. */
export const rsa_pkcs1_sha1: SignatureAlgorithm = /* @__PURE__ */ pkcs1(sha1)
/** Opt-in: for certificates only; TLS has no such scheme. */
export const rsa_pss_sha1: SignatureAlgorithm = /* @__PURE__ */ pss(sha1)
/** Opt-in: discouraged. */
export const rsa_pkcs1_sha224: SignatureAlgorithm = /* @__PURE__ */ pkcs1(sha224)
