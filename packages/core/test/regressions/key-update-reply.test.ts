/**
 * A peer that asks for an update of our keys again and again got one reply for each chunk of its input. RFC 9846 4.6.3:
 * one reply is owed before the next application data, for however many requests.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { importServer } from '#src/migrate.js'
import { StreamLink } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, serverConfig, text } from '../support/connect.js'

function counting(): { readonly replies: () => number; readonly observe: (one: object) => void } {
  let count = 0
  return {
    replies: () => count,
    observe(one) {
      const { kind, direction, type } = one as { kind?: string; direction?: string; type?: number }
      if (kind === 'message' && direction === 'sent' && type === messageType.keyUpdate) count++
    },
  }
}

test('many requests in many chunks get one reply, before the next data', () => {
  const { replies, observe } = counting()
  const toServer = new StreamLink({ chunk: () => 1 })
  const pair = connect({}, { observe }, { toServer }).run()
  for (let i = 0; i < 5; i++) pair.client.connection.updateKeys(true)
  pair.run()
  assert.is(replies(), 0)
  pair.server.send(text('data'))
  pair.run()
  assert.is(replies(), 1)
  assert.equal(pair.client.data, text('data'))
  pair.server.send(text('more'))
  pair.run()
  assert.is(replies(), 1)
})

test('an exported connection still owes its reply', () => {
  const { replies, observe } = counting()
  const pair = connect().run()
  pair.client.connection.updateKeys(true)
  pair.run()
  const exported = structuredClone(pair.server.connection.export())
  const server = importServer(exported, serverConfig({ observe }), pair.now)
  while (server.poll().kind !== 'idle');
  server.send(text('data'))
  while (server.poll().kind !== 'idle');
  assert.is(replies(), 1)
})

test.run()
