/** TLS clients on Deno. */
import { Fault, OptionError } from '@sanstls/core'
import { TransportError } from '@sanstls/core/drive'
import { provision } from '@sanstls/transport-node/runtime'
import {
  type ClientOptions,
  type Connected,
  connectWith,
  type TlsConnection,
} from '@sanstls/transport-web/base'
import { addressesOf, ConnTransport } from './conn-transport.js'
import { deno } from './deno.js'

export interface ConnectOptions extends ClientOptions {
  /** Name or address of the server; also the name to verify, unless `serverName` is given. Default `localhost`. */
  readonly hostname?: string
  readonly port: number
}

const provided = provision('hostname', 'port')

/**
 * Connects to a server and performs the handshake. The server is verified against the authorities that Deno's
 * `node:tls` trusts, unless `ca` or `verify` says otherwise. Needs `--allow-net`, and `--allow-sys --allow-env` to list
 * those authorities.
 * @throws {OptionError} (as a rejection) for wrong options, before anything is opened.
 * @throws {Fault} (as a rejection) where the handshake fails; {TransportError} where connecting does.
 */
export async function connect(options: ConnectOptions): Promise<TlsConnection> {
  const { hostname = 'localhost', port } = options
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new OptionError('port', port, 'Give a port number from 1 to 65,535.')
  }
  return connectWith(
    (timeout, signal) => dial(hostname, port, timeout, signal),
    options,
    { host: hostname, peer: `${hostname} ${port}` },
    provided,
  )
}

async function dial(
  hostname: string,
  port: number,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Connected> {
  const giveUp = new AbortController()
  const onAbort = () => giveUp.abort(signal?.reason)
  if (signal?.aborted) onAbort()
  else signal?.addEventListener('abort', onAbort)
  const fault = new Fault('timedOut', `not connected after ${timeout} ms`)
  const timer =
    timeout === Number.POSITIVE_INFINITY
      ? undefined
      : setTimeout(() => giveUp.abort(fault), timeout)
  try {
    giveUp.signal.throwIfAborted()
    const conn = await deno().connect({ hostname, port, signal: giveUp.signal })
    return { transport: new ConnTransport(conn), addresses: addressesOf(conn) }
  } catch (error) {
    throw giveUp.signal.aborted ? giveUp.signal.reason : new TransportError(error)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}
