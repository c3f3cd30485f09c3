/**
 * DTLS 1.3 (RFC 9147): the same connection object, over datagrams. Each `transmit` output is exactly one datagram;
 * `receive` takes one datagram a call, always whole; each `send` is one record in a datagram of its own, and a longer one
 * than a datagram takes throws a RangeError. Datagrams that nobody can read are dropped, and told to `observe`.
 *
 * `idle.deadline` is when `handleTimeout` is to be called: flights are sent again until they are answered, and the client's
 * last flight even after `established`.
 *
 * A server with `cookie` answers a ClientHello without one by a HelloRetryRequest, and forgets it: whatever the client
 * sends next may be given to another connection object. While `state` is `waitClientHello` there is nothing to keep but
 * the pieces of a ClientHello that came in several datagrams.
 */
import type { ClientConfig, ServerConfig } from './config.js'
import type { Connection } from './connection.js'
import { Engine } from './engine.js'
import { Fault, OptionError } from './fault.js'
import { startClient } from './handshake/client/hello.js'
import { startServer } from './handshake/server/hello.js'
import { DatagramLayer } from './layer/datagram.js'
import { clientSettings, demandTls13, type Settings, serverSettings } from './options.js'
import type { Time } from './time.js'

export interface DatagramConfig {
  /** Most bytes of a datagram, IP and UDP headers not counted, 256 to 65,507. Default 1200. */
  readonly mtu?: number
  /** Ms until a flight is sent for the second time, 50 to 60,000; it doubles up to a minute. Default 1000. */
  readonly firstTimeout?: number
}

/**
 * Makes the client's end of a DTLS connection. The first `poll` gives the ClientHello.
 * @throws {OptionError} for a wrong option, naming it, its value and the remedy.
 */
export function createDtlsClient(config: ClientConfig & DatagramConfig, now: Time): Connection {
  const { mtu, firstTimeout, ...common } = config
  refuse('middleboxCompatibility', common.middleboxCompatibility)
  const settings = clientSettings(common)
  demandTls13(common, 'DTLS')
  const layer = datagramLayer(settings, { mtu, firstTimeout }, false)
  return new Engine(settings, layer, now, (effects) => startClient(settings, effects))
}

/**
 * Makes the server's end of a DTLS connection. Without `cookie` it sends its whole flight to whoever says to be a client:
 * leave it out only where addresses cannot be forged (RFC 9147 5.1).
 * @throws {OptionError} for a wrong option, naming it, its value and the remedy.
 */
export function createDtlsServer(config: ServerConfig & DatagramConfig, now: Time): Connection {
  const { mtu, firstTimeout, ...common } = config
  const settings = serverSettings(common)
  demandTls13(common, 'DTLS')
  const layer = datagramLayer(settings, { mtu, firstTimeout }, common.cookie !== undefined)
  return new Engine(settings, layer, now, () => startServer(settings))
}

function datagramLayer(
  { role, limits, config }: Settings,
  {
    mtu = 1200,
    firstTimeout = 1000,
  }: { [K in keyof DatagramConfig]: DatagramConfig[K] | undefined },
  forgets: boolean,
): DatagramLayer {
  check('mtu', mtu, 256, 65_507)
  check('firstTimeout', firstTimeout, 50, 60_000)
  const { observe, recordPadding } = config
  return new DatagramLayer({
    role,
    ...limits,
    recordPadding,
    mtu,
    firstTimeout,
    forgets,
    discarded(reason) {
      try {
        observe?.({ kind: 'discard', reason })
      } catch (cause) {
        throw new Fault('policyFailed', 'observe threw', { cause })
      }
    },
  })
}

function check(option: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new OptionError(option, value, `Use a whole number from ${min} to ${max}.`)
}

function refuse(option: string, value: unknown): void {
  if (value !== undefined) throw new OptionError(option, value, 'DTLS has no such thing.')
}
