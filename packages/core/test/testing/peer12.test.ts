// The scripted peer where TLS 1.2 is spoken: its own keys, its change_cipher_spec, and the keys before a renegotiation.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { combine, edit, editWith, on, type Script, split } from '#src/testing.js'
import { certificate12, messages12 } from '#src/wire/message12.js'
import { contentType, messageType } from '#src/wire/registry.js'
import { text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { openNull12, recordsOf } from '../support/records.js'
import { connectToScript12, scriptConnects12 } from '../support/tls12.js'

const { certificate, serverKeyExchange, serverHelloDone, finished } = messageType
const renegotiation = { peerMayStart: true }

test('each message has a record of its own, and change_cipher_spec comes before Finished', () => {
  const { pair } = connectToScript12({})
  expectEstablished(pair.run())
  const records = recordsOf(pair.server.transmitted)
  assert.equal(
    records.map(({ type, fragment }) => (type === contentType.handshake ? fragment[0] : type)),
    [messageType.serverHello, certificate, serverKeyExchange, serverHelloDone, 20, 0],
  )
  // The explicit part of the nonce was the record's number; the message is behind it.
  const [last] = records.slice(-1)
  assert.is(last && openNull12(last)[0], finished)
})

test('messages are edited in the shapes of TLS 1.2, and sent in fragments', () => {
  const same: readonly Script[] = [
    editWith(certificate, certificate12, (message) => ({ ...message })),
    edit(serverKeyExchange, (body) => body.slice()),
    split(certificate, [1, 2, 3]),
    combine(split(finished, [4, 4]), split(serverHelloDone, [1])),
  ]
  for (const script of same) expectEstablished(connectToScript12(script).pair.run())
  for (const type of Object.keys(messages12).map(Number)) {
    const script = on(type, ({ raw, body }, wire) => {
      const { codec } = messages12[type] ?? {}
      assert.ok(codec)
      assert.equal(wire.message(type, body), raw)
      return raw
    })
    expectEstablished(connectToScript12(script).pair.run())
    expectEstablished(scriptConnects12(script).pair.run())
  }
})

test('change_cipher_spec goes through the script, and keys are installed behind it', () => {
  const seen: string[] = []
  const script: Script = {
    changeCipherSpec(wire) {
      seen.push(`ccs under ${wire.level}`)
      wire.changeCipherSpec()
    },
    keys: (level, wire) => seen.push(`${level} ${wire.level}`),
  }
  for (const open of [connectToScript12, scriptConnects12]) {
    seen.length = 0
    expectEstablished(open(script).pair.run())
    assert.equal(seen, ['ccs under initial', 'application application'])
  }
  const { pair } = connectToScript12({ changeCipherSpec: () => undefined })
  assert.is(pair.run().client.info, undefined)
})

test('in a renegotiation change_cipher_spec is protected, and the keys before can still be used', () => {
  for (const level of ['application', 'previous'] as const) {
    const { pair, peer } = scriptConnects12({}, { renegotiation }, { renegotiation })
    pair.run()
    peer.connection.renegotiate()
    pair.run()
    const ccs = recordsOf(pair.client.transmitted).filter(({ type }) => type === 20)
    assert.equal(
      ccs.map(({ fragment }) => fragment.length),
      [1, 8 + 1 + 16],
    )
    peer.wire.data(text('x'), { level })
    pair.run()
    if (level === 'application') assert.equal(pair.server.data, text('x'))
    else assert.is(pair.server.fault?.code, 'badRecordMac')
  }
})

test('records in plaintext, damaged, or of another version', () => {
  const cases = [
    ['badRecordMac', { level: 'initial' }],
    [
      'badRecordMac',
      { damage: (record: Uint8Array) => record.map((b, i) => (i === 9 ? b ^ 1 : b)) },
    ],
    ['badRecordVersion', { version: 0x0302 }],
  ] as const
  for (const [code, options] of cases) {
    const { pair, peer } = connectToScript12({})
    pair.run()
    peer.wire.data(text('never'), options)
    assert.is(pair.run().client.fault?.code, code)
    assert.is(pair.client.data.length, 0)
  }
})

test.run()
