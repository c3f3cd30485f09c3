import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tls12 } from '#src/handshake/tls12.js'
import { editExtension, type Pair, type Script } from '#src/testing.js'
import { encode } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, text } from '../support/connect.js'
import { alertAt, expectEstablished } from '../support/outcome.js'

const { type } = extensionTable.extendedMainSecret
const common = {
  versions: [tls12],
  extendedMainSecret: 'prefer',
  renegotiation: { peerMayStart: true },
} as const

for (const [before, after, change] of [
  [[type], [], 'new'],
  [[], [type], 'gone'],
] as const)
  test(`an extended main secret that is ${change} in a renegotiation ends the connection (RFC 7627)`, () => {
    // A profile that says something else the next time.
    const omitExtensions: number[] = [...before]
    const pair = connect({ ...common, profile: { omitExtensions } }, common)
    expectEstablished(pair.run())
    assert.is(pair.server.info?.tls12?.extendedMainSecret, before.length === 0)
    omitExtensions.splice(0, omitExtensions.length, ...after)
    pair.client.connection.renegotiate()
    const { client, server } = pair.run()
    assert.is(server.fault?.code, 'changedInRenegotiation')
    assert.is(alertAt(client), 'illegalParameter')
  })

/** A server whose second ServerHello differs. */
function renegotiateWith(change: Script): Pair {
  const options = { ...common, alpn: ['one', 'two'] }
  const { pair } = connectToScript(change, options, options)
  expectEstablished(pair.run())
  pair.client.connection.renegotiate()
  return pair.run()
}

test('a server that comes to something else in a renegotiation is refused', () => {
  const second = { nth: 2 }
  const { alpn } = extensionTable
  const otherProtocol = encode(alpn.serverHello12, [text('two')])
  for (const change of [
    editExtension(messageType.serverHello, type, () => undefined, second),
    editExtension(messageType.serverHello, alpn.type, () => otherProtocol, second),
    editExtension(messageType.serverHello, alpn.type, () => undefined, second),
  ]) {
    const { client, server } = renegotiateWith(change)
    assert.is(client.fault?.code, 'changedInRenegotiation')
    assert.is(alertAt(server), 'illegalParameter')
  }
  expectEstablished(renegotiateWith({}))
})

test('and one that stays does not', () => {
  for (const omitExtensions of [[], [type]]) {
    const pair = connect({ ...common, profile: { omitExtensions } }, common)
    expectEstablished(pair.run())
    pair.client.connection.renegotiate()
    expectEstablished(pair.run())
    for (const side of [pair.client, pair.server])
      assert.is(side.events.filter(({ kind }) => kind === 'renegotiated').length, 1)
  }
})

test.run()
