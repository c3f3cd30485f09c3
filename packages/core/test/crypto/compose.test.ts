// Providers put together: from entries, and one over another.

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type {
  CipherSuite12,
  CryptoProvider,
  RsaEncryption,
  SignatureAlgorithm,
} from '#src/crypto/provider.js'
import { allSuites12, finiteField, nobleTls12 } from '#src/noble/tls12.js'
import {
  compose,
  createNoble,
  ecdsa_brainpool,
  ecdsa_sha256,
  ecdsaKeys,
  ecdsaKeysWithBrainpool,
  ed25519Keys,
  noble,
  secp256r1,
  sha256,
  TLS_AES_128_GCM_SHA256,
  TLS_CHACHA20_POLY1305_SHA256,
  x25519,
} from '#src/noble.js'
import { testKeys } from '#src/testing/conformance/keys.js'

const names = (entries: readonly { name: string }[]) => entries.map(({ name }) => name)
const pkcs8 = (name: keyof typeof testKeys) => Uint8Array.from(Buffer.from(testKeys[name], 'hex'))
const zeros = (length: number) => new Uint8Array(length).fill(1)

function tagged(provider: CryptoProvider, name: string): CryptoProvider {
  return {
    ...provider,
    name,
    describe: () => provider.describe().map((entry) => ({ ...entry, provider: name })),
  }
}

test('the order of the default provider', () => {
  assert.equal(names(noble.suites), [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
  ])
  assert.equal(
    noble.groups.map(({ id }) => id),
    [0x11ec, 29, 23, 24, 25, 30, 0x11eb, 0x11ed, 256, 257, 258, 259, 260],
  )
  assert.equal(
    noble.suites.map(({ id }) => id),
    [0x1301, 0x1302, 0x1303, 0x1304],
  )
  assert.equal(
    noble.suites12?.map(({ id, optIn }) => [id, optIn]),
    [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8].map((id) => [id, false]),
  )
  assert.equal(names(noble.signatures), [
    'ecdsa_sha256',
    'ecdsa_sha384',
    'ecdsa_sha512',
    'ed25519',
    'ed448',
    'rsa_pss_sha256',
    'rsa_pss_sha384',
    'rsa_pss_sha512',
    'rsa_pkcs1_sha256',
    'rsa_pkcs1_sha384',
    'rsa_pkcs1_sha512',
  ])
  assert.is(noble.describe().length, 4 + 13 + 11 + 4 + 6)
  assert.ok(noble.describe().every((entry) => entry.provider === 'noble' && !entry.ownRandomness))
})

test('the limits of the AEADs (RFC 9846 5.5, RFC 9147 4.5.3)', () => {
  const limits = noble.suites.map(({ aead }) => [aead.confidentialityLimit, aead.integrityLimit])
  assert.equal(limits, [
    [23726566, 2 ** 36],
    [23726566, 2 ** 36],
    [2 ** 48 - 1, 2 ** 36],
    [2 ** 23, 11863283],
  ])
})

test('a gap is filled where the fallback has the entry', () => {
  const native = tagged(
    createNoble({
      suites: [TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256],
      groups: [secp256r1, x25519],
      signatures: [ecdsa_sha256],
      hashes: [sha256],
    }),
    'native',
  )
  const both = compose(native, noble)
  assert.is(both.name, 'native+noble')
  assert.equal(names(both.suites), [
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_CCM_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
  ])
  assert.equal(names(both.groups).slice(0, 5), [
    'X25519MLKEM768',
    'secp256r1',
    'secp384r1',
    'secp521r1',
    'x448',
  ])
  assert.is(both.groups.length, noble.groups.length)
  assert.is(
    both.groups.find(({ id }) => id === 29),
    x25519,
  )
  assert.equal(names(both.signatures), names(noble.signatures))
  const origins = new Map(both.describe().map((entry) => [entry.name, entry.provider]))
  assert.is(origins.get('x25519'), 'native')
  assert.is(origins.get('x448'), 'noble')
  assert.is(origins.get('ecdsa_sha256'), 'native')
  assert.is(origins.get('ed25519'), 'noble')
  assert.is(both.describe().length, noble.describe().length)
})

