/** A server that has asked for a renegotiation, which the client has not begun (RFC 5246 7.4.1.1). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noBytes } from '#src/bytes.js'
import { messageType } from '#src/wire/registry.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12, connectToScript12, watch } from '../support/tls12.js'

const renegotiation = { peerMayStart: true }

function asked(client: { readonly peerMayStart: boolean } = renegotiation) {
  const { names, observe } = watch()
  const pair = connect12({ renegotiation: client, observe }, { renegotiation }).run()
  expectEstablished(pair)
  pair.server.connection.renegotiate()
  return { pair, server: pair.server.connection, names }
}

test('it does not ask twice, and asks again when it is over', () => {
  for (const client of [{ peerMayStart: true }, { peerMayStart: false }]) {
    const { pair, server, names } = asked(client)
    assert.throws(() => server.renegotiate(), /asked already/)
    pair.run()
    server.renegotiate()
    pair.run()
    assert.is(names.filter((name) => name === 'received HelloRequest').length, 2)
    const kind = client.peerMayStart ? 'renegotiated' : 'renegotiationRefused'
    assert.is(pair.server.events.filter((event) => event.kind === kind).length, 2)
  }
})

test('it cannot be exported before the client has answered', () => {
  const { pair, server } = asked()
  while (server.poll().kind !== 'idle');
  assert.throws(() => server.export(), /asked to renegotiate/)
  // Nothing was lost by trying.
  assert.is(server.state, 'connected')
  assert.is(pair.server.fault, undefined)
})

test('a peer that has closed is not asked: it would not answer', () => {
  for (const role of ['client', 'server'] as const) {
    const pair = connect12({ renegotiation }, { renegotiation }).run()
    pair[role === 'client' ? 'server' : 'client'].connection.close()
    pair.run()
    assert.throws(() => pair[role].connection.renegotiate(), /the peer has closed/)
    // What it still reads goes on.
    pair[role].send(Uint8Array.of(1))
    pair.run()
    assert.is(pair[role].fault, undefined)
  }
})

test('a server that asks and then refuses leaves the client where it was', () => {
  const { pair, peer } = connectToScript12({}, { renegotiation })
  expectEstablished(pair.run())
  // The server itself knows nothing of it.
  peer.wire.message(messageType.helloRequest, noBytes)
  pair.run()
  assert.is(pair.client.connection.state, 'connected')
  assert.not(pair.client.events.some(({ kind }) => kind === 'renegotiationRefused'))
  pair.client.connection.renegotiate()
  pair.run()
  assert.ok(pair.client.events.some(({ kind }) => kind === 'renegotiationRefused'))
})

test.run()
