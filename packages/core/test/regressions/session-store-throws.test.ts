/** A store that throws is the configuration's fault, and its error the cause: nothing that cannot happen. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { connect } from '../support/connect.js'
import { expectRefusal } from '../support/outcome.js'

for (const version of [tls12, tls13])
  test(`${version.name}: a store that cannot save`, () => {
    const cause = new Error('the disk is full')
    const store = {
      save() {
        throw cause
      },
      take: () => undefined,
    }
    const options = { versions: [version] }
    const pair = connect(options, { ...options, tickets: { store } }).run()
    expectRefusal(pair, 'server', 'policyFailed', 'internalError')
    assert.is((pair.server.fault?.cause as Error | undefined)?.message, cause.message)
  })

test.run()
