// PITFALLS 29, where TLS 1.2 is spoken: extensions and fields that may not be there, and unknown values that may.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { FaultCode } from '#src/fault.js'
import {
  addExtension,
  edit,
  editExtension,
  editExtensions,
  editWith,
  type Pair,
  type Script,
  trustEveryone,
} from '#src/testing.js'
import { type Codec, decode } from '#src/wire/codec.js'
import { type ExtensionName, extensionTable } from '#src/wire/extension.js'
import { clientHello, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, serverCredential, text } from '../support/connect.js'
import { fromClient12, fromServer12 } from '../support/facing12.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { bothVersions, connectToScript12, ticketKeys } from '../support/tls12.js'

const none = new Uint8Array(0)
const server: Partial<ServerConfig> = {
  tickets: { keys: ticketKeys },
  clientAuthentication: 'require',
  verify: trustEveryone,
  alpn: ['a'],
  credentials: [{ ...serverCredential, staple: text('staple') }],
}
const client: Partial<ClientConfig> = { credentials: [clientCredential], alpn: ['a'] }

function toClient(script: Script, options: Partial<ClientConfig> = {}): Pair {
  return fromServer12(script, { ...client, ...options }, server)
}

function toServer(script: Script, options: Partial<ClientConfig> = {}): Pair {
  return fromClient12(script, { ...client, ...options }, server)
}

const names = Object.keys(extensionTable) as ExtensionName[]

test('nothing is wrong yet', () => {
  expectEstablished(toClient(editExtensions(messageType.serverHello, (list) => list)))
  expectEstablished(toServer(editExtensions(messageType.clientHello, (list) => list)))
})

for (const [name, type, run, role] of [
  ['ServerHello', messageType.serverHello, toClient, 'client'],
  ['ClientHello', messageType.clientHello, toServer, 'server'],
] as const) {
  test(`PITFALLS 29: ${name}: an extension twice, known or not`, () => {
    const scripts = [
      editExtensions(type, ([first, ...rest]) => (first ? [first, ...rest, first] : [])),
      editExtensions(type, (list) => [
        { type: 0x1234, data: none },
        ...list,
        { type: 0x1234, data: none },
      ]),
    ]
    for (const script of scripts)
      expectRefusal(run(script), role, 'duplicateExtension', 'illegalParameter')
  })

  test(`PITFALLS 29: ${name}: an extension that is cut short, or followed by a byte`, () => {
    for (const known of ['renegotiationInfo', 'extendedMainSecret', 'alpn'] as const) {
      const longer = editExtension(type, extensionTable[known].type, (data) =>
        Uint8Array.of(...data, 0),
      )
      expectRefusal(run(longer), role, 'malformedMessage', 'decodeError')
      if (known === 'extendedMainSecret') continue
      const shorter = editExtension(type, extensionTable[known].type, (data) =>
        data.subarray(0, -1),
      )
      expectRefusal(run(shorter), role, 'malformedMessage', 'decodeError')
    }
  })

  test(`PITFALLS 29: ${name}: bytes behind the extensions, or half of them`, () => {
    for (const script of [
      edit(type, (body) => concat(body, Uint8Array.of(0))),
      edit(type, (body) => body.subarray(0, -1)),
      edit(type, (body) => body.subarray(0, 34)),
    ])
      expectRefusal(run(script), role, 'malformedMessage', 'decodeError')
  })
}

const misplaced = names.filter((known) => !('serverHello12' in extensionTable[known]))
for (const known of misplaced)
  test(`PITFALLS 29: ServerHello: ${known} does not belong there`, () => {
    const script = addExtension(messageType.serverHello, {
      type: extensionTable[known].type,
      data: none,
    })
    const pair = toClient(script)
    assert.is(pair.client.info, undefined)
    // supported_versions would be a choice of TLS 1.3, which was not on offer.
    const [code, alert] =
      known === 'supportedVersions'
        ? (['unsolicitedExtension', 'unsupportedExtension'] as const)
        : (['misplacedExtension', 'illegalParameter'] as const)
    expectRefusal(pair, 'client', code, alert)
  })

/** Some bytes that a codec reads. */
function sample(codec: Codec<unknown>): Uint8Array {
  const candidates = [
    none,
    ...[1, 2, 3, 4].map((length) => new Uint8Array(length).fill(1)),
    Uint8Array.of(0, 2, 0, 1),
    Uint8Array.of(0, 3, 0, 1, 1),
    Uint8Array.of(0, 2, 0, 1, 0),
    Uint8Array.of(0, 2, 1, 1),
  ]
  for (const data of candidates)
    try {
      decode(codec, data)
      return data
    } catch {}
  throw new Error('no sample')
}

