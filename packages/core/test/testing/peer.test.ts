import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  addExtension,
  after,
  before,
  combine,
  edit,
  editExtension,
  editExtensions,
  editWith,
  instead,
  omit,
  on,
  type Script,
  split,
} from '#src/testing.js'
import { encryptedExtensions } from '#src/wire/message.js'
import { contentType, messageType } from '#src/wire/registry.js'
import { connectToScript, scriptConnects, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { openNull, recordsOf } from '../support/records.js'

const { encryptedExtensions: ee, certificate, certificateVerify, finished } = messageType

/** The handshake messages that a scripted server sends under keys, by type, fragments counted. */
function sent(script: Script): number[] {
  const { pair } = connectToScript(script)
  pair.run()
  return recordsOf(pair.server.transmitted)
    .filter(({ type }) => type === 23)
    .map(openNull)
    .filter(({ type }) => type === contentType.handshake)
    .map(({ content }) => content[0] ?? -1)
}

test('each message has a record of its own', () => {
  assert.equal(sent({}), [ee, certificate, certificateVerify, finished])
})

test('messages left out, put before, behind and in the place of others', () => {
  const key = (wire: { message: (type: number, body: Uint8Array) => unknown }) =>
    void wire.message(24, Uint8Array.of(0))
  assert.equal(sent(omit(certificate)), [ee, certificateVerify, finished])
  assert.equal(sent(before(certificate, key)), [ee, 24, certificate, certificateVerify, finished])
  assert.equal(sent(after(certificate, key)), [ee, certificate, 24, certificateVerify, finished])
  const replaced = instead(certificate, (wire) => {
    key(wire)
    return undefined
  })
  assert.equal(sent(replaced), [ee, 24, certificateVerify, finished])
  assert.equal(sent(combine(omit(ee), before(finished, key))), [
    certificate,
    certificateVerify,
    24,
    finished,
  ])
})

test('a message in fragments', () => {
  const { pair } = connectToScript(split(certificate, [1, 2, 3]))
  expectEstablished(pair.run())
  const lengths = recordsOf(pair.server.transmitted)
    .filter(({ type }) => type === 23)
    .map((record) => openNull(record).content.length)
  assert.equal(lengths.slice(1, 4), [1, 2, 3])
})

test('a change that both see is agreed upon, a change that one sees is not', () => {
  const extension = { type: 0x0a0a, data: text('x') }
  // The hello of a client may have anything.
  const agreed = scriptConnects(addExtension(messageType.clientHello, extension))
  expectEstablished(agreed.pair.run())
  const apart = scriptConnects(
    addExtension(messageType.clientHello, extension, { transcript: 'meant' }),
  )
  apart.pair.run()
  assert.is(apart.pair.server.info, undefined)
  assert.is(apart.pair.client.info, undefined)
})

test('only the nth message is changed', () => {
  const seen: number[] = []
  const script: Script = {
    handshake(message, _, { nth, sent: all }) {
      if (message.type === messageType.clientHello) seen.push(nth)
      assert.is(all[all.length - 1], message)
      return undefined
    },
  }
  const cookie = { keys: [new Uint8Array(32)], peer: text('x') }
  expectEstablished(scriptConnects(script, {}, { cookie }).pair.run())
  assert.equal(seen, [1, 2])
  const second = on(messageType.clientHello, () => new Uint8Array(0), 2)
  const { pair } = scriptConnects(second, {}, { cookie })
  pair.run()
  assert.is(pair.server.connection.state, 'waitSecondClientHello')
})

test('bodies, fields and extensions can be edited', () => {
  const same: readonly Script[] = [
    edit(ee, (body) => body.slice()),
    editWith(ee, encryptedExtensions, (message) => ({ ...message })),
    editExtensions(ee, (list) => [...list]),
    editExtension(ee, 0, (data) => data),
  ]
  for (const script of same) expectEstablished(connectToScript(script).pair.run())
  const { pair } = connectToScript(editExtension(ee, 0, () => undefined))
  expectEstablished(pair.run())
  assert.throws(() => editExtensions(99, (list) => list), /99/)
})

test('alerts, data, change_cipher_spec and keys go through the script too', () => {
  const levels: string[] = []
  const script: Script = {
    changeCipherSpec: () => undefined,
    data: (bytes, wire) => wire.data(bytes.map((byte) => byte ^ 0xff)),
    alert: (level, _, wire) => wire.alert(level, 80),
    keys: (level) => levels.push(level),
  }
  const { pair, peer } = connectToScript(script)
  expectEstablished(pair.run())
  assert.not(recordsOf(pair.server.transmitted).some(({ type }) => type === 20))
  assert.equal(levels, ['handshake', 'application'])
  pair.server.send(Uint8Array.of(0, 1))
  pair.run()
  assert.equal(pair.client.data, Uint8Array.of(0xff, 0xfe))
  peer.connection.close()
  pair.run()
  assert.is(pair.client.fault?.alert, 80)
})

test('records at any level, with padding, another version, or damaged', () => {
  const { pair, peer } = connectToScript({})
  pair.run()
  peer.wire.data(text('x'), { padding: 10, version: 0x0301 })
  pair.run()
  assert.equal(pair.client.data, text('x'))
  assert.is(peer.wire.level, 'application')
  peer.wire.data(text('y'), { level: 'handshake' })
  pair.run()
  assert.is(pair.client.fault?.code, 'badRecordMac')
})

test.run()
