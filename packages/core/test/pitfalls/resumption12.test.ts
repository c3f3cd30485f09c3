// PITFALLS 8, where TLS 1.2 is spoken: a session that goes on as something else than it was.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { SessionQuestion } from '#src/decision.js'
import { decodeState, encodeState } from '#src/session-codec.js'
import { createSessionStore } from '#src/session-store.js'
import {
  combine,
  editExtension,
  editWith,
  omit,
  on,
  type Pair,
  type Script,
  trustEveryone,
} from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, connect, demand } from '../support/connect.js'
import { fromServer12 } from '../support/facing12.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { sessionOf, tickets } from '../support/resumption12.js'
import { again, bothVersions, connect12, connectToScript12 } from '../support/tls12.js'

const { extendedMainSecret } = extensionTable

function fromServer(
  script: Script,
  client: Partial<ClientConfig>,
  server: Partial<ServerConfig> = {},
): Pair {
  return fromServer12(script, client, again({ ...tickets, ...server }))
}

function answer(fields: object): Script {
  return editWith(messageType.serverHello, serverHello, (hello) => ({ ...hello, ...fields }))
}

const session = sessionOf()

test('PITFALLS 8: nothing is wrong yet', () => {
  const pair = fromServer({}, { session })
  expectEstablished(pair)
  assert.ok(pair.client.info?.resumed)
})

test('PITFALLS 8: a server that resumes under another suite (RFC 5246 7.4.1.3)', () => {
  for (const cipherSuite of [0xcca9, 0xc02c, 0xc02f]) {
    const pair = fromServer(answer({ cipherSuite }), { session })
    expectRefusal(pair, 'client', 'changedSession', 'illegalParameter')
  }
})

test('PITFALLS 8: a server that resumes without the extended main secret, or with it anew (RFC 7627 5.3)', () => {
  const without = editExtension(messageType.serverHello, extendedMainSecret.type, () => undefined)
  for (const demands of ['require', 'prefer'] as const) {
    const pair = fromServer(without, { session, extendedMainSecret: demands })
    expectRefusal(pair, 'client', 'extendedMainSecretMissing', 'handshakeFailure')
  }
  // A server whose store says that the session had it.
  const kept = createSessionStore()
  const prefer = { extendedMainSecret: 'prefer' } as const
  const server = { ...prefer, tickets: { store: kept } }
  const old = sessionOf(server, {
    ...prefer,
    profile: { omitExtensions: [extendedMainSecret.type] },
  })
  const take = (question: SessionQuestion) => {
    const saved = kept.take === 'decide' ? undefined : kept.take(question)
    return encodeState({ ...demand(decodeState(demand(saved))), extendedMainSecret: true })
  }
  const lying = { ...server, tickets: { store: { save: kept.save, take } } }
  const pair = connect12({ ...prefer, session: old }, again(lying)).run()
  expectRefusal(pair, 'client', 'changedSession', 'illegalParameter')
})

test('PITFALLS 8: a session id that was not offered is a new one, not a resumption', () => {
  const other = answer({ legacySessionIdEcho: new Uint8Array(32).fill(9) })
  // A server that goes on as if: change_cipher_spec in the place of a certificate.
  const pair = fromServer(other, { session })
  expectRefusal(pair, 'client', 'unexpectedMessage', 'unexpectedMessage')
  const none = fromServer(answer({ legacySessionIdEcho: new Uint8Array(0) }), { session })
  expectRefusal(none, 'client', 'unexpectedMessage', 'unexpectedMessage')
})

test('PITFALLS 8: a server that resumes what nobody offered', () => {
  // Without a certificate or anything, straight to the end.
  const skip = combine(
    omit(messageType.certificate),
    omit(messageType.serverKeyExchange),
    on(messageType.serverHelloDone, (_, wire) => {
      wire.changeCipherSpec()
      return new Uint8Array(0)
    }),
  )
  const ids: Uint8Array[] = []
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind === 'message' && observation.type === messageType.clientHello)
      ids.push(observation.bytes.subarray(39, 71))
  }
  const echo = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    legacySessionIdEcho: demand(ids[0]),
  }))
  const { pair } = connectToScript12(combine(echo, skip), { ...bothVersions, observe })
  expectRefusal(pair.run(), 'client', 'unofferedSession', 'illegalParameter')
  const bare = connectToScript12(combine(answer({}), skip)).pair.run()
  expectRefusal(bare, 'client', 'badChangeCipherSpec', 'unexpectedMessage')
})

