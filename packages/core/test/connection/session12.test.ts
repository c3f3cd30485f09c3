// Sessions of TLS 1.2: by ticket (RFC 5077) and by session id (RFC 5246 7.4.1), and how long, for whom and for what.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { SessionQuestion } from '#src/decision.js'
import type { Session } from '#src/session.js'
import { parseSession, serializeSession } from '#src/session-codec.js'
import { createSessionStore } from '#src/session-store.js'
import { edit, editWith, nullCredential, type Pair, trustEveryone } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { clientHello } from '#src/wire/message.js'
import { newSessionTicket12 } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, demand, serverCredential, text } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { plainMessages } from '../support/records.js'
import {
  again,
  connect12,
  connectToScript12,
  psk12,
  rsaCredential,
  scriptConnects12,
  ticketKeys,
  watch,
} from '../support/tls12.js'

const unix = 1_800_000_000_000
const hour = 3_600_000
const day = 24 * hour
const tickets = { tickets: { keys: ticketKeys } }
const credentials = [clientCredential]
const asked: Partial<ServerConfig> = { clientAuthentication: 'require', verify: trustEveryone }

function sessionOf(
  server: Partial<ServerConfig> = tickets,
  client: Partial<ClientConfig> = {},
): Session {
  return demand(connect12(client, server).run().client.sessions[0])
}

function resume(
  session: Session,
  server: Partial<ServerConfig> = tickets,
  client: Partial<ClientConfig> = {},
  later = 0,
): Pair {
  const start = { monotonic: 0, unix: unix + later }
  return connect12({ ...client, session }, again(server), { start }).run()
}

function expectResumed(pair: Pair): void {
  expectEstablished(pair)
  assert.ok(pair.client.info?.resumed && pair.server.info?.resumed, 'it was not resumed')
  pair.client.send(text('up'))
  pair.server.send(text('down'))
  pair.run()
  assert.equal(pair.server.data, text('up'))
  assert.equal(pair.client.data, text('down'))
}

function expectFull(pair: Pair): void {
  expectEstablished(pair)
  assert.not(pair.client.info?.resumed)
  assert.not(pair.server.info?.resumed)
}

/** One that keeps what it was asked. */
function store(): { options: Partial<ServerConfig>; questions: SessionQuestion[] } {
  const kept = createSessionStore()
  const questions: SessionQuestion[] = []
  const take = (question: SessionQuestion) => {
    questions.push(question)
    return kept.take === 'decide' ? undefined : kept.take(question)
  }
  return { options: { tickets: { store: { save: kept.save, take } } }, questions }
}

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

test('a session ends with the verification that it stands for, on either side', () => {
  const verify: NonNullable<ClientConfig['verify']> = (question) => {
    const answer = trustEveryone(question)
    return answer.ok ? { ...answer, expires: unix + hour } : answer
  }
  const session = sessionOf(tickets, { verify })
  assert.is(session.expires, unix + hour)
  expectResumed(resume(session, tickets, { verify }, hour - 1_000))
  expectFull(resume(session, tickets, { verify }, hour))
  const second = demand(resume(session, tickets, { verify }, hour / 2).client.sessions[0])
  assert.is(second.expires, unix + hour)
  const server = { ...tickets, ...asked, verify }
  const known = sessionOf(server, { credentials })
  assert.is(known.expires, unix + hour)
  expectResumed(resume(known, server, { credentials }, hour - 1_000))
  expectFull(resume({ ...known, expires: unix + day }, server, { credentials }, hour))
  const ended = {
    ...server,
    verify: (question: Parameters<typeof trustEveryone>[0]) => {
      const answer = trustEveryone(question)
      return answer.ok ? { ...answer, expires: unix } : answer
    },
  }
  const pair = connect12({ credentials }, ended).run()
  expectEstablished(pair)
  assert.is(pair.client.sessions.length, 0)
})

test('a session is for one name, protocol, context, suite', () => {
  const named = sessionOf(tickets, { serverName: 'a.example' })
  expectFull(resume({ ...named, serverName: 'b.example' }, tickets, { serverName: 'b.example' }))
  expectFull(resume({ ...named, serverName: undefined }, tickets, { serverName: false }))

  const alpn = sessionOf({ ...tickets, alpn: ['a', 'b'] }, { alpn: ['a'] })
  expectFull(resume(alpn, { ...tickets, alpn: ['b', 'a'] }, { alpn: ['b', 'a'] }))
  expectFull(resume(alpn, { ...tickets, alpn: ['a'] }, {}))
  expectResumed(resume(alpn, { ...tickets, alpn: ['a', 'b'] }, { alpn: ['b', 'a'] }))

  const context = sessionOf({ ...tickets, sessionContext: 'one' })
  expectFull(resume(context, { ...tickets, sessionContext: 'two' }))
  expectFull(resume(context, tickets))
  expectResumed(resume(context, { ...tickets, sessionContext: 'one' }))

  const gcm = { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] }
  const chacha = { suites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] }
  const suite = sessionOf({ ...tickets, ...gcm })
  expectFull(resume(suite, { ...tickets, ...chacha }))
  expectFull(resume(suite, tickets, chacha))
  // Of those that both still have, it is the session's, not the server's favourite.
  const older = sessionOf({ ...tickets, ...chacha })
  expectResumed(resume(older))
})

