import type { SignatureName } from '@sanstls/core'
import {
  encodeExplicit,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
} from '@sanstls/core/der'

const rsassaPss = '1.2.840.113549.1.1.10'
const mgf1 = '1.2.840.113549.1.1.8'

const signatures: Readonly<Partial<Record<SignatureName, string>>> = {
  rsa_pkcs1_sha1: '1.2.840.113549.1.1.5',
  rsa_pkcs1_sha224: '1.2.840.113549.1.1.14',
  rsa_pkcs1_sha256: '1.2.840.113549.1.1.11',
  rsa_pkcs1_sha384: '1.2.840.113549.1.1.12',
  rsa_pkcs1_sha512: '1.2.840.113549.1.1.13',
  ecdsa_sha1: '1.2.840.10045.4.1',
  ecdsa_sha224: '1.2.840.10045.4.3.1',
  ecdsa_sha256: '1.2.840.10045.4.3.2',
  ecdsa_sha384: '1.2.840.10045.4.3.3',
  ecdsa_sha512: '1.2.840.10045.4.3.4',
  ed25519: '1.3.101.112',
  ed448: '1.3.101.113',
  mldsa44: '2.16.840.1.101.3.4.3.17',
  mldsa65: '2.16.840.1.101.3.4.3.18',
  mldsa87: '2.16.840.1.101.3.4.3.19',
}

const pssHashes: Readonly<Partial<Record<SignatureName, readonly [id: string, length: number]>>> = {
  rsa_pss_sha256: ['2.16.840.1.101.3.4.2.1', 32],
  rsa_pss_sha384: ['2.16.840.1.101.3.4.2.2', 48],
  rsa_pss_sha512: ['2.16.840.1.101.3.4.2.3', 64],
}

/**
 * The AlgorithmIdentifier of a signature, DER.
 * @throws {TypeError} where certificates have none for it.
 */
export function encodeSignatureAlgorithm(name: SignatureName): Uint8Array {
  const pss = pssHashes[name]
  if (pss !== undefined)
    return encodeSequence(encodeObjectIdentifier(rsassaPss), pssParameters(...pss))
  const id = signatures[name]
  if (id === undefined) throw new TypeError(`There is no certificate signature ${name}.`)
  const parameters = name.startsWith('rsa_pkcs1') ? [encodeNull()] : []
  return encodeSequence(encodeObjectIdentifier(id), ...parameters)
}

// RFC 4055 3.1, with the salt as long as the hash.
function pssParameters(hash: string, length: number): Uint8Array {
  const hashAlgorithm = encodeSequence(encodeObjectIdentifier(hash), encodeNull())
  return encodeSequence(
    encodeExplicit(0, hashAlgorithm),
    encodeExplicit(1, encodeSequence(encodeObjectIdentifier(mgf1), hashAlgorithm)),
    encodeExplicit(2, encodeInteger(length)),
  )
}
