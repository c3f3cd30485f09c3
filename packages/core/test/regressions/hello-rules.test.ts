import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, noBytes } from '#src/bytes.js'
import type { Connection } from '#src/connection.js'
import { createServer } from '#src/server.js'
import { addExtension, combine, editWith } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { clientHello, handshakeBytes, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import {
  connect,
  connectToScript,
  demand,
  scriptConnects,
  serverConfig,
  text,
} from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }
const cookie = { keys: [new Uint8Array(32).fill(1)], peer: text('192.0.2.1') }
const tickets = {
  keys: { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] },
}

/** The fault of a connection that is polled to its end. */
function faultOf(connection: Connection): string | undefined {
  for (;;) {
    const output = connection.poll()
    if (output.kind === 'failed') return output.fault.code
    if (output.kind === 'idle') return undefined
  }
}

test('a hello that says another version than 1.2 where that stands is refused (RFC 9846 4.2.2)', () => {
  for (const legacyVersion of [0x0300, 0x0301, 0x0302, 0x0304]) {
    const script = editWith(messageType.clientHello, clientHello, (hello) => ({
      ...hello,
      legacyVersion,
    }))
    const { pair } = scriptConnects(script)
    expectRefusal(pair.run(), 'server', 'noCommonVersion', 'protocolVersion')
  }
})

test('and so is a ServerHello or HelloRetryRequest (RFC 9846 4.2.3, 4.2.4)', () => {
  for (const legacyVersion of [0x0300, 0x0302, 0x0304]) {
    const script = editWith(messageType.serverHello, serverHello, (hello) => ({
      ...hello,
      legacyVersion,
    }))
    const { pair } = connectToScript(script)
    expectRefusal(pair.run(), 'client', 'noCommonVersion', 'protocolVersion')
    const retried = connectToScript(script, { keyShares: ['x25519'] }, { groups: ['secp256r1'] })
    expectRefusal(retried.pair.run(), 'client', 'noCommonVersion', 'protocolVersion')
  }
})

test('the second ClientHello may bring another encrypted_client_hello (RFC 9849 6.1)', () => {
  const sealed = (byte: number, nth: number) =>
    addExtension(messageType.clientHello, { type: 0xfe0d, data: Uint8Array.of(byte) }, { nth })
  const { pair } = scriptConnects(
    combine(sealed(1, 1), sealed(2, 2)),
    { keyShares: ['x25519'] },
    { groups: ['secp256r1'] },
  )
  expectEstablished(pair.run())
})

// A server that remembers the first ClientHello refused this always.
test('early_data with a cookie is refused where the first ClientHello was forgotten', () => {
  const pair = connect({}, { cookie })
  pair.client.step()
  pair.server.step()
  pair.client.step()
  const hellos = recordsOf(pair.client.transmitted).filter(({ type }) => type === 22)
  const second = decode(clientHello, demand(hellos[1]).fragment.subarray(4))
  const extensions = [...(second.extensions ?? []), { type: 42, data: noBytes }]
  const body = encode(clientHello, { ...second, extensions })
  const raw = handshakeBytes(messageType.clientHello, body)
  const server = createServer(serverConfig({ cookie }), now)
  server.receive(concat(Uint8Array.of(22, 3, 3, raw.length >> 8, raw.length & 0xff), raw))
  assert.is(faultOf(server), 'changedClientHello')
})

test('empty records are not skipped as early data without bound', () => {
  const session = demand(
    connect({}, { tickets, earlyData: { maxBytes: 100, replay: () => true } }).run().client
      .sessions[0],
  )
  const pair = connect({ session, earlyData: true }, { tickets })
  pair.client.connection.sendEarly(text('early'))
  pair.client.step()
  pair.server.step()
  const { connection } = pair.server
  const empty = Uint8Array.of(23, 3, 3, 0, 0)
  const flood = concat(...new Array<Uint8Array>(1_000).fill(empty))
  for (let sent = 0; sent < 200_000; sent += flood.length) {
    assert.is(connection.receive(flood), flood.length)
    const fault = faultOf(connection)
    if (fault !== undefined) {
      assert.is(fault, 'badRecordMac')
      return
    }
  }
  assert.unreachable('200,000 bytes were skipped')
})

test.run()
