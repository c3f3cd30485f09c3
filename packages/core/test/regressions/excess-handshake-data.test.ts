/**
 * Handshake bytes behind a message that ends a flight (RFC 9846 5.1) were noticed only after the answer to that flight
 * had gone out, and then refused under keys that the peer no longer reads with; or, around a HelloRetryRequest, taken
 * for the beginning of the next flight.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { on, type Script } from '#src/testing.js'
import { alert, messageType } from '#src/wire/registry.js'
import { connectToScript, scriptConnects } from '../support/connect.js'

/** The message, and in the same record the beginning of another one. */
function followed(type: number, nth?: number): Script {
  return on(
    type,
    ({ raw }, wire) => {
      wire.handshake(Uint8Array.of(...raw, messageType.finished))
      return raw
    },
    nth,
  )
}

test('behind ClientHello', () => {
  const { pair } = scriptConnects(followed(messageType.clientHello))
  assert.is(pair.run().server.fault?.code, 'keyChangeStraddled')
  assert.is(pair.client.fault?.alert, alert.unexpectedMessage)
})

test('behind a ClientHello that gets a HelloRetryRequest', () => {
  const { pair } = scriptConnects(followed(messageType.clientHello, 1), { keyShares: [] })
  assert.is(pair.run().server.fault?.code, 'keyChangeStraddled')
  assert.is(pair.client.fault?.alert, alert.unexpectedMessage)
})

test('behind HelloRetryRequest', () => {
  const { pair } = connectToScript(followed(messageType.serverHello, 1), { keyShares: [] })
  assert.is(pair.run().client.fault?.code, 'keyChangeStraddled')
  assert.is(pair.server.fault?.alert, alert.unexpectedMessage)
})

test("behind the server's Finished", () => {
  const { pair } = connectToScript(followed(messageType.finished))
  assert.is(pair.run().client.fault?.code, 'keyChangeStraddled')
  assert.is(pair.server.fault?.code, 'alertReceived')
  assert.is(pair.server.fault?.alert, alert.unexpectedMessage)
})

test.run()
