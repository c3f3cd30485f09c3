import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OptionError } from '#src/fault.js'
import { importClient } from '#src/migrate.js'
import { clientConfig, connect } from '../support/connect.js'

// Its tickets would have made sessions for the other name, under a PSK of this server.
test('a connection is imported under the name that it was verified for', () => {
  const pair = connect().run()
  const exported = pair.client.connection.export()
  for (const serverName of ['other.example', false] as const)
    assert.throws(
      () => importClient(exported, clientConfig({ serverName }), pair.now),
      (error: unknown) => error instanceof OptionError && error.option === 'serverName',
    )
  const again = importClient(exported, clientConfig({ serverName: 'SERVER.example.' }), pair.now)
  assert.is(again.poll().kind, 'established')
})

test.run()
