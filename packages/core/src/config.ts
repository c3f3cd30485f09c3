/** What a caller configures. Every wrong option throws an `OptionError` at construction; see `options.ts`. */
import type { CryptoProvider, Random } from './crypto/provider.js'
import type {
  ConfigureQuestion,
  Credential,
  CredentialQuestion,
  ExternalPsk,
  Policy,
  PskHintQuestion,
  PskQuestion,
  ReplayQuestion,
  SessionQuestion,
  VerifyQuestion,
} from './decision.js'
import type { SpokenVersion, VersionForClients, VersionForServers } from './handshake/version.js'
import type { Observer } from './observe.js'
import type { ServerSessionState, Session, TicketKeys } from './session.js'
import type { Extension } from './wire/extension.js'

/** Says in so many words that nobody is authenticated. */
export interface DangerouslyAcceptAnyPeer {
  readonly dangerouslyAcceptAnyPeer: true
}

/** Accepts exactly the peers whose end-entity has one of these public keys (DER SubjectPublicKeyInfo); nothing else is checked. */
export interface PinnedKeys {
  readonly pinnedKeys: readonly Uint8Array[]
}

/** How the peer is verified: a policy, a pin, `'decide'` (answered through the connection), or, dangerously, not at all. */
export type Verification = Policy<VerifyQuestion> | PinnedKeys | DangerouslyAcceptAnyPeer | 'decide'

export interface Limits {
  /** Bytes of input that a connection holds while it cannot go on. Default 65,536. */
  readonly maxBuffered: number
  /** Bytes of plaintext that `send` queues before the handshake is complete or while output waits. Default 65,536. */
  readonly maxQueued: number
  /** Bytes of one handshake message. Default 65,536 before the peer is authenticated; at most 262,144. */
  readonly handshakeMessage: number
  /** Bytes of all handshake messages of one handshake. Default 262,144. */
  readonly handshakeTotal: number
  /** Tickets that a client takes from one connection; more are ignored. Default 32. */
  readonly tickets: number
  /** KeyUpdates without data between them. Default 32. */
  readonly keyUpdates: number
  /** Certificates in the peer's chain. Default 10. */
  readonly chain: number
}

export interface CommonConfig<V extends SpokenVersion = SpokenVersion> {
  /**
   * The protocol versions, as values that carry their code: `[tls13, tls12]`; where no server is in the program,
   * `[tls13Client, tls12Client]`, and where no client is, `[tls13Server, tls12Server]`.
   */
  readonly versions: readonly V[]
  /** The cryptography: `noble`, or `nodeCrypto` of the Node transport. */
  readonly crypto: CryptoProvider
  /** The one source of randomness. The same bytes, times and randomness replay a connection. */
  readonly random: Random
  /**
   * Names of cipher suites (IANA), in order of preference. Default: all of the provider's that are not opt-in. A version
   * of which none is named is not spoken.
   */
  readonly suites?: readonly string[]
  /** Names of key exchange groups, in order of preference. Default: all of the provider's. */
  readonly groups?: readonly string[]
  /**
   * Names of TLS signature schemes that we sign with, in order of preference. Default: all that are not opt-in, in the
   * library's order; a server with `preference: 'client'` goes by the client's.
   */
  readonly signingSchemes?: readonly string[]
  /** Names of TLS signature schemes that the peer may sign with, in order. Default: all that the provider verifies. */
  readonly signatureSchemes?: readonly string[]
  /** Application protocols (RFC 7301), in order of preference, 1 to 255 bytes each. */
  readonly alpn?: readonly string[]
  /** How we authenticate ourselves: candidates in order, a policy, or `'decide'`. */
  readonly credentials?: readonly Credential[] | Policy<CredentialQuestion> | 'decide'
  /** External pre-shared keys that we offer (client; in TLS 1.2, one) or know (server). */
  readonly psks?: readonly ExternalPsk[]
  /** Whether a PSK may come without Diffie-Hellman (psk_ke), which loses forward secrecy. Default false. */
  readonly pskWithoutDiffieHellman?: boolean
  /** DER names of authorities to ask for (RFC 9846 4.3.4). */
  readonly certificateAuthorities?: readonly Uint8Array[]
  /** Ask the peer for an OCSP staple. Default: true for a client, false for a server. */
  readonly requestStaple?: boolean
  /** Ask the peer for signed certificate timestamps. Default false. */
  readonly requestScts?: boolean
  /** Most plaintext bytes in a record that we are willing to receive, 64 to 16,384 (RFC 8449). */
  readonly recordSizeLimit?: number
  /** Bytes of padding for a record of `length` bytes of content (RFC 9846 5.4). Must be a pure function. */
  readonly recordPadding?: (length: number) => number
  /** Sessions are only resumed under the same word, so that contexts with other verification stay apart. */
  readonly sessionContext?: string
  /**
   * TLS 1.2: whether the peer must have the extended main secret (RFC 7627), without which sessions can be spliced into
   * each other; such a connection exports nothing, and does not renegotiate once it was resumed. Default `'require'`.
   */
  readonly extendedMainSecret?: 'require' | 'prefer'
  /** TLS 1.2: whether CBC suites are only used with encrypt-then-MAC (RFC 7366). Default `'require'`. */
  readonly encryptThenMac?: 'require' | 'prefer'
  /** TLS 1.2: renegotiation, always secure (RFC 5746). Absent: refused by a warning, and the connection goes on. */
  readonly renegotiation?: RenegotiationConfig
  readonly limits?: Partial<Limits>
  /** Sees messages, keys and keylog lines as they happen; can change nothing. */
  readonly observe?: Observer
}