const asked = new Set<ExtensionName>([
  ...(['serverName', 'statusRequest', 'supportedGroups', 'ecPointFormats', 'alpn'] as const),
  ...(['extendedMainSecret', 'sessionTicket', 'renegotiationInfo'] as const),
])
for (const known of names.filter((one) => 'serverHello12' in extensionTable[one]))
  test(`PITFALLS 29: ServerHello: ${known}, ${asked.has(known) ? 'left out of the offer' : 'never offered'}`, () => {
    const { type, serverHello12 } = extensionTable[known] as {
      readonly type: number
      readonly serverHello12: Codec<unknown>
    }
    const data = sample(serverHello12)
    const script = editExtensions(messageType.serverHello, (list) => [
      ...list.filter((extension) => extension.type !== type),
      { type, data },
    ])
    const profile = { omitExtensions: [type] }
    const lenient = { extendedMainSecret: 'prefer', requireRenegotiationInfo: false } as const
    const { pair } = connectToScript12(
      script,
      { ...client, ...lenient, profile, alpn: known === 'alpn' ? [] : ['a'] },
      { ...server, extendedMainSecret: 'prefer' },
    )
    expectRefusal(pair.run(), 'client', 'unsolicitedExtension', 'unsupportedExtension')
  })

test('PITFALLS 29: ServerHello: an unknown extension, or one of GREASE, offered or not', () => {
  for (const type of [0x1234, 0x0a0a, 0x1a1a, 0xfafa, 0xffce])
    for (const profile of [{}, { grease: true }]) {
      const script = addExtension(messageType.serverHello, { type, data: none })
      const pair = toClient(script, { profile })
      expectRefusal(pair, 'client', 'unsolicitedExtension', 'unsupportedExtension')
    }
})

test('PITFALLS 29: ServerHello: fields that are wrong', () => {
  const wrong: readonly (readonly [object, FaultCode])[] = [
    [{ legacyCompressionMethod: 1 }, 'illegalCompression'],
    [{ legacyCompressionMethod: 64 }, 'illegalCompression'],
    [{ cipherSuite: 0x1301 }, 'unofferedSuite'],
    [{ cipherSuite: 0xc009 }, 'unofferedSuite'],
    [{ cipherSuite: 0x0a0a }, 'unofferedSuite'],
    [{ cipherSuite: 0x00ff }, 'unofferedSuite'],
    [{ cipherSuite: 0x5600 }, 'unofferedSuite'],
  ]
  for (const [fields, code] of wrong) {
    const script = editWith(messageType.serverHello, serverHello, (hello) => ({
      ...hello,
      ...fields,
    }))
    expectRefusal(
      toClient(script, { profile: { grease: true } }),
      'client',
      code,
      'illegalParameter',
    )
  }
  const chacha = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    cipherSuite: 0xcca9,
  }))
  // One that the client knows and did not offer; one that it did, for which the server has no keys.
  const suites = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']
  expectRefusal(toClient(chacha, { suites }), 'client', 'unofferedSuite', 'illegalParameter')
})

test('PITFALLS 29: ServerHello: a suite for another kind of key than the certificate has', () => {
  const script = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    cipherSuite: 0xc02f,
  }))
  expectRefusal(toClient(script), 'client', 'mismatchedCertificate', 'illegalParameter')
})

test('PITFALLS 29: ServerHello: a session id that was sent for middleboxes alone', () => {
  const ids: Uint8Array[] = []
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind === 'message' && observation.type === messageType.clientHello)
      ids.push(observation.bytes.subarray(39, 71))
  }
  const echo = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    legacySessionIdEcho: ids[0] ?? none,
  }))
  const { pair } = connectToScript12(echo, { ...bothVersions, observe })
  expectRefusal(pair.run(), 'client', 'unofferedSession', 'illegalParameter')
  // Any other one is the server's own.
  const own = editWith(messageType.serverHello, serverHello, (hello) => ({
    ...hello,
    legacySessionIdEcho: new Uint8Array(32).fill(1),
  }))
  expectEstablished(toClient(own))
})

test('PITFALLS 29: ec_point_formats without the uncompressed one (RFC 8422 5.1.2)', () => {
  const compressed = () => Uint8Array.of(2, 1, 2)
  const { type } = extensionTable.ecPointFormats
  const inServer = editExtension(messageType.serverHello, type, compressed)
  expectRefusal(toClient(inServer), 'client', 'illegalParameter', 'illegalParameter')
  const inClient = editExtension(messageType.clientHello, type, compressed)
  expectRefusal(toServer(inClient), 'server', 'illegalParameter', 'illegalParameter')
  const more = () => Uint8Array.of(3, 1, 2, 0)
  expectEstablished(toClient(editExtension(messageType.serverHello, type, more)))
  expectEstablished(toServer(editExtension(messageType.clientHello, type, more)))
  expectEstablished(toServer(editExtension(messageType.clientHello, type, () => undefined)))
})

