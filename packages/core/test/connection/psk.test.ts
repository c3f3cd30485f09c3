import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { connect, text } from '../support/connect.js'
import { alertAt, expectEstablished } from '../support/outcome.js'

const psk = { identity: text('one'), key: new Uint8Array(32).fill(1) }
const other = { identity: text('two'), key: new Uint8Array(32).fill(2) }
const sha384 = { identity: text('long'), key: new Uint8Array(48).fill(3), hash: 'sha384' } as const

function only(server: Partial<ServerConfig>): Partial<ServerConfig> {
  return { credentials: [], ...server }
}

test('a PSK authenticates both, without certificates', () => {
  const pair = connect({ psks: [psk] }, only({ psks: [psk] })).run()
  expectEstablished(pair)
  for (const { info } of [pair.client, pair.server]) {
    assert.equal(info?.pskIdentity, psk.identity)
    assert.is(info?.peer, undefined)
    assert.not(info?.resumed)
    assert.is(info?.group?.name, 'x25519')
  }
})

test('the first identity that the server knows is taken', () => {
  const pair = connect({ psks: [other, psk] }, only({ psks: [psk] })).run()
  expectEstablished(pair)
  assert.equal(pair.client.info?.pskIdentity, psk.identity)
  const both = connect({ psks: [other, psk] }, only({ psks: [psk, other] })).run()
  assert.equal(both.server.info?.pskIdentity, other.identity)
})

test('the hash of the PSK decides about the suite', () => {
  const pair = connect({ psks: [sha384] }, only({ psks: [sha384] })).run()
  expectEstablished(pair)
  assert.is(pair.client.info?.suite.name, 'TLS_AES_256_GCM_SHA384')
  const none = connect(
    { psks: [sha384], suites: ['TLS_AES_128_GCM_SHA256'] },
    only({ psks: [sha384] }),
  ).run()
  assert.is(none.server.fault?.code, 'noPskMode')
  // The client still has a certificate to hope for.
  const certificate = connect(
    { psks: [sha384] },
    { psks: [sha384], suites: ['TLS_AES_128_GCM_SHA256'] },
  ).run()
  expectEstablished(certificate)
  assert.is(certificate.client.info?.pskIdentity, undefined)
})

test('a PSK of the same identity and another key is refused', () => {
  const wrong = { ...psk, key: new Uint8Array(32).fill(9) }
  const pair = connect({ psks: [wrong] }, { psks: [psk] }).run()
  assert.is(pair.server.fault?.code, 'badBinder')
  assert.is(alertAt(pair.client), 'decryptError')
})

test('a PSK of the same key and another hash is refused', () => {
  const pair = connect({ psks: [{ ...psk, hash: 'sha384' }] }, { psks: [psk] }).run()
  assert.is(pair.server.fault?.code, 'badBinder')
})

test('a server that requires a PSK refuses the others', () => {
  const none = connect({}, { psks: [psk], requirePsk: true }).run()
  assert.is(none.server.fault?.code, 'noPskMode')
  const unknown = connect({ psks: [other] }, { psks: [psk], requirePsk: true }).run()
  assert.is(unknown.server.fault?.code, 'unknownPskIdentity')
  assert.is(alertAt(unknown.client), 'unknownPskIdentity')
  const implied = connect({}, only({ psks: [psk] })).run()
  assert.is(implied.server.fault?.code, 'noPskMode')
})

test('a server with a certificate falls back to it', () => {
  const pair = connect({ psks: [other] }, { psks: [psk] }).run()
  expectEstablished(pair)
  assert.ok(pair.client.info?.peer)
})

test('PSKs are looked up, after those that are configured', () => {
  const asked: string[] = []
  const lookupPsk: ServerConfig['lookupPsk'] = ({ identity, serverName }) => {
    asked.push(`${String.fromCharCode(...identity)} ${serverName}`)
    return identity.length === 3 && identity[0] === other.identity[0] ? other : undefined
  }
  const pair = connect(
    { psks: [{ ...psk, identity: text('unknown') }, other] },
    only({ lookupPsk }),
  ).run()
  expectEstablished(pair)
  assert.equal(pair.server.info?.pskIdentity, other.identity)
  assert.equal(asked, ['unknown server.example', 'two server.example'])
  connect({ psks: [psk] }, only({ psks: [psk], lookupPsk })).run()
  assert.is(asked.length, 2)
})

test('looking up is bounded', () => {
  let asked = 0
  const lookupPsk = () => {
    asked++
    return undefined
  }
  const psks = Array.from({ length: 50 }, (_, i) => ({ ...psk, identity: Uint8Array.of(i) }))
  const pair = connect({ psks }, only({ lookupPsk })).run()
  assert.is(pair.server.fault?.code, 'unknownPskIdentity')
  assert.ok(asked <= 8, `${asked} look-ups`)
})

const psksOnly: Partial<ClientConfig> = { psks: [psk] }

test('psk_ke only where both sides allow it', () => {
  const ke = { pskWithoutDiffieHellman: true }
  const apart = { groups: ['secp256r1'] }
  const both = connect(
    { ...psksOnly, ...ke, ...apart },
    only({ psks: [psk], ...ke, groups: ['x25519'] }),
  ).run()
  expectEstablished(both)
  assert.is(both.client.info?.group, undefined)
  assert.is(both.server.info?.group, undefined)

  const server = connect(
    { ...psksOnly, ...apart },
    only({ psks: [psk], ...ke, groups: ['x25519'] }),
  ).run()
  assert.is(server.server.fault?.code, 'noCommonGroup')
  const client = connect(
    { ...psksOnly, ...ke, ...apart },
    only({ psks: [psk], groups: ['x25519'] }),
  ).run()
  assert.is(client.server.fault?.code, 'noCommonGroup')
  // Where a group is common, Diffie-Hellman is used all the same.
  const common = connect({ ...psksOnly, ...ke }, only({ psks: [psk], ...ke })).run()
  assert.is(common.client.info?.group?.name, 'x25519')
})

test('a PSK goes through a HelloRetryRequest, whose hash it must have', () => {
  const pair = connect(
    { psks: [psk, sha384], keyShares: ['x25519'] },
    only({ psks: [psk], groups: ['secp256r1'] }),
  ).run()
  expectEstablished(pair)
  assert.ok(pair.client.info?.helloRetried)
  assert.equal(pair.client.info?.pskIdentity, psk.identity)
})

test.run()
