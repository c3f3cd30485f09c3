/**
 * A client that refuses our certificate may have no keys yet: OpenSSL's sends that alert in plaintext. It was taken for
 * an attack, and unexpected_message was sent for it.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { after, before, instead, trustEveryone } from '#src/testing.js'
import { alert, contentType, messageType } from '#src/wire/registry.js'
import { clientCredential, connectToScript, scriptConnects } from '../support/connect.js'
import { expectRefusal } from '../support/outcome.js'

const unknownCa = Uint8Array.of(2, alert.unknownCa)

test('a server hears the alert of a client that has no keys yet', () => {
  const script = instead(messageType.finished, (wire) => {
    wire.plaintext(contentType.alert, unknownCa)
    return undefined
  })
  const { pair } = scriptConnects(script)
  pair.run()
  assert.is(pair.server.fault?.code, 'alertReceived')
  assert.is(pair.server.fault?.alert, alert.unknownCa)
  assert.is(pair.server.info, undefined)
})

test('a close_notify without keys is an end of the handshake, not of the data', () => {
  const script = instead(messageType.finished, (wire) => {
    wire.plaintext(contentType.alert, Uint8Array.of(1, alert.closeNotify))
    return undefined
  })
  const { pair } = scriptConnects(script)
  pair.run()
  expectRefusal(pair, 'server', 'closedDuringHandshake', undefined)
})

test('once the client has used its keys, a plaintext alert is refused', () => {
  const script = before(messageType.finished, (wire) =>
    wire.plaintext(contentType.alert, unknownCa),
  )
  const { pair } = scriptConnects(
    script,
    { credentials: [clientCredential] },
    { clientAuthentication: 'require', verify: trustEveryone },
  )
  pair.run()
  expectRefusal(pair, 'server', 'plaintextRecord', 'unexpectedMessage')
})

test('after the handshake a plaintext alert is refused', () => {
  const { pair, peer } = scriptConnects({})
  pair.run()
  peer.wire.plaintext(contentType.alert, Uint8Array.of(1, alert.closeNotify))
  pair.run()
  assert.is(pair.server.fault?.code, 'plaintextRecord')
  assert.not(pair.server.peerClosed)
})

test('a client refuses any: the server had keys before it sent ServerHello', () => {
  const script = after(messageType.serverHello, (wire) =>
    wire.plaintext(contentType.alert, unknownCa, { level: 'initial' }),
  )
  const { pair } = connectToScript(script)
  pair.run()
  expectRefusal(pair, 'client', 'plaintextRecord', 'unexpectedMessage')
})

test.run()
