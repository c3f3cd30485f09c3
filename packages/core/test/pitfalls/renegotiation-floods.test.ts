// PITFALLS 32: renegotiations and requests for them that have no end.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Pair, Wire } from '#src/testing.js'
import { handshakeBytes } from '#src/wire/message.js'
import { alert, messageType } from '#src/wire/registry.js'
import { demand, serverCredential, text } from '../support/connect.js'
import { expectRefused, type Role, roles } from '../support/facing.js'
import { facing12, later12 } from '../support/facing12.js'
import { alertAt, expectEstablished } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'
import { connect12, connectToScript12 } from '../support/tls12.js'

const renegotiation = { peerMayStart: true }
const allowed = { renegotiation }
const helloRequest = handshakeBytes(messageType.helloRequest, new Uint8Array(0))

/** So many messages, with something between them. The other side sends data, so that it bears the refusals. */
function flooded(role: Role, count: number, raw: Uint8Array, between?: (wire: Wire) => void): Pair {
  const { pair, peer } = facing12(role, {})
  pair.run()
  for (let i = 0; i < count && !pair[role].over; i++) {
    peer.wire.handshake(raw)
    between?.(peer.wire)
    pair.run()
    if (!pair[role].over) pair[role].send(text('x'))
    pair.run()
  }
  return pair
}

/** no_renegotiation, so often. */
function refusals(pair: Pair, role: Role): number {
  return recordsOf(pair[role].transmitted).filter(
    ({ type, fragment }) => type === 21 && fragment[9] === alert.noRenegotiation,
  ).length
}

test('PITFALLS 32: HelloRequests that are refused, eight without data between them and no more', () => {
  const some = flooded('client', 8, helloRequest)
  expectEstablished(some)
  assert.is(refusals(some, 'client'), 8)
  const more = flooded('client', 9, helloRequest)
  assert.is(more.client.fault?.code, 'tooManyRequests')
  assert.is(alertAt(more.server), 'unexpectedMessage')
  expectEstablished(flooded('client', 30, helloRequest, (wire) => wire.data(text('x'))))
  const warning = (wire: Wire) => wire.alert(1, alert.unrecognizedName)
  assert.is(flooded('client', 9, helloRequest, warning).client.fault?.code, 'tooManyRequests')
  const empty = (wire: Wire) => wire.data(new Uint8Array(0))
  assert.is(flooded('client', 9, helloRequest, empty).client.fault?.code, 'tooManyRequests')
})

test('PITFALLS 32: ClientHellos that are refused, eight without data between them and no more', () => {
  const [first] = recordsOf(connect12().run().client.transmitted)
  const raw = demand(first).fragment
  const some = flooded('server', 8, raw)
  expectEstablished(some)
  assert.is(refusals(some, 'server'), 8)
  const more = flooded('server', 9, raw)
  assert.is(more.server.fault?.code, 'tooManyRequests')
  assert.is(alertAt(more.client), 'unexpectedMessage')
})

test('PITFALLS 32: HelloRequests while a handshake is under way are passed over, so many and no more', () => {
  // The client has sent its ClientHello, and the server asks for it again and again.
  const asking = (count: number) => {
    const { pair, peer } = connectToScript12({}, allowed, {
      renegotiation: { peerMayStart: true },
      credentials: 'decide',
    })
    pair.run()
    pair.server.answer('credential', serverCredential)
    pair.run()
    pair.client.connection.renegotiate()
    pair.run()
    for (let i = 0; i < count; i++) peer.wire.handshake(helloRequest)
    return pair.run()
  }
  const some = asking(8)
  assert.is(some.client.fault, undefined)
  some.server.answer('credential', serverCredential)
  some.run()
  assert.ok(some.client.events.some(({ kind }) => kind === 'renegotiated'))
  assert.is(asking(9).client.fault?.code, 'tooManyRequests')
})

test('PITFALLS 32: renegotiations that the peer starts have an end, on either side', () => {
  for (const role of roles) {
    const other = role === 'client' ? 'server' : 'client'
    const pair = connect12(allowed, allowed).run()
    for (let i = 0; i < 3; i++) {
      pair[other].connection.renegotiate()
      pair.run()
      // Data does not start the count anew.
      pair[other].send(text('x'))
      pair.run()
    }
    expectEstablished(pair)
    pair[other].connection.renegotiate()
    pair.run()
    assert.is(pair[role].fault?.code, 'tooManyRenegotiations')
    assert.is(alertAt(pair[other]), 'handshakeFailure')
  }
})

test('PITFALLS 32: a HelloRequest with a body', () => {
  const long = handshakeBytes(messageType.helloRequest, Uint8Array.of(0))
  const pair = later12('client', (wire) => wire.handshake(long), allowed)
  expectRefused(pair, 'client', 'malformedMessage', 'decodeError')
})

test.run()
