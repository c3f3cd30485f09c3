/** A session does not bring back what a full handshake would not choose: a suite with PSKs, or without (RFC 4279). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServerConfig } from '#src/config.js'
import { demand } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { again, connect12, psk12, ticketKeys } from '../support/tls12.js'

const withPsk = 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'
const without = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const tickets = { keys: ticketKeys }
const client = { psks: [psk12] }

/** Whether a session that was made under `suite` is resumed at this server; undefined: it is refused. */
function resumes(suite: string, server: Partial<ServerConfig>): boolean | undefined {
  const suites = [withPsk, without]
  const first = connect12(
    { ...client, suites },
    { suites: [suite], psks: [psk12], tickets, configure: () => ({}) },
  )
  const session = demand(first.run().client.sessions[0])
  const pair = connect12(
    { ...client, suites, session },
    again({ suites, tickets, ...server }),
  ).run()
  if (pair.server.fault === undefined) expectEstablished(pair)
  return pair.server.info?.resumed
}

test('where a PSK is required, a session under a certificate does not stand for one', () => {
  assert.is(resumes(without, { psks: [psk12], requirePsk: true }), false)
  assert.is(resumes(without, { psks: [psk12] }), true)
  assert.is(resumes(withPsk, { psks: [psk12], requirePsk: true }), true)
})

test('where there are no PSKs any more, a session under one does not go on', () => {
  assert.is(resumes(withPsk, {}), false)
  assert.is(resumes(withPsk, { lookupPsk: () => psk12 }), true)
})

test.run()
