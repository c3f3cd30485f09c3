/**
 * What the protocol asks of cryptography. Entries carry code, so that a bundle holds only the entries that are named.
 * Everything is synchronous; keys that live elsewhere (HSM, KMS, WebCrypto) enter through the signing decision.
 */
import type { SubjectPublicKey } from './spki.js'

/** Returns `length` random bytes. The one source of randomness of a connection. */
export type Random = (length: number) => Uint8Array

export interface CryptoProvider {
  readonly name: string
  /** TLS 1.3 cipher suites in order of preference (RFC 9846 appendix B.4). */
  readonly suites: readonly CipherSuite[]
  /** Key exchange groups in order of preference. The first ones are offered as key shares. */
  readonly groups: readonly NamedGroup[]
  /** Signature algorithms in order of preference; TLS schemes and X.509 algorithms map onto them. */
  readonly signatures: readonly SignatureAlgorithm[]
  readonly hashes: readonly HashAlgorithm[]
  /**
   * Reads a PKCS#8 `PrivateKeyInfo` (RFC 5958), DER, unencrypted.
   * @throws {TypeError} when the key is malformed or of a kind this provider cannot use.
   */
  importPrivateKey(pkcs8: Uint8Array): SigningKey
  /** For each entry, where its code comes from and what randomness it draws by itself. */
  describe(): readonly EntryDescription[]
}

export interface EntryDescription {
  readonly kind: 'suite' | 'group' | 'signature' | 'hash'
  readonly name: string
  readonly provider: string
  /** True where the entry draws randomness by itself, so that a seed does not replay it. */
  readonly ownRandomness: boolean
}

export type HashName = 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

export interface HashAlgorithm {
  readonly name: HashName
  /** Bytes. */
  readonly outputLength: number
  /** Bytes. */
  readonly blockLength: number
  hash(data: Uint8Array): Uint8Array
  create(): RunningHash
  /** HMAC (RFC 2104) of `data` under `key`. */
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array
}

export interface RunningHash {
  update(data: Uint8Array): void
  /** The hash of everything so far; updating may go on afterwards. */
  digest(): Uint8Array
  clone(): RunningHash
}

export interface AeadAlgorithm {
  readonly name: string
  /** Bytes. */
  readonly keyLength: number
  /** Bytes; 12 for every TLS AEAD. */
  readonly nonceLength: number
  /** Bytes. */
  readonly tagLength: number
  /** Records that may be sealed under one key (RFC 9846 5.5, RFC 9147 4.5.3). */
  readonly confidentialityLimit: number
  /** Records that may fail to open under one key (DTLS: RFC 9147 4.5.3; QUIC: RFC 9001 6.6). */
  readonly integrityLimit: number
  /** Prepares a key once for many records. The key is copied; `wipe` clears what can be cleared. */
  create(key: Uint8Array): Aead
  /** The header mask for DTLS 1.3 (RFC 9147 4.2.3) and QUIC (RFC 9001 5.4). */
  headerMask(key: Uint8Array): HeaderMask
}

export interface Aead {
  /**
   * Encrypts `input` followed by `trailer` into `out` from `outOffset` on, with the tag at its end.
   * @returns the number of bytes written: input + trailer + tagLength.
   */
  seal(
    nonce: Uint8Array,
    aad: Uint8Array,
    input: Uint8Array,
    trailer: Uint8Array,
    out: Uint8Array,
    outOffset: number,
  ): number
  /**
   * Decrypts `input` (ciphertext followed by tag).
   * @returns fresh memory, or undefined where the tag does not match or the input is shorter than a tag.
   */
  open(nonce: Uint8Array, aad: Uint8Array, input: Uint8Array): Uint8Array | undefined
  wipe(): void
}

/** Returns the mask of a 16-byte ciphertext sample: at least 5 bytes. */
export type HeaderMask = (sample: Uint8Array) => Uint8Array

export interface CipherSuite {
  /** The IANA number. */
  readonly id: number
  readonly name: string
  readonly aead: AeadAlgorithm
  readonly hash: HashAlgorithm
}

/** A key exchange in the form of a KEM; Diffie-Hellman fits it, and so do hybrids (RFC 9954). */
export interface NamedGroup {
  /** The IANA number. */
  readonly id: number
  readonly name: string
  /** Bytes of the client's key share. */
  readonly clientShareLength: number
  /** Bytes of the server's key share. */
  readonly serverShareLength: number
  generate(random: Random): KeyPair
  /**
   * The server's half: answers a client's share.
   * @returns undefined where the share is invalid (length, range, point not on the curve, all-zero secret).
   */
  encapsulate(clientShare: Uint8Array, random: Random): Encapsulation | undefined
  /** Builds tables that would otherwise be built after some uses. Takes some tens of milliseconds. */
  warmUp?(): void
}

export interface Encapsulation {
  readonly share: Uint8Array
  readonly secret: Uint8Array
}

export interface KeyPair {
  readonly share: Uint8Array
  /** The shared secret, or undefined where the server's share is invalid. */
  decapsulate(serverShare: Uint8Array): Uint8Array | undefined
  wipe(): void
}

/**
 * A signature algorithm without the bindings of a protocol: `ecdsa_sha256` on whatever curve the key has. TLS schemes
 * bind more (the curve, the kind of RSA key); see `scheme.ts`.
 */
export type SignatureName =
  | `rsa_pkcs1_${HashName}`
  | `rsa_pss_${HashName}`
  | `ecdsa_${HashName}`
  | 'ed25519'
  | 'ed448'
  | 'mldsa44'
  | 'mldsa65'
  | 'mldsa87'

export interface SignatureAlgorithm {
  readonly name: SignatureName
  /** Whether a key of this kind (and curve) can be used here. */
  supports(key: SubjectPublicKey): boolean
  /**
   * Whether `signature` is valid. Never throws: a malformed key or signature is not valid.
   * ECDSA signatures are DER (RFC 3279 2.2.3). `saltLength` is for PSS, in bytes, and defaults to the hash's length.
   */
  verify(
    key: SubjectPublicKey,
    message: Uint8Array,
    signature: Uint8Array,
    saltLength?: number,
  ): boolean
}

export interface SigningKey {
  readonly publicKey: SubjectPublicKey
  /** The algorithms this key can sign with, in order of preference. */
  readonly algorithms: readonly SignatureName[]
  /** PSS salts have the hash's length; ECDSA signatures are DER. */
  sign(algorithm: SignatureName, message: Uint8Array, random: Random): Uint8Array
}
