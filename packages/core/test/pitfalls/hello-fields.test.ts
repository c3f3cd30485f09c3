// PITFALLS 29: fields and values of the hellos and of EncryptedExtensions.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { editExtension, editExtensions, editWith, type Script } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { clientHello, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { connectToScript, scriptConnects } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'

const none = new Uint8Array(0)

test('PITFALLS 29: ServerHello: legacy fields that are wrong', () => {
  const wrong = [
    [{ legacyCompressionMethod: 1 }, 'illegalCompression'],
    [{ legacySessionIdEcho: none }, 'illegalParameter'],
    [{ legacySessionIdEcho: new Uint8Array(32) }, 'illegalParameter'],
    [{ cipherSuite: 0x1304 }, 'unofferedSuite'],
    [{ cipherSuite: 0xc02b }, 'unofferedSuite'],
    [{ cipherSuite: 0x0a0a }, 'unofferedSuite'],
  ] as const
  for (const [fields, fault] of wrong) {
    const script = editWith(messageType.serverHello, serverHello, (hello) => ({
      ...hello,
      ...fields,
    }))
    const pair = connectToScript(script, { profile: { grease: true } }).pair.run()
    expectRefusal(pair, 'client', fault, 'illegalParameter')
  }
})

test('PITFALLS 29: ServerHello: a suite that the client knows and did not offer', () => {
  const script = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    cipherSuite: 0x1303,
  }))
  const pair = connectToScript(script, { suites: ['TLS_AES_128_GCM_SHA256'] }).pair.run()
  expectRefusal(pair, 'client', 'unofferedSuite', 'illegalParameter')
})

test('PITFALLS 29: ClientHello: legacy_compression_methods that are not just null', () => {
  for (const methods of [[1], [0, 1], [1, 0], [0, 0]]) {
    const script = editWith(messageType.clientHello, clientHello, (hello) => ({
      ...hello,
      legacyCompressionMethods: Uint8Array.from(methods),
    }))
    const pair = scriptConnects(script).pair.run()
    expectRefusal(pair, 'server', 'illegalCompression', 'illegalParameter')
  }
})

test('PITFALLS 29: ClientHello: what a full handshake cannot do without', () => {
  for (const known of ['signatureAlgorithms', 'supportedGroups', 'keyShare'] as const) {
    const script = editExtension(
      messageType.clientHello,
      extensionTable[known].type,
      () => undefined,
    )
    const pair = scriptConnects(script).pair.run()
    expectRefusal(pair, 'server', 'missingExtension', 'missingExtension')
  }
})

test('PITFALLS 29: ClientHello: server_name that is several, empty, or none', () => {
  const name = (...bytes: readonly number[]) => [
    0,
    bytes.length >> 8,
    bytes.length & 0xff,
    ...bytes,
  ]
  const listed = (...names: readonly (readonly number[])[]) => {
    const flat = names.flat()
    return Uint8Array.of(flat.length >> 8, flat.length & 0xff, ...flat)
  }
  const cases: readonly (readonly [Uint8Array, number])[] = [
    [listed(name(97), name(98)), 47],
    [listed(name()), 50],
    [listed(), 50],
    [listed(name(97, 0, 98)), 47],
    [listed(name(32)), 47],
    [listed(name(200)), 47],
    [listed(name(...new Array<number>(256).fill(97))), 47],
  ]
  for (const [data, told] of cases) {
    const script = editExtension(messageType.clientHello, 0, () => data)
    const pair = scriptConnects(script).pair.run()
    assert.is(pair.server.info, undefined, `${data}`)
    assert.is(pair.server.fault?.alert, told, `${data}: ${pair.server.fault?.message}`)
  }
})

