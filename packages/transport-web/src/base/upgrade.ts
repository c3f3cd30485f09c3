/** What every `connect` and `upgrade` does once it has, or knows how to get, its transport. */
import { createServer } from '@sanstls/core'
import type { Transport } from '@sanstls/core/drive'
import { type PreparedClient, prepareClient } from './client.js'
import { createClock } from './clock.js'
import type { Addresses, TlsConnection } from './connection.js'
import { handshakeTimeout, open } from './open.js'
import { type ClientOptions, type Runtime, type ServerOptions, serverConfig } from './options.js'

interface StreamOptions {
  /** Bytes already read from the stream: they belong to TLS, and come before what the stream still gives. */
  readonly head?: Uint8Array
}

export type UpgradeOptions =
  | ({ readonly role?: 'client' } & ClientOptions & StreamOptions)
  | ({ readonly role: 'server' } & ServerOptions & StreamOptions)

/** How one runtime provides for a connection. */
export interface Provision {
  readonly runtime: Runtime
  /** As for `createClock`. */
  readonly schedule?: (callback: () => void) => void
  /** Names of options that are the transport's own. */
  readonly ownOptions: readonly string[]
}

/** A transport that is ready, and where it leads. */
export interface Connected {
  readonly transport: Transport
  readonly addresses?: Addresses | undefined
}

/** Gets a transport within `timeout` ms (or throws), and until the signal aborts. */
export type Dial = (
  timeout: number,
  signal: AbortSignal | undefined,
) => Connected | Promise<Connected>

/** Connects a client. `host` is the name to verify by default; `peer` tells servers apart in the session cache. */
export async function connectWith(
  dial: Dial,
  options: ClientOptions,
  target: { readonly host?: string | undefined; readonly peer: string },
  provision: Provision,
): Promise<TlsConnection> {
  const clock = createClock(provision.schedule)
  const { runtime, ownOptions } = provision
  const prepared = prepareClient(options, runtime, clock, target.host, target.peer, ownOptions)
  return openWhenDialed(dial, prepared, clock)
}

/** Performs a handshake on a live stream. */
export async function upgradeWith(
  dial: Dial,
  options: UpgradeOptions,
  provision: Provision,
): Promise<TlsConnection> {
  const clock = createClock(provision.schedule)
  const { runtime } = provision
  const ownOptions = ['role', 'head', ...provision.ownOptions]
  const prepared: PreparedClient =
    options.role === 'server'
      ? {
          connection: createServer(serverConfig(options, runtime, ownOptions), clock.now()),
          options,
        }
      : prepareClient(options, runtime, clock, undefined, 'upgrade', ownOptions)
  return openWhenDialed(dial, prepared, clock, options.head)
}

async function openWhenDialed(
  dial: Dial,
  { connection, options }: PreparedClient,
  clock: ReturnType<typeof createClock>,
  head?: Uint8Array,
): Promise<TlsConnection> {
  const began = performance.now()
  try {
    // Not awaited where it is there already: input could arrive before anybody listens.
    const dialed = dial(handshakeTimeout(options), options.signal)
    const { transport, addresses } = dialed instanceof Promise ? await dialed : dialed
    const left = handshakeTimeout(options, performance.now() - began)
    const opening = { connection, options, transport, clock, head, addresses }
    return await open({ handshakeTimeout: left, ...opening })
  } catch (error) {
    connection.abort()
    throw error
  }
}
