/** A server that asks for authentication again and again would have the client sign without end. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustEveryone } from '#src/testing.js'
import { clientCredential, connect } from '../support/connect.js'

function pairOf() {
  return connect(
    { postHandshakeAuth: true, credentials: [clientCredential] },
    { verify: trustEveryone },
  ).run()
}

test('eight requests without data are answered, the ninth is one too many', () => {
  const pair = pairOf()
  for (let times = 0; times < 8; times++) {
    pair.server.connection.requestClientCertificate()
    pair.run()
    assert.is(pair.client.fault, undefined)
  }
  pair.server.connection.requestClientCertificate()
  pair.run()
  assert.is(pair.client.fault?.code, 'tooManyRequests')
  assert.is(pair.client.fault?.alert, 10)
})

test('with data between them there is no end', () => {
  const pair = pairOf()
  for (let times = 0; times < 20; times++) {
    pair.server.connection.requestClientCertificate()
    pair.run()
    pair.server.send(Uint8Array.of(1))
    pair.run()
  }
  assert.is(pair.client.fault, undefined)
})

test.run()
