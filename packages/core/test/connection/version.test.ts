// Which version two sides come to, whoever has which (RFC 9846 4.3.1 and appendix E).
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServerConfig } from '#src/config.js'
import { tls12, tls12Client, tls12Server } from '#src/handshake/tls12.js'
import { tls13, tls13Client, tls13Server } from '#src/handshake/tls13.js'
import type { Version } from '#src/handshake/version.js'
import { nullCryptoTls12 } from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { readExtensions } from '#src/wire/extension.js'
import { type ClientHello, clientHello } from '#src/wire/message.js'
import { connect, demand, text } from '../support/connect.js'
import { alertAt, expectEstablished, expectRefusal } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'
import { bothVersions, connect12, only12, rsaCredential, ticketKeys } from '../support/tls12.js'

const offers: readonly (readonly Version[])[] = [[tls13], [tls12], [tls13, tls12], [tls12, tls13]]

for (const client of offers)
  for (const server of offers) {
    const names = (versions: readonly Version[]) => versions.map(({ name }) => name).join(', ')
    const common = [tls13, tls12].find((one) => client.includes(one) && server.includes(one))

    test(`${names(client)} with ${names(server)}: ${common?.name ?? 'none'}`, () => {
      const pair = connect({ versions: client }, { versions: server }).run()
      if (common === undefined) {
        expectRefusal(pair, 'server', 'noCommonVersion', 'protocolVersion')
        assert.is(alertAt(pair.client), 'protocolVersion')
        return
      }
      expectEstablished(pair)
      for (const { info } of [pair.client, pair.server]) {
        assert.equal(info?.version, { id: common.id, name: common.name })
        assert.is(info?.tls12 !== undefined, common === tls12)
      }
      pair.client.send(text('up'))
      pair.server.send(text('down'))
      pair.run()
      assert.equal(pair.server.data, text('up'))
      assert.equal(pair.client.data, text('down'))
    })
  }

for (const [client, server] of [
  [tls13Client, tls13Server],
  [tls12Client, tls12Server],
] as const)
  test(`${client.name}: each side has the code of its role only`, () => {
    assert.not(Object.hasOwn(client, 'server'))
    assert.not(Object.hasOwn(server, 'client'))
    const pair = connect({ versions: [client] }, { versions: [server] }).run()
    expectEstablished(pair)
    assert.is(pair.client.info?.version.id, client.id)
  })

function helloOf(transmitted: Uint8Array): ClientHello {
  return decode(clientHello, demand(recordsOf(transmitted)[0]).fragment.subarray(4))
}

test('a client of TLS 1.2 alone sends nothing of TLS 1.3', () => {
  const hello = helloOf(connect12().run().client.transmitted)
  assert.is(hello.legacyVersion, 0x0303)
  assert.is(hello.legacySessionId.length, 0)
  assert.equal(hello.cipherSuites, [0xc02b, 0xc02f, 0xcca9, 0xc02c])
  const values = readExtensions('clientHello', hello.extensions ?? [])
  assert.equal(Object.keys(values).sort(), [
    'ecPointFormats',
    'extendedMainSecret',
    'renegotiationInfo',
    'serverName',
    'sessionTicket',
    'signatureAlgorithms',
    'statusRequest',
    'supportedGroups',
  ])
  assert.equal(values.supportedGroups, [29, 23, 256])
  assert.equal(values.renegotiationInfo, new Uint8Array(0))
  assert.equal(values.ecPointFormats, [0])
})

test('a client of both versions has what either needs, in the order of its configuration', () => {
  const hello = helloOf(connect(bothVersions, bothVersions).run().client.transmitted)
  assert.is(hello.legacySessionId.length, 32)
  assert.equal(hello.cipherSuites, [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xcca9])
  const values = readExtensions('clientHello', hello.extensions ?? [])
  assert.equal(values.supportedVersions, [0x0304, 0x0303])
  for (const name of ['keyShare', 'extendedMainSecret', 'renegotiationInfo', 'ecPointFormats'])
    assert.ok(name in values, name)
  const mixed = {
    ...bothVersions,
    suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
  }
  const ordered = helloOf(connect(mixed, bothVersions).run().client.transmitted)
  assert.equal(ordered.cipherSuites, [0xc02b, 0x1301])
})

test('a version of which no suite is named is not spoken', () => {
  const suites12 = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']
  const suites13 = ['TLS_AES_128_GCM_SHA256']
  const chosen = (client: readonly string[], server: readonly string[]) => {
    const pair = connect(
      { ...bothVersions, suites: client },
      { ...bothVersions, suites: server },
    ).run()
    return pair.client.info?.version.name ?? pair.server.fault?.code
  }
  assert.is(chosen(suites12, [...suites12, ...suites13]), 'TLS 1.2')
  assert.is(chosen([...suites12, ...suites13], suites12), 'TLS 1.2')
  assert.is(chosen([...suites12, ...suites13], suites13), 'TLS 1.3')
  assert.is(chosen(suites12, suites13), 'noCommonVersion')
  const hello = helloOf(connect({ ...bothVersions, suites: suites12 }).run().client.transmitted)
  const values = readExtensions('clientHello', hello.extensions ?? [])
  assert.is(values.supportedVersions, undefined)
})

