import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { Connection } from '#src/connection.js'
import type { Observation } from '#src/observe.js'
import { createServer } from '#src/server.js'
import { Pair, trustEveryone } from '#src/testing.js'
import { clientConfig, connect, demand, serverConfig, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

/** A pair whose client's policy does something with its own connection. */
function meddling(meddle: (connection: Connection) => void): Pair {
  let own: Connection | undefined
  return new Pair(
    (now) => {
      const verify = (question: Parameters<typeof trustEveryone>[0]) => {
        meddle(demand(own))
        return trustEveryone(question)
      }
      own = createClient(clientConfig({ verify }), now)
      return own
    },
    (now) => createServer(serverConfig(), now),
  ).run()
}

// `established` came, and was emitted, after the policy had ended the connection.
test('a policy that aborts its connection ends it', () => {
  const pair = meddling((connection) => connection.abort())
  assert.is(pair.client.connection.state, 'closed')
  assert.is(pair.client.connection.info, undefined)
  assert.equal(
    pair.client.events.map(({ kind }) => kind),
    ['transmit'],
  )
  assert.is(pair.server.info, undefined)
})

test('a policy that calls any other method has failed, and nothing is established', () => {
  const calls: readonly ((connection: Connection) => void)[] = [
    (connection) => connection.close(),
    (connection) => connection.poll(),
    (connection) => connection.receive(new Uint8Array(1)),
    (connection) => connection.receiveEnd(),
    (connection) => connection.handleTimeout(),
    (connection) => connection.send(text('x')),
    (connection) => connection.sendEarly(text('x')),
  ]
  for (const call of calls) {
    const pair = meddling(call)
    assert.is(pair.client.fault?.code, 'policyFailed')
    assert.match(pair.client.fault?.detail ?? '', /called by a policy/)
    assert.is(pair.client.info, undefined)
    assert.is(pair.server.info, undefined)
  }
})

test('an observer that sends has failed', () => {
  let own: Connection | undefined
  const observe = ({ kind }: Observation) => {
    if (kind === 'state') own?.send(text('x'))
  }
  const pair = connect({ observe })
  own = pair.client.connection
  pair.run()
  assert.is(pair.client.fault?.code, 'policyFailed')
})

test('a failure while output is sealed is told before `idle`', () => {
  let failing = false
  const recordPadding = () => {
    if (failing) throw new Error('no padding')
    return 0
  }
  const pair = connect({ recordPadding }).run()
  expectEstablished(pair)
  failing = true
  pair.client.connection.send(text('staged'))
  const kinds = [1, 2, 3].map(() => pair.client.connection.poll().kind)
  assert.equal(kinds, ['transmit', 'failed', 'idle'])
})

// RFC 9846 6.1: nothing follows a close_notify.
test('after close no certificate can be asked for', () => {
  const pair = connect({ postHandshakeAuth: true }, { verify: trustEveryone }).run()
  pair.server.connection.close()
  const before = pair.run().server.transmitted.length
  assert.throws(() => pair.server.connection.requestClientCertificate(), /after close/)
  assert.is(pair.run().server.transmitted.length, before)
})

test.run()
