/** A policy that has no credential for a client was reported as one whose signature schemes the client refuses. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { connect } from '../support/connect.js'

test('a policy without a credential for the client', () => {
  const { server } = connect({}, { credentials: () => undefined }).run()
  assert.is(server.fault?.code, 'noCredential')
})

test('credentials that cannot sign what the client accepts', () => {
  const { server } = connect({ signatureSchemes: ['ecdsa_secp256r1_sha256'] }).run()
  assert.is(server.fault?.code, 'noCommonSignature')
})

test.run()