test('PITFALLS 29: ClientHello: compression methods without null', () => {
  const methods = (...list: readonly number[]) =>
    editWith(messageType.clientHello, clientHello, (hello) => ({
      ...hello,
      legacyCompressionMethods: Uint8Array.from(list),
    }))
  for (const list of [[1], [64], [1, 64]])
    expectRefusal(toServer(methods(...list)), 'server', 'illegalCompression', 'illegalParameter')
  // Before TLS 1.3 there may be others beside it.
  for (const list of [
    [0, 1],
    [1, 0],
  ])
    expectEstablished(toServer(methods(...list)))
})

test('PITFALLS 29: encrypt_then_mac with an AEAD (RFC 7366 section 3)', () => {
  const script = addExtension(messageType.serverHello, {
    type: extensionTable.encryptThenMac.type,
    data: none,
  })
  const suites = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA']
  expectRefusal(toClient(script, { suites }), 'client', 'illegalParameter', 'illegalParameter')
})

test('PITFALLS 29: ALPN that is none, several, empty, or not ours', () => {
  const answers: readonly (readonly [readonly number[], number])[] = [
    [[0, 2, 1, 122], 47],
    [[0, 4, 1, 97, 1, 97], 47],
    [[0, 1, 0], 50],
    [[0, 0], 50],
  ]
  for (const [data, told] of answers) {
    const script = editExtension(messageType.serverHello, extensionTable.alpn.type, () =>
      Uint8Array.from(data),
    )
    const pair = toClient(script)
    assert.is(pair.client.info, undefined)
    assert.is(pair.client.fault?.alert, told)
  }
})

test('PITFALLS 29: record_size_limit and max_fragment_length that are wrong', () => {
  const { recordSizeLimit, maxFragmentLength } = extensionTable
  const limited = { recordSizeLimit: 100 }
  for (const limit of [0, 63]) {
    const data = Uint8Array.of(0, limit)
    const inServer = editExtension(messageType.serverHello, recordSizeLimit.type, () => data)
    expectRefusal(toClient(inServer, limited), 'client', 'illegalParameter', 'illegalParameter')
    const inClient = editExtension(messageType.clientHello, recordSizeLimit.type, () => data)
    expectRefusal(toServer(inClient, limited), 'server', 'illegalParameter', 'illegalParameter')
  }
  const fragments = { maxFragmentLength: 512 }
  for (const code of [0, 5, 255]) {
    const script = editExtension(messageType.clientHello, maxFragmentLength.type, () =>
      Uint8Array.of(code),
    )
    expectRefusal(toServer(script, fragments), 'server', 'illegalParameter', 'illegalParameter')
  }
  for (const code of [0, 2, 5]) {
    const script = editExtension(messageType.serverHello, maxFragmentLength.type, () =>
      Uint8Array.of(code),
    )
    expectRefusal(toClient(script, fragments), 'client', 'illegalParameter', 'illegalParameter')
  }
})

test('PITFALLS 29: ClientHello: unknown values in every list are passed over', () => {
  const grease = [0x0a0a, 0xfafa, 0x1234]
  const widen16 = (data: Uint8Array) => {
    const list = grease.flatMap((value) => [value >> 8, value & 0xff])
    const length = data.length - 2 + list.length
    return Uint8Array.of(length >> 8, length & 0xff, ...list, ...data.subarray(2))
  }
  const scripts: readonly Script[] = [
    editWith(messageType.clientHello, clientHello, (hello) => ({
      ...hello,
      cipherSuites: [...grease, 0x0000, 0xc0ff, ...hello.cipherSuites],
    })),
    editExtension(messageType.clientHello, extensionTable.supportedGroups.type, widen16),
    editExtension(messageType.clientHello, extensionTable.signatureAlgorithms.type, widen16),
    editExtensions(messageType.clientHello, (list) => [
      { type: 0x0a0a, data: none },
      ...list,
      { type: 0xfafa, data: text('x') },
    ]),
  ]
  for (const script of scripts) expectEstablished(toServer(script))
})

test('PITFALLS 29: what only TLS 1.3 knows may say anything (RFC 5246 7.4.1.4)', () => {
  for (const known of ['preSharedKey', 'keyShare', 'earlyData', 'pskKeyExchangeModes'] as const) {
    const script = editExtensions(messageType.clientHello, (list) => [
      { type: extensionTable[known].type, data: text('rubbish') },
      ...list,
    ])
    expectEstablished(toServer(script))
  }
})

test.run()
