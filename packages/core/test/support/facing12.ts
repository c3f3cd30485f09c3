/** As facing.ts, where TLS 1.2 alone is spoken. */
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Pair, Script, Wire } from '#src/testing.js'
import { earlier, facing, later, type Role } from './facing.js'
import { only12 } from './tls12.js'

type Options = [client?: Partial<ClientConfig>, server?: Partial<ServerConfig>]

/** A pair in which the side of this role is the real one. */
export function facing12(role: Role, script: Script, ...[client = {}, server = {}]: Options) {
  return facing(role, script, only12(client), only12(server))
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
