/**
 * Everything that may need the outside is a decision: a question as data, and an answer that may come at once, from a
 * synchronous policy in the configuration, or at any later time through `connection.answer`.
 */
import type { ServerOverrides } from './config.js'
import type { SigningKey } from './crypto/provider.js'
import type { ClientHello } from './wire/message.js'

/** Server: which configuration serves this client. */
export interface ConfigureQuestion {
  readonly kind: 'configure'
  readonly serverName: string | undefined
  readonly alpn: readonly string[]
  readonly cipherSuites: readonly number[]
  readonly signatureSchemes: readonly number[]
  readonly versions: readonly number[]
  /** The whole message, for fingerprinting and the like. */
  readonly clientHello: ClientHello
}
/** What to change for this client; `refuse` ends the connection with that alert. */
export type ConfigureAnswer = ServerOverrides | { readonly refuse: string; readonly alert?: number }

/** Either role: with which certificate to authenticate ourselves. */
export interface CredentialQuestion {
  readonly kind: 'credential'
  readonly role: 'client' | 'server'
  /** The name that the client asked for. */
  readonly serverName: string | undefined
  /** What the peer accepts in CertificateVerify. */
  readonly signatureSchemes: readonly number[]
  /** What the peer accepts in certificates. */
  readonly certificateSignatureSchemes: readonly number[]
  /** DER names of the authorities that the peer trusts; empty where it did not say. */
  readonly certificateAuthorities: readonly Uint8Array[]
  /** TLS 1.2: the kinds of keys that the suites on offer, or the server's request, can use. Absent in TLS 1.3. */
  readonly keyKinds?: readonly ('ecdsa' | 'rsa')[]
}
/** Undefined: none. A client then sends an empty Certificate; a server fails unless a PSK authenticates it. */
export type CredentialAnswer = Credential | undefined

export interface Credential {
  /** DER certificates, the end-entity first; the anchor may be left out. */
  readonly chain: readonly Uint8Array[]
  /** The private key, or `'decide'`: each signature is then a decision. */
  readonly key: SigningKey | 'decide'
  /** An OCSP response for the end-entity, DER, sent where the peer asks (RFC 6066 section 8). */
  readonly staple?: Uint8Array
  /** Signed certificate timestamps, sent where the peer asks (RFC 6962). */
  readonly scts?: readonly Uint8Array[]
}

/**
 * Either role: whether this peer is who it should be. Its signature over the handshake has been checked; where a server
 * of TLS 1.2 signs nothing (RSA key transport), its Finished is still to show that it has the key.
 */
export interface VerifyQuestion {
  readonly kind: 'verify'
  /** The role of the peer. */
  readonly role: 'client' | 'server'
  /** DER, the end-entity first. */
  readonly chain: readonly Uint8Array[]
  /** The name to find in the certificate; undefined for clients and where the configuration has no name. */
  readonly name: string | undefined
  readonly requiredKeyUsage: 'digitalSignature' | 'keyEncipherment' | 'keyAgreement'
  readonly staple: Uint8Array | undefined
  readonly scts: readonly Uint8Array[]
  /** The schemes that we offered for signatures in certificates. */
  readonly certificateSignatureSchemes: readonly number[]
  /** Unix time in ms at which the certificates must be valid. */
  readonly time: number
}
export type VerifyAnswer =
  | {
      readonly ok: true
      /** The SubjectPublicKeyInfo of the end-entity as the verifier read it; the core compares it with its own reading. */
      readonly publicKey: Uint8Array
      /** Unix ms at which this verification ends; sessions do not outlive it. */
      readonly expires?: number
      /** Anything for the application; it comes back in `established.info.peer.details`. */
      readonly details?: unknown
    }
  | {
      readonly ok: false
      /** A stable code of the verifier. */
      readonly code: string
      /** What was wrong with which certificate, and what to do. */
      readonly message: string
      /** The alert to send; bad_certificate(42) where absent. */
      readonly alert?: number
    }

