// What the hellos of TLS 1.2 negotiate: what each side demands, what it does without, and what comes of it.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import {
  editExtension,
  editExtensions,
  editWith,
  nullCredential,
  omit,
  type Pair,
  trustEveryone,
} from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { extensionTable, readExtensions } from '#src/wire/extension.js'
import { clientHello, type ServerHello, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { connect, demand, serverCredential, text } from '../support/connect.js'
import { alertAt, expectEstablished, expectRefusal } from '../support/outcome.js'
import { openNull12, plainMessages, recordsOf } from '../support/records.js'
import {
  bothVersions,
  connect12,
  connectToScript12,
  only12,
  rsaCredential,
  scriptConnects12,
  ticketKeys,
} from '../support/tls12.js'

const { extendedMainSecret, encryptThenMac, renegotiationInfo } = extensionTable

/** A client, or a server, that does not know an extension. */
const ignorantClient = (type: number) =>
  editExtension(messageType.clientHello, type, () => undefined)
const ignorantServer = (type: number) =>
  editExtension(messageType.serverHello, type, () => undefined)

const prefer = { extendedMainSecret: 'prefer' } as const

test('the extended main secret is demanded by default, by either side', () => {
  const known = connect12().run()
  assert.ok(known.client.info?.tls12?.extendedMainSecret)
  assert.ok(known.server.info?.tls12?.extendedMainSecret)
  const client = connectToScript12(ignorantServer(extendedMainSecret.type)).pair.run()
  expectRefusal(client, 'client', 'extendedMainSecretMissing', 'handshakeFailure')
  const server = scriptConnects12(ignorantClient(extendedMainSecret.type), prefer).pair.run()
  expectRefusal(server, 'server', 'extendedMainSecretMissing', 'handshakeFailure')
  const required = { extendedMainSecret: 'require' } as const
  const said = scriptConnects12(
    ignorantClient(extendedMainSecret.type),
    prefer,
    required,
  ).pair.run()
  expectRefusal(said, 'server', 'extendedMainSecretMissing', 'handshakeFailure')
})

test('where it is only preferred, it is done without, and both sides know', () => {
  const profile = { omitExtensions: [extendedMainSecret.type] }
  const pair = connect12({ ...prefer, profile }, prefer).run()
  expectEstablished(pair)
  for (const { info } of [pair.client, pair.server])
    assert.is(info?.tls12?.extendedMainSecret, false)
  assert.ok(connect12(prefer, prefer).run().client.info?.tls12?.extendedMainSecret)
})

const ecdsaCredential = nullCredential({ type: 'secp256r1' })
const cbc = { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'] }
const mixed = {
  suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
}

test('encrypt-then-MAC is demanded of CBC suites by default, by either side', () => {
  const known = connect12(cbc, cbc).run()
  for (const { info } of [known.client, known.server]) assert.ok(info?.tls12?.encryptThenMac)
  const lenient = { ...cbc, encryptThenMac: 'prefer' } as const
  const client = connectToScript12(ignorantServer(encryptThenMac.type), cbc, lenient).pair.run()
  expectRefusal(client, 'client', 'encryptThenMacMissing', 'handshakeFailure')
  const server = scriptConnects12(ignorantClient(encryptThenMac.type), lenient, cbc).pair.run()
  expectRefusal(server, 'server', 'encryptThenMacMissing', 'handshakeFailure')
})

test('a client without it gets another suite, or CBC where it is only preferred', () => {
  const profile = { omitExtensions: [encryptThenMac.type] }
  const client = { ...mixed, profile, encryptThenMac: 'prefer' } as const
  const strict = connect12(client, mixed).run()
  expectEstablished(strict)
  assert.is(strict.client.info?.suite.name, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')
  const lenient = connect12(client, { ...mixed, encryptThenMac: 'prefer' }).run()
  expectEstablished(lenient)
  assert.is(lenient.client.info?.suite.name, 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA')
  assert.is(lenient.server.info?.tls12?.encryptThenMac, false)
})

test('encrypt-then-MAC is offered with CBC suites only, and is not answered for an AEAD', () => {
  const offered = (client: Partial<ClientConfig>) => {
    const pair = connect12(client, mixed).run()
    expectEstablished(pair)
    const [hello] = recordsOf(pair.client.transmitted)
    const { extensions } = decode(clientHello, demand(hello).fragment.subarray(4))
    return readExtensions('clientHello', extensions ?? []).encryptThenMac
  }
  assert.is(offered({}), undefined)
  assert.is(offered(mixed), true)
  const gcm = connect12(mixed, {}).run()
  assert.is(gcm.client.info?.tls12?.encryptThenMac, false)
})

test('renegotiation_info is demanded of servers by default; of clients never', () => {
  const pair = connect12().run()
  for (const { info } of [pair.client, pair.server]) assert.ok(info?.tls12?.secureRenegotiation)
  const script = ignorantServer(renegotiationInfo.type)
  const refused = connectToScript12(script).pair.run()
  expectRefusal(refused, 'client', 'renegotiationInfoMissing', 'handshakeFailure')
  const lenient = connectToScript12(script, { requireRenegotiationInfo: false }).pair.run()
  expectEstablished(lenient)
  assert.is(lenient.client.info?.tls12?.secureRenegotiation, false)
  const old = connect12({
    requireRenegotiationInfo: false,
    profile: { omitExtensions: [renegotiationInfo.type] },
  }).run()
  expectEstablished(old)
  assert.is(old.server.info?.tls12?.secureRenegotiation, false)
})

test('the signaling suite stands for an empty renegotiation_info (RFC 5746 3.3)', () => {
  const script = editWith(messageType.clientHello, clientHello, (hello) => ({
    ...hello,
    cipherSuites: [...hello.cipherSuites, 0x00ff],
    extensions: hello.extensions?.filter(({ type }) => type !== renegotiationInfo.type),
  }))
  const { pair } = scriptConnects12(script)
  expectEstablished(pair.run())
  assert.ok(pair.server.info?.tls12?.secureRenegotiation)
})

function answerOf(pair: Pair): ServerHello {
  return decode(serverHello, demand(plainMessages(pair.server.transmitted)[0]).body)
}

test('a client without any extensions gets an answer without any', () => {
  const script = editWith(messageType.clientHello, clientHello, (hello) => ({
    ...hello,
    extensions: undefined,
  }))
  const bare = { extendedMainSecret: 'prefer', requireRenegotiationInfo: false } as const
  const psk = { identity: text('me'), key: new Uint8Array(32), version: 'tls12' } as const
  const under = { suites: ['TLS_PSK_WITH_AES_128_GCM_SHA256'], psks: [psk] }
  const { pair } = scriptConnects12(script, { ...bare, ...under }, { ...prefer, ...under })
  expectEstablished(pair.run())
  assert.is(answerOf(pair).extensions, undefined)
  assert.is(pair.server.info?.serverName, undefined)
})

test('application protocols: the first of ours that the client has', () => {
  const chosen = (client: readonly string[], server: readonly string[]) => {
    const pair = connect12({ alpn: client }, { alpn: server }).run()
    expectEstablished(pair)
    assert.is(pair.client.info?.alpn, pair.server.info?.alpn)
    return pair.client.info?.alpn
  }
  assert.is(chosen(['a', 'b'], ['b', 'a']), 'b')
  assert.is(chosen(['a'], []), undefined)
  assert.is(chosen([], ['a']), undefined)
  const none = connect12({ alpn: ['a'] }, { alpn: ['b'] }).run()
  expectRefusal(none, 'server', 'noCommonProtocol', 'noApplicationProtocol')
  assert.is(alertAt(none.client), 'noApplicationProtocol')
})

test('the name is sent and acknowledged; an address, or none, is not', () => {
  const acknowledged = (client: Partial<ClientConfig>) => {
    const pair = connect12(client).run()
    expectEstablished(pair)
    const { serverName } = readExtensions('serverHello12', answerOf(pair).extensions ?? [])
    assert.is(serverName === true, pair.server.info?.serverName !== undefined)
    return pair.server.info?.serverName
  }
  assert.is(acknowledged({ serverName: 'Server.EXAMPLE.' }), 'server.example')
  assert.is(acknowledged({ serverName: '192.0.2.1' }), undefined)
  assert.is(acknowledged({ serverName: false }), undefined)
})

/** The longest content of a side's protected records, and of all its records in plaintext. */
function longest(sent: Uint8Array): { readonly sealed: number; readonly plain: number } {
  const records = recordsOf(sent)
  const ccs = records.findIndex(({ type }) => type === 20)
  const lengths = (list: typeof records, overhead: number) =>
    Math.max(...list.map(({ fragment }) => fragment.length - overhead))
  return { plain: lengths(records.slice(0, ccs), 0), sealed: lengths(records.slice(ccs + 1), 24) }
}

function exchange(client: Partial<ClientConfig>, server: Partial<ServerConfig>): Pair {
  const pair = connect(client, server).run()
  expectEstablished(pair)
  assert.is(pair.client.info?.version.name, 'TLS 1.2')
  pair.client.send(new Uint8Array(20_000))
  pair.server.send(new Uint8Array(20_000))
  pair.run()
  assert.is(pair.client.data.length, 20_000)
  assert.is(pair.server.data.length, 20_000)
  return pair
}

test('record_size_limit counts content alone in TLS 1.2 (RFC 8449 section 4)', () => {
  const pair = exchange(only12({ recordSizeLimit: 100 }), only12({ recordSizeLimit: 1_000 }))
  assert.is(longest(pair.server.transmitted).sealed, 100)
  assert.is(longest(pair.client.transmitted).sealed, 1_000)
  const most = exchange(only12({ recordSizeLimit: 16_384 }), only12({}))
  assert.is(longest(most.server.transmitted).sealed, 16_384)
})

test('a client of both versions offers one byte more, and then takes it', () => {
  const pair = exchange({ ...bothVersions, recordSizeLimit: 100 }, only12({}))
  assert.is(longest(pair.server.transmitted).sealed, 101)
  const most = exchange({ ...bothVersions, recordSizeLimit: 16_384 }, only12({}))
  assert.is(longest(most.server.transmitted).sealed, 16_384)
})

test('max_fragment_length bounds both directions, the handshake included', () => {
  for (const maxFragmentLength of [512, 1024, 2048, 4096]) {
    const chain = new Array(20).fill(serverCredential.chain[0])
    const credentials = [{ ...serverCredential, chain }]
    const limits = { chain: 20 }
    const pair = exchange(only12({ maxFragmentLength, limits }), only12({ credentials }))
    for (const side of [pair.client, pair.server])
      assert.is(longest(side.transmitted).sealed, maxFragmentLength)
    assert.is(longest(pair.server.transmitted).plain, maxFragmentLength)
  }
})

test('a server that knows neither is sent records of any size', () => {
  for (const [option, extension] of [
    [{ recordSizeLimit: 100 }, extensionTable.recordSizeLimit],
    [{ maxFragmentLength: 512 }, extensionTable.maxFragmentLength],
  ] as const) {
    const { pair } = connectToScript12(ignorantServer(extension.type), option)
    pair.run()
    pair.client.send(new Uint8Array(5_000))
    pair.run()
    const [last] = recordsOf(pair.client.transmitted).slice(-1)
    assert.is(last && openNull12(last).length, 5_000)
  }
})

const credential = {
  ...serverCredential,
  staple: text('staple'),
  scts: [text('one'), text('two')],
}

test('staple and timestamps come where they were asked for', () => {
  const seen: unknown[] = []
  const verify: ClientConfig['verify'] = (question) => {
    seen.push([question.staple, question.scts])
    return trustEveryone(question)
  }
  const server = { credentials: [credential] }
  connect12({ verify, requestScts: true }, server).run()
  connect12({ verify, requestStaple: false }, server).run()
  connect12({ verify, requestScts: true }, {}).run()
  assert.equal(seen, [
    [text('staple'), [text('one'), text('two')]],
    [undefined, []],
    [undefined, []],
  ])
})

test('a server answers what it has an answer for, and nothing else', () => {
  const answered = (client: Partial<ClientConfig>, server: Partial<ServerConfig>) => {
    const pair = connect12(client, server).run()
    expectEstablished(pair)
    return readExtensions('serverHello12', answerOf(pair).extensions ?? [])
  }
  const scts = { requestScts: true }
  const empty = { ...credential, scts: [] }
  assert.is(answered(scts, { credentials: [empty] }).signedCertificateTimestamp, undefined)
  // RFC 8422 5.2: ec_point_formats where a suite with curves is chosen, and the client has sent it.
  assert.equal(answered({}, {}).ecPointFormats, [0])
  const omitted = { profile: { omitExtensions: [extensionTable.ecPointFormats.type] } }
  assert.is(answered(omitted, {}).ecPointFormats, undefined)
  const suites = ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256']
  const dhe = { suites, credentials: [rsaCredential] }
  assert.is(answered({ suites }, dhe).ecPointFormats, undefined)
  const both = { suites: [...suites, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] }
  assert.is(answered(both, dhe).ecPointFormats, undefined)
})

test('a server may leave the staple out that it announced (RFC 6066 section 8)', () => {
  const script = omit(messageType.certificateStatus)
  const { pair } = connectToScript12(script, {}, { credentials: [credential] })
  expectEstablished(pair.run())
})

test('a resumption has none of what the full handshake answered', () => {
  const server = { credentials: [credential], tickets: { keys: ticketKeys }, alpn: ['a'] }
  const client = { requestScts: true, alpn: ['a'] }
  const session = demand(connect12(client, server).run().client.sessions[0])
  const pair = connect12({ ...client, session }, server).run()
  assert.ok(pair.client.info?.resumed)
  const { extensions = [] } = answerOf(pair)
  assert.equal(Object.keys(readExtensions('serverHello12', extensions)).sort(), [
    'alpn',
    'extendedMainSecret',
    'renegotiationInfo',
    'sessionTicket',
  ])
})

test('the question for verification says what the key is used for', () => {
  const usages: string[] = []
  const verify: ClientConfig['verify'] = (question) => {
    usages.push(`${question.role} ${question.name} ${question.requiredKeyUsage}`)
    return trustEveryone(question)
  }
  for (const suite of ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'])
    expectEstablished(
      connect12(
        { verify, suites: [suite] },
        { suites: [suite], credentials: [rsaCredential] },
      ).run(),
    )
  assert.equal(usages, [
    'server server.example keyEncipherment',
    'server server.example digitalSignature',
  ])
})

test('a server is asked for its credential with what the client can use', () => {
  const questions: unknown[] = []
  const credentials: ServerConfig['credentials'] = (question) => {
    questions.push(question)
    return serverCredential
  }
  expectEstablished(connect12({}, { credentials }).run())
  const common = {
    kind: 'credential',
    role: 'server',
    serverName: 'server.example',
    signatureSchemes: [0x0403, 0x0807, 0x0804, 0x0809, 0x0401],
    certificateSignatureSchemes: [0x0403, 0x0807, 0x0804, 0x0809, 0x0401],
    certificateAuthorities: [],
  }
  assert.equal(questions, [{ ...common, keyKinds: ['ecdsa', 'rsa'] }])
  const pair = connect12(
    { suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] },
    { credentials },
  ).run()
  assert.equal(questions[1], { ...common, keyKinds: ['rsa'] })
  expectRefusal(pair, 'server', 'noCommonSignature', 'handshakeFailure')
})

test('a server refuses for the reason that there is', () => {
  const refused = (client: Partial<ClientConfig>, server: Partial<ServerConfig>) =>
    connect12(client, server).run().server.fault?.code
  const gcm = { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] }
  assert.is(refused(gcm, { suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] }), 'noCommonSuite')
  assert.is(refused(gcm, { credentials: [rsaCredential] }), 'noCommonSuite')
  assert.is(refused({ groups: ['x25519'] }, { groups: ['secp256r1'] }), 'noCommonGroup')
  assert.is(refused({ signatureSchemes: ['rsa_pkcs1_sha256'] }, {}), 'noCommonSignature')
  assert.is(refused({}, { credentials: () => undefined }), 'noCredential')
})

test('without supported_groups the server takes P-256 (RFC 8422 section 4)', () => {
  const script = editExtensions(messageType.clientHello, (list) =>
    list.filter(({ type }) => type !== extensionTable.supportedGroups.type),
  )
  const { pair } = scriptConnects12(script)
  expectEstablished(pair.run())
  assert.is(pair.server.info?.group?.name, 'secp256r1')
  const other = scriptConnects12(script, {}, { groups: ['x25519'] }).pair.run()
  expectRefusal(other, 'server', 'noCommonGroup', 'handshakeFailure')
})

test('without signature_algorithms a client takes SHA-1, which we do not sign by default', () => {
  const script = editExtension(
    messageType.clientHello,
    extensionTable.signatureAlgorithms.type,
    () => undefined,
  )
  const pair = scriptConnects12(script).pair.run()
  expectRefusal(pair, 'server', 'noCommonSignature', 'handshakeFailure')
})

test('a key on a curve that the client did not name is not used (RFC 8422 5.1.1)', () => {
  const p256 = only12({ groups: ['secp256r1', 'x25519'] })
  const ecdsa = { credentials: [ecdsaCredential] }
  expectEstablished(connect(p256, only12(ecdsa)).run())
  const without = connect(only12({ groups: ['x25519'] }), only12(ecdsa)).run()
  expectRefusal(without, 'server', 'noCommonGroup', 'handshakeFailure')
})

test.run()
