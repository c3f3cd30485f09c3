// PITFALLS 26: versions that were not offered, and downgrades.
import { test } from 'uvu'
import { concat } from '#src/bytes.js'
import { editExtension, editWith, type Pair, type Script } from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { connectToScript, scriptConnects, text } from '../support/connect.js'
import { expectRefusal } from '../support/outcome.js'

const { supportedVersions } = extensionTable

function fromServer(script: Script): Pair {
  return connectToScript(script).pair.run()
}

function fromClient(script: Script): Pair {
  return scriptConnects(script).pair.run()
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}

test('PITFALLS 26: a server that chooses TLS 1.2, with or without a sentinel', () => {
  const noVersion = editExtension(messageType.serverHello, supportedVersions.type, () => undefined)
  expectRefusal(fromServer(noVersion), 'client', 'noCommonVersion', 'protocolVersion')
  for (const last of [0, 1]) {
    const script = editWith(messageType.serverHello, serverHello, (hello) => ({
      ...hello,
      random: concat(hello.random.subarray(0, 24), text('DOWNGRD'), Uint8Array.of(last)),
      extensions: hello.extensions?.filter(({ type }) => type !== supportedVersions.type),
    }))
    expectRefusal(fromServer(script), 'client', 'noCommonVersion', 'protocolVersion')
  }
})

test('PITFALLS 26: a server that chooses a version that was not offered', () => {
  for (const version of [0x0303, 0x0305, 0x7f1c, 0xfefc]) {
    const script = editExtension(messageType.serverHello, supportedVersions.type, () =>
      uint16(version),
    )
    expectRefusal(fromServer(script), 'client', 'unofferedVersion', 'illegalParameter')
  }
})

test('PITFALLS 26: a client that offers no TLS 1.3', () => {
  const older = editExtension(messageType.clientHello, supportedVersions.type, () =>
    Uint8Array.of(4, 3, 3, 3, 2),
  )
  expectRefusal(fromClient(older), 'server', 'noCommonVersion', 'protocolVersion')
  const none = editExtension(messageType.clientHello, supportedVersions.type, () => undefined)
  expectRefusal(fromClient(none), 'server', 'noCommonVersion', 'protocolVersion')
})

test.run()
