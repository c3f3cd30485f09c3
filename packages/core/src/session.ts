/** Sessions: what a client keeps to resume, and what a server keeps or puts into a ticket (RFC 9846 4.7.1). */
import type { HashName } from './crypto/provider.js'
import type { Peer } from './output.js'

/** A client's session: one ticket, or session id, of one server. Use it once (RFC 9846 C.4). `serializeSession` makes it bytes. */
export interface Session {
  /** As on the wire, so that a session of TLS does not serve for DTLS. */
  readonly version: number
  /** The suite of the connection that it comes from. */
  readonly suite: number
  readonly hash: HashName
  /** The resumption PSK; in TLS 1.2, the main secret. */
  readonly secret: Uint8Array
  /** Empty where the server keeps the session under `sessionId` alone. */
  readonly ticket: Uint8Array
  /** TLS 1.2: what the server knows the session by; empty otherwise. */
  readonly sessionId: Uint8Array
  /** TLS 1.2: RFC 7627. */
  readonly extendedMainSecret: boolean
  readonly ageAdd: number
  /** Unix ms. */
  readonly received: number
  /** Unix ms: the least of the ticket's lifetime, 7 days, and what the verification said. */
  readonly expires: number
  readonly maxEarlyData: number
  readonly serverName: string | undefined
  readonly alpn: string | undefined
  readonly context: string | undefined
  /** Whom the full handshake authenticated. */
  readonly peer: StoredPeer | undefined
}

/** Bytes. A longer ticket would leave no room in a ClientHello for what else there is, and is not kept. */
export const longestTicket = 32_768

export type StoredPeer = Pick<Peer, 'chain' | 'publicKey' | 'dangerouslyUnverified'>

/** A server's session: what a ticket holds, sealed, or what a store keeps under it. */
export interface ServerSessionState {
  readonly version: number
  readonly suite: number
  readonly hash: HashName
  readonly secret: Uint8Array
  /** TLS 1.2: RFC 7627. */
  readonly extendedMainSecret: boolean
  readonly ageAdd: number
  /** Unix ms. */
  readonly issued: number
  readonly expires: number
  readonly maxEarlyData: number
  readonly serverName: string | undefined
  readonly alpn: string | undefined
  readonly context: string | undefined
  readonly peer: StoredPeer | undefined
}

/** A ring of ticket keys, the newest first: it seals with the first and opens with all of them. */
export interface TicketKeys {
  readonly keys: readonly TicketKey[]
}

export interface TicketKey {
  /** 16 bytes, sent in the clear, that tell which key sealed a ticket. */
  readonly name: Uint8Array
  /** 32 bytes. */
  readonly key: Uint8Array
}
