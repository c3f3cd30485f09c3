// Sessions of TLS 1.2: by ticket (RFC 5077) and by session id (RFC 5246 7.4.1), and how long, for whom and for what.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServerConfig } from '#src/config.js'
import { parseSession, serializeSession } from '#src/session-codec.js'
import { createSessionStore } from '#src/session-store.js'
import { edit, editWith } from '#src/testing.js'
import { encode } from '#src/wire/codec.js'
import { newSessionTicket12 } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, demand, serverCredential, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import {
  asked,
  credentials,
  day,
  expectFull,
  expectResumed,
  hour,
  resume,
  sessionOf,
  store,
  tickets,
  unix,
} from '../support/resumption12.js'
import { connect12, connectToScript12, ticketKeys, watch } from '../support/tls12.js'

test('the messages of an abbreviated handshake, with a ticket and without', () => {
  const order = (server: Partial<ServerConfig>) => {
    const session = sessionOf(server)
    const { names, observe } = watch()
    expectResumed(resume(session, server, { observe }))
    return names
  }
  assert.equal(order(tickets), [
    'sent ClientHello',
    'received ServerHello',
    'received NewSessionTicket',
    'received Finished',
    'sent Finished',
  ])
  assert.equal(order(store().options), [
    'sent ClientHello',
    'received ServerHello',
    'received Finished',
    'sent Finished',
  ])
})

test('what a session says of itself', () => {
  const session = sessionOf({ ...tickets, alpn: ['a'] }, { alpn: ['a'], sessionContext: 'x' })
  const { secret, ticket, ...rest } = session
  assert.is(secret.length, 48)
  assert.ok(ticket.length > 48)
  assert.equal(rest, {
    version: 0x0303,
    suite: 0xc02b,
    hash: 'sha256',
    extendedMainSecret: true,
    sessionId: new Uint8Array(0),
    ageAdd: 0,
    received: unix,
    expires: unix + 2 * hour,
    maxEarlyData: 0,
    serverName: 'server.example',
    alpn: 'a',
    context: 'x',
    peer: {
      chain: serverCredential.chain,
      publicKey: demand(connect12().run().client.info?.peer).publicKey,
      dangerouslyUnverified: false,
    },
  })
  const byId = sessionOf(store().options)
  assert.is(byId.sessionId.length, 32)
  assert.is(byId.ticket.length, 0)
})

test('a resumed connection knows the peer of the first one, on both sides', () => {
  const server = { ...tickets, ...asked }
  const session = sessionOf(server, { credentials })
  const pair = resume(session, server)
  expectResumed(pair)
  assert.equal(pair.client.info?.peer?.chain, serverCredential.chain)
  assert.equal(pair.server.info?.peer?.chain, clientCredential.chain)
  for (const { info } of [pair.client, pair.server]) {
    assert.is(info?.group, undefined)
    assert.is(info?.signatureScheme, undefined)
    assert.is(info?.suite.id, session.suite)
    assert.ok(info?.tls12?.extendedMainSecret)
  }
})

test('a session goes through bytes, whichever kind it is', () => {
  for (const server of [tickets, store().options]) {
    const session = sessionOf(server)
    const read = demand(parseSession(serializeSession(session)))
    assert.equal(read, session)
    expectResumed(resume(read, server))
  }
})

test('a session id serves until it expires, and the store is told so', () => {
  const { options, questions } = store()
  const session = sessionOf(options)
  assert.is(questions.length, 0)
  for (let i = 0; i < 3; i++) expectResumed(resume(session, options, {}, i * 60_000))
  assert.equal(questions, [
    { kind: 'session', ticket: session.sessionId, once: false, time: unix },
    { kind: 'session', ticket: session.sessionId, once: false, time: unix + 60_000 },
    { kind: 'session', ticket: session.sessionId, once: false, time: unix + 120_000 },
  ])
  expectFull(resume({ ...session, expires: unix + day }, options, {}, 2 * hour))
})

test('what the store is given expires with the session, and is saved once', () => {
  const saved: (readonly [number, number])[] = []
  const save = (ticket: Uint8Array, _: Uint8Array, expires: number) =>
    saved.push([ticket.length, expires])
  const options = { tickets: { store: { save, take: () => undefined }, lifetime: 60 } }
  const session = sessionOf(options)
  expectFull(resume(session, options))
  assert.equal(saved, [
    [32, unix + 60_000],
    [32, unix + 60_000],
  ])
  connect12({}, { tickets: { ...options.tickets, count: 0 } }).run()
  assert.is(saved.length, 2)
})

