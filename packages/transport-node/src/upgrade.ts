/** TLS over a stream that is already in use: STARTTLS, proxies, TLS inside TLS. */
import { Duplex } from 'node:stream'
import {
  createPairTransport,
  type StreamPair,
  type TlsConnection,
  type UpgradeOptions,
  upgradeWith,
} from '@sanstls/transport-web/base'
import { addressesOf, checkDuplex, DuplexTransport } from './duplex-transport.js'
import { provision } from './runtime.js'

const provided = provision()

/**
 * Performs a handshake over a stream, which belongs to TLS from then on: a socket or other Duplex, a pair of Web
 * Streams, or another TlsConnection. Bytes that were read from it and belong to TLS go into `head`.
 * @throws {OptionError} (as a rejection) for wrong options, and for a Duplex that something else still reads.
 * @throws {Fault} (as a rejection) where the handshake fails; {TransportError} where the stream does.
 */
export async function upgrade(
  stream: Duplex | StreamPair,
  options: UpgradeOptions,
): Promise<TlsConnection> {
  if (!(stream instanceof Duplex)) {
    return upgradeWith(() => ({ transport: createPairTransport(stream) }), options, provided)
  }
  checkDuplex(stream)
  const dial = () => ({ transport: new DuplexTransport(stream), addresses: addressesOf(stream) })
  return upgradeWith(dial, options, provided)
}
