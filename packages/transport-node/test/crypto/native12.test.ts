// What node:crypto does for TLS 1.2, beyond what every provider must.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { CipherSuite12, Random } from '@sanstls/core'
import { compose, createNoble, noble } from '@sanstls/core/noble'
import {
  allSuites12,
  nobleTls12,
  finiteField as overNoble,
  rsaEncryption as rsaOverNoble,
} from '@sanstls/core/noble/tls12'
import {
  createNative,
  finiteField,
  native,
  nodeCrypto,
  rsaEncryption,
  suites12,
} from '@sanstls/transport-node/crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { allNative, allNoble } from './everything.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

/** A suite without its code. */
function outline({ id, name, keyExchange, authentication, hash, records, optIn }: CipherSuite12) {
  const protection =
    records.kind === 'aead'
      ? [records.nonce, records.aead.name]
      : [records.macKeyLength, records.keyLength]
  return [id, name, keyExchange, authentication, hash.name, records.kind, ...protection, optIn]
}

test('the suites are those of noble, in the same order', () => {
  assert.equal(suites12.map(outline), allSuites12.map(outline))
  assert.equal(nodeCrypto.suites12?.map(outline), allSuites12.map(outline))
  assert.equal(
    native.suites12?.map(outline),
    suites12.filter((suite) => suite.available()).map(outline),
  )
})

test('no code of theirs is noble’s', () => {
  for (const [i, suite] of suites12.entries()) {
    const other = allSuites12[i]
    assert.is.not(suite.hash, other?.hash, suite.name)
    if (suite.records.kind === 'cbc') assert.is.not(suite.records, other?.records)
    if (suite.records.kind === 'aead' && other?.records.kind === 'aead')
      assert.is.not(suite.records.aead, other.records.aead)
  }
})

test('what a runtime lacks is tried when it is asked for, and filled by noble', () => {
  const asked: string[] = []
  const lacking = (name: string) => () => {
    asked.push(name)
    return false
  }
  const [first, second] = suites12
  assert.ok(first && second)
  const partial = createNative({
    suites: [],
    groups: [],
    signatures: [],
    hashes: [],
    suites12: [{ ...first, available: lacking('suite') }, second],
    finiteField: { ...finiteField, available: lacking('field') },
    rsaEncryption: { ...rsaEncryption, available: lacking('rsa') },
  })
  assert.equal(asked, [])
  assert.equal(partial.suites12, [second])
  assert.is(partial.finiteField, undefined)
  assert.is(partial.rsaEncryption, undefined)
  assert.equal(asked, ['suite', 'field', 'rsa'])
  const filled = compose(partial, nobleTls12)
  assert.is(filled.finiteField, overNoble)
  assert.is(filled.rsaEncryption, rsaOverNoble)
  assert.is(filled.suites12?.[0], allSuites12[0])
  assert.is(filled.suites12?.[1], second)
  const entries = { suites: [], groups: [], signatures: [], hashes: [] }
  for (const none of [createNative(entries), createNoble(entries)]) {
    assert.equal(none.suites12, [])
    assert.is(none.finiteField, undefined)
    assert.is(none.rsaEncryption, undefined)
  }
  if (finiteField.available()) assert.is(nodeCrypto.finiteField, finiteField)
  if (rsaEncryption.available()) assert.is(nodeCrypto.rsaEncryption, rsaEncryption)
})

test('noble by itself has what needs no naming, and nothing for old key exchanges', () => {
  assert.ok(noble.suites12?.every(({ optIn }) => !optIn))
  assert.is(noble.finiteField, undefined)
  assert.is(noble.rsaEncryption, undefined)
})

test('RSA: the same ciphertext as noble from the same randomness', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pkcs8 = Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }))
  const { publicKey } = allNoble.importPrivateKey(pkcs8)
  const message = random(48)
  const seed = random(1024)
  const source: Random = (length) => seed.slice(0, length)
  const ciphertext = rsaEncryption.encrypt(publicKey, message, source)
  assert.is(hex(ciphertext), hex(rsaOverNoble.encrypt(publicKey, message, source)))
  assert.not.instance(ciphertext, Buffer)
  const decrypt = allNative.importPrivateKey(pkcs8).decrypt
  assert.ok(decrypt && ciphertext)
  for (const given of [ciphertext, ciphertext.subarray(1), random(256)]) {
    assert.not.instance(decrypt(given, new Uint8Array(48), random), Buffer)
  }
})

/** Parameters that a server may name, and that OpenSSL might dislike. */
const parameters: readonly (readonly [name: string, prime: Uint8Array, generator: Uint8Array])[] = [
  ['a prime of 8 bits', Uint8Array.of(251), Uint8Array.of(6)],
  ['a prime of 511 bits', odd(64, 0x7f), Uint8Array.of(2)],
  ['a composite of 1024 bits', odd(128, 0xff), Uint8Array.of(2)],
  ['a composite of 2048 bits', odd(256, 0x80), Uint8Array.of(2)],
  ['a large generator', odd(128, 0xff), odd(128, 0x55)],
]

/** Bytes of an odd number that begins with `first`. */
function odd(length: number, first: number): Uint8Array {
  const number = random(length)
  number[0] = first
  number[length - 1] = (number[length - 1] ?? 0) | 1
  return number
}

for (const [name, prime, generator] of parameters) {
  test(`Diffie-Hellman with ${name} gives what it gives with noble`, () => {
    const own = finiteField.group(prime, generator)
    const other = overNoble.group(prime, generator)
    assert.ok(own && other)
    for (let i = 0; i < 3; i++) {
      const seed = random(256)
      const source: Random = (length) => seed.subarray(0, length)
      const kept = seed.slice()
      const [pair, expected] = [own.generate(source), other.generate(source)]
      assert.equal(seed, kept)
      assert.is(hex(pair.share), hex(expected.share))
      assert.not.instance(pair.share, Buffer)
      const peer = other.generate(random).share
      const secret = pair.decapsulate(peer)
      assert.is(hex(secret), hex(expected.decapsulate(peer)))
      assert.not.instance(secret, Buffer)
      pair.wipe()
      assert.throws(() => pair.decapsulate(peer), /wiped/)
    }
  })
}

test('Diffie-Hellman: an element of small order that leads to no secret is refused', () => {
  // A prime that is 1 modulo 3.
  const p =
    0x8bd7f29850990413a531f603a604d1ac70cf7938eb7f594b3d27c061f95807210045c643fe55c97f1d90f3a0727d238dc1e3ecc50d1f0d365a1190ed7b036f4dn
  const bytes = (value: bigint): Uint8Array =>
    Uint8Array.from(Buffer.from(value.toString(16).padStart(128, '0'), 'hex'))
  // Of order 3: some power to (p - 1) / 3 that is not 1.
  let element = 1n
  for (let base = 2n; element === 1n; base++) element = power(base, (p - 1n) / 3n, p)
  for (const field of [finiteField, overNoble]) {
    const group = field.group(bytes(p), Uint8Array.of(2))
    assert.ok(group)
    const answer = (octet: number) =>
      group.encapsulate(bytes(element), (length) => new Uint8Array(length).fill(octet))
    // 64 octets of 1 make a multiple of 3 and one more; octets of 3 make a multiple.
    assert.is(hex(answer(1)?.secret), hex(bytes(element)))
    assert.is(answer(3), undefined)
  }
})

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

test.run()
