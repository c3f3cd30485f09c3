/**
 * A peer that holds the keys and does what a script says: a real connection underneath, so that everything around the
 * one wrong thing is right. It tests whoever it talks to; by itself it is no implementation.
 */
import type { ClientConfig, ServerConfig } from '../config.js'
import type { Connection } from '../connection.js'
import { Engine } from '../engine.js'
import { startClient } from '../handshake/client/hello.js'
import { startServer } from '../handshake/server/hello.js'
import { clientSettings, type Settings, serverSettings } from '../options.js'
import type { Time } from '../time.js'
import { ScriptedLayer } from './peer/layer.js'
import type { Script } from './peer/script.js'
import type { Wire } from './peer/wire.js'

export interface ScriptedPeer {
  readonly connection: Connection
  /** For sending at any time: what is written here goes out at the next `poll`. */
  readonly wire: Wire
}

export function scriptedClient(config: ClientConfig, script: Script, now: Time): ScriptedPeer {
  const settings = clientSettings(config)
  const layer = scriptedLayer(settings, script)
  const connection = new Engine(settings, layer, now, (effects) => startClient(settings, effects))
  return { connection, wire: layer.wire }
}

export function scriptedServer(config: ServerConfig, script: Script, now: Time): ScriptedPeer {
  const settings = serverSettings(config)
  const layer = scriptedLayer(settings, script)
  const connection = new Engine(settings, layer, now, () => startServer(settings))
  return { connection, wire: layer.wire }
}

function scriptedLayer({ role, limits, config }: Settings, script: Script): ScriptedLayer {
  const { recordPadding } = config
  return new ScriptedLayer({ role, ...limits, recordPadding }, script)
}
