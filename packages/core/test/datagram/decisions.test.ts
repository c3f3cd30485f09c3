/** Decisions that take their time, while timers run and datagrams come and go. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Decision } from '#src/decision.js'
import { type Pair, type Side, trustEveryone } from '#src/testing.js'
import { clientCredential, demand, serverCredential, text } from '../support/connect.js'
import { connectDatagrams, cookie } from '../support/datagrams.js'
import { expectEstablished } from '../support/outcome.js'

const { key } = serverCredential
const slowKey = { ...serverCredential, key: 'decide' as const }

function reply(decision: Decision, side: Side): void {
  if (decision.kind === 'verify') side.answer('verify', trustEveryone(decision))
  else if (decision.kind === 'configure') side.answer('configure', {})
  else if (decision.kind === 'credential') side.answer('credential', undefined)
  else if (decision.kind === 'sign') {
    if (key === 'decide') throw new Error('a key is needed')
    const random = (length: number) => new Uint8Array(length)
    side.answer('sign', key.sign('ed25519', decision.message, random))
  } else throw new Error(`nobody expects ${decision.kind}`)
}

/** Answers each decision after so many ms, during which timers go on. */
function settleSlowly(pair: Pair, delay: number): number {
  let decisions = 0
  for (;;) {
    const asking = () => [pair.client, pair.server].find((each) => each.decisions.length > 0)
    for (let i = 0; i < 3000 && asking() === undefined; i++) pair.advance(20)
    const side = asking()
    const [decision] = side?.decisions ?? []
    if (side === undefined || decision === undefined) return decisions
    pair.advance(delay)
    decisions++
    reply(decision, side)
  }
}

const test = suite('decisions')

for (const delay of [0, 700, 20_000])
  for (const faults of [{}, { loss: 0.2, duplication: 0.1, reordering: 0.2 }])
    test(`each takes ${delay} ms, ${'loss' in faults ? 'with' : 'without'} faults`, () => {
      for (let seed = 0; seed < 10; seed++) {
        const { pair } = connectDatagrams(
          { verify: 'decide', mtu: 300 },
          {
            configure: 'decide',
            credentials: [slowKey],
            clientAuthentication: 'request',
            verify: 'decide',
            mtu: 300,
          },
          { seed, ...faults },
        )
        assert.ok(settleSlowly(pair, delay) >= 3)
        pair.settle()
        expectEstablished(pair)
        for (let i = 0; i < 10; i++) pair.client.send(text('x'))
        pair.settle()
        assert.ok(pair.server.data.length > 0)
      }
    })

test('a server that thinks acknowledges the last flight, which then is not repeated', () => {
  const { pair, toServer } = connectDatagrams(
    { credentials: [clientCredential] },
    { clientAuthentication: 'require', verify: 'decide' },
  )
  pair.advance(2000)
  assert.is(pair.server.decisions.length, 1)
  assert.is(pair.client.idle.deadline, undefined, 'nothing is left to repeat')
  const { sent } = toServer
  pair.advance(100_000)
  assert.is(toServer.sent, sent)
  assert.is(pair.server.fault, undefined)
  pair.server.decisions.forEach((decision) => {
    reply(decision, pair.server)
  })
  pair.settle()
  expectEstablished(pair)
})

test('a client that thinks acknowledges the flight of the server', () => {
  const { pair, toClient } = connectDatagrams({ verify: 'decide' })
  pair.advance(2000)
  assert.is(pair.client.decisions.length, 1)
  assert.is(pair.server.idle.deadline, undefined)
  const { sent } = toClient
  pair.advance(600_000)
  assert.is(toClient.sent, sent)
  reply(demand(pair.client.decisions[0]), pair.client)
  pair.settle()
  expectEstablished(pair)
})

test('where that ACK is lost, the repetition is acknowledged', () => {
  const { pair, toServer } = connectDatagrams({ verify: 'decide' })
  pair.advance(100)
  toServer.options = { ...toServer.options, loss: 1 }
  pair.advance(3000)
  toServer.options = { ...toServer.options, loss: 0 }
  assert.ok(pair.server.idle.deadline !== undefined)
  pair.advance(10_000)
  assert.is(pair.server.idle.deadline, undefined)
})

test('a client repeats its ClientHello to a server that thinks, and gets one flight', () => {
  const { pair } = connectDatagrams({}, { configure: 'decide' })
  pair.advance(20_000)
  assert.is(pair.server.decisions.length, 1, 'repetitions ask nobody again')
  const hellos = pair.client.events.filter(({ kind }) => kind === 'transmit').length
  assert.is(hellos, 5)
  reply(demand(pair.server.decisions[0]), pair.server)
  pair.settle()
  expectEstablished(pair)
})

test('a decision before the cookie is asked for each ClientHello, and keeps no timer', () => {
  const { pair } = connectDatagrams({}, { configure: 'decide', cookie })
  pair.advance(500)
  assert.is(pair.server.idle.deadline, undefined)
  reply(demand(pair.server.decisions[0]), pair.server)
  pair.server.decisions.length = 0
  pair.advance(500)
  assert.is(pair.server.decisions.length, 1)
  reply(demand(pair.server.decisions[0]), pair.server)
  pair.settle()
  expectEstablished(pair)
})

test('a KeyUpdate that comes while a question is open is acknowledged when it has taken effect', () => {
  const { pair } = connectDatagrams(
    { credentials: 'decide', postHandshakeAuth: true },
    { clientAuthentication: 'request', verify: trustEveryone },
  )
  settleSlowly(pair, 10)
  expectEstablished(pair)
  pair.server.connection.requestClientCertificate(pair.now)
  pair.settle(2000)
  assert.is(pair.server.idle.deadline, undefined, 'the request is acknowledged')
  pair.server.connection.updateKeys(false, pair.now)
  pair.advance(5000)
  assert.ok(pair.server.idle.deadline !== undefined, 'the KeyUpdate is not')
  pair.server.send(text('old keys, '))
  pair.client.answer('credential', clientCredential)
  pair.advance(300)
  assert.is(pair.server.idle.deadline, undefined, 'now it is, and without being repeated')
  pair.server.send(text('new keys'))
  pair.settle()
  assert.equal(pair.client.data, text('old keys, new keys'))
})

test('data that comes while a question is open after the handshake waits, and is bounded', () => {
  const { pair, discards } = connectDatagrams(
    { credentials: 'decide', postHandshakeAuth: true },
    { clientAuthentication: 'request', verify: trustEveryone },
  )
  settleSlowly(pair, 10)
  expectEstablished(pair)
  pair.server.connection.requestClientCertificate(pair.now)
  pair.settle(100)
  assert.is(pair.client.decisions.length, 1)
  for (let i = 0; i < 100; i++) {
    pair.server.send(new Uint8Array(1000))
    pair.settle(50)
  }
  assert.is(pair.client.data.length, 0)
  assert.ok(discards.client.length > 0)
  pair.client.answer('credential', clientCredential)
  pair.settle()
  assert.is(pair.client.data.length, 65_000)
  const [authenticated] = pair.server.events.filter(({ kind }) => kind === 'peerAuthenticated')
  assert.ok(authenticated)
  assert.is(pair.server.idle.deadline, undefined)
})
test.run()
