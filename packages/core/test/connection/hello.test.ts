import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { seededRandom } from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { extensionTable, readExtensions } from '#src/wire/extension.js'
import { type ClientHello, clientHello } from '#src/wire/message.js'
import { isGrease } from '#src/wire/registry.js'
import { connect, demand } from '../support/connect.js'
import { alertAt, expectEstablished } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'

/** The first ClientHello that this configuration makes, for which the server must have a use. */
function helloOf(client: Partial<ClientConfig>, server: Partial<ServerConfig> = {}): ClientHello {
  const pair = connect(client, server).run()
  expectEstablished(pair)
  const [first] = recordsOf(pair.client.transmitted)
  return decode(clientHello, demand(first).fragment.subarray(4))
}

function types({ extensions = [] }: ClientHello): number[] {
  return extensions.map(({ type }) => type)
}

test('the default hello says what is configured, and nothing else', () => {
  const hello = helloOf({})
  assert.is(hello.legacyVersion, 0x0303)
  assert.is(hello.legacySessionId.length, 32)
  assert.equal(hello.cipherSuites, [0x1301, 0x1302, 0x1303])
  assert.equal(hello.legacyCompressionMethods, Uint8Array.of(0))
  const values = readExtensions('clientHello', hello.extensions ?? [])
  assert.equal(values.supportedVersions, [0x0304])
  assert.equal(values.supportedGroups, [29, 23])
  assert.equal(
    values.keyShare?.map(({ group }) => group),
    [29],
  )
  assert.equal(values.signatureAlgorithms, [0x0403, 0x0807])
  assert.equal(values.pskKeyExchangeModes, [1])
  assert.equal(Object.keys(values).sort(), [
    'keyShare',
    'pskKeyExchangeModes',
    'serverName',
    'signatureAlgorithms',
    'statusRequest',
    'supportedGroups',
    'supportedVersions',
  ])
})

test('without middlebox compatibility there is no session id and no CCS', () => {
  assert.is(helloOf({ middleboxCompatibility: false }).legacySessionId.length, 0)
  const pair = connect({ middleboxCompatibility: false }).run()
  for (const { transmitted } of [pair.client, pair.server])
    assert.not(recordsOf(transmitted).some(({ type }) => type === 20))
  const compatible = connect().run()
  for (const { transmitted } of [compatible.client, compatible.server])
    assert.is(recordsOf(transmitted).filter(({ type }) => type === 20).length, 1)
})

test('suites, groups and schemes stand in the order of the configuration', () => {
  const hello = helloOf({
    suites: ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
    groups: ['secp256r1', 'x25519'],
    signatureSchemes: ['ed25519', 'ecdsa_secp256r1_sha256'],
    keyShares: ['x25519', 'secp256r1'],
  })
  assert.equal(hello.cipherSuites, [0x1303, 0x1301])
  const values = readExtensions('clientHello', hello.extensions ?? [])
  assert.equal(values.supportedGroups, [23, 29])
  assert.equal(values.signatureAlgorithms, [0x0807, 0x0403])
})

test('key shares out of the order of the groups are put into it', () => {
  const hello = helloOf({ groups: ['secp256r1', 'x25519'], keyShares: ['x25519', 'secp256r1'] })
  const values = readExtensions('clientHello', hello.extensions ?? [])
  assert.equal(
    values.keyShare?.map(({ group }) => group),
    [23, 29],
  )
})

test('extensions in the order wanted, others left out, more added', () => {
  const extra = { type: 0xfe0f, data: Uint8Array.of(1, 2) }
  const hello = helloOf({
    profile: {
      extensionOrder: [51, 43, 0xfe0f, 10],
      omitExtensions: [extensionTable.statusRequest.type],
      extraExtensions: [extra],
    },
  })
  assert.equal(types(hello).slice(0, 4), [51, 43, 0xfe0f, 10])
  assert.not(types(hello).includes(5))
  assert.equal(hello.extensions?.[2], extra)
})

test('the profile lists numbers as they are, and only known ones are used', () => {
  const hello = helloOf({
    profile: {
      cipherSuites: [0x1301, 0xc02b, 0x00ff],
      supportedGroups: [29, 24, 25],
      signatureAlgorithms: [0x0401, 0x0807, 0x0203],
    },
  })
  assert.equal(hello.cipherSuites, [0x1301, 0xc02b, 0x00ff])
  const values = readExtensions('clientHello', hello.extensions ?? [])
  assert.equal(values.supportedGroups, [29, 24, 25])
  assert.equal(values.signatureAlgorithms, [0x0401, 0x0807, 0x0203])
})

