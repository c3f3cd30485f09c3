import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tls12 } from '#src/handshake/tls12.js'
import { extensionTable } from '#src/wire/extension.js'
import { connect } from '../support/connect.js'
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
