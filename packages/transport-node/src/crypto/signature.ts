/** Verification of signatures: RSA (RFC 8017), ECDSA (RFC 8422), EdDSA (RFC 8032), ML-DSA (FIPS 204). */

import { constants, createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { CurveName, HashName, SignatureAlgorithm, SubjectPublicKey } from '@sanstls/core'
import { tags } from '@sanstls/core/der'
import { type Available, tried } from './available.js'
import { der, fromHex } from './bytes.js'
import { hashLengths } from './hash.js'
import { isUsableEc, isUsableRsa, keyObjectOf } from './public-key.js'

export type NativeSignature = SignatureAlgorithm & Available

function signature(
  name: SignatureAlgorithm['name'],
  accepts: (key: SubjectPublicKey) => boolean,
  check: (
    object: KeyObject,
    message: Uint8Array,
    signature: Uint8Array,
    saltLength: number | undefined,
    key: SubjectPublicKey,
  ) => boolean,
  probe: () => unknown,
): NativeSignature {
  return {
    name,
    supports: (key) => accepts(key) && keyObjectOf(key) !== undefined,
    verify(key, message, signature, saltLength) {
      const object = accepts(key) ? keyObjectOf(key) : undefined
      if (object === undefined) return false
      try {
        return check(object, message, signature, saltLength, key)
      } catch {
        return false
      }
    },
    available: tried(probe),
  }
}

const probeHash = (hash: HashName) => () => createHash(hash)

function pkcs1(hash: HashName): NativeSignature {
  const padding = constants.RSA_PKCS1_PADDING
  return signature(
    `rsa_pkcs1_${hash}`,
    // RFC 4055 1.2: a key for PSS is for nothing else.
    (key) => key.type === 'rsa' && isUsableRsa(key),
    (object, message, signature, _, key) =>
      hasLength(key, signature) && verify(hash, message, { key: object, padding }, signature),
    probeHash(hash),
  )
}

/** RFC 8017 8.1.2, step 1: OpenSSL takes PSS signatures without their leading zeros. */
function hasLength({ modulus }: SubjectPublicKey, signature: Uint8Array): boolean {
  return signature.length === modulus?.length
}

function pss(hash: HashName): NativeSignature {
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return signature(
    `rsa_pss_${hash}`,
    // RFC 4055 1.2: a key's parameters bind the hash.
    (key) =>
      (key.type === 'rsa' || (key.type === 'rsaPss' && (key.pssHash ?? hash) === hash)) &&
      isUsableRsa(key),
    (object, message, signature, saltLength = hashLengths[hash], key) =>
      saltLength >= (key.pssSaltLength ?? 0) &&
      hasLength(key, signature) &&
      verify(hash, message, { key: object, padding, saltLength }, signature),
    probeHash(hash),
  )
}

function ecdsa(hash: HashName, curves: readonly CurveName[]): NativeSignature {
  return signature(
    `ecdsa_${hash}`,
    (key) =>
      key.type === 'ec' &&
      key.curve !== undefined &&
      curves.includes(key.curve) &&
      isUsableEc(key, hash),
    (object, message, signature) =>
      verify(hash, message, { key: object, dsaEncoding: 'der' }, signature),
    probeHash(hash),
  )
}

const nistCurves: readonly CurveName[] = ['secp256r1', 'secp384r1', 'secp521r1']
const brainpoolCurves: readonly CurveName[] = [
  'brainpoolP256r1',
  'brainpoolP384r1',
  'brainpoolP512r1',
]

interface Whole {
  readonly name: 'ed25519' | 'ed448' | 'mldsa44' | 'mldsa65' | 'mldsa87'
  /** The key's object identifier, DER in hexadecimal. */
  readonly identifier: string
  /** Bytes. */
  readonly keyLength: number
  /** Bytes. */
  readonly signatureLength: number
  /** Some public key, hexadecimal. ML-DSA takes any. */
  readonly example?: string
}

/** Algorithms that hash by themselves. */
function whole(parameters: Whole): NativeSignature {
  const { name, signatureLength } = parameters
  return signature(
    name,
    (key) => key.type === name,
    (object, message, signature) =>
      verify(null, message, object, signature) && (name !== 'ed448' || isCanonical448(signature)),
    () => {
      const bogus = new Uint8Array(signatureLength)
      // Where the runtime has the algorithm, this is merely no valid signature; elsewhere it throws.
      return typeof verify(null, bogus, exampleKey(parameters), bogus) === 'boolean'
    },
  )
}

/** RFC 8032 5.2.3: the unused bits of R are zero. Deno does not look at them. */
function isCanonical448(signature: Uint8Array): boolean {
  return ((signature[56] ?? 0) & 0x7f) === 0
}

function exampleKey({ identifier, keyLength, example }: Whole): KeyObject {
  const key = example === undefined ? new Uint8Array(keyLength) : fromHex(example)
  const algorithm = der(tags.sequence, fromHex(identifier))
  const spki = der(tags.sequence, algorithm, der(tags.bitString, Uint8Array.of(0), key))
  return createPublicKey({ key: Buffer.from(spki.buffer), format: 'der', type: 'spki' })
}

export const rsa_pkcs1_sha256: NativeSignature = /* @__PURE__ */ pkcs1('sha256')
export const rsa_pkcs1_sha384: NativeSignature = /* @__PURE__ */ pkcs1('sha384')
export const rsa_pkcs1_sha512: NativeSignature = /* @__PURE__ */ pkcs1('sha512')
export const rsa_pss_sha256: NativeSignature = /* @__PURE__ */ pss('sha256')
export const rsa_pss_sha384: NativeSignature = /* @__PURE__ */ pss('sha384')
export const rsa_pss_sha512: NativeSignature = /* @__PURE__ */ pss('sha512')

export const ecdsa_sha256: NativeSignature = /* @__PURE__ */ ecdsa('sha256', nistCurves)
export const ecdsa_sha384: NativeSignature = /* @__PURE__ */ ecdsa('sha384', nistCurves)
export const ecdsa_sha512: NativeSignature = /* @__PURE__ */ ecdsa('sha512', nistCurves)

export const ed25519: NativeSignature = /* @__PURE__ */ whole({
  name: 'ed25519',
  identifier: '06032b6570',
  keyLength: 32,
  signatureLength: 64,
  // RFC 8032 7.1.
  example: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
})

export const ed448: NativeSignature = /* @__PURE__ */ whole({
  name: 'ed448',
  identifier: '06032b6571',
  keyLength: 57,
  signatureLength: 114,
  // RFC 8032 7.4.
  example:
    '43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086' +
    '6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480',
})

/** Opt-in: RFC 9155 forbids SHA-1 signatures in TLS. */
export const rsa_pkcs1_sha1: NativeSignature = /* @__PURE__ */ pkcs1('sha1')
/** Opt-in: for certificates only; TLS has no such scheme. */
export const rsa_pss_sha1: NativeSignature = /* @__PURE__ */ pss('sha1')
/** Opt-in: discouraged. */
export const rsa_pkcs1_sha224: NativeSignature = /* @__PURE__ */ pkcs1('sha224')
/** Opt-in: RFC 9155 forbids SHA-1 signatures in TLS. */
export const ecdsa_sha1: NativeSignature = /* @__PURE__ */ ecdsa('sha1', nistCurves)
/** Opt-in: discouraged. */
export const ecdsa_sha224: NativeSignature = /* @__PURE__ */ ecdsa('sha224', nistCurves)

/** Opt-in: ecdsa_sha256, ecdsa_sha384 and ecdsa_sha512 for keys on the brainpool curves (RFC 5639). */
export const ecdsa_brainpool: readonly NativeSignature[] = /* @__PURE__ */ (() => [
  ecdsa('sha256', brainpoolCurves),
  ecdsa('sha384', brainpoolCurves),
  ecdsa('sha512', brainpoolCurves),
])()

/** Opt-in: draft-ietf-tls-mldsa. */
export const mldsa44: NativeSignature = /* @__PURE__ */ whole({
  name: 'mldsa44',
  identifier: '0609608648016503040311',
  keyLength: 1312,
  signatureLength: 2420,
})

/** Opt-in: draft-ietf-tls-mldsa. */
export const mldsa65: NativeSignature = /* @__PURE__ */ whole({
  name: 'mldsa65',
  identifier: '0609608648016503040312',
  keyLength: 1952,
  signatureLength: 3309,
})

/** Opt-in: draft-ietf-tls-mldsa. */
export const mldsa87: NativeSignature = /* @__PURE__ */ whole({
  name: 'mldsa87',
  identifier: '0609608648016503040313',
  keyLength: 2592,
  signatureLength: 4627,
})