test('a server is asked whether it accepts a session, and is told nothing that is secret', () => {
  const seen: unknown[] = []
  const accept = (session: unknown) => {
    seen.push(session)
    return false
  }
  expectFull(resume(sessionOf(), { tickets: { keys: ticketKeys, accept } }))
  assert.equal(seen, [
    {
      version: 0x0303,
      suite: 0xc02b,
      hash: 'sha256',
      extendedMainSecret: true,
      issued: unix,
      expires: unix + 2 * hour,
      maxEarlyData: 0,
      serverName: 'server.example',
      alpn: undefined,
      context: undefined,
      peer: undefined,
    },
  ])
  expectResumed(resume(sessionOf(), { tickets: { keys: ticketKeys, accept: () => true } }))
})

test('an anonymous session does not stand for a client that must authenticate itself', () => {
  const session = sessionOf()
  const server = { ...tickets, ...asked }
  expectFull(resume(session, server, { credentials }))
  expectRefusal(resume(session, server), 'server', 'noPeerCertificate', 'handshakeFailure')
})

test('a client whom nobody verified is nobody where somebody verifies, or nobody can', () => {
  const careless: Partial<ServerConfig> = {
    ...tickets,
    clientAuthentication: 'require',
    verify: { dangerouslyAcceptAnyPeer: true },
  }
  const client = { credentials }
  const session = sessionOf(careless, client)
  expectFull(resume(session, { ...careless, verify: trustEveryone }, client))
  expectFull(resume(session, tickets, client))
  expectResumed(resume(session, careless, client))
  const { key } = nullCredential({ name: 'other' })
  if (key === 'decide') return
  const pinned = { ...careless, verify: { pinnedKeys: [key.publicKey.spki] } }
  assert.is(resume(session, pinned, client).server.fault?.code, 'certificateRejected')
})

const prefer = { extendedMainSecret: 'prefer' } as const
const without = { ...prefer, profile: { omitExtensions: [23] } }

test('a session with the extended main secret is not resumed without it (RFC 7627 5.3)', () => {
  const session = sessionOf({ ...tickets, ...prefer }, prefer)
  const pair = resume(session, { ...tickets, ...prefer }, without)
  expectRefusal(pair, 'server', 'extendedMainSecretMissing', 'handshakeFailure')
})

test('a session without it is resumed without it, and not where it is demanded', () => {
  const server = { ...tickets, ...prefer }
  const session = sessionOf(server, without)
  assert.is(session.extendedMainSecret, false)
  expectResumed(resume(session, server, without))
  // RFC 7627 5.3: a client that now has it gets a full handshake.
  expectFull(resume(session, server, prefer))
  const strict = resume(session, server)
  expectFull(strict)
  const hello = decode(clientHello, demand(plainMessages(strict.client.transmitted)[0]).body)
  assert.is(hello.extensions?.find(({ type }) => type === 35)?.data.length, 0, 'it is not offered')
})

const cbc = { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'] }

test('encrypt-then-MAC is decided anew, and never for the worse', () => {
  const server = { ...tickets, ...cbc }
  const lenient = { encryptThenMac: 'prefer' } as const
  const session = sessionOf(server, cbc)
  expectResumed(resume(session, server, cbc))
  const lost = { ...cbc, ...lenient, profile: { omitExtensions: [22] } }
  const refused = resume(session, server, lost)
  assert.is(refused.server.fault?.code, 'encryptThenMacMissing')
  const pair = resume(session, { ...server, ...lenient }, lost)
  expectResumed(pair)
  assert.is(pair.server.info?.tls12?.encryptThenMac, false)
})

test('a session of a PSK resumes without a certificate, for a client that has PSKs', () => {
  const psk = { suites: ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'], psks: [psk12] }
  const session = sessionOf({ ...tickets, ...psk }, psk)
  assert.is(session.peer, undefined)
  const pair = resume(session, { ...tickets, ...psk }, psk)
  expectResumed(pair)
  assert.is(pair.client.info?.peer, undefined)
  assert.throws(() => resume(session), /session/)
})

test('a ticket goes before a session id, and a session id of another length is nobody’s', () => {
  const kept = store()
  const session = sessionOf(tickets)
  // A server with a store looks at session ids, and a ticket is none of its own.
  expectFull(resume(session, kept.options))
  assert.is(kept.questions.length, 1)
  const byId = sessionOf(kept.options)
  const shorter = { ...byId, sessionId: byId.sessionId.subarray(1) }
  expectFull(resume(shorter, kept.options))
  assert.is(kept.questions.length, 1)
})

test('a ticket without a session id is taken all the same (RFC 5077 3.4)', () => {
  const session = sessionOf()
  const script = editWith(messageType.clientHello, clientHello, (hello) => ({
    ...hello,
    legacySessionId: new Uint8Array(0),
  }))
  const { pair } = scriptConnects12(script, { session }, again(tickets))
  pair.run()
  // The scripted client cannot tell; a client of that kind goes by the next message.
  assert.is(pair.server.connection.state, 'failed')
  assert.is(pair.client.fault?.code, 'unexpectedMessage')
})

test('a session of RSA key transport, and of Diffie-Hellman over a field', () => {
  for (const suite of ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256']) {
    const server = { ...tickets, suites: [suite], credentials: [rsaCredential] }
    expectResumed(resume(sessionOf(server, { suites: [suite] }), server, { suites: [suite] }))
  }
})

test('a session of an interrupted connection is as good', () => {
  const pair = connect12({}, tickets).run()
  pair.server.end()
  pair.run()
  assert.is(pair.client.fault?.code, 'truncated')
  expectResumed(resume(demand(pair.client.sessions[0])))
})

test.run()
