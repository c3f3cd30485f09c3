import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { nullCredential, seededRandom } from '#src/testing.js'
import { connect, demand } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'

const keys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }

test('a server that answers early data by TLS 1.2 is refused (RFC 9846 E.3)', () => {
  const versions = [tls13, tls12]
  const first = connect(
    { versions },
    { versions, tickets: { keys }, earlyData: { maxBytes: 100, replay: () => true } },
  )
  const session = demand(first.run().client.sessions[0])
  const older = { versions: [tls12], random: seededRandom('older') }
  const pair = connect({ versions, session, earlyData: true }, older)
  expectRefusal(pair.run(), 'client', 'versionWithoutEarlyData', 'protocolVersion')
  // Without early data it makes a full handshake.
  const again = connect({ versions, session }, older).run()
  expectEstablished(again)
  assert.is(again.client.info?.version.id, tls12.id)
})

test('a server whose keys are on curves that a client of TLS 1.2 does not name says so (RFC 8422 5.1.1)', () => {
  const credentials = [nullCredential({ type: 'secp256r1' })]
  const versions = [tls12]
  const pair = connect({ versions, groups: ['x25519'] }, { versions, credentials })
  expectRefusal(pair.run(), 'server', 'noCommonGroup', 'handshakeFailure')
  expectEstablished(connect({ versions }, { versions, credentials }).run())
})

test.run()
