import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { VerifyQuestion } from '#src/decision.js'
import { OptionError } from '#src/fault.js'
import { importClient, parseConnection, serializeConnection } from '#src/migrate.js'
import { trustEveryone } from '#src/testing.js'
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

test('a connection is imported under its sessionContext, which travels with it', () => {
  const pair = connect({ sessionContext: 'tenant \ud800' }).run()
  const exported = parseConnection(serializeConnection(pair.client.connection.export()))
  for (const options of [{}, { sessionContext: 'another' }])
    assert.throws(
      () => importClient(exported, clientConfig(options), pair.now),
      (error: unknown) => error instanceof OptionError && error.option === 'sessionContext',
    )
  const { sessionContext = '' } = exported
  const again = importClient(exported, clientConfig({ sessionContext }), pair.now)
  assert.is(again.poll().kind, 'established')
})

test('an export can be cloned, whatever a verifier has told the application', () => {
  const verify = (question: VerifyQuestion) => ({
    ...trustEveryone(question),
    details: { check: () => true },
  })
  const pair = connect({ verify }).run()
  const exported = pair.client.connection.export()
  assert.is(exported.info.peer?.details, undefined)
  assert.equal(structuredClone(exported), exported)
})

test.run()