/** Either role: sign the handshake with a key that the core does not hold. */
export interface SignQuestion {
  readonly kind: 'sign'
  readonly credential: Credential
  /** The TLS signature scheme (IANA number). */
  readonly scheme: number
  /** The bytes to sign, not hashed. */
  readonly message: Uint8Array
}
/** The signature; undefined where there is none, which ends the connection. */
export type SignAnswer = Uint8Array | undefined

/** Server: decrypt a premaster secret with a key that the core does not hold (RFC 5246 7.4.7.1). */
export interface DecryptQuestion {
  readonly kind: 'decrypt'
  readonly credential: Credential
  /** RSAES-PKCS1-v1_5. */
  readonly ciphertext: Uint8Array
}
/**
 * The message; undefined, or one of another length than 48 bytes, where the padding was wrong: the handshake then goes on
 * with random bytes, so that the client does not learn which it was. Answer in the same time either way. Where a transport
 * asks, an error counts as undefined.
 */
export type DecryptAnswer = Uint8Array | undefined

/** Client, TLS 1.2: which PSK to use with this server. */
export interface PskHintQuestion {
  readonly kind: 'pskHint'
  /** Undefined where the server gave none. */
  readonly hint: Uint8Array | undefined
}

/** Server: which PSK belongs to an identity. Asked for each identity offered, in order, until one is found. */
export interface PskQuestion {
  readonly kind: 'psk'
  /** The answer must be for this version. */
  readonly version: 'tls13' | 'tls12'
  readonly identity: Uint8Array
  readonly serverName: string | undefined
}
export type PskAnswer = ExternalPsk | undefined

/** A pre-shared key from outside (RFC 9846 4.3.11, RFC 9257). */
export interface ExternalPsk {
  readonly identity: Uint8Array
  readonly key: Uint8Array
  /** TLS 1.3: the hash that it is bound to; SHA-256 where absent. */
  readonly hash?: 'sha256' | 'sha384'
  /** The version that it is for, and no other (RFC 9257 section 6.1). Default `'tls13'`. */
  readonly version?: 'tls13' | 'tls12'
  /** Allows a key of fewer than 16 bytes, which an observer of one handshake may find by trying. */
  readonly dangerouslyShort?: boolean
}

/** Server: the state behind a stateful ticket, or a session id of TLS 1.2. */
export interface SessionQuestion {
  readonly kind: 'session'
  readonly ticket: Uint8Array
  /** The store must forget it, so that it serves once. A session id of TLS 1.2 serves until it expires. */
  readonly once: boolean
  /** Unix ms, now. */
  readonly time: number
}
/** The bytes that `save` was given with this ticket. */
export type SessionAnswer = Uint8Array | undefined

/** Server: whether early data with this identifier may be taken, i.e. was never seen before (RFC 9846 section 8). */
export interface ReplayQuestion {
  readonly kind: 'replay'
  /** Unique to this ClientHello: its binder. */
  readonly identifier: Uint8Array
  /** Unix ms; an identifier older than the window needs no remembering. */
  readonly expires: number
}
/** True only where the identifier was recorded now and was not known before. */
export type ReplayAnswer = boolean

export type Question =
  | ConfigureQuestion
  | CredentialQuestion
  | VerifyQuestion
  | SignQuestion
  | DecryptQuestion
  | PskHintQuestion
  | PskQuestion
  | SessionQuestion
  | ReplayQuestion

export interface Answers {
  readonly configure: ConfigureAnswer
  readonly credential: CredentialAnswer
  readonly verify: VerifyAnswer
  readonly sign: SignAnswer
  readonly decrypt: DecryptAnswer
  readonly pskHint: PskAnswer
  readonly psk: PskAnswer
  readonly session: SessionAnswer
  readonly replay: ReplayAnswer
}

export type AnswerTo<Q extends Question> = Answers[Q['kind']]

/** A synchronous policy in the configuration. One that throws fails the connection with its error as the cause. */
export type Policy<Q extends Question> = (question: Q) => AnswerTo<Q>

/** An open question, as `poll` returns it. */
export type Decision<Q extends Question = Question> = Q & { readonly id: number }
