// OpenSSL, GnuTLS and Go end a connection on data between a hello and the end of a renegotiation, though RFC 5246 6.2.1
// demands that it be taken. So ours waits, and theirs is delivered.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tls12 } from '#src/handshake/tls12.js'
import { type Pair, type Side, StreamLink } from '#src/testing.js'
import { contentType } from '#src/wire/registry.js'
import { connect, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'

const { handshake, changeCipherSpec, applicationData } = contentType
const latency = 10
const accepting = { versions: [tls12], renegotiation: { peerMayStart: true } } as const

function pairOf(server: object): Pair {
  const links = { toServer: new StreamLink({ latency }), toClient: new StreamLink({ latency }) }
  const pair = connect(accepting, { versions: [tls12], ...server }, links)
  expectEstablished(pair.advance(10 * latency))
  return pair
}

/** The types of the records that a side sends while this runs. */
function sentDuring(side: Side, run: () => void): readonly number[] {
  const before = recordsOf(side.transmitted).length
  run()
  return recordsOf(side.transmitted)
    .slice(before)
    .map(({ type }) => type)
}

test('a client that renegotiates sends its data behind the renegotiation', () => {
  const pair = pairOf(accepting)
  const types = sentDuring(pair.client, () => {
    pair.client.connection.renegotiate()
    pair.client.send(text('waits'))
    pair.advance(10 * latency)
  })
  // ClientHello; ClientKeyExchange, change_cipher_spec, Finished.
  assert.equal(types, [handshake, handshake, changeCipherSpec, handshake, applicationData])
  assert.equal(pair.server.data, text('waits'))
})

test('so does a server, from its hello on', () => {
  const pair = pairOf(accepting)
  pair.client.connection.renegotiate()
  const before = sentDuring(pair.server, () => {
    pair.server.send(text('goes; '))
    pair.advance(latency)
  })
  const after = sentDuring(pair.server, () => {
    pair.server.send(text('waits'))
    pair.advance(10 * latency)
  })
  assert.is(before[0], applicationData)
  assert.not(before.slice(1).includes(applicationData))
  assert.equal(after, [changeCipherSpec, handshake, applicationData])
  assert.equal(pair.client.data, text('goes; waits'))
})

test('under sendMeanwhile, only what would go under unconfirmed keys waits', () => {
  const meanwhile = { ...accepting, renegotiation: { peerMayStart: true, sendMeanwhile: true } }
  const links = { toServer: new StreamLink({ latency }), toClient: new StreamLink({ latency }) }
  const pair = connect(meanwhile, meanwhile, links)
  expectEstablished(pair.advance(10 * latency))
  pair.client.connection.renegotiate()
  pair.client.send(text('goes'))
  pair.advance(latency)
  assert.equal(pair.server.data, text('goes'))
  // The server has sent its hello.
  pair.server.send(text('goes'))
  pair.advance(latency)
  // The client has sent its Finished.
  pair.client.send(text(', waits'))
  assert.equal(pair.client.data, text('goes'))
  assert.not(pair.client.events.some(({ kind }) => kind === 'renegotiated'))
  pair.advance(10 * latency)
  assert.ok(pair.client.events.some(({ kind }) => kind === 'renegotiated'))
  assert.equal(pair.server.data, text('goes, waits'))
})

test('data goes on after a refusal', () => {
  const pair = pairOf({})
  pair.client.connection.renegotiate()
  pair.client.send(text('waits'))
  pair.advance(10 * latency)
  assert.ok(pair.client.events.some(({ kind }) => kind === 'renegotiationRefused'))
  assert.equal(pair.server.data, text('waits'))
})

test.run()