/** Renegotiation in TLS 1.2. We may start one by `renegotiate`, whoever else may. */
export interface RenegotiationConfig {
  /** Whether one that the peer starts is accepted. */
  readonly peerMayStart: boolean
  /** Renegotiations started by the peer that are accepted within `window`; one more ends the connection. Default 3. */
  readonly limit?: number
  /** ms. Default 600,000. */
  readonly window?: number
  /**
   * Whether data is sent between our hello and our Finished, as RFC 5246 6.2.1 permits. OpenSSL, GnuTLS and Go end the
   * connection for it, so by default it waits until the peer's Finished. What the peer sends is always delivered.
   */
  readonly sendMeanwhile?: boolean
}

/** Finite-field Diffie-Hellman parameters, big-endian. */
export interface DhParameters {
  /** A safe prime of 2048 to 8192 bits. Whether it is one is not checked. */
  readonly prime: Uint8Array
  readonly generator: Uint8Array
}

export interface ClientConfig extends CommonConfig<VersionForClients> {
  /**
   * The server's name: sent as server_name (where it is a DNS name), and what the certificate must be valid for.
   * `false`: no name is sent or verified.
   */
  readonly serverName: string | false
  /** Whether server_name is sent. Default true. */
  readonly sendServerName?: boolean
  readonly verify: Verification
  /** The groups to send key shares for. Default: the first of `groups`, and x25519 beside a hybrid that contains it. */
  readonly keyShares?: readonly string[]
  /** A session of an earlier connection to this server, from a `session` output. */
  readonly session?: Session
  /** Offer early data with the session (its size is bounded by the ticket). Default false. */
  readonly earlyData?: boolean
  /** Offer a session id and send CCS for middleboxes (RFC 9846 E.4). Default true. */
  readonly middleboxCompatibility?: boolean
  /** Tickets wanted after a full handshake and after a resumption (RFC 9149). */
  readonly ticketRequest?: { readonly newSession: number; readonly resumption: number }
  /** Offer authentication after the handshake. Default false. */
  readonly postHandshakeAuth?: boolean
  /** max_fragment_length: 512, 1024, 2048 or 4096 (RFC 6066 section 4). record_size_limit supersedes it. */
  readonly maxFragmentLength?: number
  /**
   * TLS 1.2: whether the server must have renegotiation_info (RFC 5746 4.1). One that has not may splice what an attacker
   * sent before into this connection. Default true.
   */
  readonly requireRenegotiationInfo?: boolean
  /** Say that this is another try after a newer version failed (RFC 7507). Default false. */
  readonly fallbackScsv?: boolean
  /** TLS 1.2: which PSK to use with this server, given its hint; asked after `psks`. */
  readonly choosePsk?: Policy<PskHintQuestion> | 'decide'
  /** TLS 1.2, DHE: the fewest bits of a server's prime, 1024 to 8192. Default 2048. */
  readonly minDhBits?: number
  /** How the ClientHello looks. */
  readonly profile?: ClientHelloProfile
}

