// PITFALLS 27: HelloRetryRequest.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { createServer } from '#src/server.js'
import {
  addExtension,
  type EditOptions,
  edit,
  editExtension,
  editExtensions,
  editWith,
  on,
  type Pair,
  type Script,
} from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import { extensionTable } from '#src/wire/extension.js'
import { type ClientHello, clientHello, serverHello } from '#src/wire/message.js'
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

const cookie = { keys: [new Uint8Array(32).fill(3)], peer: text('192.0.2.1') }
const { keyShare, supportedVersions, cookie: cookieExtension } = extensionTable
/** A retry with a cookie alone, and one for a group. */
const byCookie: Partial<ServerConfig> = { cookie }
const byGroup: Partial<ServerConfig> = { groups: ['secp256r1'] }
const oneShare: Partial<ClientConfig> = { keyShares: ['x25519'] }

function fromServer(script: Script, server: Partial<ServerConfig> = {}): Pair {
  return connectToScript(script, oneShare, server).pair.run()
}

function fromClient(script: Script, server: Partial<ServerConfig>): Pair {
  return scriptConnects(script, oneShare, server).pair.run()
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}

const retry: EditOptions = { nth: 1 }
const second: EditOptions = { nth: 2 }

// The client's side

test('PITFALLS 27: a second HelloRetryRequest', () => {
  let first: Uint8Array | undefined
  const script = on(messageType.serverHello, (message, wire) => {
    first ??= message.raw
    wire.handshake(first)
    return first
  })
  const { pair } = connectToScript(script, { ...oneShare, middleboxCompatibility: false }, byCookie)
  expectRefusal(pair.run(), 'client', 'secondHelloRetryRequest', 'unexpectedMessage')
})

test('PITFALLS 27: a HelloRetryRequest for a group that was not offered', () => {
  for (const group of [24, 256, 0x0a0a, 0]) {
    const script = editExtension(messageType.serverHello, keyShare.type, () => uint16(group), retry)
    expectRefusal(fromServer(script, byGroup), 'client', 'unofferedGroup', 'illegalParameter')
  }
})

test('PITFALLS 27: a HelloRetryRequest for a group whose share was sent', () => {
  const script = editExtension(messageType.serverHello, keyShare.type, () => uint16(29), retry)
  expectRefusal(
    fromServer(script, byGroup),
    'client',
    'pointlessHelloRetryRequest',
    'illegalParameter',
  )
})

test('PITFALLS 27: a HelloRetryRequest that asks for nothing', () => {
  const script = editExtension(messageType.serverHello, keyShare.type, () => undefined, retry)
  expectRefusal(
    fromServer(script, byGroup),
    'client',
    'pointlessHelloRetryRequest',
    'illegalParameter',
  )
})

test('PITFALLS 27: a HelloRetryRequest with fields that are wrong', () => {
  const wrong = [
    [{ legacySessionIdEcho: new Uint8Array(32) }, 'illegalParameter'],
    [{ legacyCompressionMethod: 1 }, 'illegalCompression'],
    [{ cipherSuite: 0x1304 }, 'unofferedSuite'],
  ] as const
  for (const [fields, fault] of wrong) {
    const script = editWith(
      messageType.serverHello,
      serverHello,
      (hello) => ({ ...hello, ...fields }),
      retry,
    )
    expectRefusal(fromServer(script, byGroup), 'client', fault, 'illegalParameter')
  }
})

test('PITFALLS 27: a HelloRetryRequest with extensions that it may not have', () => {
  for (const type of [extensionTable.preSharedKey.type, extensionTable.alpn.type, 0]) {
    const extension = { type, data: uint16(0) }
    const script = addExtension(messageType.serverHello, extension, retry)
    expectRefusal(fromServer(script, byGroup), 'client', 'misplacedExtension', 'illegalParameter')
  }
  const unknown = addExtension(messageType.serverHello, { type: 0x1234, data: uint16(0) }, retry)
  expectRefusal(
    fromServer(unknown, byGroup),
    'client',
    'unsolicitedExtension',
    'unsupportedExtension',
  )
})

test('PITFALLS 27: an empty cookie', () => {
  const script = editExtension(
    messageType.serverHello,
    cookieExtension.type,
    () => uint16(0),
    retry,
  )
  expectRefusal(fromServer(script, byCookie), 'client', 'malformedMessage', 'decodeError')
})

test('PITFALLS 27: a ServerHello that says otherwise than the HelloRetryRequest', () => {
  const suite = editWith(
    messageType.serverHello,
    serverHello,
    (hello) => ({ ...hello, cipherSuite: 0x1303 }),
    second,
  )
  expectRefusal(fromServer(suite, byGroup), 'client', 'unofferedSuite', 'illegalParameter')
  const share = encode(keyShare.serverHello, { group: 29, keyExchange: new Uint8Array(32).fill(1) })
  const group = editExtension(messageType.serverHello, keyShare.type, () => share, second)
  expectRefusal(fromServer(group, byGroup), 'client', 'unofferedGroup', 'illegalParameter')
  const version = editExtension(
    messageType.serverHello,
    supportedVersions.type,
    () => undefined,
    second,
  )
  expectRefusal(fromServer(version, byGroup), 'client', 'unofferedVersion', 'illegalParameter')
})