test('PITFALLS 29: ClientHello: unknown values in every list are passed over', () => {
  const grease = [0x0a0a, 0xfafa, 0x1234]
  const widen16 = (data: Uint8Array) => {
    const list = grease.flatMap((value) => [value >> 8, value & 0xff])
    const length = data.length - 2 + list.length
    return Uint8Array.of(length >> 8, length & 0xff, ...list, ...data.subarray(2))
  }
  const widen8 = (data: Uint8Array) =>
    Uint8Array.of(data.length - 1 + 4, 0x0a, 0x0a, 0x7f, 0xff, ...data.subarray(1))
  const { keyShare } = extensionTable
  const scripts: readonly Script[] = [
    editWith(messageType.clientHello, clientHello, (hello) => ({
      ...hello,
      cipherSuites: [...grease, ...hello.cipherSuites],
    })),
    editExtension(messageType.clientHello, extensionTable.supportedGroups.type, widen16),
    editExtension(messageType.clientHello, extensionTable.signatureAlgorithms.type, widen16),
    editExtension(messageType.clientHello, extensionTable.supportedVersions.type, widen8),
    editExtension(messageType.clientHello, extensionTable.pskKeyExchangeModes.type, (data) =>
      Uint8Array.of(data.length + 1, 0x0b, 0x2a, ...data.subarray(1)),
    ),
    editExtension(messageType.clientHello, extensionTable.alpn.type, (data) => {
      const length = data.length - 2 + 3
      return Uint8Array.of(0, length, 2, 0x0a, 0x0a, ...data.subarray(2))
    }),
    editExtensions(messageType.clientHello, (list) => [
      { type: 0x0a0a, data: none },
      ...list.map((extension) =>
        extension.type === extensionTable.supportedGroups.type
          ? { ...extension, data: widen16(extension.data) }
          : extension.type === keyShare.type
            ? {
                ...extension,
                data: encode(keyShare.clientHello, [
                  { group: 0x0a0a, keyExchange: Uint8Array.of(0) },
                  ...decode(keyShare.clientHello, extension.data),
                ]),
              }
            : extension,
      ),
      { type: 0xfafa, data: Uint8Array.of(0) },
    ]),
  ]
  for (const script of scripts)
    expectEstablished(scriptConnects(script, { alpn: ['a'] }, { alpn: ['a'] }).pair.run())
})

test('PITFALLS 29: EncryptedExtensions: ALPN that is none, several, empty, or not ours', () => {
  const answers: readonly (readonly [readonly number[], number])[] = [
    [[0, 2, 1, 122], 47],
    [[0, 4, 1, 97, 1, 97], 47],
    [[0, 1, 0], 50],
    [[0, 0], 50],
  ]
  for (const [data, told] of answers) {
    const script = editExtension(messageType.encryptedExtensions, extensionTable.alpn.type, () =>
      Uint8Array.from(data),
    )
    const pair = connectToScript(script, { alpn: ['a'] }, { alpn: ['a'] }).pair.run()
    assert.is(pair.client.info, undefined)
    assert.is(pair.client.fault?.alert, told)
  }
})

test('PITFALLS 29: record_size_limit and max_fragment_length that are wrong', () => {
  const { recordSizeLimit, maxFragmentLength } = extensionTable
  for (const limit of [0, 63]) {
    const data = Uint8Array.of(0, limit)
    const inServer = editExtension(
      messageType.encryptedExtensions,
      recordSizeLimit.type,
      () => data,
    )
    const pair = connectToScript(inServer, { recordSizeLimit: 100 }, {}).pair.run()
    expectRefusal(pair, 'client', 'illegalParameter', 'illegalParameter')
    const inClient = editExtension(messageType.clientHello, recordSizeLimit.type, () => data)
    const other = scriptConnects(inClient, { recordSizeLimit: 100 }).pair.run()
    expectRefusal(other, 'server', 'illegalParameter', 'illegalParameter')
  }
  for (const code of [0, 5, 255]) {
    const script = editExtension(messageType.clientHello, maxFragmentLength.type, () =>
      Uint8Array.of(code),
    )
    const pair = scriptConnects(script, { maxFragmentLength: 512 }).pair.run()
    expectRefusal(pair, 'server', 'illegalParameter', 'illegalParameter')
  }
  for (const code of [0, 2, 5]) {
    const script = editExtension(messageType.encryptedExtensions, maxFragmentLength.type, () =>
      Uint8Array.of(code),
    )
    const pair = connectToScript(script, { maxFragmentLength: 512 }).pair.run()
    expectRefusal(pair, 'client', 'illegalParameter', 'illegalParameter')
  }
})

test.run()
