import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noble } from '#src/noble.js'
import {
  findSuite,
  lowerCaseNames,
  openSslName,
  type Suite,
  suiteFromParts,
  suiteId,
  suiteName,
  suiteNames,
  suiteParts,
  suites,
  supportedSuites,
} from '#src/suites.js'
import { nullCrypto } from '#src/testing.js'
import { providerWith } from '../support/suites12.js'

/** One of each way in which a name is made: number, IANA name, OpenSSL name. */
const examples: readonly (readonly [number, string, string])[] = [
  [0x1305, 'TLS_AES_128_CCM_8_SHA256', 'TLS_AES_128_CCM_8_SHA256'],
  [0xc02b, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  [0xc028, 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', 'ECDHE-RSA-AES256-SHA384'],
  [0xccaa, 'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'DHE-RSA-CHACHA20-POLY1305'],
  [0xc0ac, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM', 'ECDHE-ECDSA-AES128-CCM'],
  [0xc0a3, 'TLS_DHE_RSA_WITH_AES_256_CCM_8', 'DHE-RSA-AES256-CCM8'],
  [0x009c, 'TLS_RSA_WITH_AES_128_GCM_SHA256', 'AES128-GCM-SHA256'],
  [0x002f, 'TLS_RSA_WITH_AES_128_CBC_SHA', 'AES128-SHA'],
  [0x008c, 'TLS_PSK_WITH_AES_128_CBC_SHA', 'PSK-AES128-CBC-SHA'],
  [0x00b7, 'TLS_RSA_PSK_WITH_AES_256_CBC_SHA384', 'RSA-PSK-AES256-CBC-SHA384'],
  [0xc0aa, 'TLS_PSK_DHE_WITH_AES_128_CCM_8', 'DHE-PSK-AES128-CCM8'],
  [0xd005, 'TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256', 'ECDHE-PSK-AES128-CCM'],
  [0xd001, 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', 'ECDHE-PSK-AES128-GCM-SHA256'],
]

for (const [id, name, openSsl] of examples)
  test(`knows ${name}, ${openSsl} and 0x${id.toString(16)} for the same`, () => {
    for (const suite of [id, name, openSsl, openSsl.toLowerCase()]) {
      assert.is(suiteId(suite), id)
      assert.is(suiteName(suite), name)
      assert.is(openSslName(suite), openSsl)
    }
  })

test('finds nothing under what is no name or number of a suite', () => {
  for (const other of [0, 0x0a0a, 0x00ff, 0x5600, -1, Number.NaN, '', 'NULL', 'constructor', 'ALL'])
    for (const find of [findSuite, suiteName, openSslName, suiteId, suiteParts])
      assert.is(find(other), undefined, `${find.name} ${other}`)
})

test('takes case as meant, but for the lower case of OpenSSL names', () => {
  assert.is(suiteId('Aes128-sha'), undefined)
  assert.is(suiteId('tls_rsa_with_aes_128_cbc_sha'), undefined)
  assert.is(suiteId('tls_aes_128_gcm_sha256'), 0x1301)
})

test('tells all suites apart, by number, by each name and by parts', () => {
  const keys: readonly ((suite: Suite) => unknown)[] = [
    ({ id }) => id,
    ({ name }) => name,
    ({ openSslName }) => openSslName,
    ({ id }) => JSON.stringify(suiteParts(id)),
  ]
  assert.is(suites.length, 5 + 77)
  for (const key of keys) assert.is(new Set(suites.map(key)).size, suites.length)
})

test('makes parts of every suite, and every suite of its parts', () => {
  for (const { name } of suites) {
    const parts = suiteParts(name)
    assert.is(parts && suiteFromParts(parts), name)
  }
})

test('describes a suite as Erlang does', () => {
  assert.equal(suiteParts('TLS_AES_256_GCM_SHA384'), {
    keyExchange: 'any',
    cipher: 'aes_256_gcm',
    mac: 'aead',
    prf: 'sha384',
  })
  assert.equal(suiteParts('ECDHE-RSA-AES256-SHA384'), {
    keyExchange: 'ecdhe_rsa',
    cipher: 'aes_256_cbc',
    mac: 'sha384',
    prf: 'sha384',
  })
  assert.equal(suiteParts('DHE-PSK-AES128-CBC-SHA'), {
    keyExchange: 'dhe_psk',
    cipher: 'aes_128_cbc',
    mac: 'sha1',
    prf: 'sha256',
  })
  assert.equal(suiteParts(0xc0af), {
    keyExchange: 'ecdhe_ecdsa',
    cipher: 'aes_256_ccm_8',
    mac: 'aead',
    prf: 'sha256',
  })
})

test('finds no suite of parts that do not belong together', () => {
  const parts = { keyExchange: 'rsa', cipher: 'aes_128_cbc', mac: 'sha1', prf: 'sha256' } as const
  assert.is(suiteFromParts(parts), 'TLS_RSA_WITH_AES_128_CBC_SHA')
  assert.is(suiteFromParts({ ...parts, keyExchange: 'any' }), undefined)
  assert.is(suiteFromParts({ ...parts, cipher: 'chacha20_poly1305' }), undefined)
  assert.is(suiteFromParts({ ...parts, mac: 'sha384' }), undefined)
  assert.is(suiteFromParts({ ...parts, prf: 'sha384' }), undefined)
})

test('lists all names by version', () => {
  const of13 = suiteNames('TLS 1.3')
  const of12 = suiteNames('TLS 1.2')
  assert.equal(of13, [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_CCM_8_SHA256',
  ])
  assert.is(of12.length, 77)
  assert.equal(of12.slice(0, 3), [
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
    'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384',
  ])
  assert.is(of12.at(-1), 'TLS_PSK_WITH_AES_128_CBC_SHA')
  assert.equal(suiteNames(), [...of13, ...of12])
  assert.equal([...suiteNames()].sort(), suites.map(({ name }) => name).sort())
})

const [gcm, cbc] = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_CBC_SHA']

test('lists what a provider supports, by default and with what is opt-in', () => {
  const provider = providerWith([cbc, gcm], [cbc])
  assert.equal(supportedSuites(provider, 'TLS 1.2'), [gcm])
  assert.equal(supportedSuites(provider, 'TLS 1.2', 'default'), [gcm])
  assert.equal(supportedSuites(provider, 'TLS 1.2', 'all'), [cbc, gcm])
  const of13 = provider.suites.map(({ name }) => name)
  assert.ok(of13.length > 0)
  for (const which of ['default', 'all'] as const)
    assert.equal(supportedSuites(provider, 'TLS 1.3', which), of13)
  const { suites12: _, ...without } = provider
  assert.equal(supportedSuites(without, 'TLS 1.2', 'all'), [])
})

test('lists a provider in lower case as Node does', () => {
  const { suites12 } = providerWith([gcm, cbc], [cbc])
  const provider = { suites: noble.suites.slice(0, 2), suites12: suites12 ?? [] }
  assert.equal(lowerCaseNames(provider), [
    'aes128-sha',
    'ecdhe-rsa-aes128-gcm-sha256',
    'tls_aes_128_gcm_sha256',
    'tls_aes_256_gcm_sha384',
  ])
})

test('says of every suite of the providers what they say themselves', () => {
  for (const { suites, suites12 = [] } of [noble, nullCrypto]) {
    for (const { id, name, hash, aead } of suites) {
      const suite = findSuite(id)
      assert.is(suite?.name, name)
      assert.is(suite?.prf, hash.name)
      assert.is(suite && suite.strength / 8, aead.keyLength)
      assert.is(suite?.minVersion, 'TLS 1.3')
    }
    for (const { id, name, keyExchange, authentication, hash, records } of suites12) {
      const suite = findSuite(id)
      assert.is(suite?.name, name)
      assert.is(suite?.keyExchange, keyExchange)
      assert.is(suite?.authentication, authentication)
      assert.is(suite?.prf, hash.name)
      assert.is(suite?.mac === 'aead', records.kind === 'aead')
      const { keyLength } = records.kind === 'aead' ? records.aead : records
      assert.is(suite && suite.strength / 8, keyLength)
    }
  }
})

test.run()
