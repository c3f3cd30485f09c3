// PITFALLS 26 and 29, where TLS 1.2 is spoken: downgrades, and version numbers that are none.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import {
  addExtension,
  combine,
  editExtension,
  editWith,
  type Pair,
  type Script,
  trustEveryone,
} from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { clientHello, serverHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { connect, connectToScript, demand, scriptConnects, text } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'
import { bothVersions, only12, ticketKeys } from '../support/tls12.js'

const { supportedVersions } = extensionTable

function toServer(
  script: Script,
  client: Partial<ClientConfig> = bothVersions,
  server: Partial<ServerConfig> = bothVersions,
): Pair {
  const { pair } = scriptConnects(script, client, server)
  pair.client.send(text('not to be delivered'))
  return pair.run()
}

function toClient(script: Script, client: Partial<ClientConfig> = bothVersions): Pair {
  const { pair } = connectToScript(script, client, only12({}))
  pair.server.send(text('not to be delivered'))
  return pair.run()
}

function helloWith(fields: object): Script {
  return editWith(messageType.clientHello, clientHello, (hello) => ({ ...hello, ...fields }))
}

function answerWith(fields: object): Script {
  return editWith(messageType.serverHello, serverHello, (hello) => ({ ...hello, ...fields }))
}

/** As somebody on the way would: the client's own transcript has what it sent. */
const stripped = editExtension(messageType.clientHello, supportedVersions.type, () => undefined, {
  transcript: 'meant',
})

test('PITFALLS 26: a client whose ClientHello was stripped of TLS 1.3 on the way', () => {
  // The scripted side is a real client behind the change: it reads what the real server answers.
  const pair = toServer(stripped)
  assert.is(pair.client.fault?.code, 'downgradeDetected')
  assert.is(pair.client.fault?.alert, 47)
  for (const side of [pair.client, pair.server]) {
    assert.is(side.info, undefined)
    assert.is(side.data.length, 0)
  }
})

test('PITFALLS 26: a server says that it could do better, whatever made it speak TLS 1.2', () => {
  const randoms: Uint8Array[] = []
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind === 'message' && observation.type === messageType.serverHello)
      randoms.push(observation.bytes.subarray(6, 38))
  }
  const marked = (client: Partial<ClientConfig>, server: Partial<ServerConfig> = bothVersions) => {
    randoms.length = 0
    connect({ ...client, observe }, server).run()
    return String.fromCharCode(...demand(randoms[0]).subarray(24, 31)) === 'DOWNGRD'
  }
  assert.ok(marked(only12({})))
  assert.not(marked(bothVersions))
  assert.not(marked(bothVersions, only12({})))
})

for (const last of [0, 1])
  test(`PITFALLS 26: a ServerHello of TLS 1.2 with the sentinel, ending in ${last}`, () => {
    const script = editWith(messageType.serverHello, serverHello, (hello) => ({
      ...hello,
      random: concat(hello.random.subarray(0, 24), text('DOWNGRD'), Uint8Array.of(last)),
    }))
    expectRefusal(toClient(script), 'client', 'downgradeDetected', 'illegalParameter')
    // Who has no better version is not concerned; what fails is the signature over the other random.
    expectRefusal(toClient(script, only12({})), 'client', 'badSignature', 'decryptError')
  })

test('PITFALLS 26: a sentinel that is none', () => {
  for (const tail of ['DOWNGRD\x02', 'DOWNGRE\x01', 'XOWNGRD\x01']) {
    const script = editWith(messageType.serverHello, serverHello, (hello) => ({
      ...hello,
      random: concat(hello.random.subarray(0, 24), text(tail)),
    }))
    expectRefusal(toClient(script), 'client', 'badSignature', 'decryptError')
  }
})

test('PITFALLS 26: a server that chooses a version that was not offered', () => {
  for (const legacyVersion of [0x0300, 0x0301, 0x0302, 0x0304, 0x0305, 0xfefd, 0xffff, 0])
    for (const client of [bothVersions, only12({})]) {
      const pair = toClient(answerWith({ legacyVersion }), client)
      expectRefusal(pair, 'client', 'noCommonVersion', 'protocolVersion')
    }
})

test('PITFALLS 26: supported_versions in a ServerHello of TLS 1.2 (RFC 9846 4.3.1)', () => {
  for (const version of [0x0303, 0x0302, 0x0305]) {
    const data = Uint8Array.of(version >> 8, version & 0xff)
    const script = addExtension(messageType.serverHello, { type: supportedVersions.type, data })
    expectRefusal(toClient(script), 'client', 'unofferedVersion', 'illegalParameter')
    expectRefusal(
      toClient(script, only12({})),
      'client',
      'unsolicitedExtension',
      'unsupportedExtension',
    )
  }
})

