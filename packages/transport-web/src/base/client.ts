/** What every `connect` does apart from connecting. */
import { type Connection, createClient, type Session } from '@sanstls/core'
import type { Clock } from '@sanstls/core/drive'
import type { ConnectionOptions } from './open.js'
import { type ClientOptions, clientConfig, type Runtime } from './options.js'
import { type SessionCache, sessionKey } from './sessions.js'

export interface PreparedClient {
  readonly connection: Connection
  readonly options: ConnectionOptions
}

/**
 * Makes the client's side before the transport is there, so that wrong options are refused without a socket to free.
 * @param host the name to verify where `serverName` is left out.
 * @param peer tells servers apart in the session cache: host and port, or an address; undefined keeps no sessions.
 * @param extra names the options that are the transport's own.
 * @throws {OptionError}
 */
export function prepareClient(
  options: ClientOptions,
  runtime: Runtime,
  clock: Clock,
  host: string | undefined,
  peer: string | undefined,
  extra: readonly string[],
): PreparedClient {
  const now = clock.now()
  const cache = peer === undefined ? undefined : options.sessions
  const key = cache === undefined || peer === undefined ? '' : sessionKey(peer, options)
  const session = options.session ?? cache?.take(key, now.unix)
  const early = options.earlyDataToSend
  const { earlyDataToSend, ...plain } = options
  const config = clientConfig(
    {
      ...(early !== undefined && early.length <= (session?.maxEarlyData ?? 0) ? options : plain),
      ...(session === undefined ? {} : { session }),
    },
    runtime,
    host,
    extra,
  )
  const connection = createClient(config, now)
  if (cache === undefined) return { connection, options }
  return { connection, options: { ...options, onSession: keeping(cache, key, options.onSession) } }
}

/** Apart, so that it keeps nothing else. */
function keeping(
  cache: SessionCache,
  key: string,
  next: ConnectionOptions['onSession'],
): (fresh: Session) => void {
  return (fresh) => {
    cache.put(key, fresh)
    next?.(fresh)
  }
}
