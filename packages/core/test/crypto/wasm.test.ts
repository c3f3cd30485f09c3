// The provider in WebAssembly: the same bytes as noble, whatever the lengths and places, and one memory for all keys.
import { randomBytes } from 'node:crypto'
import { chacha20 } from '@noble/ciphers/chacha.js'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { AeadAlgorithm } from '#src/crypto/provider.js'
import { noble } from '#src/noble.js'
import { wasm } from '#src/wasm.js'
import { configure } from '../support/property.js'

configure()

/** Each AEAD of the module beside noble's. */
const pairs = wasm.suites.map(({ id, aead }) => {
  const suite = noble.suites.find((other) => other.id === id)
  if (suite === undefined) throw new Error('noble has the suite')
  return { ours: aead, reference: suite.aead }
})

const filled = (length: number, octet: number) => new Uint8Array(length).fill(octet)
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

/** The record of `input` and `trailer`, in memory of its own. */
function seal(
  aead: AeadAlgorithm,
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  input: Uint8Array,
  trailer = new Uint8Array(0),
): Uint8Array {
  const out = new Uint8Array(input.length + trailer.length + aead.tagLength)
  aead.create(key).seal(nonce, aad, input, trailer, out, 0)
  return out
}

test('suites are those of noble, with its hashes', () => {
  for (const suite of wasm.suites) {
    const other = noble.suites.find(({ id }) => id === suite.id)
    const { aead, ...rest } = suite
    assert.equal({ ...rest, aead: undefined }, { ...other, aead: undefined })
    const { keyLength, nonceLength, tagLength, confidentialityLimit, integrityLimit } = aead
    assert.equal(
      [keyLength, nonceLength, tagLength, confidentialityLimit, integrityLimit],
      [
        other?.aead.keyLength,
        other?.aead.nonceLength,
        other?.aead.tagLength,
        other?.aead.confidentialityLimit,
        other?.aead.integrityLimit,
      ],
    )
  }
})

