/** TLS clients on TCP and Unix sockets. */
import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import { Fault, OptionError } from '@sanstls/core'
import { TransportError } from '@sanstls/core/drive'
import {
  type ClientOptions,
  type Connected,
  connectWith,
  type TlsConnection,
} from '@sanstls/transport-web/base'
import { addressesOf, DuplexTransport } from './duplex-transport.js'
import { provision } from './runtime.js'
import { onread } from './shared-input.js'

export interface ConnectOptions extends ClientOptions {
  /** Name or address of the server; also the name to verify, unless `serverName` is given. Default `localhost`. */
  readonly host?: string
  readonly port?: number
  /** A Unix socket or named pipe, instead of `host` and `port`; `serverName` is needed then. */
  readonly path?: string
  readonly localAddress?: string
  /** 4 or 6: the IP version to use. Default: whichever answers. */
  readonly family?: 4 | 6
  /** Sends TCP keep-alive probes, the first after so many ms. Default: none. */
  readonly keepAlive?: number
}

const provided = provision('host', 'port', 'path', 'localAddress', 'family', 'keepAlive')

/**
 * Connects to a server and performs the handshake. The server is verified against the authorities that Node trusts,
 * unless `ca` or `verify` says otherwise.
 * @throws {OptionError} (as a rejection) for wrong options, before anything is opened.
 * @throws {Fault} (as a rejection) where the handshake fails; {TransportError} where connecting does.
 */
export async function connect(options: ConnectOptions): Promise<TlsConnection> {
  const target = targetOf(options)
  const peer = 'path' in target ? target.path : `${target.host} ${target.port}`
  const host = 'path' in target ? undefined : target.host
  return connectWith(
    (timeout, signal) => dial(target, options, timeout, signal),
    options,
    { host, peer },
    provided,
  )
}

function targetOf({ host = 'localhost', port, path }: ConnectOptions) {
  if (path !== undefined) return { path }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new OptionError('port', port, 'Give a port number from 1 to 65,535, or a path.')
  }
  return { host, port }
}

function dial(
  target: { readonly path: string } | { readonly host: string; readonly port: number },
  options: ConnectOptions,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Connected> {
  const { localAddress, family, keepAlive } = options
  let transport: DuplexTransport | undefined
  const input = onread((bytes) => transport?.received(bytes))
  const settings: NetConnectOpts = {
    ...target,
    allowHalfOpen: true,
    // Records are gathered here; waiting for more in the kernel only adds delay.
    noDelay: true,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(family === undefined ? {} : { family }),
    ...(keepAlive === undefined ? {} : { keepAlive: true, keepAliveInitialDelay: keepAlive }),
    ...(input === undefined ? {} : { onread: input }),
  }
  const socket = createConnection(settings)
  const handOver = (): Connected => {
    transport = new DuplexTransport(socket)
    return { transport, addresses: addressesOf(socket) }
  }
  return whenConnected(socket, handOver, timeout, signal)
}

function whenConnected(
  socket: Socket,
  handOver: () => Connected,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<Connected> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      socket.off('connect', onConnect)
      socket.off('error', fail)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const fail = (error: unknown): void =>
      settle(() => {
        socket.on('error', () => {})
        socket.destroy()
        reject(
          error === signal?.reason || error instanceof Fault ? error : new TransportError(error),
        )
      })
    // At once: nothing may be read before the transport is there to pause the socket.
    const onConnect = (): void => settle(() => resolve(handOver()))
    const onAbort = (): void => fail(signal?.reason)
    socket.on('connect', onConnect)
    socket.on('error', fail)
    if (timeout !== Number.POSITIVE_INFINITY) {
      const expire = () => fail(new Fault('timedOut', `not connected after ${timeout} ms`))
      timer = setTimeout(expire, timeout)
    }
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
  })
}
