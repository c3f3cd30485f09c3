import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { SessionQuestion } from '#src/decision.js'
import type { Session } from '#src/session.js'
import { createSessionStore } from '#src/session-store.js'
import { type Pair, trustEveryone } from '#src/testing.js'
import { clientCredential, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { again, connect12, ticketKeys } from '../support/tls12.js'

export const unix = 1_800_000_000_000
export const hour = 3_600_000
export const day = 24 * hour
export const tickets = { tickets: { keys: ticketKeys } }
export const credentials = [clientCredential]
export const asked: Partial<ServerConfig> = {
  clientAuthentication: 'require',
  verify: trustEveryone,
}

export function sessionOf(
  server: Partial<ServerConfig> = tickets,
  client: Partial<ClientConfig> = {},
): Session {
  return demand(connect12(client, server).run().client.sessions[0])
}

export function resume(
  session: Session,
  server: Partial<ServerConfig> = tickets,
  client: Partial<ClientConfig> = {},
  later = 0,
): Pair {
  const start = { monotonic: 0, unix: unix + later }
  return connect12({ ...client, session }, again(server), { start }).run()
}

export function expectResumed(pair: Pair): void {
  expectEstablished(pair)
  assert.ok(pair.client.info?.resumed && pair.server.info?.resumed, 'it was not resumed')
  pair.client.send(text('up'))
  pair.server.send(text('down'))
  pair.run()
  assert.equal(pair.server.data, text('up'))
  assert.equal(pair.client.data, text('down'))
}

export function expectFull(pair: Pair): void {
  expectEstablished(pair)
  assert.not(pair.client.info?.resumed)
  assert.not(pair.server.info?.resumed)
}

/** One that keeps what it was asked. */
export function store(): { options: Partial<ServerConfig>; questions: SessionQuestion[] } {
  const kept = createSessionStore()
  const questions: SessionQuestion[] = []
  const take = (question: SessionQuestion) => {
    questions.push(question)
    return kept.take === 'decide' ? undefined : kept.take(question)
  }
  return { options: { tickets: { store: { save: kept.save, take } } }, questions }
}
