/** What a connection gives back: one ordered stream, read by `poll` one at a time. */
import type { Decision } from './decision.js'
import type { Fault } from './fault.js'
import type { Level, TrafficKeys } from './layer/layer.js'
import type { Session } from './session.js'

export type Output =
  /** Bytes for the transport. They are the caller's until `release(bytes)`, which lets the connection reuse them. */
  | { readonly kind: 'transmit'; readonly bytes: Uint8Array; readonly level?: Level }
  /** Application data from the authenticated peer. The bytes are the receiver's for good. */
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  /** Data that anyone may have replayed (RFC 9846 section 8). Server only, and only under a replay policy. */
  | { readonly kind: 'earlyData'; readonly bytes: Uint8Array }
  /** Something to be answered by `answer(decision, …)`, now or later. */
  | { readonly kind: 'decide'; readonly decision: Decision }
  /** The handshake is complete and the peer is authenticated as the configuration demands. */
  | { readonly kind: 'established'; readonly info: ConnectionInfo }
  /** The server did not take the early data: nothing of it was delivered, and it may be sent again with `send`. */
  | { readonly kind: 'earlyDataRejected' }
  /** A session for a later connection (client: a ticket came). */
  | { readonly kind: 'session'; readonly session: Session }
  /** The client authenticated itself after the handshake (server), as `requestClientCertificate` asked. */
  | { readonly kind: 'peerAuthenticated'; readonly peer: Peer | undefined }
  /** TLS 1.2: a renegotiation is complete; what follows goes under its keys. */
  | { readonly kind: 'renegotiated'; readonly info: ConnectionInfo }
  /** TLS 1.2: the peer does not want to renegotiate, as we asked. The connection goes on. */
  | { readonly kind: 'renegotiationRefused' }
  /** QUIC: keys to install (RFC 9001 4.1.4). */
  | { readonly kind: 'readKeys' | 'writeKeys'; readonly level: Level; readonly keys: LevelKeys }
  /** QUIC: the peer's transport parameters (RFC 9001 8.2). They are authenticated once `established` has come. */
  | { readonly kind: 'transportParameters'; readonly bytes: Uint8Array }
  /** The peer will send nothing more (close_notify). One can still send. */
  | { readonly kind: 'peerClosed' }
  /**
   * The connection has failed. The alert to send, if any, came before this as `transmit`; over QUIC it is `cryptoError`
   * instead, the code to close with (RFC 9001 4.8).
   */
  | { readonly kind: 'failed'; readonly fault: Fault; readonly cryptoError?: number }
  /** Both directions are closed; nothing more will come. */
  | { readonly kind: 'closed' }
  /** Nothing to do until more bytes, an answer or the deadline (monotonic ms) come. */
  | { readonly kind: 'idle'; readonly deadline: number | undefined; readonly wantsInput: boolean }

/** QUIC: what the keys of one level and direction are made from (RFC 9001 5.1). The secret is the receiver's own copy. */
export type LevelKeys = Pick<TrafficKeys, 'suite' | 'secret'>

/** Whom the connection has authenticated, and how. */
export interface Peer {
  /** The end-entity first; empty where a PSK alone authenticated the peer. Connections share it: it is not to be written to. */
  readonly chain: readonly Uint8Array[]
  /** The DER SubjectPublicKeyInfo of the end-entity. */
  readonly publicKey: Uint8Array
  /** What the verification's answer added, for the application. */
  readonly details: unknown
  /** Verification was switched off by `dangerouslyAcceptAnyPeer`. */
  readonly dangerouslyUnverified: boolean
}

export interface ConnectionInfo {
  readonly role: 'client' | 'server'
  readonly version: { readonly id: number; readonly name: string }
  readonly suite: { readonly id: number; readonly name: string }
  /** Undefined where the key exchange was PSK only. */
  readonly group: { readonly id: number; readonly name: string } | undefined
  /** The scheme of the peer's signature over the handshake. */
  readonly signatureScheme: { readonly id: number; readonly name: string } | undefined
  readonly alpn: string | undefined
  /** Client: the name asked for; server: the name that the client asked for. */
  readonly serverName: string | undefined
  readonly resumed: boolean
  /** The identity of the external PSK in use. */
  readonly pskIdentity: Uint8Array | undefined
  readonly earlyData: 'none' | 'accepted' | 'rejected'
  /** Undefined where the peer presented no certificate (a PSK, or a client that was not asked). */
  readonly peer: Peer | undefined
  readonly helloRetried: boolean
  /** What only TLS 1.2 has. */
  readonly tls12: Info12 | undefined
}

export interface Info12 {
  /** Empty where there is none. */
  readonly sessionId: Uint8Array
  /** RFC 7627. */
  readonly extendedMainSecret: boolean
  /** RFC 7366; false for suites that need none. */
  readonly encryptThenMac: boolean
  /** The peer has renegotiation_info (RFC 5746). */
  readonly secureRenegotiation: boolean
}
