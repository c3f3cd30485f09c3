/** TLS where there is no TCP: through a WebSocket tunnel, over Web Streams, over the sockets of Workers. */
import { OptionError, tls12, tls13 } from '@sanstls/core'
import { noble } from '@sanstls/core/noble'
import type { TlsConnection } from './base/connection.js'
import type { ClientOptions, Runtime } from './base/options.js'
import { createPairTransport, type StreamPair } from './base/pair-transport.js'
import { connectWith, type Dial, type UpgradeOptions, upgradeWith } from './base/upgrade.js'
import {
  isWebSocket,
  openWebSocket,
  type WebSocketLike,
  type WebSocketTransportOptions,
} from './web-socket-transport.js'

export { type Address, type Addresses, TlsConnection } from './base/connection.js'
export { EndOfDataError, type ReadOptions } from './base/incoming.js'
export type { ConnectionOptions } from './base/open.js'
export type { ClientOptions, ServerOptions } from './base/options.js'
export type { StreamPair } from './base/pair-transport.js'
export { SessionCache, type SessionCacheOptions } from './base/sessions.js'
export type { UpgradeOptions } from './base/upgrade.js'
export type { WebSocketLike, WebSocketTransportOptions } from './web-socket-transport.js'

export interface ConnectOptions extends ClientOptions, WebSocketTransportOptions {
  /** `ws:` or `wss:`: a tunnel that carries each binary message's bytes to a TCP connection and back. */
  readonly url: string | URL
  /** WebSocket subprotocols to offer the tunnel. */
  readonly protocols?: string | readonly string[]
}

/** `getRandomValues` gives no more at a time. */
const mostRandomBytes = 65_536

const runtime: Runtime = {
  versions: [tls13, tls12],
  crypto: noble,
  random(length) {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at += mostRandomBytes) {
      crypto.getRandomValues(bytes.subarray(at, at + mostRandomBytes))
    }
    return bytes
  },
}

const provision = { runtime, ownOptions: ['url', 'protocols', 'maxGathered'] }

/**
 * Opens a WebSocket and performs a TLS handshake through it, with the server at the tunnel's far end: give its name as
 * `serverName`, and whom to trust as `ca` (web runtimes do not give away whom they trust) or `verify`.
 * @throws {OptionError} (as a rejection) for wrong options, before anything is opened.
 * @throws {Fault} (as a rejection) where the handshake fails; {TransportError} where the WebSocket does.
 */
export async function connect(options: ConnectOptions): Promise<TlsConnection> {
  const url = new URL(options.url)
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new OptionError('url', url.href, 'Give the ws: or wss: address of a tunnel.')
  }
  const dial: Dial = (timeout, signal) => {
    const socket = new WebSocket(url, [options.protocols ?? []].flat())
    return openWebSocket(socket, options, timeout, signal)
  }
  return connectWith(dial, options, { peer: url.href }, provision)
}

/**
 * Performs a handshake over something that is already connected: a WebSocket, a pair of Web Streams, a Worker's socket,
 * or another TlsConnection. It belongs to TLS from then on.
 * @throws as `connect`.
 */
export function upgrade(
  stream: WebSocketLike | StreamPair,
  options: UpgradeOptions & WebSocketTransportOptions,
): Promise<TlsConnection> {
  const dial: Dial = isWebSocket(stream)
    ? (timeout, signal) => openWebSocket(stream, options, timeout, signal)
    : () => ({ transport: createPairTransport(stream) })
  return upgradeWith(dial, options, provision)
}
