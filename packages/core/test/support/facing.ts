/** Records at the two times that matter: in the handshake, under its keys, and once established. */
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { FaultCode } from '#src/fault.js'
import { before, type Pair, type Script, type Wire } from '#src/testing.js'
import { type AlertName, messageType } from '#src/wire/registry.js'
import { connectToScript, scriptConnects, text } from './connect.js'
import { expectEstablished, expectFault } from './outcome.js'

export const never = text('never')
export const roles = ['client', 'server'] as const
export type Role = (typeof roles)[number]

/** A pair in which the side of this role is the real one. */
export function facing(role: Role, script: Script, client = {}, server = {}) {
  return role === 'client'
    ? connectToScript(script, client, server)
    : scriptConnects(script, client, server)
}

/** What the scripted peer does once both have established. */
export function later(
  role: Role,
  act: (wire: Wire) => void,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
): Pair {
  const { pair, peer } = facing(role, {}, client, server)
  pair.run()
  expectEstablished(pair)
  act(peer.wire)
  return pair.run()
}

/** What the peer does just before its Finished, under its keys. */
export function earlier(
  role: Role,
  act: (wire: Wire) => void,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
): Pair {
  return facing(role, before(messageType.finished, act), client, server).pair.run()
}

export function expectRefused(pair: Pair, role: Role, code: FaultCode, name: AlertName): void {
  expectFault(pair, role, code, name)
  const kinds = pair[role].events.map(({ kind }) => kind)
  // PITFALLS 21: the alert, then the error, then nothing.
  assert.equal(kinds.slice(-2), ['transmit', 'failed'])
  assert.not(pair[role].peerClosed)
}
