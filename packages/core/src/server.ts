/** A TLS server over a stream. */
import type { ServerConfig } from './config.js'
import type { Connection } from './connection.js'
import { Engine } from './engine.js'
import { startServer } from './handshake/server/hello.js'
import { StreamLayer } from './layer/stream.js'
import { serverSettings } from './options.js'
import type { Time } from './time.js'

/**
 * Makes the server's end of a TLS connection.
 * @throws {OptionError} for a wrong option, naming it, its value and the remedy.
 */
export function createServer(config: ServerConfig, now: Time): Connection {
  const settings = serverSettings(config)
  const layer = new StreamLayer({
    role: 'server',
    recordPadding: config.recordPadding,
    ...settings.limits,
  })
  // RFC 9846 section 5: what comes first may follow a HelloRetryRequest that another server sent, and then a CCS may too.
  if (config.cookie !== undefined) layer.setChangeCipherSpec('drop')
  return new Engine(settings, layer, now, () => startServer(settings))
}
