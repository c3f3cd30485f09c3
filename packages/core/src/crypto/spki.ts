/** SubjectPublicKeyInfo (RFC 5280 4.1.2.7): which kind of key it is, and its bytes. */

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

// parseSubjectPublicKey(spki) stands here: written with der.ts.