for (const { ours, reference } of pairs) {
  test(`${ours.name}: every length to 600 as noble does it`, () => {
    const key = Uint8Array.from(randomBytes(ours.keyLength))
    const other = reference.create(key)
    const mine = ours.create(key)
    for (let length = 0; length <= 600; length++) {
      const nonce = Uint8Array.from(randomBytes(12))
      const aad = Uint8Array.from(randomBytes(length % 37))
      // All ones make the largest limbs, and zeros show the key stream.
      const text = [filled(length, 0xff), filled(length, 0), Uint8Array.from(randomBytes(length))][
        length % 3
      ] as Uint8Array
      const expected = new Uint8Array(length + 16)
      other.seal(nonce, aad, text, new Uint8Array(0), expected, 0)
      const actual = new Uint8Array(length + 16)
      assert.is(mine.seal(nonce, aad, text, new Uint8Array(0), actual, 0), length + 16)
      assert.equal(actual, expected, `seal of ${length}`)
      assert.equal(mine.open(nonce, aad, expected), text, `open of ${length}`)
    }
  })

  test(`${ours.name}: any record, place and trailer as noble does it`, () => {
    const record = fc.record({
      key: bytesOf(ours.keyLength),
      nonce: bytesOf(12),
      aad: fc.uint8Array({ maxLength: 80 }),
      input: fc.uint8Array({ maxLength: 2000 }),
      trailer: fc.uint8Array({ maxLength: 300 }),
      before: fc.nat(40),
    })
    fc.assert(
      fc.property(record, ({ key, nonce, aad, input, trailer, before }) => {
        const length = input.length + trailer.length + 16
        const expected = filled(before + length + 3, 0xa5)
        reference.create(key).seal(nonce, aad, input, trailer, expected, before)
        const actual = filled(before + length + 3, 0xa5)
        const mine = ours.create(key)
        assert.is(mine.seal(nonce, aad, input, trailer, actual, before), length)
        assert.equal(actual, expected)
        const sealed = actual.subarray(before, before + length)
        assert.equal(mine.open(nonce, aad, sealed), Uint8Array.of(...input, ...trailer))
        const kept = sealed.slice()
        for (const at of [0, length - 1]) {
          sealed[at] = (sealed[at] ?? 0) ^ 1
          assert.is(mine.open(nonce, aad, sealed), undefined)
          sealed.set(kept)
        }
      }),
    )
  })

  test(`${ours.name}: seals where the input lies, whatever their places`, () => {
    const key = filled(ours.keyLength, 9)
    const nonce = filled(12, 3)
    const aad = filled(5, 1)
    for (const length of [1, 200, 16_384, 70_000]) {
      const text = Uint8Array.from({ length }, (_, i) => i)
      const expected = seal(reference, key, nonce, aad, text)
      for (const [from, to] of [
        [0, 0],
        [5, 0],
        [0, 5],
      ] as const) {
        const memory = new Uint8Array(length + 32)
        memory.set(text, from)
        ours
          .create(key)
          .seal(nonce, aad, memory.subarray(from, from + length), filled(0, 0), memory, to)
        assert.equal(memory.slice(to, to + length + 16), expected, `${length}: ${from} to ${to}`)
      }
    }
  })

  test(`${ours.name}: what is too long for the memory gets one of its own`, () => {
    const key = filled(ours.keyLength, 2)
    const nonce = filled(12, 3)
    // `wasm-module.test.ts` has those around what fits.
    for (const [aadLength, length] of [
      [13, 66_000],
      [70_000, 10],
      [13, 1_000_003],
    ] as const) {
      const aad = filled(aadLength, 7)
      const text = Uint8Array.from({ length }, (_, i) => i)
      const expected = seal(reference, key, nonce, aad, text)
      assert.equal(seal(ours, key, nonce, aad, text), expected, `${aadLength} and ${length}`)
      assert.equal(ours.create(key).open(nonce, aad, expected), text)
    }
  })

  test(`${ours.name}: many keys at once do not mix`, () => {
    const keys = Array.from({ length: 50 }, (_, i) => filled(ours.keyLength, i))
    const others = pairs.map((pair) => pair.ours.create(filled(pair.ours.keyLength, 77)))
    const made = keys.map((key) => ours.create(key))
    const [nonce, aad, text] = [filled(12, 1), filled(5, 2), filled(100, 3)]
    const expected = keys.map((key) => seal(reference, key, nonce, aad, text))
    for (let round = 0; round < 3; round++) {
      for (const [i, aead] of made.entries()) {
        for (const other of others) other.seal(nonce, aad, text, aad, new Uint8Array(200), 0)
        const out = new Uint8Array(116)
        aead.seal(nonce, aad, text, new Uint8Array(0), out, 0)
        assert.equal(out, expected[i])
        assert.equal(aead.open(nonce, aad, out), text)
      }
      // Those that go, and masks and keys that come, take nothing from those that stay.
      others.pop()?.wipe()
      const [first] = made
      const sealsAsBefore = () => {
        const out = new Uint8Array(116)
        first?.seal(nonce, aad, text, new Uint8Array(0), out, 0)
        assert.equal(out, expected[0])
      }
      sealsAsBefore()
      ours.headerMask(filled(ours.keyLength, 5))(filled(16, round))
      sealsAsBefore()
      const passing = ours.create(filled(ours.keyLength, 6))
      sealsAsBefore()
      passing.wipe()
      sealsAsBefore()
    }
  })

  test(`${ours.name}: header masks as noble makes them`, () => {
    fc.assert(
      fc.property(bytesOf(ours.keyLength), bytesOf(16), (key, sample) => {
        const expected = reference.headerMask(key)(sample)
        const actual = ours.headerMask(key)(sample)
        assert.equal(actual.slice(0, 5), expected.slice(0, 5))
      }),
    )
    const mask = ours.headerMask(filled(ours.keyLength, 1))
    const first = mask(filled(16, 255))
    seal(ours, filled(ours.keyLength, 2), filled(12, 0), filled(0, 0), filled(500, 0))
    assert.equal(mask(filled(16, 255)), first)
  })

  test(`${ours.name}: takes no key and no nonce of another length`, () => {
    for (const length of [0, 15, 17, 24, 31, 33, 64]) {
      assert.throws(() => ours.create(filled(length, 0)), TypeError)
      assert.throws(() => ours.headerMask(filled(length, 0)), TypeError)
    }
    const key = ours.create(filled(ours.keyLength, 0))
    const none = filled(0, 0)
    for (const length of [0, 11, 13]) {
      assert.throws(
        () => key.seal(filled(length, 0), none, none, none, filled(16, 0), 0),
        TypeError,
      )
      assert.throws(() => key.open(filled(length, 0), none, filled(16, 0)), TypeError)
    }
    assert.is(key.open(filled(12, 0), none, filled(15, 0)), undefined)
  })
}