test('PITFALLS 8: a server that echoes the session id, and then makes a full handshake', () => {
  const ids: Uint8Array[] = []
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind === 'message' && observation.type === messageType.clientHello)
      ids.push(observation.bytes.subarray(39, 71))
  }
  const echo = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    legacySessionIdEcho: demand(ids[0]),
  }))
  const { pair } = connectToScript12(echo, { session, observe }, again({}))
  expectRefusal(pair.run(), 'client', 'unexpectedMessage', 'unexpectedMessage')
})

test('PITFALLS 8: a server that does not have the secret', () => {
  const other = { ...session, secret: new Uint8Array(48).fill(1) }
  const pair = connect12({ session: other }, again(tickets)).run()
  expectRefusal(pair, 'client', 'badRecordMac', 'badRecordMac')
  assert.is(pair.server.info, undefined)
  assert.is(pair.server.data.length, 0)
})

test('PITFALLS 8: a client that lies about its session', () => {
  const server: Partial<ServerConfig> = { ...tickets, alpn: ['a', 'b'], sessionContext: 'x' }
  const known = sessionOf(server, { alpn: ['a'] })
  const resume = (client: Partial<ClientConfig>, options: Partial<ServerConfig> = {}) =>
    connect12({ alpn: ['a'], session: known, ...client }, again({ ...server, ...options })).run()
  assert.ok(resume({}).server.info?.resumed, 'nothing is wrong yet')
  const attempts = [
    resume({ serverName: 'other.example', session: { ...known, serverName: 'other.example' } }),
    resume({ serverName: false, session: { ...known, serverName: undefined } }),
    resume({ alpn: ['b'] }),
    resume({ alpn: [] }),
    resume({}, { sessionContext: 'y' }),
    resume({}, { suites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] }),
    resume({}, { clientAuthentication: 'request', verify: trustEveryone, alpn: ['b', 'a'] }),
  ]
  for (const pair of attempts.slice(0, -1)) {
    expectEstablished(pair)
    assert.not(pair.server.info?.resumed)
    assert.is(pair.client.info?.signatureScheme?.name, 'ed25519', 'a full handshake')
  }
  // A request alone does not keep an anonymous session from going on.
  assert.ok(attempts.at(-1)?.server.info?.resumed)
})

test('PITFALLS 8: a suite that the server has, and the client does not offer any more', () => {
  const chacha = ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256']
  // The suite of the session is hidden from the client's own check.
  const pair = connect12({ session: { ...session, suite: 0xcca9 }, suites: chacha }, again(tickets))
  expectEstablished(pair.run())
  assert.not(pair.server.info?.resumed)
})

test('PITFALLS 8: a session that has expired, on one clock or the other', () => {
  const start = { monotonic: 0, unix: session.expires }
  const late = { ...session, expires: session.expires + 3_600_000 }
  const pair = connect12({ session: late }, again(tickets), { start }).run()
  expectEstablished(pair)
  assert.not(pair.server.info?.resumed)
  // A ticket from the future is one from a server whose clock is ahead, or forged.
  const early = { monotonic: 0, unix: session.received - 60_001 }
  const ahead = connect12({ session }, again(tickets), { start: early }).run()
  expectEstablished(ahead)
  assert.not(ahead.server.info?.resumed)
})

test('PITFALLS 8: a client identity does not come out of a session without one', () => {
  const server: Partial<ServerConfig> = {
    ...tickets,
    clientAuthentication: 'require',
    verify: trustEveryone,
  }
  const pair = connect12({ session }, again(server)).run()
  expectRefusal(pair, 'server', 'noPeerCertificate', 'handshakeFailure')
  const known = sessionOf(server, { credentials: [clientCredential] })
  const resumed = connect12({ session: known }, again(server)).run()
  expectEstablished(resumed)
  assert.equal(resumed.server.info?.peer?.chain, clientCredential.chain)
  // Nor is it given up where somebody else verifies.
  const pinned = { ...server, verify: { pinnedKeys: [Uint8Array.of(1)] } }
  const other = connect12({ session: known, credentials: [clientCredential] }, again(pinned)).run()
  expectRefusal(other, 'server', 'certificateRejected', 'badCertificate')
})

test('PITFALLS 8: a ticket of one version means nothing in the other', () => {
  const newer = demand(connect({}, tickets).run().client.sessions[0])
  const forged = { ...session, ticket: newer.ticket, secret: new Uint8Array(48).fill(1) }
  const pair = connect12({ session: forged }, again(tickets)).run()
  expectEstablished(pair)
  assert.not(pair.server.info?.resumed)
  const reversed = { ...newer, ticket: session.ticket }
  const other = connect({ session: reversed }, again({ ...tickets, ...bothVersions })).run()
  expectEstablished(other)
  assert.not(other.server.info?.resumed)
})

test.run()