test('suites that a configure decision leaves decide about the version too', () => {
  const only = (suites: readonly string[]): Partial<ServerConfig> => ({
    ...bothVersions,
    configure: () => ({ suites }),
  })
  const suites12 = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']
  const older = connect(bothVersions, only(suites12)).run()
  expectEstablished(older)
  assert.is(older.client.info?.version.name, 'TLS 1.2')
  const newer = connect(bothVersions, only(['TLS_AES_128_GCM_SHA256'])).run()
  assert.is(newer.client.info?.version.name, 'TLS 1.3')
  const none = connect({}, only(suites12)).run()
  expectRefusal(none, 'server', 'noCommonVersion', 'protocolVersion')
})

test('a fallback says so, and is refused where the server has better (RFC 7507)', () => {
  const fallback = only12({ fallbackScsv: true })
  const refused = connect(fallback, bothVersions).run()
  expectRefusal(refused, 'server', 'inappropriateFallback', 'inappropriateFallback')
  assert.is(alertAt(refused.client), 'inappropriateFallback')
  expectEstablished(connect(fallback, only12({})).run())
  assert.ok(helloOf(refused.client.transmitted).cipherSuites.includes(0x5600))
  // Not one that is none.
  expectEstablished(connect({ ...bothVersions, fallbackScsv: true }, bothVersions).run())
  expectEstablished(connect(only12({}), bothVersions).run())
})

test('each version has its credentials: what signs only one of them does not keep the other away', () => {
  const options = { ...bothVersions, crypto: nullCryptoTls12 }
  // A signature of PKCS#1 v1.5 is for TLS 1.2 alone; the server chose the version first.
  const signingSchemes = ['rsa_pkcs1_sha256']
  const server = { ...options, credentials: [rsaCredential], signingSchemes }
  const both = connect(options, server).run()
  expectRefusal(both, 'server', 'noCommonSignature', 'handshakeFailure')
  const older = connect(only12({}), server).run()
  expectEstablished(older)
  assert.is(older.client.info?.signatureScheme?.name, 'rsa_pkcs1_sha256')
})

test('a session of one version is not offered to a connection of the other', () => {
  const tickets = { tickets: { keys: ticketKeys } }
  for (const [first, second] of [
    [tls12, tls13],
    [tls13, tls12],
  ] as const) {
    const of = (version: Version) => ({ ...bothVersions, versions: [version] })
    const session = demand(
      connect(of(first), { ...of(first), ...tickets }).run().client.sessions[0],
    )
    assert.is(session.version, first.id)
    const other = connect({ ...of(second), session }, { ...of(second), ...tickets }).run()
    expectEstablished(other)
    assert.not(other.client.info?.resumed)
    const hello = helloOf(other.client.transmitted)
    const { sessionTicket, preSharedKey } = readExtensions('clientHello', hello.extensions ?? [])
    assert.is(preSharedKey, undefined)
    assert.is(sessionTicket?.length ?? 0, 0)
    // Where both are on offer, its own version takes it: of the two that both sides have, though, the newest is spoken.
    const both = connect({ ...bothVersions, session }, { ...bothVersions, ...tickets }).run()
    expectEstablished(both)
    assert.is(both.client.info?.version.name, 'TLS 1.3')
    assert.is(both.client.info?.resumed, first === tls13)
    const older = connect({ ...bothVersions, session }, { ...of(tls12), ...tickets }).run()
    assert.is(older.client.info?.resumed, first === tls12)
  }
})

test('the header of a record says 3.1 once at most, and 3.3 from then on', () => {
  for (const options of [only12({}), bothVersions]) {
    const pair = connect(options, only12({})).run()
    pair.client.send(text('x'))
    pair.server.send(text('x'))
    pair.run()
    assert.equal(minors(pair.client.transmitted).slice(0, 2), [1, 3])
    assert.equal([...new Set(minors(pair.client.transmitted).slice(1))], [3])
    assert.equal([...new Set(minors(pair.server.transmitted))], [3])
  }
})

function minors(stream: Uint8Array): readonly number[] {
  const list: number[] = []
  for (
    let at = 0;
    at < stream.length;
    at += 5 + ((stream[at + 3] ?? 0) << 8) + (stream[at + 4] ?? 0)
  )
    list.push(stream[at + 2] ?? 0)
  return list
}

test.run()
