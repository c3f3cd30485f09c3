/** As facing.ts, where TLS 1.2 alone is spoken. */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Pair, Script, Wire } from '#src/testing.js'
import { earlier, facing, later, never, type Role } from './facing.js'
import { only12 } from './tls12.js'

type Options = [client?: Partial<ClientConfig>, server?: Partial<ServerConfig>]

/** A pair in which the side of this role is the real one. */
export function facing12(role: Role, script: Script, ...[client = {}, server = {}]: Options) {
  return facing(role, script, only12(client), only12(server))
}

/** What a client makes of a scripted server, which has data for it that must not arrive. */
export function fromServer12(script: Script, ...[client = {}, server = {}]: Options): Pair {
  const { pair } = facing12('client', script, client, server)
  pair.server.send(never)
  return pair.run()
}

/** What a server makes of a scripted client, which has data for it that must not arrive. */
export function fromClient12(script: Script, ...[client = {}, server = {}]: Options): Pair {
  const { pair } = facing12('server', script, client, server)
  pair.client.send(never)
  return pair.run()
}

/** What the scripted peer does once both have established. */
export function later12(
  role: Role,
  act: (wire: Wire) => void,
  ...[client = {}, server = {}]: Options
): Pair {
  return later(role, act, only12(client), only12(server))
}

/** What the peer does between its change_cipher_spec and its Finished. */
export function earlier12(
  role: Role,
  act: (wire: Wire) => void,
  ...[client = {}, server = {}]: Options
): Pair {
  return earlier(role, act, only12(client), only12(server))
}
