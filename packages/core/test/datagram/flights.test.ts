/** Timers, final flights, key updates and closing, datagram by datagram. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DatagramLink, Pair, Side } from '#src/testing.js'
import { trustEveryone } from '#src/testing.js'
import { clientCredential, demand, text } from '../support/connect.js'
import { connectDatagrams } from '../support/datagrams.js'
import { expectEstablished } from '../support/outcome.js'

const tickets = { keys: { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32).fill(3) }] } }

const timer = suite('timer')

timer('it begins at a second, doubles up to a minute, and gives up', () => {
  const { pair, toServer } = connectDatagrams({}, {}, { loss: 1 })
  const begun = pair.now.monotonic
  pair.run()
  const times = [0]
  let { sent } = toServer
  for (let i = 0; i < 20 && !pair.client.over; i++) {
    pair.advance(demand(pair.client.idle.deadline) - pair.now.monotonic)
    if (toServer.sent > sent) times.push((pair.now.monotonic - begun) / 1000)
    sent = toServer.sent
  }
  assert.equal(times, [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363, 423])
  assert.is(pair.client.fault?.code, 'timedOut')
  assert.is(pair.now.monotonic - begun, 483_000)
  assert.is(pair.client.idle.deadline, undefined)
})

timer('nothing happens before the deadline', () => {
  const { pair, toServer } = connectDatagrams({}, {}, { loss: 1 })
  pair.run()
  for (let i = 0; i < 9; i++) {
    pair.advance(110)
    pair.client.connection.handleTimeout(pair.now)
    pair.run()
  }
  assert.is(toServer.sent, 1)
  pair.advance(10)
  assert.is(toServer.sent, 2)
})

timer('the configured first time-out holds', () => {
  const { pair, toServer } = connectDatagrams({ firstTimeout: 100 }, {}, { loss: 1 })
  pair.advance(350)
  assert.is(toServer.sent, 3)
})

timer('progress sets it back', () => {
  const { pair, toServer, toClient } = connectDatagrams({}, { groups: ['secp256r1'] })
  toServer.options = { ...toServer.options, loss: 1 }
  pair.advance(20_000)
  assert.is(toServer.sent, 5)
  // At 31 s the ClientHello gets through, and the answer comes; the second one has a time-out of its own.
  toServer.options = { ...toServer.options, loss: 0 }
  toClient.options = { ...toClient.options, filter: only(0) }
  pair.advance(11_100)
  assert.is(pair.client.connection.state, 'waitServerHello')
  assert.is(toServer.sent, 7)
  const before = demand(pair.client.idle.deadline) - pair.now.monotonic
  assert.ok(before < 16_000, `the next time-out is in ${before} ms`)
  toClient.options = { random: toClient.options.random }
  pair.settle()
  expectEstablished(pair)
})

timer('a long round trip is learnt', () => {
  const { pair, toServer, toClient } = connectDatagrams(
    {},
    { groups: ['secp256r1'] },
    { latency: 1250 },
  )
  pair.settle()
  expectEstablished(pair)
  // The first ClientHello is sent at 0 and 1 s, and answered after 2.5 s; what follows is not sent in vain.
  const count = (side: Side) => side.events.filter(({ kind }) => kind === 'transmit').length
  assert.is(count(pair.client), 2 + 1 + 1)
  assert.ok(toServer.lost + toClient.lost === 0)
})
timer.run()

const last = suite('last flight')

last('the client repeats its last flight after it is established', () => {
  const { pair, toServer } = connectDatagrams(
    { credentials: [clientCredential] },
    { clientAuthentication: 'require', verify: trustEveryone },
  )
  untilEstablished(pair, pair.client, toServer)
  assert.is(pair.server.info, undefined)
  pair.advance(16_000)
  assert.is(pair.server.info, undefined)
  assert.ok(pair.client.idle.deadline !== undefined)
  toServer.options = { ...toServer.options, loss: 0 }
  pair.settle()
  expectEstablished(pair)
  assert.is(pair.client.idle.deadline, undefined, 'the ACK ends it')
})

last('the server acknowledges it as often as it comes', () => {
  const { pair, toClient } = connectDatagrams()
  untilEstablished(pair, pair.client, toClient)
  pair.advance(10_000)
  assert.ok(pair.server.info !== undefined)
  assert.is(pair.server.idle.deadline, undefined, 'the server itself waits for nothing')
  assert.ok(pair.client.idle.deadline !== undefined)
  toClient.options = { ...toClient.options, loss: 0 }
  pair.settle()
  assert.is(pair.client.idle.deadline, undefined)
  expectEstablished(pair)
})

last('data of the server is no ACK', () => {
  const { pair, toClient } = connectDatagrams()
  untilEstablished(pair, pair.client, toClient)
  pair.advance(500)
  toClient.options = { ...toClient.options, loss: 0 }
  pair.server.send(text('data'))
  pair.run()
  pair.advance(50)
  assert.equal(pair.client.data, text('data'))
  assert.ok(pair.client.idle.deadline !== undefined)
  pair.settle()
  assert.is(pair.client.idle.deadline, undefined)
})

last('data that overtakes it waits for it', () => {
  const { pair, toServer } = connectDatagrams()
  untilEstablished(pair, pair.client, toServer)
  toServer.options = { ...toServer.options, loss: 0 }
  for (const word of ['one', 'two', 'three']) pair.client.send(text(word))
  pair.advance(200)
  // The ACK that says what the server lacks brings the Finished before its time-out.
  assert.ok(pair.server.info !== undefined)
  assert.equal(pair.server.data, text('onetwothree'))
})

last('a client that hears nothing more gives up', () => {
  const { pair, toServer } = connectDatagrams()
  untilEstablished(pair, pair.client, toServer)
  toServer.options = { ...toServer.options, loss: 1 }
  pair.settle()
  assert.is(pair.client.fault?.code, 'timedOut')
  assert.is(pair.server.fault?.code, 'timedOut')
})

last('tickets are repeated until they are acknowledged', () => {
  const { pair, toServer, toClient } = connectDatagrams({}, { tickets })
  untilEstablished(pair, pair.server, toClient)
  pair.advance(5000)
  toClient.options = { ...toClient.options, loss: 0 }
  // Now they come, but their ACK does not.
  toServer.options = { ...toServer.options, loss: 1 }
  pair.advance(10_000)
  assert.is(pair.client.sessions.length, 2)
  assert.ok(pair.server.idle.deadline !== undefined)
  toServer.options = { ...toServer.options, loss: 0 }
  pair.settle()
  assert.is(pair.client.sessions.length, 2, 'each is delivered once')
  assert.is(pair.server.idle.deadline, undefined)
})
last.run()

const partial = suite('parts of a flight')

partial('an ACK brings only what is missing', () => {
  const long = { ...clientCredential, chain: [...clientCredential.chain, new Uint8Array(3000)] }
  const { pair, toClient } = connectDatagrams(
    { mtu: 300 },
    { mtu: 300, credentials: [long] },
    { latency: 10 },
  )
  // One datagram of some fourteen is lost. It is missed at once, not when a timer runs out.
  toClient.options = { ...toClient.options, filter: except(4) }
  pair.advance(120)
  expectEstablished(pair)
  const whole = Math.ceil(3500 / 250)
  assert.ok(toClient.sent < whole + 3, `${toClient.sent} datagrams were sent`)
})

partial('so does a time-out, when a part has been acknowledged', () => {
  const long = { ...clientCredential, chain: [...clientCredential.chain, new Uint8Array(3000)] }
  const { pair, toClient } = connectDatagrams({ mtu: 300 }, { mtu: 300, credentials: [long] })
  const whole = Math.ceil(3500 / 250)
  // The first repetition is lost as well.
  const lost = (index: number) => index === 4 || index >= whole
  toClient.options = { ...toClient.options, filter: (d, index) => (lost(index) ? [] : [d]) }
  pair.advance(900)
  assert.is(pair.client.info, undefined)
  const { sent } = toClient
  toClient.options = { random: toClient.options.random }
  pair.advance(500)
  expectEstablished(pair)
  assert.ok(toClient.sent - sent <= 3, `${toClient.sent - sent} datagrams were sent`)
})

partial('a client that lacks the ServerHello after a HelloRetryRequest says that it waits', () => {
  const { pair, toClient } = connectDatagrams({}, { groups: ['secp256r1'], mtu: 300 })
  // HelloRetryRequest, then the datagram with the ServerHello is lost.
  toClient.options = { ...toClient.options, filter: except(1) }
  pair.advance(600)
  expectEstablished(pair)
})

partial('where datagrams are too large for the path, they get smaller', () => {
  const long = { ...clientCredential, chain: [...clientCredential.chain, new Uint8Array(3000)] }
  const { pair, toClient } = connectDatagrams({}, { credentials: [long] }, { mtu: 600 })
  pair.settle(60_000)
  expectEstablished(pair)
  assert.ok(toClient.lost > 0)
})
partial.run()

const updates = suite('key update')

updates('new keys are used only when the KeyUpdate is acknowledged', () => {
  const { pair, toClient, toServer } = connectDatagrams()
  pair.settle()
  toClient.options = { ...toClient.options, loss: 1 }
  pair.client.connection.updateKeys(false, pair.now)
  pair.client.send(text('old '))
  pair.advance(500)
  assert.equal(epochsOf(pair.client).slice(-2), [3, 3], 'KeyUpdate and data, under the old keys')
  assert.equal(pair.server.data, text('old '))
  toClient.options = { ...toClient.options, loss: 0 }
  pair.settle()
  pair.client.send(text('new'))
  pair.settle()
  assert.is(epochsOf(pair.client).slice(-1)[0], 0, 'epoch 4')
  assert.equal(pair.server.data, text('old new'))
  assert.is(toServer.lost, 0)
})

updates('an ACK of something else does not bring new keys into use', () => {
  const { pair, toClient } = connectDatagrams({}, { tickets })
  untilEstablished(pair, pair.server, toClient)
  pair.advance(500)
  pair.server.connection.updateKeys(false, pair.now)
  pair.run()
  // The tickets come through when they are repeated; the KeyUpdate, which is repeated at another time, does not.
  const isTicket = (datagram: Uint8Array) => datagram.length > 60
  toClient.options = {
    random: toClient.options.random,
    filter: (datagram) => (isTicket(datagram) ? [datagram] : []),
  }
  pair.advance(1200)
  assert.is(pair.client.sessions.length, 2)
  pair.server.send(text('data'))
  pair.run()
  assert.is(epochsOf(pair.server).at(-1), 3)
  toClient.options = { random: toClient.options.random }
  pair.settle()
  pair.server.send(text('more data'))
  pair.run()
  assert.is(epochsOf(pair.server).at(-1), 0)
})

updates('while one is under way, another is the same', () => {
  const { pair } = connectDatagrams({}, {}, { latency: 50 })
  pair.settle()
  for (let i = 0; i < 5; i++) pair.client.connection.updateKeys(true, pair.now)
  for (let i = 0; i < 5; i++) pair.client.connection.updateKeys(false, pair.now)
  pair.settle()
  pair.client.send(text('c'))
  pair.run()
  assert.is(epochsOf(pair.client).at(-1), 0, 'epoch 4')
})

updates('a second update waits for the first, and none is forgotten', () => {
  const { pair } = connectDatagrams({}, {}, { latency: 50 })
  pair.settle()
  pair.client.connection.updateKeys(false, pair.now)
  pair.client.connection.updateKeys(true, pair.now)
  pair.client.connection.updateKeys(false, pair.now)
  pair.settle()
  // The server's answer goes before its next data, whose keys are still the old ones (RFC 9147 section 8).
  for (let i = 0; i < 2; i++) {
    pair.client.send(text('c'))
    pair.server.send(text('s'))
    pair.settle()
  }
  assert.is(epochsOf(pair.client).slice(-1)[0], 1, 'epoch 5: the later two were one')
  assert.is(epochsOf(pair.server).slice(-1)[0], 0, 'epoch 4, since one asked for it')
  expectEstablished(pair)
})

updates('what is sent after a KeyUpdate waits for its keys', () => {
  const { pair, toClient, toServer } = connectDatagrams(
    { credentials: [clientCredential], postHandshakeAuth: true },
    { clientAuthentication: 'request', verify: trustEveryone },
  )
  pair.settle()
  toServer.options = { ...toServer.options, loss: 1 }
  pair.server.connection.updateKeys(false, pair.now)
  pair.server.connection.requestClientCertificate(pair.now)
  pair.advance(3500)
  assert.equal([...new Set(epochsOf(pair.server).slice(-3))], [3])
  toServer.options = { ...toServer.options, loss: 0 }
  pair.settle()
  assert.ok(pair.server.events.some(({ kind }) => kind === 'peerAuthenticated'))
  assert.is(epochsOf(pair.server).slice(-1)[0], 0)
  expectEstablished(pair)
  assert.is(toClient.lost, 0)
})

updates('updates in both directions under loss', () => {
  for (let seed = 0; seed < 20; seed++) {
    const faults = { seed, loss: 0.2, duplication: 0.1, reordering: 0.3 }
    const { pair } = connectDatagrams({}, {}, faults)
    pair.settle()
    for (let i = 0; i < 12; i++) {
      if (i % 3 === 0) pair.client.connection.updateKeys(true, pair.now)
      if (i % 4 === 0) pair.server.connection.updateKeys(false, pair.now)
      for (let j = 0; j < 5; j++) {
        pair.client.send(text('c'))
        pair.server.send(text('s'))
      }
      pair.advance(400)
    }
    pair.settle()
    expectEstablished(pair)
    assert.ok(pair.client.data.length > 30 && pair.server.data.length > 30)
    assert.ok(pair.client.data.length <= 60 && pair.server.data.length <= 60)
  }
})
updates.run()

const closing = suite('closing')

closing('both sides close', () => {
  const { pair } = connectDatagrams()
  pair.settle()
  pair.client.connection.close(pair.now)
  pair.settle(100)
  assert.ok(pair.server.peerClosed)
  pair.server.connection.close(pair.now)
  pair.settle()
  assert.ok(pair.client.over && pair.server.over)
  assert.is(pair.client.fault, undefined)
})

closing("the peer's close_notify may get lost", () => {
  const { pair, toClient } = connectDatagrams()
  pair.settle()
  toClient.options = { ...toClient.options, loss: 1 }
  pair.advance(100_000)
  const closed = pair.now.monotonic
  pair.client.connection.close(pair.now)
  pair.run()
  assert.not.ok(pair.client.over)
  pair.settle()
  assert.ok(pair.client.over)
  assert.is(pair.client.fault, undefined)
  assert.is(pair.now.monotonic, closed + 3000)
})

closing('what comes after a close_notify is ignored; ACKs are not', () => {
  const { pair } = connectDatagrams({}, { tickets })
  // The tickets are not acknowledged before the close.
  untilEstablished(pair, pair.client)
  pair.client.connection.close(pair.now)
  pair.settle()
  assert.ok(pair.server.peerClosed)
  assert.is(pair.server.fault, undefined)
})
closing.run()

/** Runs until this side is established; from then on a link loses everything, what is under way included. */
function untilEstablished(pair: Pair, side: Side, breaking?: DatagramLink): void {
  for (let i = 0; i < 1000 && side.info === undefined; i++) pair.advance(1)
  assert.ok(side.info !== undefined, `${side.connection.role} in ${side.connection.state}`)
  if (breaking === undefined) return
  while (breaking.receive(Number.POSITIVE_INFINITY) !== undefined);
  breaking.options = { ...breaking.options, loss: 1 }
}

/** The epoch bits of the protected records that a side sent, the first of each datagram. */
function epochsOf(side: Side): readonly number[] {
  return side.events.flatMap((event) => {
    if (event.kind !== 'transmit') return []
    const first = event.bytes[0] ?? 0
    return first >> 5 === 1 ? [first & 3] : []
  })
}

function only(chosen: number) {
  return (datagram: Uint8Array, index: number) => (index <= chosen ? [datagram] : [])
}

function except(chosen: number) {
  return (datagram: Uint8Array, index: number) => (index === chosen ? [] : [datagram])
}
