import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { omit } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, scriptConnects, text } from '../support/connect.js'

test('a pair establishes and carries data both ways', () => {
  const pair = connect().run()
  assert.is(pair.client.fault, undefined)
  assert.is(pair.server.fault, undefined)
  assert.ok(pair.client.info)
  assert.ok(pair.server.info)
  pair.client.send(text('hello'))
  pair.run()
  assert.equal(pair.server.data, text('hello'))
})

test('a scripted peer without a script is a correct one', () => {
  for (const { pair } of [connectToScript({}), scriptConnects({})]) {
    pair.run()
    assert.ok(pair.client.info && pair.server.info)
    pair.server.send(text('x'))
    pair.run()
    assert.equal(pair.client.data, text('x'))
  }
})

test('omit', () => {
  const { pair } = connectToScript(omit(messageType.certificateVerify))
  pair.run()
  assert.is(pair.client.fault?.code, 'unexpectedMessage')
  assert.is(pair.server.fault?.code, 'alertReceived')
})

test.run()
