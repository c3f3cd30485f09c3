/** What a connection is made of when it moves: plain data, fit for structured cloning. It holds the connection's keys. */
import type { ConnectionInfo } from './output.js'

export interface ExportedConnection {
  readonly role: 'client' | 'server'
  readonly readClosed: boolean
  readonly writeClosed: boolean
  /** Without `peer.details`, which are the application's. */
  readonly info: ConnectionInfo
  /** Of the configuration: sessions to come are for the same one. */
  readonly sessionContext: string | undefined
  /** Unix ms at which the peer's verification ends. */
  readonly peerExpires: number | undefined
  readonly keys: ExportedKeys
  readonly records: ExportedRecords
}

/** The secrets are those of the current generation (RFC 9846 7.2). */
export interface ExportedKeys {
  readonly read: Uint8Array
  readonly write: Uint8Array
  readonly exporter: Uint8Array
  /** Client: for tickets to come. Empty for a server. */
  readonly resumption: Uint8Array
  readonly tickets: number
  readonly keyUpdates: number
  /** The peer asked us to update our keys, which comes before the next data. */
  readonly owesKeyUpdate: boolean
  /** We asked the peer to update its keys, which it has not done yet. */
  readonly awaitsKeyUpdate: boolean
}

export interface ExportedRecords {
  readonly readSequence: number
  readonly writeSequence: number
  readonly sendLimit: number
  readonly receiveLimit: number
  /** Bytes that came and were not opened yet. */
  readonly input: Uint8Array
  /** The beginning of a handshake message. */
  readonly handshake: Uint8Array
}

/** The peer is a value of verification, with what the application added to it; here it is data. */
export function plainInfo(info: ConnectionInfo): ConnectionInfo {
  if (info.peer === undefined) return info
  const { chain, publicKey, dangerouslyUnverified } = info.peer
  return { ...info, peer: { chain, publicKey, dangerouslyUnverified, details: undefined } }
}
