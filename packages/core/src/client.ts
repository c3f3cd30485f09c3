/** A TLS client over a stream. */
import type { ClientConfig } from './config.js'
import type { Connection } from './connection.js'
import { Engine } from './engine.js'
import { startClient } from './handshake/client/hello.js'
import { StreamLayer } from './layer/stream.js'
import { clientSettings } from './options.js'
import type { Time } from './time.js'

/**
 * Makes the client's end of a TLS connection. The first `poll` gives the ClientHello.
 * @throws {OptionError} for a wrong option, naming it, its value and the remedy.
 */
export function createClient(config: ClientConfig, now: Time): Connection {
  const settings = clientSettings(config)
  const layer = new StreamLayer({
    role: 'client',
    recordPadding: config.recordPadding,
    ...settings.limits,
  })
  return new Engine(settings, layer, now, (effects) => startClient(settings, effects))
}