/** Whole blocks of ciphertext for which the polynomial of RFC 8439 2.5, without additional data, is `sum` modulo p. */
function ciphertextFor(
  oneTimeKey: Uint8Array,
  sum: bigint,
  blocks: readonly bigint[],
): bigint[] | undefined {
  const p = (1n << 130n) - 5n
  const modulo = (value: bigint) => ((value % p) + p) % p
  const power = (base: bigint, exponent: bigint): bigint =>
    exponent === 0n
      ? 1n
      : modulo(power(modulo(base * base), exponent >> 1n) * (exponent & 1n ? base : 1n))
  const r = littleEndian(oneTimeKey.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn
  const mark = 1n << 128n
  const lengths = (BigInt(16 * (blocks.length + 1)) << 64n) + mark
  const before = blocks.reduce((all, block) => modulo((all + block + mark) * r), 0n)
  const last = modulo((sum - lengths * r) * power(r, p - 3n) - before - mark)
  return last < mark ? [...blocks, last] : undefined
}

const littleEndian = (bytes: Uint8Array) =>
  bytes.reduceRight((value, octet) => (value << 8n) | BigInt(octet), 0n)
const toBytes = (value: bigint) =>
  Uint8Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))

test('ChaCha20-Poly1305: one-time keys that leave a negative sum in a limb', () => {
  const pair = pairs.find((other) => other.ours.name === 'ChaCha20-Poly1305')
  if (pair === undefined) throw new Error('the module has it')
  const none = new Uint8Array(0)
  // Three of 500,000 nonces.
  for (const number of [16820, 31166, 38245]) {
    const nonce = Uint8Array.of(number & 255, number >> 8, ...new Uint8Array(10))
    const expected = seal(pair.reference, filled(32, 7), nonce, none, none)
    assert.equal(seal(pair.ours, filled(32, 7), nonce, none, none), expected, `${number}`)
  }
})

test('ChaCha20-Poly1305: sums next to the modulus and to 2^128', () => {
  const pair = pairs.find((other) => other.ours.name === 'ChaCha20-Poly1305')
  if (pair === undefined) throw new Error('the module has it')
  const { ours, reference } = pair
  const p = (1n << 130n) - 5n
  const sums = [0n, 1n, 2n, 3n, 4n, 5n, p - 1n, p - 2n, (1n << 128n) - 1n, 1n << 128n, 1n << 26n]
  const key = filled(32, 7)
  for (const sum of sums) {
    for (let count = 0; count < 9; count++) {
      // One nonce in four has such a text.
      for (let tried = 0, found = 0; found < 2; tried++) {
        assert.ok(tried < 200)
        const nonce = Uint8Array.of(tried, count, ...new Uint8Array(10))
        const oneTimeKey = chacha20(key, nonce, new Uint8Array(32))
        const blocks = Array.from({ length: count }, () => littleEndian(randomBytes(16)))
        const ciphertext = ciphertextFor(oneTimeKey, sum, blocks)?.map(toBytes)
        if (ciphertext === undefined) continue
        found++
        const tag = toBytes(sum + littleEndian(oneTimeKey.subarray(16)))
        const record = Uint8Array.from([...ciphertext, tag].flatMap((block) => [...block]))
        const opened = ours.create(key).open(nonce, new Uint8Array(0), record)
        assert.equal(opened, reference.create(key).open(nonce, new Uint8Array(0), record))
        assert.ok(opened !== undefined, `the tag of ${sum}`)
      }
    }
  }
})

test.run()
