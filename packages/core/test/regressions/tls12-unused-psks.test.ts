/** PSKs and signals of TLS 1.2 that were accepted, and could never come to anything. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { OptionError } from '#src/fault.js'
import { protocolVersion, signalingSuite } from '#src/wire/registry.js'
import { text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12, psk12 } from '../support/tls12.js'

const suites = ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256']
const other = { ...psk12, identity: text('other') }
const under = { suites, credentials: [], psks: [psk12] }

function refused(
  option: string,
  client: Partial<ClientConfig>,
  server: Partial<ServerConfig> = {},
): void {
  assert.throws(
    () => connect12(client, server),
    (error: unknown) => error instanceof OptionError && error.option === option,
  )
}

test('a server with PSKs that none of its suites uses', () => {
  refused('psks', {}, { psks: [psk12] })
  // A decision may bring the suites, or the PSKs to them.
  const client = { suites, psks: [psk12] }
  const late = { psks: [psk12], credentials: [], configure: () => ({ suites }) }
  expectEstablished(connect12(client, late).run())
  const both = { suites, credentials: [], configure: () => ({ psks: [psk12] }) }
  expectEstablished(connect12(client, both).run())
})

test('a client with several: the first would always be used', () => {
  refused('psks', { suites, psks: [psk12, other] })
  expectEstablished(
    connect12({ suites, choosePsk: () => other }, { ...under, psks: [other] }).run(),
  )
})

test('a fallback signal that a profile leaves no room for (RFC 7507)', () => {
  const cipherSuites = [0xc02b]
  refused('fallbackScsv', { fallbackScsv: true, profile: { cipherSuites } })
  const said = { fallbackScsv: true, profile: { cipherSuites: [0xc02b, signalingSuite.fallback] } }
  const pair = connect12(said).run()
  expectEstablished(pair)
  assert.is(pair.client.info?.version.id, protocolVersion.tls12)
})

test.run()
