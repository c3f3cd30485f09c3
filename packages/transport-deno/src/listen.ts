/** TLS servers on Deno. */
import { TransportError } from '@sanstls/core/drive'
import { provision } from '@sanstls/transport-node/runtime'
import {
  type ListenOptions as CommonListenOptions,
  createClock,
  TlsServer,
} from '@sanstls/transport-web/base'
import { addressesOf, addressOf, ConnTransport } from './conn-transport.js'
import { deno, type Listener } from './deno.js'

export interface ListenOptions extends CommonListenOptions {
  /** Default 0: one that is free; `address` says which. */
  readonly port?: number
  /** The address to listen on. Default: all of them. */
  readonly hostname?: string
}

const { runtime, schedule, ownOptions } = provision('hostname', 'port')
/** After a failure to accept, such as too many open files, ms. */
const acceptAgainAfter = 50

/**
 * Listens, and performs a handshake with whoever connects. Needs the permission `--allow-net`.
 * @throws {OptionError} (as a rejection) for wrong options, before anything is opened.
 * @throws {TransportError} (as a rejection) where listening fails.
 */
export async function listen(options: ListenOptions): Promise<TlsServer> {
  const { port = 0, hostname } = options
  const server = new TlsServer(options, runtime, () => createClock(schedule), ownOptions)
  let listener: Listener
  try {
    listener = deno().listen({ port, ...(hostname === undefined ? {} : { hostname }) })
  } catch (error) {
    throw new TransportError(error)
  }
  let stopped = false
  server.attach({
    address: addressOf(listener.addr),
    async stop() {
      if (!stopped) listener.close()
      stopped = true
    },
  })
  const accept = async () => {
    while (!stopped) {
      try {
        const conn = await listener.accept()
        server.admit(() => new ConnTransport(conn), addressesOf(conn))
      } catch (error) {
        if (stopped) return
        options.onHandshakeError?.(new TransportError(error), {})
        await new Promise((resolve) => setTimeout(resolve, acceptAgainAfter))
      }
    }
  }
  accept()
  return server
}