test('PITFALLS 27: the hash of the first ClientHello stands in the transcript', () => {
  // Only the bytes on the wire change: the second handshake goes on over another first ClientHello.
  const script = editWith(
    messageType.clientHello,
    clientHello,
    (hello) => ({ ...hello, cipherSuites: [...hello.cipherSuites, 0x1305] }),
    { nth: 1, transcript: 'meant' },
  )
  const repeat = editWith(
    messageType.clientHello,
    clientHello,
    (hello) => ({ ...hello, cipherSuites: [...hello.cipherSuites, 0x1305] }),
    second,
  )
  const both: Script = {
    handshake: (message, wire, progress) =>
      script.handshake?.(message, wire, progress) ?? repeat.handshake?.(message, wire, progress),
  }
  const pair = fromClient(both, byGroup)
  assert.is(pair.server.info, undefined)
  assert.is(pair.client.info, undefined)
  assert.is(pair.client.fault?.code, 'badRecordMac')
})

test('PITFALLS 27: the client sends the cookie back as it came, and one share for the group', () => {
  const pair = connect(oneShare, { ...byCookie, ...byGroup }).run()
  expectEstablished(pair)
  const hellos = recordsOf(pair.client.transmitted).filter(({ type }) => type === 22)
  assert.is(hellos.length, 2)
  const large = cookieOf(new Uint8Array(65_000).fill(9))
  const echoed: Uint8Array[] = []
  const script = edit(messageType.serverHello, large, { nth: 1 })
  const { pair: other } = connectToScript(
    script,
    {
      observe(observation) {
        if (observation.kind === 'message' && observation.type === messageType.clientHello)
          echoed.push(observation.bytes)
      },
      limits: { handshakeMessage: 100_000 },
    },
    { ...byCookie, limits: { handshakeMessage: 100_000 } },
  )
  other.run()
  assert.ok(Buffer.from(demand(echoed[1])).includes(Buffer.from(new Uint8Array(65_000).fill(9))))
})

function cookieOf(value: Uint8Array): (body: Uint8Array) => Uint8Array {
  return (body) => {
    const hello = decode(serverHello, body)
    return encode(serverHello, {
      ...hello,
      extensions: hello.extensions?.map((extension) =>
        extension.type === cookieExtension.type
          ? { type: extension.type, data: encode(cookieExtension.clientHello, value) }
          : extension,
      ),
    })
  }
}

// The server's side

const changes: readonly (readonly [string, (hello: ClientHello) => ClientHello])[] = [
  ['random', (hello) => ({ ...hello, random: new Uint8Array(32) })],
  ['legacy_session_id', (hello) => ({ ...hello, legacySessionId: new Uint8Array(32) })],
  ['legacy_session_id, none', (hello) => ({ ...hello, legacySessionId: new Uint8Array(0) })],
  [
    'cipher_suites, one less',
    (hello) => ({ ...hello, cipherSuites: hello.cipherSuites.slice(0, 2) }),
  ],
  [
    'cipher_suites, another order',
    (hello) => ({ ...hello, cipherSuites: [...hello.cipherSuites].reverse() }),
  ],
  [
    'legacy_compression_methods',
    (hello) => ({ ...hello, legacyCompressionMethods: Uint8Array.of(0, 1) }),
  ],
  ['legacy_version', (hello) => ({ ...hello, legacyVersion: 0x0302 })],
  ['server_name', (hello) => changeExtension(hello, 0, Uint8Array.of(0, 4, 0, 0, 1, 97))],
  ['server_name, none', (hello) => changeExtension(hello, 0, undefined)],
  ['supported_groups', (hello) => changeExtension(hello, 10, Uint8Array.of(0, 2, 0, 23))],
  ['signature_algorithms', (hello) => changeExtension(hello, 13, Uint8Array.of(0, 2, 8, 7))],
  [
    'the order of extensions',
    (hello) => ({ ...hello, extensions: [...(hello.extensions ?? [])].reverse() }),
  ],
  [
    'one extension more',
    (hello) => ({
      ...hello,
      extensions: [...(hello.extensions ?? []), { type: 0x1234, data: new Uint8Array(0) }],
    }),
  ],
  [
    'early_data',
    (hello) => ({
      ...hello,
      extensions: [...(hello.extensions ?? []), { type: 42, data: new Uint8Array(0) }],
    }),
  ],
]

