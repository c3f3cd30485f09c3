// PITFALLS 33: early data.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Session } from '#src/session.js'
import { addExtension, edit, editExtension, on, type Pair, type Script } from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, demand, scriptConnects, text } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'

const { earlyData: earlyDataExtension } = extensionTable
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

function sendsEarly(
  script: Script,
  server: Partial<ServerConfig>,
  session = sessionOf(early),
): Pair {
  const { pair } = scriptConnects(script, { session, earlyData: true }, server)
  pair.client.connection.sendEarly(text('early'))
  return pair.run()
}

test('PITFALLS 33: early data never comes as data', () => {
  const pair = sendsEarly({}, early)
  expectEstablished(pair)
  assert.equal(pair.server.earlyData, text('early'))
  assert.is(pair.server.data.length, 0)
})

test('PITFALLS 33: as much early data as the limit, and one byte more', () => {
  const send = (length: number) =>
    sendsEarly(
      { data: (_, wire) => wire.data(new Uint8Array(length), { level: 'earlyData' }) },
      early,
    )
  const most = send(100)
  expectEstablished(most)
  assert.is(most.server.earlyData.length, 100)
  expectRefusal(send(101), 'server', 'tooMuchEarlyData', 'unexpectedMessage')
})

test('PITFALLS 33: early data after EndOfEarlyData', () => {
  const script = on(messageType.endOfEarlyData, (message, wire) => {
    wire.handshake(message.raw)
    wire.data(text('late'), { level: 'earlyData' })
    return message.raw
  })
  const pair = sendsEarly(script, early)
  assert.is(pair.server.fault?.code, 'badRecordMac')
  assert.equal(pair.server.earlyData, text('early'))
  assert.is(pair.server.info, undefined)
})

test('PITFALLS 33: Finished without EndOfEarlyData, or under the early keys', () => {
  const omitted = on(messageType.endOfEarlyData, () => new Uint8Array(0))
  const pair = sendsEarly(omitted, early)
  assert.is(pair.server.fault?.code, 'badRecordMac')
  const early13 = on(messageType.endOfEarlyData, (_, wire) => {
    wire.handshake(Uint8Array.of(messageType.finished, 0, 0, 32, ...new Uint8Array(32)))
    return new Uint8Array(0)
  })
  assert.is(sendsEarly(early13, early).server.fault?.code, 'unexpectedMessage')
  assert.is(sendsEarly(early13, early).server.info, undefined)
})

test('PITFALLS 33: EndOfEarlyData that is not empty, or that nobody waits for', () => {
  const filled = edit(messageType.endOfEarlyData, () => Uint8Array.of(0))
  assert.is(sendsEarly(filled, early).server.fault?.code, 'malformedMessage')
  const uninvited = on(messageType.finished, (_, wire) =>
    wire.message(messageType.endOfEarlyData, new Uint8Array(0)),
  )
  expectRefusal(fromClient(uninvited, {}, {}), 'server', 'unexpectedMessage', 'unexpectedMessage')
})

test('PITFALLS 33: refused early data is passed over up to a bound', () => {
  const flood = (count: number): Script => ({
    data(_, wire) {
      for (let i = 0; i < count; i++) wire.data(new Uint8Array(16_000), { level: 'earlyData' })
    },
  })
  const refusing = { ...early, earlyData: { maxBytes: 100, replay: () => false } }
  const some = sendsEarly(flood(4), refusing)
  expectEstablished(some)
  assert.is(some.server.earlyData.length, 0)
  expectRefusal(sendsEarly(flood(5), refusing), 'server', 'badRecordMac', 'badRecordMac')
  const retrying = { ...early, cookie: { keys: [new Uint8Array(32)], peer: text('x') } }
  expectEstablished(sendsEarly(flood(4), retrying))
  const pair = sendsEarly(flood(5), retrying)
  assert.is(pair.server.fault?.code, 'badRecordMac')
  assert.is(pair.server.earlyData.length, 0)
})

test('PITFALLS 33: early_data without pre_shared_key is as good as refused', () => {
  const extension = { type: earlyDataExtension.type, data: new Uint8Array(0) }
  const pair = fromClient(addExtension(messageType.clientHello, extension), {}, early)
  expectEstablished(pair)
  assert.is(pair.server.info?.earlyData, 'rejected')
  assert.is(pair.server.earlyData.length, 0)
})

const accepts = addExtension(messageType.encryptedExtensions, {
  type: earlyDataExtension.type,
  data: new Uint8Array(0),
})

test('PITFALLS 33: a server that accepts early data which nobody offered', () => {
  expectRefusal(
    fromServer(accepts, {}, {}),
    'client',
    'unsolicitedExtension',
    'unsupportedExtension',
  )
  const retried = connectToScript(
    accepts,
    { session: sessionOf(early), earlyData: true },
    { ...tickets, cookie: { keys: [new Uint8Array(32)], peer: text('x') } },
  ).pair.run()
  expectRefusal(retried, 'client', 'unsolicitedExtension', 'unsupportedExtension')
})

test('PITFALLS 33: a server that accepts early data without the session, its suite or its protocol', () => {
  const session = sessionOf({ ...early, alpn: ['a', 'b'] }, { alpn: ['a'] })
  const client: Partial<ClientConfig> = { session, earlyData: true, alpn: ['a', 'b'] }
  const attempts: readonly Partial<ServerConfig>[] = [
    // A full handshake.
    { alpn: ['a'] },
    // The session, under another suite of the same hash.
    { ...tickets, alpn: ['a'], suites: ['TLS_CHACHA20_POLY1305_SHA256'] },
  ]
  for (const server of attempts)
    expectRefusal(
      fromServer(accepts, client, server),
      'client',
      'illegalEarlyData',
      'illegalParameter',
    )
  const protocol = editExtension(messageType.encryptedExtensions, extensionTable.alpn.type, () =>
    Uint8Array.of(0, 2, 1, 98),
  )
  const pair = fromServer(protocol, client, { ...early, alpn: ['a'] })
  expectRefusal(pair, 'client', 'illegalEarlyData', 'illegalParameter')
})

test('PITFALLS 33: a store that is down, that answers rubbish, that answers late', () => {
  const replay = () => {
    throw new Error('down')
  }
  const down = sendsEarly({}, { ...early, earlyData: { maxBytes: 100, replay } })
  expectRefusal(down, 'server', 'policyFailed', 'internalError')
  for (const answer of [undefined, null, 0, 1, 'true', {}]) {
    const rubbish = { ...early, earlyData: { maxBytes: 100, replay: () => answer as boolean } }
    const pair = sendsEarly({}, rubbish)
    expectEstablished(pair)
    assert.is(pair.server.earlyData.length, 0)
  }
})

test('PITFALLS 33: early data replayed to the same server', () => {
  const seen = new Set<string>()
  const replay = ({ identifier }: { identifier: Uint8Array }) => {
    const known = seen.has(identifier.join())
    seen.add(identifier.join())
    return !known
  }
  const server = { ...early, earlyData: { maxBytes: 100, replay } }
  const session = sessionOf(early)
  const first = sendsEarly({}, server, session)
  assert.equal(first.server.earlyData, text('early'))
  // The same bytes again, by someone who has recorded them.
  const second = sendsEarly({}, server, session)
  assert.is(second.server.earlyData.length, 0)
})

test.run()
