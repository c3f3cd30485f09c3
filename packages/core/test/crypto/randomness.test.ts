// Randomness comes from the connection's source and from nowhere else, and what is drawn is checked.
import { randomBytes } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { CryptoProvider, Random } from '#src/crypto/provider.js'
import { testKeys } from '#src/testing/conformance/keys.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))
const message = Uint8Array.of(1, 2, 3)

// In place before noble is loaded, which is why it is imported afterwards.
let globalDraws = 0
Object.defineProperty(globalThis, 'crypto', {
  configurable: true,
  value: {
    getRandomValues() {
      globalDraws++
      throw new Error('the global source of randomness was used')
    },
  },
})
const { noble } = await import('#src/noble.js')

function keys(provider: CryptoProvider) {
  return (
    ['secp256r1', 'secp384r1', 'secp521r1', 'ed25519', 'ed448', 'rsa', 'rsaPss'] as const
  ).map((name) => provider.importPrivateKey(Uint8Array.from(Buffer.from(testKeys[name], 'hex'))))
}

test('no entry draws from the global crypto object', () => {
  for (const group of noble.groups) {
    const pair = group.generate(random)
    const answer = group.encapsulate(pair.share, random)
    assert.ok(answer && pair.decapsulate(answer.share), group.name)
  }
  for (const key of keys(noble)) {
    for (const algorithm of key.algorithms) {
      const signature = key.sign(algorithm, message, random)
      const entry = noble.signatures.find(({ name }) => name === algorithm)
      assert.ok(entry?.verify(key.publicKey, message, signature), algorithm)
    }
  }
  assert.is(globalDraws, 0)
})

test('a source that gives another number of bytes is refused', () => {
  for (const wrong of [-1, 1]) {
    const broken: Random = (length) => random(length + wrong)
    for (const group of noble.groups) {
      const share = group.generate(random).share
      assert.throws(() => group.generate(broken), TypeError)
      assert.throws(() => group.encapsulate(share, broken), TypeError)
    }
    for (const key of keys(noble)) {
      for (const algorithm of key.algorithms) {
        // PKCS#1 draws for blinding, EdDSA too.
        assert.throws(() => key.sign(algorithm, message, broken), TypeError, algorithm)
      }
    }
  }
})

test('signing with long-lived keys is blinded', () => {
  for (const key of keys(noble)) {
    for (const algorithm of key.algorithms) {
      let draws = 0
      key.sign(algorithm, message, (length) => {
        draws++
        return random(length)
      })
      // ECDSA: hedging, the scalar, the inversion. EdDSA: two scalars. RSA: blinding, and PSS its salt.
      const expected = algorithm.startsWith('ecdsa') ? 3 : algorithm.startsWith('rsa_pkcs1') ? 1 : 2
      assert.is(draws, expected, algorithm)
    }
  }
})

test('what the source gave stays the source’s', () => {
  const given = new Uint8Array(2000).fill(7)
  const kept = given.slice()
  const lending: Random = (length) => given.subarray(0, length)
  for (const group of noble.groups) {
    group.generate(lending).wipe()
    assert.equal(given, kept, group.name)
  }
  for (const key of keys(noble)) {
    for (const algorithm of key.algorithms) key.sign(algorithm, message, lending)
    assert.equal(given, kept)
  }
})

test.run()
