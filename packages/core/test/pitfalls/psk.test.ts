// PITFALLS 8 and 28: sessions and pre-shared keys.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Session } from '#src/session.js'
import {
  addExtension,
  type EditOptions,
  editExtension,
  editExtensions,
  editWith,
  on,
  type Pair,
  type Script,
  seededRandom,
  trustEveryone,
} from '#src/testing.js'
import { decode, encode, type Value } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { newSessionTicket, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import {
  clientCredential,
  connect,
  connectToScript,
  demand,
  scriptConnects,
  text,
} from '../support/connect.js'
import { expectEstablished, expectFault, expectRefusal } from '../support/outcome.js'

const { preSharedKey, pskKeyExchangeModes } = extensionTable
const one = { identity: text('one'), key: new Uint8Array(32).fill(1) }
const two = { identity: text('two'), key: new Uint8Array(32).fill(2) }
const keys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }
const tickets: Partial<ServerConfig> = { tickets: { keys } }
const early: Partial<ServerConfig> = {
  ...tickets,
  earlyData: { maxBytes: 100, replay: () => true },
}

function fromServer(
  script: Script,
  client: Partial<ClientConfig>,
  server: Partial<ServerConfig>,
): Pair {
  return connectToScript(script, client, server).pair.run()
}

function fromClient(
  script: Script,
  client: Partial<ClientConfig>,
  server: Partial<ServerConfig>,
): Pair {
  return scriptConnects(script, client, server).pair.run()
}

function sessionOf(
  server: Partial<ServerConfig> = tickets,
  client: Partial<ClientConfig> = {},
): Session {
  return demand(connect(client, server).run().client.sessions[0])
}

type Psks = Value<typeof preSharedKey.clientHello>

function editPsks(change: (psks: Psks) => Psks, options: EditOptions = {}): Script {
  return editExtension(
    messageType.clientHello,
    preSharedKey.type,
    (data) => encode(preSharedKey.clientHello, change(decode(preSharedKey.clientHello, data))),
    options,
  )
}

test('PITFALLS 8: a session under another name, protocol, context or hash', () => {
  // The client lies about its session; the server looks into its ticket.
  const server: Partial<ServerConfig> = { ...tickets, alpn: ['a', 'b'], sessionContext: 'x' }
  const session = sessionOf(server, { alpn: ['a'] })
  const resume = (client: Partial<ClientConfig>, options: Partial<ServerConfig> = {}) =>
    connect(
      { alpn: ['a'], session, ...client },
      { ...server, random: seededRandom('resumed'), ...options },
    ).run()
  assert.ok(resume({}).server.info?.resumed, 'nothing is wrong yet')
  const attempts = [
    resume({ serverName: 'other.example', session: { ...session, serverName: 'other.example' } }),
    resume({ serverName: false, session: { ...session, serverName: undefined } }),
    resume({ alpn: ['b'] }),
    resume({ alpn: [] }),
    resume({}, { sessionContext: 'y' }),
    resume({}, { suites: ['TLS_AES_256_GCM_SHA384'] }),
  ]
  for (const pair of attempts) {
    expectEstablished(pair)
    assert.not(pair.server.info?.resumed)
    assert.is(pair.client.info?.signatureScheme?.name, 'ed25519', 'a full handshake')
  }
  const hash = resume({ session: { ...session, hash: 'sha384' } })
  expectRefusal(hash, 'server', 'badBinder', 'decryptError')
})

test('PITFALLS 8: a session whose verification has expired', () => {
  const verify: ClientConfig['verify'] = (question) => {
    const answer = trustEveryone(question)
    return answer.ok ? { ...answer, expires: 1_800_000_060_000 } : answer
  }
  const session = sessionOf(tickets, { verify })
  const start = { monotonic: 0, unix: 1_800_000_060_000 }
  const pair = connect({ session, verify }, tickets, { start }).run()
  assert.not(pair.client.info?.resumed)
})

test('PITFALLS 8: a server that resumes under a suite of another hash', () => {
  const script = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    cipherSuite: 0x1302,
  }))
  const pair = fromServer(script, { session: sessionOf() }, tickets)
  expectRefusal(pair, 'client', 'mismatchedPskHash', 'illegalParameter')
})

test('PITFALLS 8: a client identity does not come out of a session without one', () => {
  const server: Partial<ServerConfig> = {
    ...tickets,
    clientAuthentication: 'require',
    verify: trustEveryone,
  }
  const anonymous = sessionOf()
  const pair = connect({ session: anonymous }, server).run()
  expectFault(pair, 'server', 'noPeerCertificate', 'certificateRequired')
  const known = sessionOf(server, { credentials: [clientCredential] })
  const resumed = connect({ session: known }, { ...server, random: seededRandom('resumed') }).run()
  expectEstablished(resumed)
  assert.equal(resumed.server.info?.peer?.chain, clientCredential.chain)
})

