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
  /** Of the key; TLS 1.2 takes any curve (RFC 8422 5.1.3). */
  readonly curve?: CurveName
  /** The versions whose handshakes may be signed with it; others may have it in certificates only (RFC 9846 4.3.3). */
  readonly handshake: 'both' | 'tls12' | 'tls13'
  /** Only used where a configuration names it. */
  readonly optIn: boolean
}

type Usage = Pick<SignatureScheme, 'handshake' | 'optIn'>

const both: Usage = { handshake: 'both', optIn: false }
const only12: Usage = { handshake: 'tls12', optIn: false }
const only13: Usage = { handshake: 'tls13', optIn: false }
const weak: Usage = { handshake: 'tls12', optIn: true }

function ecdsa(
  id: number,
  name: string,
  algorithm: SignatureName,
  curve: CurveName | undefined,
  usage: Usage,
): SignatureScheme {
  return { id, name, algorithm, keyType: 'ec', ...(curve === undefined ? {} : { curve }), ...usage }
}

function plain(
  id: number,
  name: string,
  algorithm: SignatureName,
  keyType: KeyType,
  usage: Usage,
): SignatureScheme {
  return { id, name, algorithm, keyType, ...usage }
}

/** In the order in which we prefer them. */
export const signatureSchemes: readonly SignatureScheme[] = [
  ecdsa(0x0403, 'ecdsa_secp256r1_sha256', 'ecdsa_sha256', 'secp256r1', both),
  plain(0x0807, 'ed25519', 'ed25519', 'ed25519', both),
  ecdsa(0x0503, 'ecdsa_secp384r1_sha384', 'ecdsa_sha384', 'secp384r1', both),
  ecdsa(0x0603, 'ecdsa_secp521r1_sha512', 'ecdsa_sha512', 'secp521r1', both),
  plain(0x0808, 'ed448', 'ed448', 'ed448', both),
  plain(0x0804, 'rsa_pss_rsae_sha256', 'rsa_pss_sha256', 'rsa', both),
  plain(0x0805, 'rsa_pss_rsae_sha384', 'rsa_pss_sha384', 'rsa', both),
  plain(0x0806, 'rsa_pss_rsae_sha512', 'rsa_pss_sha512', 'rsa', both),
  plain(0x0809, 'rsa_pss_pss_sha256', 'rsa_pss_sha256', 'rsaPss', both),
  plain(0x080a, 'rsa_pss_pss_sha384', 'rsa_pss_sha384', 'rsaPss', both),
  plain(0x080b, 'rsa_pss_pss_sha512', 'rsa_pss_sha512', 'rsaPss', both),
  plain(0x0401, 'rsa_pkcs1_sha256', 'rsa_pkcs1_sha256', 'rsa', only12),
  plain(0x0501, 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha384', 'rsa', only12),
  plain(0x0601, 'rsa_pkcs1_sha512', 'rsa_pkcs1_sha512', 'rsa', only12),
  ecdsa(0x081a, 'ecdsa_brainpoolP256r1tls13_sha256', 'ecdsa_sha256', 'brainpoolP256r1', only13),
  ecdsa(0x081b, 'ecdsa_brainpoolP384r1tls13_sha384', 'ecdsa_sha384', 'brainpoolP384r1', only13),
  ecdsa(0x081c, 'ecdsa_brainpoolP512r1tls13_sha512', 'ecdsa_sha512', 'brainpoolP512r1', only13),
  plain(0x0904, 'mldsa44', 'mldsa44', 'mldsa44', only13),
  plain(0x0905, 'mldsa65', 'mldsa65', 'mldsa65', only13),
  plain(0x0906, 'mldsa87', 'mldsa87', 'mldsa87', only13),
  ecdsa(0x0303, 'ecdsa_sha224', 'ecdsa_sha224', undefined, weak),
  plain(0x0301, 'rsa_pkcs1_sha224', 'rsa_pkcs1_sha224', 'rsa', weak),
  // RFC 9155: never by default.
  ecdsa(0x0203, 'ecdsa_sha1', 'ecdsa_sha1', undefined, weak),
  plain(0x0201, 'rsa_pkcs1_sha1', 'rsa_pkcs1_sha1', 'rsa', weak),
]

/** Whether a handshake of TLS 1.3 may be signed by this scheme with this key. */
export function fits13(scheme: SignatureScheme, key: SubjectPublicKey): boolean {
  return scheme.handshake !== 'tls12' && schemeFits(scheme, key)
}

/** As `fits13`, for TLS 1.2, where ECDSA is not bound to a curve (RFC 8422 5.1.3). */
export function fits12(scheme: SignatureScheme, key: SubjectPublicKey): boolean {
  return scheme.handshake !== 'tls13' && kindFits(scheme, key)
}

/** Whether a key is of the kind that a scheme is for. */
export function schemeFits(scheme: SignatureScheme, key: SubjectPublicKey): boolean {
  return kindFits(scheme, key) && (scheme.curve === undefined || scheme.curve === key.curve)
}

function kindFits(scheme: SignatureScheme, key: SubjectPublicKey): boolean {
  if (scheme.keyType !== key.type) return false
  // RFC 4055 3.1: parameters in the key restrict the hash.
  return key.pssHash === undefined || scheme.algorithm === `rsa_pss_${key.pssHash}`
}

export function schemeById(id: number): SignatureScheme | undefined {
  return signatureSchemes.find((scheme) => scheme.id === id)
}
