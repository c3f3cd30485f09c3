import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustEveryone } from '#src/testing.js'
import { clientCredential, connect, text } from '../support/connect.js'

// RFC 9846 6.1: after close_notify the sender sends nothing more.
test('a certificate that was asked for before close is not sent after it', () => {
  const pair = connect(
    { postHandshakeAuth: true, credentials: 'decide' },
    { verify: trustEveryone },
  ).run()
  pair.server.connection.requestClientCertificate()
  pair.run()
  pair.client.connection.close()
  const before = pair.run().client.transmitted.length
  pair.client.answer('credential', clientCredential)
  assert.is(pair.run().client.transmitted.length, before)
  // What the server still sends is delivered.
  pair.server.send(text('an answer'))
  assert.equal(pair.run().client.data, text('an answer'))
  assert.is(pair.client.fault, undefined)
})

test('no alert follows close_notify', () => {
  const pair = connect().run()
  pair.client.connection.close()
  const before = pair.run().client.transmitted.length
  pair.client.connection.receive(Uint8Array.of(23, 3, 3, 0, 17, ...new Uint8Array(17)))
  assert.is(pair.run().client.fault?.code, 'badRecordMac')
  assert.is(pair.client.transmitted.length, before)
})

test.run()
