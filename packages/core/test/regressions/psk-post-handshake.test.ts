import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustEveryone } from '#src/testing.js'
import { clientCredential, connect, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

const psk = { identity: text('identity'), key: new Uint8Array(32).fill(7) }
const tickets = {
  keys: { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] },
}

// RFC 9846 4.4.2: a server that an external PSK authenticates asks for no certificate afterwards.
test('an external PSK forbids authentication after the handshake, a ticket does not', () => {
  const client = { postHandshakeAuth: true, credentials: [clientCredential] }
  const server = { verify: trustEveryone, tickets }
  const external = connect({ ...client, psks: [psk] }, { ...server, psks: [psk] }).run()
  expectEstablished(external)
  const before = external.server.transmitted.length
  assert.throws(() => external.server.connection.requestClientCertificate(), /external PSK/)
  assert.is(external.run().server.transmitted.length, before)

  const session = demand(connect(client, server).run().client.sessions[0])
  const resumed = connect({ ...client, session }, server).run()
  assert.ok(resumed.server.info?.resumed)
  resumed.server.connection.requestClientCertificate()
  assert.ok(resumed.run().server.connection.info?.peer)
})

test.run()
