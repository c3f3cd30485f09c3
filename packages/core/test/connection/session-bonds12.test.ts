// Sessions of TLS 1.2: whom and what they are for, and where they are not resumed.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { editWith, nullCredential, type Pair, trustEveryone } from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { clientHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { demand } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { plainMessages } from '../support/records.js'
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
import {
  again,
  connect12,
  psk12,
  rsaCredential,
  scriptConnects12,
  ticketKeys,
} from '../support/tls12.js'

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
  const save = () => assert.unreachable('a session that has expired was saved')
  const stored = { tickets: { store: { save, take: () => undefined } } }
  expectEstablished(connect12({ credentials }, { ...ended, ...stored }).run())
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

/** The session id and the ticket in ClientHello. */
function offered({ client }: Pair): readonly (number | undefined)[] {
  const hello = decode(clientHello, demand(plainMessages(client.transmitted)[0]).body)
  const ticket = hello.extensions?.find(({ type }) => type === 35)
  return [hello.legacySessionId.length, ticket?.data.length]
}

test('a session that cannot go on is not offered', () => {
  const session = sessionOf()
  assert.equal(offered(resume(session)), [32, session.ticket.length])
  assert.equal(offered(resume({ ...session, expires: unix })), [0, 0])
  const chacha = { suites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] }
  assert.equal(offered(resume(session, tickets, chacha)), [0, 0])
  // DTLS 1.2 has the same suites.
  assert.equal(offered(resume({ ...session, version: 0xfefd })), [0, 0])
})

test('a client that sends no session_ticket has its session ids', () => {
  const client = { profile: { omitExtensions: [35] } }
  assert.equal(offered(resume(sessionOf(), tickets, client)), [0, undefined])
  const { options } = store()
  const byId = sessionOf(options)
  expectResumed(resume(byId, options, client))
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
  assert.equal(offered(strict), [0, 0])
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