test('PITFALLS 28: pre_shared_key that is not last', () => {
  const moved = editExtensions(messageType.clientHello, (list) => [...list].reverse())
  expectRefusal(
    fromClient(moved, { psks: [one] }, { psks: [one] }),
    'server',
    'extensionNotLast',
    'illegalParameter',
  )
  const followed = editExtensions(messageType.clientHello, (list) => [
    ...list,
    { type: 21, data: new Uint8Array(5) },
  ])
  expectRefusal(
    fromClient(followed, { psks: [one] }, { psks: [one] }),
    'server',
    'extensionNotLast',
    'illegalParameter',
  )
  // Even where nobody knows the PSK.
  expectRefusal(
    fromClient(followed, { psks: [one] }, {}),
    'server',
    'extensionNotLast',
    'illegalParameter',
  )
})

for (const at of [0, 15, 31])
  test(`PITFALLS 28: a binder with byte ${at} changed`, () => {
    const script = editPsks((psks) => ({
      ...psks,
      binders: psks.binders.map((binder) => binder.map((byte, i) => (i === at ? byte ^ 1 : byte))),
    }))
    const pair = fromClient(script, { psks: [one] }, { psks: [one] })
    expectRefusal(pair, 'server', 'badBinder', 'decryptError')
    const session = fromClient(script, { session: sessionOf() }, tickets)
    expectRefusal(session, 'server', 'badBinder', 'decryptError')
  })

test('PITFALLS 28: the binder of the identity that is taken counts, not of another', () => {
  const wrong = (index: number) =>
    editPsks((psks) => ({
      ...psks,
      binders: psks.binders.map((binder, i) =>
        i === index ? new Uint8Array(binder.length) : binder,
      ),
    }))
  // The server knows only the second one.
  const pair = fromClient(wrong(1), { psks: [one, two] }, { psks: [two] })
  expectRefusal(pair, 'server', 'badBinder', 'decryptError')
  const swapped = editPsks((psks) => ({ ...psks, binders: [...psks.binders].reverse() }))
  expectRefusal(
    fromClient(swapped, { psks: [one, two] }, { psks: [two] }),
    'server',
    'badBinder',
    'decryptError',
  )
})

test('PITFALLS 28: a binder covers all that stands before it', () => {
  // Something changes on the way that the binder was made over.
  const script = editExtension(messageType.clientHello, extensionTable.supportedGroups.type, () =>
    Uint8Array.of(0, 4, 0, 29, 0, 24),
  )
  expectRefusal(
    fromClient(script, { psks: [one] }, { psks: [one] }),
    'server',
    'badBinder',
    'decryptError',
  )
})

test('PITFALLS 28: a binder covers the first ClientHello after a retry', () => {
  const cookie = { keys: [new Uint8Array(32)], peer: text('x') }
  const script = editExtension(
    messageType.clientHello,
    extensionTable.supportedGroups.type,
    () => Uint8Array.of(0, 4, 0, 29, 0, 24),
    { transcript: 'meant' },
  )
  const pair = fromClient(script, { psks: [one] }, { psks: [one], cookie })
  expectRefusal(pair, 'server', 'badBinder', 'decryptError')
})

test('PITFALLS 28: more or fewer binders than identities', () => {
  const more = editPsks((psks) => ({ ...psks, binders: [...psks.binders, new Uint8Array(32)] }))
  const fewer = editPsks((psks) => ({ ...psks, binders: psks.binders.slice(1) }))
  for (const script of [more, fewer]) {
    const pair = fromClient(script, { psks: [one, two] }, { psks: [one, two] })
    expectRefusal(pair, 'server', 'binderCountMismatch', 'illegalParameter')
  }
})

test('PITFALLS 28: a binder that is too short, an identity that is empty, lists that are', () => {
  const encoded = (identity: readonly number[], binder: number) => [
    0,
    identity.length + 6,
    0,
    identity.length,
    ...identity,
    0,
    0,
    0,
    0,
    0,
    binder + 1,
    binder,
    ...new Array<number>(binder).fill(0),
  ]
  for (const data of [
    encoded([1], 31),
    encoded([], 32),
    [0, 0, 0, 33, 32, ...new Array(32).fill(0)],
    [0, 7, 0, 1, 1, 0, 0, 0, 0, 0, 0],
  ]) {
    const script = editExtension(messageType.clientHello, preSharedKey.type, () =>
      Uint8Array.from(data),
    )
    const pair = fromClient(script, { psks: [one] }, { psks: [one] })
    expectRefusal(pair, 'server', 'malformedMessage', 'decodeError')
  }
})

