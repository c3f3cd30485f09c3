import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { certificatePublicKey, outlineCertificate } from '#src/crypto/certificate.js'
import type { Credential } from '#src/decision.js'
import { connect, demand, serverCredential } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

/** The server's certificate, with an object identifier that is no DER where its signature algorithm stands. */
function damaged(): Credential {
  const leaf = demand(serverCredential.chain[0]).slice()
  const { algorithmStart } = outlineCertificate(leaf)
  // Behind two headers of two bytes (X.690 8.19.2: no leading 0x80).
  leaf[algorithmStart + 4] = 0x80
  return { ...serverCredential, chain: [leaf] }
}

// What the peer sends never makes a method throw; RFC 5929 4.1 has no hash for an algorithm that is none.
test('a certificate that cannot be read to its end has no tls-server-end-point', () => {
  const credential = damaged()
  const { spki } = certificatePublicKey(demand(credential.chain[0]))
  const pair = connect({ verify: { pinnedKeys: [spki] } }, { credentials: [credential] }).run()
  expectEstablished(pair)
  assert.is(pair.client.connection.channelBinding('tls-server-end-point'), undefined)
  assert.is(pair.server.connection.channelBinding('tls-server-end-point'), undefined)
})

test('an exporter label that does not fit its length byte is a RangeError (RFC 9846 7.1)', () => {
  const { connection } = connect().run().client
  assert.is(connection.exporter('x'.repeat(249), undefined, 32).length, 32)
  assert.throws(
    () => connection.exporter('x'.repeat(250), undefined, 32),
    (error: unknown) => error instanceof RangeError,
  )
})

test.run()