test('GREASE stands in every list, and differs by connection', () => {
  const seen = new Set<string>()
  for (let i = 0; i < 50; i++) {
    const hello = helloOf({ profile: { grease: true }, random: seededRandom(i) })
    const values = readExtensions('clientHello', hello.extensions ?? [])
    assert.ok(isGrease(hello.cipherSuites[0] ?? 0))
    assert.ok(isGrease(values.supportedVersions?.[0] ?? 0))
    assert.ok(isGrease(values.supportedGroups?.[0] ?? 0))
    assert.is(values.keyShare?.[0]?.group, values.supportedGroups?.[0])
    const list = types(hello)
    assert.ok(isGrease(list[0] ?? 0) && isGrease(list[list.length - 1] ?? 0))
    assert.not.equal(list[0], list[list.length - 1])
    seen.add(`${hello.cipherSuites[0]} ${list[0]}`)
  }
  assert.ok(seen.size > 10)
})

test('GREASE stays the same in the second ClientHello', () => {
  const pair = connect(
    { profile: { grease: true }, keyShares: ['x25519'] },
    { groups: ['secp256r1'] },
  ).run()
  expectEstablished(pair)
})

test('pre_shared_key stays last, under GREASE, an order and padding', () => {
  const psk = { identity: Uint8Array.of(1), key: new Uint8Array(32) }
  const profile = { grease: true, padTo: 700, extensionOrder: [41, 51] }
  const hello = helloOf({ psks: [psk], profile }, { psks: [psk] })
  assert.is(types(hello).at(-1), 41)
})

test('the hello is padded to the length wanted', () => {
  const psk = { identity: Uint8Array.of(1), key: new Uint8Array(32) }
  for (const options of [{}, { psks: [psk] }] as const) {
    const pair = connect({ ...options, profile: { padTo: 512 } }, options).run()
    expectEstablished(pair)
    assert.is(recordsOf(pair.client.transmitted)[0]?.fragment.length, 512)
  }
  // Too long already, or too little room for an extension: no padding.
  assert.not(types(helloOf({ profile: { padTo: 100 } })).includes(21))
})

test('the server decides about suites and groups, or the client does', () => {
  const client = {
    suites: ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
    groups: ['secp256r1', 'x25519'],
    keyShares: ['secp256r1', 'x25519'],
  }
  const server = connect(client).run()
  assert.is(server.client.info?.suite.name, 'TLS_AES_128_GCM_SHA256')
  assert.is(server.client.info?.group?.name, 'x25519')
  const preferred = connect(client, { preference: 'client' }).run()
  assert.is(preferred.client.info?.suite.name, 'TLS_CHACHA20_POLY1305_SHA256')
  assert.is(preferred.client.info?.group?.name, 'secp256r1')
})

test('no common suite', () => {
  const pair = connect(
    { suites: ['TLS_AES_128_GCM_SHA256'] },
    { suites: ['TLS_AES_256_GCM_SHA384'] },
  ).run()
  assert.is(pair.server.fault?.code, 'noCommonSuite')
  assert.is(alertAt(pair.client), 'handshakeFailure')
})

test('application protocols: the first of ours that the client has', () => {
  const chosen = (client: readonly string[], server: readonly string[]) => {
    const pair = connect({ alpn: client }, { alpn: server }).run()
    assert.is(pair.client.info?.alpn, pair.server.info?.alpn)
    return pair.client.info?.alpn
  }
  assert.is(chosen(['a', 'b'], ['b', 'a']), 'b')
  assert.is(chosen(['a'], ['b', 'a']), 'a')
  assert.is(chosen(['a'], []), undefined)
  assert.is(chosen([], ['a']), undefined)
  const pair = connect({ alpn: ['a'] }, { alpn: ['b'] }).run()
  assert.is(pair.server.fault?.code, 'noCommonProtocol')
  assert.is(alertAt(pair.client), 'noApplicationProtocol')
})

test('configure sees the hello, changes the configuration, or refuses', () => {
  const questions: unknown[] = []
  const pair = connect(
    { alpn: ['a', 'b'] },
    {
      configure(question) {
        questions.push({ ...question, clientHello: undefined })
        return { alpn: ['b'], suites: ['TLS_AES_256_GCM_SHA384'] }
      },
    },
  ).run()
  expectEstablished(pair)
  assert.is(pair.client.info?.alpn, 'b')
  assert.is(pair.client.info?.suite.name, 'TLS_AES_256_GCM_SHA384')
  assert.equal(questions, [
    {
      kind: 'configure',
      serverName: 'server.example',
      alpn: ['a', 'b'],
      cipherSuites: [0x1301, 0x1302, 0x1303],
      signatureSchemes: [0x0403, 0x0807],
      versions: [0x0304],
      clientHello: undefined,
    },
  ])
  const refused = connect({}, { configure: () => ({ refuse: 'no such name', alert: 112 }) }).run()
  assert.is(refused.server.fault?.code, 'refusedByConfiguration')
  assert.is(alertAt(refused.client), 'unrecognizedName')
  const denied = connect({}, { configure: () => ({ refuse: 'no' }) }).run()
  assert.is(alertAt(denied.client), 'accessDenied')
})

test('a configure decision is made once, retry or not', () => {
  let asked = 0
  const configure = () => {
    asked++
    return { groups: ['secp256r1'] }
  }
  const pair = connect({ keyShares: ['x25519'] }, { configure }).run()
  expectEstablished(pair)
  assert.is(asked, 1)
})

test.run()
