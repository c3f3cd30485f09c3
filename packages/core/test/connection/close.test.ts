import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { connect, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

test('each direction closes by itself', () => {
  const pair = connect().run()
  pair.client.send(text('last words'))
  pair.client.connection.close()
  pair.run()
  assert.equal(pair.server.data, text('last words'))
  assert.ok(pair.server.peerClosed)
  assert.not(pair.server.over)
  // PITFALLS 42: the other direction goes on.
  pair.server.send(text('still here'))
  pair.run()
  assert.equal(pair.client.data, text('still here'))
  pair.server.connection.close()
  pair.run()
  expectEstablished(pair)
  for (const side of [pair.client, pair.server])
    assert.equal(side.events.slice(-1), [{ kind: 'closed' }])
  assert.is(pair.client.connection.state, 'closed')
})

test('close twice is close once', () => {
  const pair = connect().run()
  const before = pair.client.transmitted.length
  pair.client.connection.close()
  pair.run()
  const after = pair.client.transmitted.length
  pair.client.connection.close()
  pair.run()
  assert.is(pair.client.transmitted.length, after)
  assert.ok(after > before)
})

test('queued data goes before close_notify', () => {
  const pair = connect({ limits: { maxQueued: 65_536 } })
  pair.client.send(new Uint8Array(65_536).fill(9))
  // Up to `established`, whose outputs are read one by one so that the queue is not empty when close comes.
  const { connection } = pair.client
  pair.server.step()
  for (let rounds = 0; rounds < 10 && connection.info === undefined; rounds++) {
    pair.server.step()
    pair.client.step()
  }
  connection.close()
  pair.run()
  assert.is(pair.server.data.length, 65_536)
  assert.ok(pair.server.peerClosed)
  expectEstablished(pair)
})

test('close right when `established` is read, with a full queue: nothing is lost, close_notify is last', () => {
  const pair = connect({ limits: { maxQueued: 65_536 } })
  pair.client.send(new Uint8Array(65_536).fill(9))
  const { poll } = pair.client.connection
  const { connection } = pair.client
  // The transport closes as soon as it hears of it.
  connection.poll = () => {
    const output = poll.call(connection)
    if (output.kind === 'established') connection.close()
    return output
  }
  pair.run()
  assert.is(pair.server.fault?.message, undefined)
  assert.is(pair.server.data.length, 65_536)
  assert.ok(pair.server.peerClosed)
})

test('close during the handshake tells the peer, and ends', () => {
  for (const role of ['client', 'server'] as const) {
    const pair = connect(role === 'server' ? { verify: 'decide' } : {}, {
      ...(role === 'client' ? { credentials: 'decide' as const } : {}),
    }).run()
    assert.is(pair[role].info, undefined)
    pair[role].connection.close()
    pair.run()
    assert.equal(pair[role].events.slice(-1), [{ kind: 'closed' }])
    const other = pair[role === 'client' ? 'server' : 'client']
    if (other.decisions.length > 0)
      other.connection.answer(other.decisions[0] as never, undefined as never)
    pair.run()
    assert.ok(other.fault, 'the other side has noticed')
  }
})

test('close before anything was sent is silent', () => {
  const pair = connect()
  pair.client.connection.close()
  pair.run()
  assert.is(pair.client.transmitted.length, 0)
  assert.equal(pair.client.events, [{ kind: 'closed' }])
})

test('abort is silent and final', () => {
  const pair = connect().run()
  const before = pair.client.transmitted.length
  pair.client.send(text('never'))
  pair.client.connection.abort()
  pair.server.send(text('never read'))
  pair.run()
  assert.is(pair.client.transmitted.length, before)
  assert.is(pair.client.data.length, 0)
  assert.is(pair.client.connection.state, 'closed')
  assert.is(pair.client.connection.receive(text('x')), 1)
  pair.client.connection.abort()
})

test('the end of the transport without close_notify is a truncation', () => {
  const pair = connect().run()
  pair.server.send(text('half of it'))
  pair.server.end()
  pair.run()
  assert.is(pair.client.fault?.code, 'truncated')
  assert.is(pair.client.fault?.alert, undefined)
  assert.equal(pair.client.data, text('half of it'))
})

test('the end of the transport after close_notify is none', () => {
  const pair = connect().run()
  pair.server.connection.close()
  pair.run()
  pair.server.end()
  pair.run()
  assert.is(pair.client.fault, undefined)
  pair.client.send(text('half-open'))
  pair.run()
  assert.equal(pair.server.data, text('half-open'))
})

test('the end of the transport inside a record is a truncation', () => {
  const pair = connect().run()
  pair.client.connection.receive(Uint8Array.of(23, 3, 3, 0, 100, 1, 2, 3))
  pair.server.end()
  pair.run()
  assert.is(pair.client.fault?.code, 'truncated')
})

test('the end of the transport in the handshake says so', () => {
  const pair = connect({}, { credentials: 'decide' }).run()
  pair.server.end()
  pair.run()
  assert.is(pair.client.fault?.code, 'closedDuringHandshake')
})

test('after close_notify the rest of the input is passed over', () => {
  const pair = connect().run()
  pair.server.connection.close()
  pair.run()
  assert.is(pair.client.connection.receive(text('garbage')), 7)
  pair.run()
  assert.is(pair.client.fault, undefined)
})

test.run()
