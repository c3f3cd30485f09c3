import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Session } from '#src/session.js'
import { parseSession, serializeSession } from '#src/session-codec.js'
import { type Pair, seededRandom, trustEveryone } from '#src/testing.js'
import { clientCredential, connect, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { ticketStore } from '../support/scenarios.js'

const unix = 1_800_000_000_000
const hour = 3_600_000

function ticketKey(fill: number) {
  return { name: new Uint8Array(16).fill(fill), key: new Uint8Array(32).fill(fill) }
}

const keys = { keys: [ticketKey(1)] }
const tickets = { tickets: { keys } }

function sessionOf(
  server: Partial<ServerConfig> = tickets,
  client: Partial<ClientConfig> = {},
): Session {
  return demand(connect(client, server).run().client.sessions[0])
}

function resume(
  session: Session,
  server: Partial<ServerConfig> = tickets,
  client: Partial<ClientConfig> = {},
  later = 0,
): Pair {
  const start = { monotonic: 0, unix: unix + later }
  const random = seededRandom('resumed')
  return connect({ ...client, session }, { ...server, random }, { start }).run()
}

function expectResumed(pair: Pair): void {
  expectEstablished(pair)
  assert.ok(pair.client.info?.resumed && pair.server.info?.resumed, 'it was not resumed')
}

function expectFull(pair: Pair): void {
  expectEstablished(pair)
  assert.not(pair.client.info?.resumed)
  assert.not(pair.server.info?.resumed)
}

test('a resumed connection knows the peer of the first one', () => {
  const pair = resume(sessionOf())
  expectResumed(pair)
  const peer = demand(pair.client.info?.peer)
  assert.equal(peer.chain, connect().run().client.info?.peer?.chain)
  assert.is(pair.client.info?.signatureScheme, undefined)
})

test('a resumed connection gives tickets again, and these resume', () => {
  let session = sessionOf()
  for (let i = 0; i < 3; i++) {
    const pair = resume(session)
    expectResumed(pair)
    session = demand(pair.client.sessions[0])
  }
})

test('a session goes through bytes', () => {
  const session = sessionOf()
  const read = demand(parseSession(serializeSession(session)))
  assert.equal(read, session)
  expectResumed(resume(read))
  assert.is(parseSession(serializeSession(session).subarray(1)), undefined)
})

test('key rotation: older keys open, forgotten ones lead to a full handshake', () => {
  const session = sessionOf()
  expectResumed(resume(session, { tickets: { keys: { keys: [ticketKey(2), ticketKey(1)] } } }))
  expectFull(resume(session, { tickets: { keys: { keys: [ticketKey(2)] } } }))
})

test('a ticket with any byte changed leads to a full handshake', () => {
  const session = sessionOf()
  for (const at of [0, 15, 16, 47, 48, session.ticket.length - 1]) {
    const ticket = session.ticket.slice()
    ticket[at] = (ticket[at] ?? 0) ^ 1
    expectFull(resume({ ...session, ticket }))
  }
})

test('a stateful ticket serves once', () => {
  const server = { tickets: { store: ticketStore() } }
  const session = sessionOf(server)
  expectResumed(resume(session, server))
  expectFull(resume(session, server))
})

test('what the store is given expires with the ticket', () => {
  const expiries: number[] = []
  const store = {
    save: (_: unknown, __: unknown, expires: number) => expiries.push(expires),
    take: () => undefined,
  }
  connect({}, { tickets: { store, lifetime: 60, count: 1 } }).run()
  assert.equal(expiries, [unix + 60_000])
})

test('a store that fails ends the connection', () => {
  const session = sessionOf({ tickets: { store: ticketStore() } })
  const take = () => {
    throw new Error('down')
  }
  const pair = resume(session, { tickets: { store: { save: () => undefined, take } } })
  assert.is(pair.server.fault?.code, 'policyFailed')
})

test('a store that answers with rubbish leads to a full handshake', () => {
  const session = sessionOf({ tickets: { store: ticketStore() } })
  const store = { save: () => undefined, take: () => new Uint8Array(100) }
  expectFull(resume(session, { tickets: { store } }))
})

test('a ticket ends with its lifetime, on both sides', () => {
  const server = { tickets: { keys, lifetime: 7_200 } }
  const session = sessionOf(server)
  assert.is(session.expires, unix + 2 * hour)
  expectResumed(resume(session, server, {}, 2 * hour - 1_000))
  // The client does not offer it any more.
  expectFull(resume(session, server, {}, 2 * hour))
  // Nor would the server take it.
  expectFull(resume({ ...session, expires: unix + 100 * hour }, server, {}, 2 * hour))
})

test('a ticket ends with the verification that it stands for', () => {
  const verify: ClientConfig['verify'] = (question) => {
    const answer = trustEveryone(question)
    return answer.ok ? { ...answer, expires: unix + hour } : answer
  }
  const session = sessionOf(tickets, { verify })
  assert.is(session.expires, unix + hour)
  expectResumed(resume(session, tickets, { verify }, hour - 1_000))
  expectFull(resume(session, tickets, { verify }, hour))
  // And a session from a resumed connection does not outlive it either.
  const second = demand(resume(session, tickets, { verify }, hour / 2).client.sessions[0])
  assert.is(second.expires, unix + hour)
})

test("a client's verification bounds the server's tickets", () => {
  const server: Partial<ServerConfig> = {
    ...tickets,
    clientAuthentication: 'require',
    verify: (question) => {
      const answer = trustEveryone(question)
      return answer.ok ? { ...answer, expires: unix + hour } : answer
    },
  }
  const client = { credentials: [clientCredential] }
  const session = sessionOf(server, client)
  assert.is(session.expires, unix + hour)
  expectResumed(resume(session, server, client, hour - 1_000))
  expectFull(resume({ ...session, expires: unix + 9 * hour }, server, client, hour))
})

test('a verification that has ended already gives no tickets', () => {
  const server: Partial<ServerConfig> = {
    ...tickets,
    clientAuthentication: 'require',
    verify: (question) => {
      const answer = trustEveryone(question)
      return answer.ok ? { ...answer, expires: unix } : answer
    },
  }
  assert.is(connect({ credentials: [clientCredential] }, server).run().client.sessions.length, 0)
})

test("a ticket is for one name: a client's session for another is refused at construction, a server falls back", () => {
  const session = sessionOf(tickets, { serverName: 'a.example' })
  const pair = resume({ ...session, serverName: 'b.example' }, tickets, { serverName: 'b.example' })
  expectFull(pair)
})

test('a ticket is for one protocol, one context, one hash', () => {
  const alpn = sessionOf({ ...tickets, alpn: ['a', 'b'] }, { alpn: ['a'] })
  expectFull(resume(alpn, { ...tickets, alpn: ['b', 'a'] }, { alpn: ['b', 'a'] }))
  expectResumed(resume(alpn, { ...tickets, alpn: ['a', 'b'] }, { alpn: ['b', 'a'] }))

  const context = sessionOf({ ...tickets, sessionContext: 'one' })
  expectFull(resume(context, { ...tickets, sessionContext: 'two' }))
  expectFull(resume(context, tickets))
  expectResumed(resume(context, { ...tickets, sessionContext: 'one' }))

  const hash = sessionOf({ ...tickets, suites: ['TLS_AES_256_GCM_SHA384'] })
  expectFull(resume(hash, { ...tickets, suites: ['TLS_AES_128_GCM_SHA256'] }))
  expectFull(resume(hash, tickets, { suites: ['TLS_AES_128_GCM_SHA256'] }))
  const other = sessionOf({ ...tickets, suites: ['TLS_CHACHA20_POLY1305_SHA256'] })
  expectResumed(resume(other, { ...tickets, suites: ['TLS_AES_128_GCM_SHA256'] }))
})

test('a ticket of an unauthenticated client is worth nothing where certificates are required', () => {
  const session = sessionOf()
  const server: Partial<ServerConfig> = {
    ...tickets,
    clientAuthentication: 'require',
    verify: trustEveryone,
  }
  expectFull(resume(session, server, { credentials: [clientCredential] }))
  const pair = resume(session, server)
  assert.is(pair.server.fault?.code, 'noPeerCertificate')
})

test('a ticket of a client whom nobody verified is worth nothing where somebody verifies', () => {
  const client = { credentials: [clientCredential] }
  const careless: Partial<ServerConfig> = {
    ...tickets,
    clientAuthentication: 'require',
    verify: { dangerouslyAcceptAnyPeer: true },
  }
  const session = sessionOf(careless, client)
  expectFull(resume(session, { ...careless, verify: trustEveryone }, client))
  expectResumed(resume(session, careless, client))
})

test('tickets are as many as configured, or as the client asks for, up to 8', () => {
  const count = (server: number | undefined, newSession?: number) =>
    connect(newSession === undefined ? {} : { ticketRequest: { newSession, resumption: 1 } }, {
      tickets: { keys, ...(server === undefined ? {} : { count: server }) },
    }).run().client.sessions.length
  assert.is(count(undefined), 2)
  assert.is(count(0), 0)
  assert.is(count(5), 5)
  assert.is(count(2, 4), 4)
  assert.is(count(2, 0), 0)
  assert.is(count(2, 255), 8)
})

test('ticket_request counts resumptions apart', () => {
  const client = { ticketRequest: { newSession: 1, resumption: 3 } }
  const session = sessionOf(tickets, client)
  const pair = resume(session, tickets, client)
  expectResumed(pair)
  assert.is(pair.client.sessions.length, 3)
})

test('every ticket has a PSK, a nonce and an age of its own', () => {
  const { sessions } = connect({}, { tickets: { keys, count: 8 } }).run().client
  for (const field of ['secret', 'ticket', 'ageAdd'] as const)
    assert.is(new Set(sessions.map((session) => String(session[field]))).size, 8)
  for (const session of sessions) expectResumed(resume(session))
})

test('a client takes as many tickets as its limit, and ignores the others (RFC 9846 4.7.1)', () => {
  for (const limit of [0, 7, 8, 9]) {
    const pair = connect({ limits: { tickets: limit } }, { tickets: { keys, count: 8 } }).run()
    expectEstablished(pair)
    assert.is(pair.client.sessions.length, Math.min(limit, 8))
    pair.server.send(text('data'))
    assert.equal(pair.run().client.data, text('data'))
  }
})

test('a server without tickets sends none', () => {
  assert.is(connect().run().client.sessions.length, 0)
})

test('a session of an interrupted connection is as good', () => {
  const pair = connect({}, tickets).run()
  pair.server.end()
  pair.run()
  assert.is(pair.client.fault?.code, 'truncated')
  expectResumed(resume(demand(pair.client.sessions[1])))
})

test('the session comes first, external PSKs after it', () => {
  const psk = { identity: Uint8Array.of(1), key: new Uint8Array(32) }
  const session = sessionOf()
  const pair = resume(session, { ...tickets, psks: [psk] }, { psks: [psk] })
  expectResumed(pair)
  const without = resume(
    session,
    { tickets: { keys: { keys: [ticketKey(7)] } }, psks: [psk] },
    { psks: [psk] },
  )
  expectEstablished(without)
  assert.equal(without.server.info?.pskIdentity, Uint8Array.of(1))
})

test.run()
