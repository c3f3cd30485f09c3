/** A connection under a PSK whose identity is empty (RFC 4279 section 2) moves like others. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noBytes } from '#src/bytes.js'
import { parseConnection, serializeConnection } from '#src/migrate.js'
import { demand } from '../support/connect.js'
import { connect12, psk12 } from '../support/tls12.js'

const suites = ['TLS_PSK_WITH_AES_128_GCM_SHA256']

test('an empty identity survives serializing, and is not taken for none', () => {
  const psks = [{ ...psk12, identity: noBytes }]
  for (const role of ['client', 'server'] as const) {
    const pair = connect12({ suites, psks }, { suites, psks, credentials: [] }).run()
    const exported = pair[role].connection.export()
    assert.equal(exported.info.pskIdentity, noBytes)
    const { info } = parseConnection(serializeConnection(exported))
    assert.equal(demand(info.pskIdentity), noBytes)
  }
})

test.run()
