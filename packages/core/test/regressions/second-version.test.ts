/**
 * A ServerHello of TLS 1.2 behind a HelloRetryRequest got protocol_version where TLS 1.2 is not configured. RFC 9846
 * 4.2.4: a version that changes is illegal_parameter.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { editExtension } from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { alert, messageType } from '#src/wire/registry.js'
import { connectToScript } from '../support/connect.js'

test('the version of a HelloRetryRequest is gone from the ServerHello', () => {
  const { type } = extensionTable.supportedVersions
  const script = editExtension(messageType.serverHello, type, () => undefined, { nth: 2 })
  const { pair } = connectToScript(script, { keyShares: [] })
  assert.is(pair.run().client.fault?.code, 'unofferedVersion')
  assert.is(pair.client.fault?.alert, alert.illegalParameter)
})

test.run()
