import { test } from 'uvu'
import { editExtension } from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { messageType } from '#src/wire/registry.js'
import { connectToScript, text } from '../support/connect.js'
import { expectRefusal } from '../support/outcome.js'

const psk = { identity: text('identity'), key: new Uint8Array(32).fill(7) }

// RFC 9846 4.3.11: illegal_parameter, where without a PSK it is missing_extension.
test('a server that takes a PSK without the Diffie-Hellman that was asked for is refused', () => {
  const script = editExtension(
    messageType.serverHello,
    extensionTable.keyShare.type,
    () => undefined,
  )
  const { pair } = connectToScript(script, { psks: [psk] }, { psks: [psk] })
  expectRefusal(pair.run(), 'client', 'unofferedPskMode', 'illegalParameter')
  const without = connectToScript(script).pair.run()
  expectRefusal(without, 'client', 'missingExtension', 'missingExtension')
})

test.run()