test('PITFALLS 26: supported_versions is what counts, where it stands', () => {
  const listed = (...versions: readonly number[]) =>
    editExtension(messageType.clientHello, supportedVersions.type, () =>
      Uint8Array.of(versions.length * 2, ...versions.flatMap((v) => [v >> 8, v & 0xff])),
    )
  for (const versions of [[0x0302], [0x0301, 0x0302], [0x0a0a], [0xfefd, 0x7f1c]])
    expectRefusal(toServer(listed(...versions)), 'server', 'noCommonVersion', 'protocolVersion')
  // Unknown ones are passed over, in any order; legacy_version is not looked at.
  for (const script of [listed(0x0303), listed(0x0a0a, 0x0303, 0x0302), listed(0x0305, 0x0303)]) {
    const pair = toServer(script)
    assert.is(pair.server.connection.state, 'failed')
    // The scripted client, which meant both versions, sees the sentinel.
    assert.is(pair.client.fault?.code, 'downgradeDetected')
  }
  const odd = combine(listed(0x0303), helloWith({ legacyVersion: 0x0301 }))
  assert.is(toServer(odd).client.fault?.code, 'downgradeDetected')
  for (const data of [[], [0], [1, 3], [3, 3, 3, 4]]) {
    const script = editExtension(messageType.clientHello, supportedVersions.type, () =>
      Uint8Array.from(data),
    )
    expectRefusal(toServer(script), 'server', 'malformedMessage', 'decodeError')
  }
})

test('PITFALLS 29: legacy_version without supported_versions: 1.2 at least', () => {
  for (const legacyVersion of [0x0000, 0x0002, 0x0300, 0x0301, 0x0302])
    for (const server of [bothVersions, only12({})]) {
      const pair = toServer(helloWith({ legacyVersion }), only12({}), server)
      expectRefusal(pair, 'server', 'noCommonVersion', 'protocolVersion')
    }
  // RFC 5246 E.1: a server does not mind what is newer than it knows.
  for (const legacyVersion of [0x0303, 0x0304, 0x03ff, 0x0400, 0xffff]) {
    const pair = toServer(helloWith({ legacyVersion }), only12({}))
    expectEstablished(pair)
    assert.is(pair.server.info?.version.name, 'TLS 1.2')
  }
})

test('PITFALLS 26: TLS 1.2 behind a HelloRetryRequest', () => {
  const drop = editExtension(messageType.serverHello, supportedVersions.type, () => undefined, {
    nth: 2,
  })
  const cookie = { keys: [new Uint8Array(32)], peer: text('x') }
  const { pair } = connectToScript(drop, bothVersions, { ...bothVersions, cookie })
  expectRefusal(pair.run(), 'client', 'unofferedVersion', 'illegalParameter')
})

test('PITFALLS 26: a HelloRetryRequest of TLS 1.2', () => {
  const cookie = { keys: [new Uint8Array(32)], peer: text('x') }
  const drop = editExtension(messageType.serverHello, supportedVersions.type, () => undefined)
  const { pair } = connectToScript(drop, bothVersions, { ...bothVersions, cookie })
  expectRefusal(pair.run(), 'client', 'illegalParameter', 'illegalParameter')
})

test('PITFALLS 26: TLS 1.2 after early data (RFC 9846 E.3)', () => {
  const early = { tickets: { keys: ticketKeys }, earlyData: { maxBytes: 100, replay: () => true } }
  const session = demand(connect({}, early).run().client.sessions[0])
  const client = { ...bothVersions, session, earlyData: true, verify: trustEveryone }
  // A server that passes the early data over, as a real one could not, and goes on in TLS 1.2.
  const pair = connect(client, { ...bothVersions, ...early })
  pair.client.connection.sendEarly(text('early'))
  pair.client.step()
  const { pair: older } = connectToScript({}, only12({}), only12({}))
  older.run()
  const answer = older.server.transmitted
  pair.client.connection.receive(answer.subarray(0, 5 + ((answer[3] ?? 0) << 8) + (answer[4] ?? 0)))
  pair.client.step()
  expectRefusal(pair, 'client', 'versionWithoutEarlyData', 'protocolVersion')
  assert.equal(recordsOf(pair.client.transmitted).at(-1)?.fragment, Uint8Array.of(2, 70))
  assert.is(pair.client.connection.sendEarly(text('more')), 0)
})

test.run()
