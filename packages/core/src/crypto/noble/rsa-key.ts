/** RSA private keys (RFC 8017 A.1.2), for any padding (rsaEncryption) and for PSS only (RFC 4055 1.2). */

import { bytesToNumberBE } from '@noble/curves/utils.js'
import { copyBytes } from '../../bytes.js'
import { DerReader, tags } from '../../der/reader.js'
import type { HashAlgorithm, SignatureName, SigningKey } from '../provider.js'
import { unpadOrElse } from '../rsa-padding.js'
import { sha1, sha224, sha256, sha384, sha512 } from './hash.js'
import { encode, type KeyImporter, publicKeyOf } from './private-key.js'
import { type RsaPrivateKey, rsaPrivate, rsaPublicKey } from './rsa.js'
import { encodePkcs1, encodePss } from './rsa-signature.js'

const preferred: readonly HashAlgorithm[] = /* @__PURE__ */ (() => [sha256, sha384, sha512])()
/** SHA-224 and SHA-1 are not offered among the key's algorithms, and work where the caller names them. */
const usable: readonly HashAlgorithm[] = /* @__PURE__ */ (() => [...preferred, sha224, sha1])()

export const rsaKeys: KeyImporter = {
  algorithms: ['1.2.840.113549.1.1.1', '1.2.840.113549.1.1.10'],
  read(info) {
    const { key, publicKeyBytes } = readRsaPrivateKey(info.privateKey)
    const publicKey = publicKeyOf(info, publicKeyBytes)
    const { pssHash, pssSaltLength } = publicKey
    if (publicKey.type === 'unknown') {
      throw new TypeError('RSA-PSS private key: its parameters cannot be used')
    }
    const algorithms = preferred
      .filter(
        ({ name, outputLength }) =>
          (pssHash ?? name) === name &&
          (pssSaltLength ?? 0) <= outputLength &&
          Math.ceil((key.bits - 1) / 8) >= 2 * outputLength + 2,
      )
      .map(({ name }): SignatureName => `rsa_pss_${name}`)
    if (publicKey.type === 'rsa') {
      algorithms.push(...preferred.map(({ name }): SignatureName => `rsa_pkcs1_${name}`))
    }
    return {
      publicKey,
      algorithms,
      sign(algorithm, message, random) {
        const pss = usable.find(({ name }) => algorithm === `rsa_pss_${name}`)
        const pkcs1 = usable.find(({ name }) => algorithm === `rsa_pkcs1_${name}`)
        const boundElsewhere =
          publicKey.type === 'rsaPss' && (pss === undefined || (pssHash ?? pss.name) !== pss.name)
        if (boundElsewhere) throw new TypeError(`this RSA-PSS key cannot sign with ${algorithm}`)
        const encoded =
          pss !== undefined
            ? encodePss(pss, message, key.bits - 1, random)
            : pkcs1 !== undefined
              ? encodePkcs1(pkcs1, message, key.length)
              : undefined
        if (encoded === undefined) throw new TypeError(`this RSA key cannot sign with ${algorithm}`)
        return rsaPrivate(key, bytesToNumberBE(encoded), random)
      },
      // RFC 4055 1.2: a key for PSS is for nothing else.
      ...(publicKey.type === 'rsa' && { decrypt: decryption(key) }),
    }
  },
}

/** RSAES-PKCS1-v1_5 (RFC 8017 7.2.2). Length and range of a ciphertext are no secret. */
function decryption(key: RsaPrivateKey): NonNullable<SigningKey['decrypt']> {
  return (ciphertext, fallback, random) => {
    if (ciphertext.length !== key.length) return copyBytes(fallback)
    const representative = bytesToNumberBE(ciphertext)
    if (representative >= key.n) return copyBytes(fallback)
    const encoded = rsaPrivate(key, representative, random)
    const message = unpadOrElse(encoded, fallback)
    encoded.fill(0)
    return message
  }
}

/** RSAPrivateKey, checked to be consistent: a key that is not would give itself away with the first signature. */
function readRsaPrivateKey(der: Uint8Array): { key: RsaPrivateKey; publicKeyBytes: Uint8Array } {
  const reader = new DerReader(der)
  const outer = reader.enter(tags.sequence)
  // Version 1 stands for more than two primes.
  if (reader.readSmallInteger() !== 0) reader.fail('RSA key of more than two primes')
  const modulus = reader.readElement(tags.integer)
  const exponent = reader.readElement(tags.integer)
  const next = (): bigint => bytesToNumberBE(reader.readPositiveInteger())
  const d = next()
  const p = next()
  const q = next()
  const dP = next()
  const dQ = next()
  const qInv = next()
  reader.leave(outer)
  reader.end()
  const integer = (element: Uint8Array): Uint8Array => new DerReader(element).readPositiveInteger()
  const publicKey = rsaPublicKey(integer(modulus), integer(exponent))
  if (publicKey === undefined) {
    throw new TypeError('RSA private key: a modulus of 1024 to 16384 bits is needed')
  }
  const { n, e } = publicKey
  const consistent =
    p * q === n &&
    p > 1n &&
    q > 1n &&
    dP === d % (p - 1n) &&
    dQ === d % (q - 1n) &&
    (e * dP) % (p - 1n) === 1n &&
    (e * dQ) % (q - 1n) === 1n &&
    qInv < p &&
    (q * qInv) % p === 1n
  if (!consistent) throw new TypeError('RSA private key: its parts contradict each other')
  return {
    key: { ...publicKey, p, q, dP, dQ, qInv },
    publicKeyBytes: encode(tags.sequence, modulus, exponent),
  }
}
