/**
 * What the protocol asks of cryptography. Entries carry code, so that a bundle holds only the entries that are named.
 * Everything is synchronous; keys that live elsewhere (HSM, KMS, WebCrypto) enter through the signing decision.
 */
import type { RecordProtection } from '../layer/layer.js'
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
  /** TLS 1.2 cipher suites in order of preference; those marked `optIn` are only used where a configuration names them. */
  readonly suites12?: readonly CipherSuite12[]
  /** Needed by suites whose key exchange is finite-field Diffie-Hellman under the server's own parameters. */
  readonly finiteField?: FiniteField | undefined
  /** Needed by suites whose key exchange is RSA. */
  readonly rsaEncryption?: RsaEncryption | undefined
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
  /** A suite's: which provider protects short records, where that is another one. */
  readonly shortRecords?: string
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

/** How the two sides of TLS 1.2 agree on a premaster secret (RFC 5246 7.4.3, RFC 4279, RFC 5489, RFC 8442). */
export type KeyExchange12 = 'ecdhe' | 'dhe' | 'rsa' | 'psk' | 'ecdhePsk' | 'dhePsk' | 'rsaPsk'

export interface CipherSuite12 {
  /** The IANA number. */
  readonly id: number
  /** As in the IANA registry. */
  readonly name: string
  readonly keyExchange: KeyExchange12
  /** The kind of key in the server's certificate; `psk` where there is none. EdDSA keys count as `ecdsa` (RFC 8422 5.10). */
  readonly authentication: 'ecdsa' | 'rsa' | 'psk'
  /** Of the PRF, Finished and the transcript (RFC 5246 section 5). */
  readonly hash: HashAlgorithm
  readonly records: AeadRecords | CbcRecords
  /** Discouraged (RFC 9325, RFC 10015) or for few: only used where `config.suites` names it. */
  readonly optIn: boolean
}

/** Records under an AEAD. */
export interface AeadRecords {
  readonly kind: 'aead'
  readonly aead: AeadAlgorithm
  /**
   * `explicit`: 4 bytes of the nonce are the key's and 8 stand in the record (RFC 5288, RFC 6655). `sequence`: the
   * record's number is xored onto the key's 12 bytes (RFC 7905).
   */
  readonly nonce: 'explicit' | 'sequence'
}

/** Records under a block cipher in CBC mode and HMAC (RFC 5246 6.2.3.2, RFC 7366). */
export interface CbcRecords {
  readonly kind: 'cbc'
  /** Bytes of each key. */
  readonly macKeyLength: number
  readonly keyLength: number
  /** Protection for one direction. The keys are copied. */
  create(options: CbcOptions): RecordProtection
}

export interface CbcOptions {
  readonly macKey: Uint8Array
  readonly key: Uint8Array
  /** RFC 7366. */
  readonly encryptThenMac: boolean
  /** Draws the IV of each record. */
  readonly random: Random
}

/** Diffie-Hellman modulo a prime that the server names (RFC 5246 7.4.3). */
export interface FiniteField {
  /**
   * The key exchange for these parameters, big-endian. Shares have the prime's length; secrets have it too, so that
   * leading zeros are the caller's to strip (RFC 5246 8.1.2).
   * @returns undefined where the prime is even, longer than 8192 bits, or the generator out of range.
   */
  group(prime: Uint8Array, generator: Uint8Array): NamedGroup | undefined
  /** The parameters of a group of RFC 7919, to be named to a client of TLS 1.2. */
  parameters(id: number): { readonly prime: Uint8Array; readonly generator: Uint8Array } | undefined
}

/** RSAES-PKCS1-v1_5 (RFC 8017 7.2), the client's half. The server's is `SigningKey.decrypt`. */
export interface RsaEncryption {
  /** @returns undefined where the key is none for RSA, out of bounds, or too short for the message. */
  encrypt(key: SubjectPublicKey, message: Uint8Array, random: Random): Uint8Array | undefined
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
  /**
   * RSAES-PKCS1-v1_5 decryption with implicit rejection (RFC 5246 7.4.7.1): the message, where the padding is right and
   * the message has the length of `fallback`; otherwise `fallback`. Which of the two does not show in the time taken, as
   * far as JavaScript allows. What it returns is overwritten after use. Absent for keys that cannot decrypt.
   */
  decrypt?(ciphertext: Uint8Array, fallback: Uint8Array, random: Random): Uint8Array
}