function changeExtension(
  hello: ClientHello,
  type: number,
  data: Uint8Array | undefined,
): ClientHello {
  const extensions = (hello.extensions ?? []).flatMap((extension) => {
    if (extension.type !== type) return [extension]
    return data === undefined ? [] : [{ type, data }]
  })
  return { ...hello, extensions }
}

for (const [name, change] of changes)
  test(`PITFALLS 27: a second ClientHello with another ${name}`, () => {
    for (const server of [byGroup, byCookie]) {
      const pair = fromClient(
        editWith(messageType.clientHello, clientHello, change, second),
        server,
      )
      expectRefusal(pair, 'server', 'changedClientHello', 'illegalParameter')
    }
  })

test('PITFALLS 27: a second ClientHello without a TLS version that the server has', () => {
  const script = editExtension(
    messageType.clientHello,
    supportedVersions.type,
    () => Uint8Array.of(2, 3, 3),
    second,
  )
  expectRefusal(fromClient(script, byGroup), 'server', 'noCommonVersion', 'protocolVersion')
})

test('PITFALLS 27: the cookie dropped, changed, or invented', () => {
  const dropped = editExtension(
    messageType.clientHello,
    cookieExtension.type,
    () => undefined,
    second,
  )
  expectRefusal(fromClient(dropped, byCookie), 'server', 'missingExtension', 'missingExtension')
  for (const at of [2, 10, 50]) {
    const changed = editExtension(
      messageType.clientHello,
      cookieExtension.type,
      (data) => {
        const copy = data.slice()
        copy[at] = (copy[at] ?? 0) ^ 1
        return copy
      },
      second,
    )
    expectRefusal(fromClient(changed, byCookie), 'server', 'badCookie', 'illegalParameter')
  }
  for (const length of [1, 31, 32, 40]) {
    const short = editExtension(
      messageType.clientHello,
      cookieExtension.type,
      () => Uint8Array.of(0, length, ...new Uint8Array(length)),
      second,
    )
    expectRefusal(fromClient(short, byCookie), 'server', 'badCookie', 'illegalParameter')
  }
  const invented = { type: cookieExtension.type, data: Uint8Array.of(0, 1, 7) }
  expectRefusal(
    fromClient(addExtension(messageType.clientHello, invented, second), byGroup),
    'server',
    'changedClientHello',
    'illegalParameter',
  )
  expectRefusal(
    fromClient(addExtension(messageType.clientHello, invented), byCookie),
    'server',
    'badCookie',
    'illegalParameter',
  )
})

test('PITFALLS 27: a share for another group than asked for, none, or several', () => {
  const share = (...groups: readonly number[]) =>
    encode(
      keyShare.clientHello,
      groups.map((group) => ({
        group,
        keyExchange: new Uint8Array(group === 29 ? 32 : 65).fill(1),
      })),
    )
  for (const groups of [[29], [], [29, 23], [23, 23]]) {
    const script = editExtension(
      messageType.clientHello,
      keyShare.type,
      () => share(...groups),
      second,
    )
    const pair = fromClient(script, byGroup)
    assert.is(pair.server.info, undefined)
    assert.ok(['changedClientHello', 'illegalKeyShares'].includes(pair.server.fault?.code ?? ''))
    assert.is(pair.server.fault?.alert, 47)
  }
})

test('PITFALLS 27: no share for a group that the server has, after a retry with a cookie alone', () => {
  const none = editExtension(messageType.clientHello, keyShare.type, () => uint16(0), second)
  expectRefusal(fromClient(none, byCookie), 'server', 'changedClientHello', 'illegalParameter')
})

test('PITFALLS 27: a second ClientHello without the suite, to a server that has forgotten the first', () => {
  const drop = editWith(
    messageType.clientHello,
    clientHello,
    (hello) => ({ ...hello, cipherSuites: [0x1302] }),
    second,
  )
  const { pair } = scriptConnects(drop, oneShare, byCookie)
  pair.client.step()
  const first = pair.client.transmitted.length
  pair.server.step()
  pair.client.step()
  const server = createServer(serverConfig(byCookie), pair.now)
  server.receive(pair.client.transmitted.subarray(first))
  server.poll()
  const failed = server.poll()
  assert.ok(failed.kind === 'failed')
  assert.is(failed.fault.code, 'changedClientHello')
})

test('PITFALLS 27: a first ClientHello again', () => {
  let first: Uint8Array | undefined
  const script = on(messageType.clientHello, (message, wire) => {
    first ??= message.raw
    wire.handshake(first)
    return first
  })
  expectRefusal(fromClient(script, byGroup), 'server', 'changedClientHello', 'illegalParameter')
  expectRefusal(fromClient(script, byCookie), 'server', 'missingExtension', 'missingExtension')
})

test('a retry in edits that change nothing', () => {
  const script = editExtensions(messageType.clientHello, (list) => list)
  for (const server of [byGroup, byCookie]) expectEstablished(fromClient(script, server))
})

test.run()
