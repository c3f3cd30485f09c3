/** A `configure` decision whose suites are of another version than the one that was chosen before it was asked. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { connect } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { bothVersions } from '../support/tls12.js'

const of12 = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']
const of13 = ['TLS_AES_128_GCM_SHA256']

for (const [before, after, name] of [
  [of12, of13, 'TLS 1.3'],
  [of13, of12, 'TLS 1.2'],
] as const)
  test(`it comes to ${name}`, () => {
    const server = { ...bothVersions, suites: before, configure: () => ({ suites: after }) }
    const pair = connect(bothVersions, server).run()
    expectEstablished(pair)
    assert.is(pair.server.info?.version.name, name)
  })

test.run()