test('PITFALLS 28: psk_key_exchange_modes missing, or without a mode that serves', () => {
  const missing = editExtension(messageType.clientHello, pskKeyExchangeModes.type, () => undefined)
  expectRefusal(
    fromClient(missing, { psks: [one] }, { psks: [one] }),
    'server',
    'missingExtension',
    'missingExtension',
  )
  const unknown = editExtension(messageType.clientHello, pskKeyExchangeModes.type, () =>
    Uint8Array.of(1, 77),
  )
  // With a certificate to fall back on.
  const pair = fromClient(unknown, { psks: [one] }, { psks: [one] })
  expectEstablished(pair)
  assert.is(pair.server.info?.pskIdentity, undefined)
})

test('PITFALLS 28: a PSK with Diffie-Hellman, and no share for it', () => {
  const taken = new Set<number>([extensionTable.keyShare.type, extensionTable.supportedGroups.type])
  // The binder is made anew over what is left, as an honest client would.
  const profile = { omitExtensions: [...taken] }
  const pair = connect({ psks: [one], profile }, { psks: [one] }).run()
  expectRefusal(pair, 'server', 'missingExtension', 'missingExtension')
})

test('PITFALLS 28: a server that selects an identity that was not offered', () => {
  for (const index of [1, 7, 0xffff]) {
    const script = editExtension(messageType.serverHello, preSharedKey.type, () =>
      Uint8Array.of(index >> 8, index & 0xff),
    )
    const pair = fromServer(script, { psks: [one] }, { psks: [one] })
    expectRefusal(pair, 'client', 'unofferedPsk', 'illegalParameter')
  }
})

test('PITFALLS 28: a server that selects another identity than it derives its keys from', () => {
  const script = editExtension(messageType.serverHello, preSharedKey.type, () =>
    Uint8Array.of(0, 1),
  )
  const pair = fromServer(script, { psks: [one, two] }, { psks: [one, two] })
  expectRefusal(pair, 'client', 'badRecordMac', 'badRecordMac')
})

test('PITFALLS 28: a server that leaves Diffie-Hellman out unasked', () => {
  const script = editExtension(
    messageType.serverHello,
    extensionTable.keyShare.type,
    () => undefined,
  )
  const pair = fromServer(script, { psks: [one] }, { psks: [one] })
  expectRefusal(pair, 'client', 'unofferedPskMode', 'illegalParameter')
  // Nor without a PSK.
  const bare = fromServer(script, {}, {})
  expectRefusal(bare, 'client', 'missingExtension', 'missingExtension')
})

test('PITFALLS 28: a server under a PSK that asks for a certificate, or sends one', () => {
  for (const type of [messageType.certificateRequest, messageType.certificate]) {
    const script = on(messageType.finished, (_, wire) =>
      wire.message(type, Uint8Array.of(0, 0, 0, 0)),
    )
    const pair = fromServer(script, { psks: [one] }, { psks: [one] })
    expectRefusal(pair, 'client', 'unexpectedMessage', 'unexpectedMessage')
  }
})

test('a ticket with a life of more than a week, or a maximum of early data twice', () => {
  const long = editWith(messageType.newSessionTicket, newSessionTicket, (ticket) => ({
    ...ticket,
    ticketLifetime: 604_801,
  }))
  const pair = fromServer(long, {}, tickets)
  expectFault(pair, 'client', 'illegalParameter', 'illegalParameter')
  const week = editWith(messageType.newSessionTicket, newSessionTicket, (ticket) => ({
    ...ticket,
    ticketLifetime: 604_800,
  }))
  assert.is(fromServer(week, {}, tickets).client.sessions.length, 2)
  const twice = addExtension(messageType.newSessionTicket, { type: 42, data: new Uint8Array(4) })
  expectFault(fromServer(twice, {}, early), 'client', 'duplicateExtension', 'illegalParameter')
  // RFC 9846 4.6.1: a lifetime of 0 means that the ticket is to be discarded.
  const none = editWith(messageType.newSessionTicket, newSessionTicket, (ticket) => ({
    ...ticket,
    ticketLifetime: 0,
  }))
  const discarded = fromServer(none, {}, tickets)
  expectEstablished(discarded)
  assert.is(discarded.client.sessions.length, 0)
})

test.run()