test('what TLS 1.2 needs is filled too', () => {
  const [first, second] = allSuites12
  assert.ok(first && second)
  const entries = { suites: [], groups: [], signatures: [], hashes: [] }
  const bare = createNoble({ ...entries, suites12: [second] })
  const own: RsaEncryption = { encrypt: () => undefined }
  const both = compose({ ...bare, rsaEncryption: own }, nobleTls12)
  assert.equal(names(both.suites12 ?? []), names(allSuites12))
  assert.is(both.suites12?.[1], second)
  assert.is(both.rsaEncryption, own)
  assert.is(both.finiteField, finiteField)
  assert.is(both.describe().length, nobleTls12.describe().length)
  const neither = compose(bare, createNoble(entries))
  assert.equal(names(neither.suites12 ?? []), [second.name])
  assert.not('finiteField' in neither || 'rsaEncryption' in neither)
  // A provider that was written before TLS 1.2.
  const { suites12, ...old } = bare
  assert.equal(compose(old, old).suites12, [])
  assert.equal(compose(old, bare).suites12, suites12)
})

test('all of TLS 1.2 is the default provider and more', () => {
  assert.is(allSuites12.length, 77)
  assert.equal(
    allSuites12.filter(({ optIn }) => !optIn),
    noble.suites12,
  )
  assert.is(nobleTls12.name, noble.name)
  for (const kind of ['suites', 'groups', 'signatures', 'hashes'] as const)
    assert.equal(names(nobleTls12[kind]), names(noble[kind]))
  assert.is(nobleTls12.describe().length, noble.describe().length + 71)
  // Forward secrecy first; then an AEAD with tags of 16 bytes, any AEAD, CBC.
  const rank = ({ keyExchange, name }: CipherSuite12): number =>
    (/dhe/i.test(keyExchange) ? 0 : 3) + (name.includes('CCM_8') ? 1 : name.includes('CBC') ? 2 : 0)
  const ranks = allSuites12.map(rank)
  assert.equal(ranks, [...ranks].sort())
})

test('nothing missing, nothing changed', () => {
  const same = compose(noble, noble)
  assert.equal(names(same.suites), names(noble.suites))
  assert.equal(names(same.groups), names(noble.groups))
  assert.equal(names(same.hashes), names(noble.hashes))
  assert.equal(same.describe(), noble.describe())
})

test('entries of one name are joined key by key', () => {
  const provider = createNoble({
    suites: [],
    groups: [],
    signatures: [ecdsa_sha256, ...ecdsa_brainpool],
    hashes: [],
    keys: [ecdsaKeysWithBrainpool],
  })
  assert.equal(names(provider.signatures), ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'])
  const joined = provider.signatures[0]
  for (const name of ['secp256r1', 'brainpoolP256r1'] as const) {
    const key = provider.importPrivateKey(pkcs8(name))
    const signature = key.sign('ecdsa_sha256', zeros(5), zeros)
    assert.ok(joined?.supports(key.publicKey))
    assert.ok(joined?.verify(key.publicKey, zeros(5), signature))
    assert.not(joined?.verify(key.publicKey, zeros(6), signature))
  }
})

test('where a key is not supported, the fallback is asked', () => {
  const asked: string[] = []
  const only = (name: string, supported: boolean): CryptoProvider => {
    const entry: SignatureAlgorithm = {
      name: 'ecdsa_sha256',
      supports: () => supported,
      verify: () => {
        asked.push(name)
        return true
      },
    }
    return {
      ...createNoble({ suites: [], groups: [], signatures: [], hashes: [] }),
      signatures: [entry],
    }
  }
  const { publicKey } = noble.importPrivateKey(pkcs8('secp256r1'))
  compose(only('a', false), only('b', true)).signatures[0]?.verify(publicKey, zeros(1), zeros(1))
  compose(only('a', true), only('b', true)).signatures[0]?.verify(publicKey, zeros(1), zeros(1))
  assert.equal(asked, ['b', 'a'])
})

test('private keys that the primary cannot import go to the fallback', () => {
  const entries = { suites: [], groups: [], signatures: [], hashes: [] }
  const primary = createNoble({ ...entries, keys: [ed25519Keys] })
  const fallback = createNoble({ ...entries, keys: [ecdsaKeys] })
  const both = compose(primary, fallback)
  assert.is(both.importPrivateKey(pkcs8('ed25519')).publicKey.type, 'ed25519')
  assert.is(both.importPrivateKey(pkcs8('secp384r1')).publicKey.type, 'ec')
  assert.throws(() => both.importPrivateKey(pkcs8('rsa')), TypeError)
})

test('tables are built when asked for, and results stay the same', () => {
  for (const group of noble.groups) {
    const before = group.generate(zeros).share
    group.warmUp?.()
    assert.equal(group.generate(zeros).share, before, group.name)
  }
})

test('tables that are built along the way change no result', () => {
  const key = noble.importPrivateKey(pkcs8('secp256r1'))
  const first = key.sign('ecdsa_sha256', zeros(3), zeros)
  for (let i = 0; i < 40; i++) assert.equal(key.sign('ecdsa_sha256', zeros(3), zeros), first)
})

test.run()
