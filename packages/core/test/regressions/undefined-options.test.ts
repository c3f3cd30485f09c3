import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServerConfig, ServerOverrides } from '#src/config.js'
import { OptionError } from '#src/fault.js'
import { trustEveryone } from '#src/testing.js'
import { connect } from '../support/connect.js'
import { expectFault, expectRefusal } from '../support/outcome.js'

/** Whatever a policy without types may answer. */
function configured(overrides: object): Partial<ServerConfig> {
  return { configure: () => overrides as ServerOverrides }
}

// A tenant without a setting of its own lifted the demand of the whole server.
test('an override that is undefined does not lift a demand for certificates', () => {
  const server = { clientAuthentication: 'require', verify: trustEveryone } as const
  for (const overrides of [{}, { clientAuthentication: undefined, verify: undefined }]) {
    const pair = connect({}, { ...server, ...configured(overrides) }).run()
    expectRefusal(pair, 'server', 'noPeerCertificate', 'certificateRequired')
  }
})

test('a limit that is undefined is the default', () => {
  const limits = { keyUpdates: undefined, maxBuffered: undefined } as never
  const pair = connect({}, { limits }).run()
  for (let updates = 0; updates <= 32; updates++) pair.client.connection.updateKeys()
  pair.run()
  expectFault(pair, 'server', 'tooManyKeyUpdates', 'unexpectedMessage')
})

test('overrides that come too late to have an effect are refused', () => {
  for (const option of ['limits', 'random', 'halfRttData', 'cookie', 'observe', 'serverName']) {
    const pair = connect({}, configured({ [option]: {} })).run()
    assert.is(pair.server.fault?.code, 'policyFailed')
    assert.instance(pair.server.fault?.cause, OptionError)
    assert.match(pair.server.fault?.detail ?? '', new RegExp(`^${option}: `))
  }
})

test.run()
