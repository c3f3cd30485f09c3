/** TLS servers on TCP and Unix sockets. */
import {
  createServer,
  type ListenOptions as NetListenOptions,
  type Server,
  type Socket,
} from 'node:net'
import { TransportError } from '@sanstls/core/drive'
import {
  type ListenOptions as CommonListenOptions,
  createClock,
  TlsServer,
} from '@sanstls/transport-web/base'
import { addressesOf, DuplexTransport } from './duplex-transport.js'
import { provision } from './runtime.js'
import { readShared } from './shared-input.js'

export interface ListenOptions extends CommonListenOptions {
  /** Default 0: one that is free; `address` says which. */
  readonly port?: number
  /** The address to listen on. Default: all of them. */
  readonly host?: string
  /** A Unix socket or named pipe, instead of `host` and `port`. */
  readonly path?: string
  /** Connections that the kernel queues. Default 511. */
  readonly backlog?: number
}

const { runtime, schedule, ownOptions } = provision('port', 'host', 'path', 'backlog')

/**
 * Listens, and performs a handshake with whoever connects.
 * @throws {OptionError} (as a rejection) for wrong options, before anything is opened.
 * @throws {TransportError} (as a rejection) where listening fails.
 */
export async function listen(options: ListenOptions): Promise<TlsServer> {
  const server = new TlsServer(options, runtime, () => createClock(schedule), ownOptions)
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    server.admit(() => transportOf(socket), addressesOf(socket))
  })
  await whenListening(listener, options)
  // Accepting may fail (too many open files, say), and works again later.
  listener.on('error', (error) => options.onHandshakeError?.(new TransportError(error), {}))
  const address = listener.address()
  server.attach({
    address: typeof address === 'object' && address !== null ? address : undefined,
    async stop() {
      // Its callback waits for the last connection's end; connections live on here.
      listener.close()
    },
  })
  return server
}

function transportOf(socket: Socket): DuplexTransport {
  const transport = new DuplexTransport(socket)
  readShared(socket, (bytes) => transport.received(bytes))
  return transport
}

function whenListening(listener: Server, options: ListenOptions): Promise<void> {
  const { port = 0, host, path, backlog } = options
  const where: NetListenOptions = {
    ...(path === undefined ? { port, ...(host === undefined ? {} : { host }) } : { path }),
    ...(backlog === undefined ? {} : { backlog }),
  }
  return new Promise((resolve, reject) => {
    const onError = (error: Error) => reject(new TransportError(error))
    listener.once('error', onError)
    listener.listen(where, () => {
      listener.off('error', onError)
      resolve()
    })
  })
}
