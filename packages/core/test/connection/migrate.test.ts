/** A live connection goes on elsewhere: PITFALLS 50 asks that one state never serves two tasks. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#src/connection.js'
import { importClient, importServer, parseConnection, serializeConnection } from '#src/migrate.js'
import { Pair } from '#src/testing.js'
import { clientConfig, connect, serverConfig } from '../support/connect.js'

const bytes = (length: number, value = 7) => new Uint8Array(length).fill(value)

/** Both ends as bytes and back, as if each had moved to another process. */
function moved(pair: Pair): Pair {
  const client = parseConnection(serializeConnection(pair.client.connection.export()))
  const server = parseConnection(serializeConnection(pair.server.connection.export()))
  return new Pair(
    (now) => importClient(client, clientConfig(), now),
    (now) => importServer(server, serverConfig(), now),
    { start: pair.now },
  ).run()
}

function exchange(pair: Pair): void {
  const before = [pair.client.data.length, pair.server.data.length] as const
  pair.client.send(bytes(20_000))
  pair.server.send(bytes(30_000))
  pair.run()
  assert.is(pair.server.data.length - before[1], 20_000)
  assert.is(pair.client.data.length - before[0], 30_000)
}

test('both ends move, exchange data, update keys, move again and close', () => {
  let pair = connect().run()
  const keying = pair.client.connection.exporter('EXPORTER-test', undefined, 32)
  exchange(pair)
  for (let round = 0; round < 3; round++) {
    pair = moved(pair)
    assert.equal(pair.client.info?.suite, pair.server.info?.suite)
    exchange(pair)
    pair.client.connection.updateKeys(true)
    pair.run()
    exchange(pair)
    pair.server.connection.updateKeys()
    exchange(pair)
    for (const side of [pair.client, pair.server])
      assert.equal(side.connection.exporter('EXPORTER-test', undefined, 32), keying)
  }
  pair.client.connection.close()
  pair.run()
  pair.server.connection.close()
  pair.run()
  assert.ok(pair.client.over && pair.server.over)
  assert.is(pair.client.fault, undefined)
})

/** Polls to the end; gives what is to be transmitted. */
function drain(connection: Connection): Uint8Array {
  const parts: number[] = []
  for (;;) {
    const output = connection.poll()
    if (output.kind === 'idle') return Uint8Array.from(parts)
    if (output.kind === 'transmit') parts.push(...output.bytes)
  }
}

test('a part of a record that has come moves along', () => {
  const pair = connect().run()
  pair.server.connection.send(bytes(1000))
  const record = drain(pair.server.connection)
  const { connection } = pair.client
  connection.receive(record.subarray(0, 600), pair.now)
  drain(connection)
  const exported = parseConnection(serializeConnection(connection.export()))
  assert.is(exported.records.input.length, 600)
  const client = importClient(exported, clientConfig(), pair.now)
  // Given before anything was polled: it belongs behind what moved along.
  client.receive(record.subarray(600))
  assert.is(client.poll().kind, 'established')
  assert.equal(client.poll(), { kind: 'data', bytes: bytes(1000) })
})

test('a closed direction stays closed', () => {
  const pair = connect().run()
  pair.server.connection.close()
  pair.run()
  assert.ok(pair.client.peerClosed)
  const client = importClient(pair.client.connection.export(), clientConfig(), pair.now)
  client.send(bytes(5))
  const sent = drain(client)
  assert.ok(sent.length > 5)
  assert.is(client.receive(bytes(50), pair.now), 50, 'what follows close_notify is ignored')
  const server = importServer(pair.server.connection.export(), serverConfig(), pair.now)
  assert.throws(() => server.send(bytes(1)), /after close/)
  server.receive(sent)
  assert.is(server.poll().kind, 'established')
  assert.equal(server.poll(), { kind: 'data', bytes: bytes(5) })
})

test('the connection that was exported is used up', () => {
  const pair = connect().run()
  const { connection } = pair.client
  connection.export()
  assert.throws(() => connection.send(bytes(1)))
  assert.throws(() => connection.export())
  assert.throws(() => connection.exporter('EXPORTER-test', undefined, 32))
  assert.is(connection.poll().kind, 'idle')
})

test('only an established and idle connection is exported', () => {
  const pair = connect()
  assert.throws(() => pair.client.connection.export(), /not established/)
  pair.run()
  pair.client.connection.send(bytes(10))
  assert.throws(() => pair.client.connection.export(), /outputs wait/)
  pair.run()
  assert.ok(pair.client.connection.export())
})

test('bytes that are no export are refused', () => {
  const exported = serializeConnection(connect().run().client.connection.export())
  for (let length = 0; length < exported.length; length += 7)
    assert.throws(() => parseConnection(exported.subarray(0, length)), TypeError)
  assert.throws(() => parseConnection(Uint8Array.of(...exported, 0)), TypeError)
  const otherFormat = exported.slice()
  otherFormat[0] = 99
  assert.throws(() => parseConnection(otherFormat), TypeError)
})

test('a client is not imported as a server, nor without its suite', () => {
  const exported = connect().run().client.connection.export()
  const { now } = connect()
  assert.throws(() => importServer(exported, serverConfig(), now), /exported/)
  const suite = clientConfig().crypto.suites.find(({ id }) => id !== exported.info.suite.id)
  if (suite !== undefined)
    assert.throws(
      () => importClient(exported, clientConfig({ suites: [suite.name] }), now),
      /suites/,
    )
})

test.run()
