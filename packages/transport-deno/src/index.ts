/** TLS on Deno: `connect`, `listen`, and `upgrade` for a connection that is already in use. */
import { provision } from '@sanstls/transport-node/runtime'
import {
  createPairTransport,
  type StreamPair,
  type TlsConnection,
  type UpgradeOptions,
  upgradeWith,
} from '@sanstls/transport-web/base'
import { addressesOf, ConnTransport } from './conn-transport.js'
import type { Conn } from './deno.js'

export {
  type Address,
  type Addresses,
  EndOfDataError,
  type ReadOptions,
  type ServerCredentials,
  SessionCache,
  type SessionCacheOptions,
  type StreamPair,
  TlsConnection,
  TlsServer,
  type UpgradeOptions,
} from '@sanstls/transport-web/base'
export { type ConnectOptions, connect } from './connect.js'
export type { Conn } from './deno.js'
export { type ListenOptions, listen } from './listen.js'

const provided = provision()

/**
 * Performs a handshake over a stream, which belongs to TLS from then on: a `Deno.Conn`, a pair of Web Streams, or another
 * TlsConnection. Bytes that were read from it and belong to TLS go into `head`.
 * @throws {OptionError} (as a rejection) for wrong options.
 * @throws {Fault} (as a rejection) where the handshake fails; {TransportError} where the stream does.
 */
export function upgrade(
  stream: Conn | StreamPair,
  options: UpgradeOptions,
): Promise<TlsConnection> {
  const dial = () =>
    'closeWrite' in stream
      ? { transport: new ConnTransport(stream), addresses: addressesOf(stream) }
      : { transport: createPairTransport(stream) }
  return upgradeWith(dial, options, provided)
}
