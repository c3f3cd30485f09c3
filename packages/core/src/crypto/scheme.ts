/**
 * TLS signature schemes (RFC 9846 4.3.3): each ties an algorithm to a kind of key, and to a curve for ECDSA. Without that
 * tie a signature under one kind of key would be taken for another.
 */
import type { SignatureName } from './provider.js'
import type { CurveName, KeyType, SubjectPublicKey } from './spki.js'

export interface SignatureScheme {
  /** The IANA number. */
  readonly id: number
  readonly name: string
  readonly algorithm: SignatureName
  readonly keyType: KeyType
  readonly curve?: CurveName
  /** PKCS#1 v1.5 may stand in certificates only (RFC 9846 4.3.3). */
  readonly handshake: boolean
}

function ecdsa(
  id: number,
  name: string,
  algorithm: SignatureName,
  curve: CurveName,
): SignatureScheme {
  return { id, name, algorithm, keyType: 'ec', curve, handshake: true }
}

function plain(
  id: number,
  name: string,
  algorithm: SignatureName,
  keyType: KeyType,
  handshake = true,
): SignatureScheme {
  return { id, name, algorithm, keyType, handshake }
}

/** In the order in which we prefer them. */
export const signatureSchemes: readonly SignatureScheme[] = [
  ecdsa(0x0403, 'ecdsa_secp256r1_sha256', 'ecdsa_sha256', 'secp256r1'),
  plain(0x0807, 'ed25519', 'ed25519', 'ed25519'),
  ecdsa(0x0503, 'ecdsa_secp384r1_sha384', 'ecdsa_sha384', 'secp384r1'),
  ecdsa(0x0603, 'ecdsa_secp521r1_sha512', 'ecdsa_sha512', 'secp521r1'),
  plain(0x0808, 'ed448', 'ed448', 'ed448'),
  plain(0x0804, 'rsa_pss_rsae_sha256', 'rsa_pss_sha256', 'rsa'),
  plain(0x0805, 'rsa_pss_rsae_sha384', 'rsa_pss_sha384', 'rsa'),
  plain(0x0806, 'rsa_pss_rsae_sha512', 'rsa_pss_sha512', 'rsa'),
  plain(0x0809, 'rsa_pss_pss_sha256', 'rsa_pss_sha256', 'rsaPss'),
  plain(0x080a, 'rsa_pss_pss_sha384', 'rsa_pss_sha384', 'rsaPss'),
  plain(0x080b, 'rsa_pss_pss_sha512', 'rsa_pss_sha512', 'rsaPss'),
  plain(0x0401, 'rsa_pkcs1_sha256', 'rsa_pkcs1_sha256', 'rsa', false),
  plain(0x0501, 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha384', 'rsa', false),
  plain(0x0601, 'rsa_pkcs1_sha512', 'rsa_pkcs1_sha512', 'rsa', false),
  ecdsa(0x081a, 'ecdsa_brainpoolP256r1tls13_sha256', 'ecdsa_sha256', 'brainpoolP256r1'),
  ecdsa(0x081b, 'ecdsa_brainpoolP384r1tls13_sha384', 'ecdsa_sha384', 'brainpoolP384r1'),
  ecdsa(0x081c, 'ecdsa_brainpoolP512r1tls13_sha512', 'ecdsa_sha512', 'brainpoolP512r1'),
  plain(0x0904, 'mldsa44', 'mldsa44', 'mldsa44'),
  plain(0x0905, 'mldsa65', 'mldsa65', 'mldsa65'),
  plain(0x0906, 'mldsa87', 'mldsa87', 'mldsa87'),
]

/** Whether a key is of the kind that a scheme is for. */
export function schemeFits(scheme: SignatureScheme, key: SubjectPublicKey): boolean {
  if (scheme.keyType !== key.type) return false
  if (scheme.curve !== undefined && scheme.curve !== key.curve) return false
  // RFC 4055 3.1: parameters in the key restrict the hash.
  return key.pssHash === undefined || scheme.algorithm === `rsa_pss_${key.pssHash}`
}

export function schemeById(id: number): SignatureScheme | undefined {
  return signatureSchemes.find((scheme) => scheme.id === id)
}
