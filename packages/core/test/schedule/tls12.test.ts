// How the secrets of TLS 1.2 are cut and wiped (RFC 5246 6.3, 8.1); the PRF itself is tested against vectors.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { CipherSuite12 } from '#src/crypto/provider.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { keyBlock, keyLengths, mainSecret, prf, recordKeys } from '#src/schedule/tls12.js'
import { seededRandom } from '#src/testing.js'
import { demand } from '../support/connect.js'

const random = seededRandom('schedule')
const randoms = { client: random(32), server: random(32) }

function suiteOf(name: string): CipherSuite12 {
  return demand(nobleTls12.suites12?.find((suite) => suite.name === name))
}

const suites = [
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', { mac: 0, key: 16, iv: 4 }],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', { mac: 0, key: 32, iv: 4 }],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CCM', { mac: 0, key: 16, iv: 4 }],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', { mac: 0, key: 32, iv: 12 }],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', { mac: 20, key: 16, iv: 0 }],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', { mac: 32, key: 16, iv: 0 }],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384', { mac: 48, key: 32, iv: 0 }],
] as const

for (const [name, lengths] of suites)
  test(`${name}: the key block, in the order of RFC 5246 6.3`, () => {
    const suite = suiteOf(name)
    assert.equal(keyLengths(suite), lengths)
    const { mac, key, iv } = lengths
    const secret = random(48)
    const { client, server } = keyBlock(suite, secret, randoms)
    const seed = concat(randoms.server, randoms.client)
    assert.equal(
      concat(client.macKey, server.macKey, client.key, server.key, client.iv, server.iv),
      prf(suite.hash, secret, 'key expansion', seed, 2 * (mac + key + iv)),
    )
    for (const { macKey, key: own, iv: part } of [client, server])
      assert.equal([macKey.length, own.length, part.length], [mac, key, iv])
  })

test('the main secret: by the randoms, or by the session hash; the premaster secret is wiped', () => {
  const { hash } = suiteOf('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')
  const sessionHash = random(32)
  const premaster = random(40)
  for (const [given, label, seed] of [
    [undefined, 'master secret', concat(randoms.client, randoms.server)],
    [sessionHash, 'extended master secret', sessionHash],
  ] as const) {
    const own = premaster.slice()
    assert.equal(mainSecret(hash, own, randoms, given), prf(hash, premaster, label, seed, 48))
    assert.equal(own, new Uint8Array(40))
  }
})

test('keys are wiped once records are protected by them', () => {
  for (const [name] of suites) {
    const suite = suiteOf(name)
    const { client } = keyBlock(suite, random(48), randoms)
    const protection = recordKeys(suite, client, true, random).protection()
    for (const part of [client.macKey, client.key, client.iv])
      assert.equal(part, new Uint8Array(part.length), name)
    // It has its own.
    const out = new Uint8Array(protection.longestSealed(5))
    const header = Uint8Array.of(23, 3, 3, 0, 0)
    protection.seal(0, 23, Uint8Array.of(1, 2, 3, 4, 5), 0, header, out, 0)
    assert.ok(out.some((byte) => byte !== 0))
  }
})

test.run()