/** What a ClientHello looks like beyond what it means. */
export interface ClientHelloProfile {
  /** Extension numbers in the order wanted; those not named follow. pre_shared_key stays last (RFC 9846 4.3.11). */
  readonly extensionOrder?: readonly number[]
  /** Extensions to add as they are; they may not be ones that the configuration sets. */
  readonly extraExtensions?: readonly Extension[]
  /** Leave out extensions that would be sent by default. */
  readonly omitExtensions?: readonly number[]
  /** Send GREASE values (RFC 8701). Default false. */
  readonly grease?: boolean
  /** Pad the ClientHello to this many bytes (RFC 7685). */
  readonly padTo?: number
  /** signature_algorithms exactly as these numbers, for replaying other implementations; only those known here can be used. */
  readonly signatureAlgorithms?: readonly number[]
  /** supported_groups exactly as these numbers; only those known here can be used. */
  readonly supportedGroups?: readonly number[]
  /** cipher_suites exactly as these numbers; only those known here can be used. */
  readonly cipherSuites?: readonly number[]
}

/** Server: what to ask of clients. */
export type ClientAuthentication = 'none' | 'request' | 'require'

export interface ServerConfig extends CommonConfig<VersionForServers> {
  /** Verification of clients; needed where `clientAuthentication` is not `'none'`. */
  readonly verify?: Verification
  /** Default `'none'`. */
  readonly clientAuthentication?: ClientAuthentication
  /** Chooses by ClientHello what differs for this client. */
  readonly configure?: Policy<ConfigureQuestion> | 'decide'
  /** Looks external PSKs up by identity, after `psks`. */
  readonly lookupPsk?: Policy<PskQuestion> | 'decide'
  /** A PSK is required: clients without one are refused. Default: where there are PSKs and no credentials. */
  readonly requirePsk?: boolean
  /** Resumption. Absent: no tickets are sent. */
  readonly tickets?: ServerTickets
  /** Take early data: at most this many bytes, and only what the replay policy passes. Absent: refused. */
  readonly earlyData?: {
    readonly maxBytes: number
    readonly replay: Policy<ReplayQuestion> | 'decide'
    /** Most difference between the client's and our view of the ticket's age, ms. Default 10,000. */
    readonly window?: number
  }
  /** Send data after our Finished, before the client's: it goes to an unauthenticated client. Default false. */
  readonly halfRttData?: boolean
  /** TLS 1.2: what a client may go by to choose its PSK (RFC 4279 section 5.2). */
  readonly pskHint?: Uint8Array
  /**
   * TLS 1.2, DHE: the parameters for clients that name no group of RFC 7919; others get one of theirs among `groups`.
   * Default: the first such group of ours.
   */
  readonly dhParameters?: DhParameters
  /** Whose order decides about suites, groups and signature schemes. Default `'server'`. */
  readonly preference?: 'server' | 'client'
  /** Always answer the first ClientHello with a HelloRetryRequest that carries a cookie made under this key (32 bytes). */
  readonly cookie?: CookieConfig
}

export interface CookieConfig {
  /** 32 bytes; the newest first, older ones still accepted. */
  readonly keys: readonly Uint8Array[]
  /** Bytes that the cookie is bound to: the client's address. */
  readonly peer: Uint8Array
  /** How long a cookie is valid, ms. Default 60,000. */
  readonly lifetime?: number
}

export interface ServerTickets {
  /** Stateless: a key ring, the newest first. Stateful: a store. */
  readonly keys?: TicketKeys
  /**
   * Stateful tickets, and session ids in TLS 1.2: `save` keeps the state under the ticket, `take` gives it back; once,
   * where the question says so. A store that is asked asynchronously is `take: 'decide'`.
   */
  readonly store?: {
    save(ticket: Uint8Array, state: Uint8Array, expires: number): void
    readonly take: Policy<SessionQuestion> | 'decide'
  }
  /** Tickets after a handshake; the client's ticket_request lowers it, or raises it up to 8. Default 2. */
  readonly count?: number
  /** Seconds. Default 7,200, at most 604,800 (RFC 9846 4.7.1). */
  readonly lifetime?: number
  /** Whether a session that could be resumed is. Default: yes. Must be a pure function. */
  readonly accept?: (session: SessionSummary) => boolean
}

/** What a server knows of a session that a client wants to resume. */
export type SessionSummary = Omit<ServerSessionState, 'secret' | 'ageAdd'>

/** What a `configure` decision may change for one client. */
export type ServerOverrides = Partial<
  Pick<
    ServerConfig,
    | 'suites'
    | 'groups'
    | 'signatureSchemes'
    | 'signingSchemes'
    | 'alpn'
    | 'credentials'
    | 'psks'
    | 'pskHint'
    | 'dhParameters'
    | 'verify'
    | 'clientAuthentication'
    | 'certificateAuthorities'
    | 'tickets'
    | 'earlyData'
    | 'sessionContext'
    | 'requestStaple'
    | 'requestScts'
    | 'preference'
    | 'recordSizeLimit'
  >
>
