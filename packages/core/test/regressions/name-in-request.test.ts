/** server_name may stand in a CertificateRequest (RFC 9846 4.3, RFC 9261); it was refused there as misplaced. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { addExtension, trustEveryone } from '#src/testing.js'
import { encode } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { messageType } from '#src/wire/registry.js'
import { connectToScript, text } from '../support/connect.js'

test('a server name in CertificateRequest', () => {
  const { serverName } = extensionTable
  const data = encode(serverName.certificateRequest, [{ nameType: 0, name: text('a.example') }])
  const { pair } = connectToScript(
    addExtension(messageType.certificateRequest, { type: serverName.type, data }),
    {},
    { clientAuthentication: 'request', verify: trustEveryone },
  )
  assert.is(pair.run().client.fault, undefined)
  assert.ok(pair.client.info)
})

test.run()
