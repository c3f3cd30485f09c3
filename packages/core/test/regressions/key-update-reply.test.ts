/**
 * A peer that asks for an update of our keys again and again got one reply for each chunk of its input; and we asked
 * again before it had replied. RFC 9846 4.7.3: one reply is owed before the next application data, for however many
 * requests, and there is no second request before the peer's next KeyUpdate.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { importServer, parseConnection, serializeConnection } from '#src/migrate.js'
import type { Observer } from '#src/observe.js'
import { edit, StreamLink } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, scriptConnects, serverConfig, text } from '../support/connect.js'

/** The request_update of each KeyUpdate that was sent. */
function keyUpdatesSent(): { readonly sent: number[]; readonly observe: Observer } {
  const sent: number[] = []
  return {
    sent,
    observe(one) {
      if (one.kind === 'message' && one.direction === 'sent' && one.type === messageType.keyUpdate)
        sent.push(one.bytes.at(-1) ?? -1)
    },
  }
}

const alwaysAsks = edit(messageType.keyUpdate, () => Uint8Array.of(1))

test('many requests in many chunks get one reply, before the next data', () => {
  const { sent, observe } = keyUpdatesSent()
  const toServer = new StreamLink({ chunk: () => 1 })
  const { pair } = scriptConnects(alwaysAsks, {}, { observe }, { toServer })
  pair.run()
  for (let i = 0; i < 5; i++) pair.client.connection.updateKeys()
  pair.run()
  assert.equal(sent, [])
  pair.server.send(text('data'))
  pair.run()
  assert.equal(sent, [0])
  assert.equal(pair.client.data, text('data'))
  pair.server.send(text('more'))
  pair.run()
  assert.equal(sent, [0])
})

test('there is no second request before the peer has sent a KeyUpdate', () => {
  const { sent, observe } = keyUpdatesSent()
  const pair = connect({}, { observe }).run()
  pair.server.connection.updateKeys(true)
  pair.server.connection.updateKeys(true)
  pair.run()
  assert.equal(sent, [1, 0])
  pair.client.send(text('the reply goes before this'))
  pair.run()
  pair.server.connection.updateKeys(true)
  assert.equal(sent, [1, 0, 1])
})

test('a request of our own is no reply', () => {
  const { sent, observe } = keyUpdatesSent()
  const pair = connect({}, { observe }).run()
  pair.client.connection.updateKeys(true)
  pair.run()
  pair.server.connection.updateKeys(true)
  pair.server.send(text('data'))
  pair.run()
  assert.equal(sent, [1, 0])
  assert.equal(pair.client.data, text('data'))
})

for (const asking of ['client', 'server'] as const) {
  test(`an exported server remembers that the ${asking} asked`, () => {
    const { sent, observe } = keyUpdatesSent()
    const pair = connect().run()
    pair[asking].connection.updateKeys(true)
    pair.run()
    const exported = parseConnection(serializeConnection(pair.server.connection.export()))
    const server = importServer(exported, serverConfig({ observe }), pair.now)
    while (server.poll().kind !== 'idle');
    if (asking === 'client') server.send(text('data'))
    else server.updateKeys(true)
    assert.equal(sent, [0])
  })
}

test.run()
