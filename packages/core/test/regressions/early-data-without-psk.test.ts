/**
 * A ClientHello with early_data and without pre_shared_key was refused. RFC 9846 4.3.10 leaves a server three ways with
 * early data, and that is none of them: it skips the data.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { addExtension, type Script } from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { contentType, messageType } from '#src/wire/registry.js'
import { scriptConnects, text } from '../support/connect.js'

const junk = new Uint8Array(100).fill(9)
const extension = { type: extensionTable.earlyData.type, data: new Uint8Array(0) }

/** Adds early_data, and sends some behind it. */
const script: Script = {
  handshake(message, wire, progress) {
    const add = addExtension(messageType.clientHello, extension, { nth: 1 })
    const raw = add.handshake?.(message, wire, progress)
    if (raw !== undefined) wire.plaintext(contentType.applicationData, junk)
    return raw
  },
}

for (const keyShares of [undefined, []] as const) {
  test(`early data without a PSK is skipped, ${keyShares ? 'after' : 'without'} a retry`, () => {
    const { pair } = scriptConnects(script, keyShares === undefined ? {} : { keyShares })
    pair.run()
    assert.is(pair.server.info?.earlyData, 'rejected')
    pair.client.send(text('data'))
    pair.run()
    assert.equal(pair.server.data, text('data'))
  })
}

test.run()