test('a store that is asked later, fails, knows nothing, or answers with rubbish', () => {
  const { options } = store()
  const session = sessionOf(options)
  const save = () => undefined
  const taking = (take: 'decide' | (() => Uint8Array | undefined)) =>
    resume(session, { tickets: { store: { save, take } } })
  const later = taking('decide')
  assert.is(later.server.decisions[0]?.kind, 'session')
  later.server.answer('session', undefined)
  expectFull(later.run())
  expectFull(taking(() => undefined))
  expectFull(taking(() => new Uint8Array(100)))
  const down = taking(() => {
    throw new Error('down')
  })
  assert.is(down.server.fault?.code, 'policyFailed')
})

test('key rotation: older keys open, forgotten ones lead to a full handshake', () => {
  const other = { name: new Uint8Array(16).fill(9), key: new Uint8Array(32).fill(9) }
  const session = sessionOf()
  const rotated = resume(session, { tickets: { keys: { keys: [other, ...ticketKeys.keys] } } })
  expectResumed(rotated)
  // The new ticket is under the newest key.
  assert.equal(demand(rotated.client.sessions[0]).ticket.subarray(0, 16), other.name)
  expectFull(resume(session, { tickets: { keys: { keys: [other] } } }))
})

test('a ticket with any byte changed leads to a full handshake', () => {
  const session = sessionOf()
  for (const at of [0, 15, 16, 47, 48, session.ticket.length - 1]) {
    const ticket = session.ticket.slice()
    ticket[at] = (ticket[at] ?? 0) ^ 1
    expectFull(resume({ ...session, ticket }))
  }
  expectFull(resume({ ...session, ticket: text('x') }))
})

test('a client that offers nothing for tickets gets none; a server without tickets gives none', () => {
  const silent = connect12({ profile: { omitExtensions: [35] } }, tickets).run()
  expectEstablished(silent)
  assert.is(silent.client.sessions.length, 0)
  assert.is(connect12().run().client.sessions.length, 0)
  assert.is(
    connect12({}, { tickets: { keys: ticketKeys, count: 0 } }).run().client.sessions.length,
    0,
  )
  // Nor in a resumption.
  const pair = resume(sessionOf(), { tickets: { keys: ticketKeys, count: 0 } })
  expectResumed(pair)
  assert.is(pair.client.sessions.length, 0)
  assert.is(connect12({ limits: { tickets: 0 } }, tickets).run().client.sessions.length, 0)
})

test('a chain of renewals has one secret, and ends when the first session would have', () => {
  const server = { tickets: { keys: ticketKeys, lifetime: 7_200 } }
  let session = sessionOf(server)
  const { secret } = session
  for (const minutes of [0, 30, 60, 90, 119]) {
    const pair = resume(session, server, {}, minutes * 60_000)
    expectResumed(pair)
    const next = demand(pair.client.sessions[0])
    assert.not.equal(next.ticket, session.ticket)
    assert.equal(next.secret, secret)
    assert.is(next.expires, unix + 2 * hour)
    session = next
  }
  expectFull(resume(session, server, {}, 2 * hour))
  // Nor would the server take it, whatever its newest ticket says.
  expectFull(resume({ ...session, expires: unix + day }, server, {}, 2 * hour))
})

test('a lifetime is what the server hints at, within bounds (RFC 9846 4.7.1, RFC 5246 F.1.4)', () => {
  const hinted = (ticketLifetimeHint: number) => {
    const script = editWith(messageType.newSessionTicket, newSessionTicket12, (ticket) => ({
      ...ticket,
      ticketLifetimeHint,
    }))
    const { pair } = connectToScript12(script, {}, tickets)
    return demand(pair.run().client.sessions[0]).expires - unix
  }
  assert.is(hinted(60), 60_000)
  // Unspecified (RFC 5077 3.3).
  assert.is(hinted(0), 2 * hour)
  assert.is(hinted(0xffff_ffff), 7 * day)
  const long = { tickets: { store: createSessionStore(), lifetime: 604_800 } }
  assert.is(sessionOf(long).expires, unix + 2 * hour)
})

test('an empty ticket is none', () => {
  const empty = edit(messageType.newSessionTicket, () =>
    encode(newSessionTicket12, { ticketLifetimeHint: 60, ticket: new Uint8Array(0) }),
  )
  const { pair } = connectToScript12(empty, {}, tickets)
  expectEstablished(pair.run())
  assert.is(pair.client.sessions.length, 0)
})

test.run()
