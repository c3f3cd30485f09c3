/** Tickets of our server, and a session of our client's. */
import { randomBytes } from 'node:crypto'
import { parseSession, type ServerConfig, type Session, serializeSession } from '@sanstls/core'
import * as assert from 'uvu/assert'
import type { Setting } from './live.js'
import { dial, exchange } from './ours.js'
import type { PeerServer } from './peer.js'
import type { Scope } from './scope.js'
import { once } from './watch.js'

export function tickets(): Required<Pick<ServerConfig, 'tickets'>> {
  const key = { name: new Uint8Array(randomBytes(16)), key: new Uint8Array(randomBytes(32)) }
  return { tickets: { keys: { keys: [key] } } }
}

/** Connects once for the sake of a ticket. */
export async function firstSession(
  { crypto }: Setting,
  scope: Scope,
  server: PeerServer,
  changes: Parameters<typeof dial>[3] = {},
): Promise<Session> {
  const session = once<Session>()
  const connection = await dial(scope, server.port, crypto, { ...changes, onSession: session.give })
  assert.is(connection.info.resumed, false)
  await exchange(connection, server)
  const given = await session.given
  await connection.close()
  await connection.closed
  // As a client would keep it.
  const kept = parseSession(serializeSession(given))
  if (kept === undefined) throw new Error('the session cannot be read back')
  return kept
}
