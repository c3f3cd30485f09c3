// Each kind of key exchange and of records that TLS 1.2 has, through a whole connection.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { KeyExchange12 } from '#src/crypto/provider.js'
import { nullCredential, nullCryptoTls12 } from '#src/testing.js'
import { demand, serverCredential, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12, psk12, rsaCredential, watch } from '../support/tls12.js'

const credentials = [serverCredential, rsaCredential]

for (const suite of nullCryptoTls12.suites12 ?? []) {
  const { name, authentication, keyExchange } = suite
  const usesPsk = keyExchange.toLowerCase().endsWith('psk')

  test(`${name}: both sides agree, and data goes both ways`, () => {
    const psks = usesPsk ? { psks: [psk12] } : {}
    const watched = watch()
    const pair = connect12(
      { suites: [name], ...psks, observe: watched.observe },
      { suites: [name], credentials, ...psks },
    ).run()
    expectEstablished(pair)
    for (const { info } of [pair.client, pair.server]) {
      assert.is(info?.suite.name, name)
      assert.is(info?.version.name, 'TLS 1.2')
      assert.equal(info?.pskIdentity, usesPsk ? psk12.identity : undefined)
    }
    const { peer, signatureScheme } = demand(pair.client.info)
    const certificate = authentication === 'psk' ? undefined : authentication
    assert.equal(
      peer?.chain,
      certificate && (certificate === 'rsa' ? rsaCredential : serverCredential).chain,
    )
    const isSigned = keyExchange === 'ecdhe' || keyExchange === 'dhe'
    assert.is(signatureScheme !== undefined, isSigned)
    assert.equal(watched.names, expectedMessages(keyExchange))
    pair.client.send(text('a question'))
    pair.server.send(new Uint8Array(20_000).fill(1))
    pair.run()
    assert.equal(pair.server.data, text('a question'))
    assert.equal(pair.client.data, new Uint8Array(20_000).fill(1))
  })
}

/** RFC 5246 7.3, RFC 4279 sections 2 to 4. */
function expectedMessages(keyExchange: KeyExchange12): readonly string[] {
  const hasCertificate = ['ecdhe', 'dhe', 'rsa', 'rsaPsk'].includes(keyExchange)
  const hasParameters = /dhe/i.test(keyExchange)
  return [
    'sent ClientHello',
    'received ServerHello',
    ...(hasCertificate ? ['received Certificate'] : []),
    ...(hasParameters ? ['received ServerKeyExchange'] : []),
    'received ServerHelloDone',
    'sent ClientKeyExchange',
    'sent Finished',
    'received Finished',
  ]
}

test('by default, nothing that is opt-in is offered or accepted', () => {
  const optIn = (nullCryptoTls12.suites12 ?? []).filter((suite) => suite.optIn)
  // PSKs go with suites that use them, and are refused without.
  const pskOf = (name: string) => (name.includes('PSK') ? { psks: [psk12] } : {})
  for (const { name } of optIn) {
    const naming = { suites: [name], ...pskOf(name) }
    const refused = connect12(naming, { credentials }).run()
    assert.is(refused.server.fault?.code, 'noCommonSuite')
    const other = connect12({}, { credentials, ...naming }).run()
    assert.is(other.server.fault?.code, 'noCommonSuite')
  }
})

test('the suite goes by the kind of the key, the group and the order of whoever decides', () => {
  const ecdsa = nullCredential({ type: 'secp256r1' })
  const chosen = (client: Partial<ClientConfig>, server: Partial<ServerConfig>) => {
    const pair = connect12(client, server).run()
    expectEstablished(pair)
    const { suite, group } = demand(pair.client.info)
    return `${suite.name} ${group?.name}`
  }
  assert.is(
    chosen({}, { credentials: [rsaCredential] }),
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 x25519',
  )
  // Suites first, then credentials, in order.
  assert.is(
    chosen({}, { credentials: [rsaCredential, ecdsa] }),
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 x25519',
  )
  const reversed = {
    suites: [
      'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    ],
    groups: ['secp256r1', 'x25519'],
  }
  assert.is(chosen(reversed, {}), 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 x25519')
  assert.is(
    chosen(reversed, { preference: 'client' }),
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 secp256r1',
  )
})

test.run()
