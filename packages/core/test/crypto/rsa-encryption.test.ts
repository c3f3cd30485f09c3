// RSA key exchange: PITFALLS 23. Whatever the padding is, a message comes out, and nothing tells which.
import {
  constants,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Random, SigningKey } from '#src/crypto/provider.js'
import { padForEncryption, unpadOrElse } from '#src/crypto/rsa-padding.js'
import { rsaEncryption } from '#src/noble/tls12.js'
import { noble } from '#src/noble.js'
import { testKeys } from '#src/testing/conformance/keys.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))
const fallback = new Uint8Array(48).fill(0xfb)
const padding = constants.RSA_NO_PADDING

function makeKey(modulusLength: number) {
  const pair = generateKeyPairSync('rsa', { modulusLength })
  const key = noble.importPrivateKey(
    Uint8Array.from(pair.privateKey.export({ format: 'der', type: 'pkcs8' })),
  )
  /** Raw RSA, so that the padding can be anything. */
  const encrypt = (encoded: Uint8Array) =>
    Uint8Array.from(publicEncrypt({ key: pair.publicKey, padding }, encoded))
  return { ...pair, key, encrypt, length: Math.ceil(modulusLength / 8) }
}

function decrypt({ decrypt }: SigningKey, ciphertext: Uint8Array, otherwise = fallback) {
  assert.ok(decrypt)
  return decrypt(ciphertext, otherwise, random)
}

/** 00 02, padding, 00, message. */
function encode(length: number, message: Uint8Array): Uint8Array {
  const encoded = new Uint8Array(length).fill(0x77)
  encoded.set([0, 2])
  encoded[length - message.length - 1] = 0
  encoded.set(message, length - message.length)
  return encoded
}

/** Encoded messages with something wrong, by name. */
function wrongOnes(length: number, message: Uint8Array): [string, Uint8Array][] {
  const right = encode(length, message)
  const separator = length - message.length - 1
  const changed = (at: number, octet: number): Uint8Array => {
    const encoded = right.slice()
    encoded[at] = octet
    return encoded
  }
  return [
    ['first octet', changed(0, 1)],
    ['type 1', changed(1, 1)],
    ['type 0', changed(1, 0)],
    ['type 3', changed(1, 3)],
    ['no separator', changed(separator, 1)],
    ['separator of 0x80', changed(separator, 0x80)],
    ['a zero at the beginning', changed(2, 0)],
    ['a zero among the first eight', changed(9, 0)],
    ['an early separator', changed(separator - 1, 0)],
    ['a message too short', encode(length, message.subarray(1))],
    ['a message too long', encode(length, Uint8Array.of(1, ...message))],
    ['no message', encode(length, new Uint8Array(0))],
    ['all zeros', new Uint8Array(length)],
    [
      'one',
      changed(0, 0)
        .fill(0, 0, length - 1)
        .fill(1, length - 1),
    ],
  ]
}

for (const bits of [1024, 1031, 2048]) {
  test(`a modulus of ${bits} bits: what is encrypted comes back`, () => {
    const { key, privateKey, length } = makeKey(bits)
    for (const size of [0, 1, 48, length - 11]) {
      const message = random(size)
      const ciphertext = rsaEncryption.encrypt(key.publicKey, message, random)
      assert.ok(ciphertext)
      assert.is(ciphertext.length, length)
      assert.equal(decrypt(key, ciphertext, new Uint8Array(size).fill(1)), message)
      // RFC 8017 7.2.1, as another reads it.
      const encoded = privateDecrypt({ key: privateKey, padding }, ciphertext)
      assert.equal([...encoded.subarray(0, 2)], [0, 2])
      assert.not(encoded.subarray(2, length - size - 1).includes(0))
      assert.is(encoded[length - size - 1], 0)
      assert.equal(Uint8Array.from(encoded.subarray(length - size)), message)
    }
    assert.is(rsaEncryption.encrypt(key.publicKey, random(length - 10), random), undefined)
  })

  test(`a modulus of ${bits} bits: a wrong padding gives the fallback`, () => {
    const { key, encrypt, length } = makeKey(bits)
    const message = random(48)
    assert.equal(decrypt(key, encrypt(encode(length, message))), message)
    for (const [name, encoded] of wrongOnes(length, message)) {
      // 'first octet' may exceed the modulus.
      if (bits === 1031 && name === 'first octet') encoded[1] = 0
      assert.equal(decrypt(key, encrypt(encoded)), fallback, name)
    }
  })
}

test('a ciphertext of another length or beyond the modulus gives the fallback', () => {
  const { key, encrypt, length } = makeKey(1024)
  const message = random(48)
  const ciphertext = encrypt(encode(length, message))
  const { modulus } = key.publicKey
  assert.ok(modulus)
  for (const wrong of [
    new Uint8Array(0),
    ciphertext.subarray(1),
    Uint8Array.of(0, ...ciphertext),
    Uint8Array.of(...ciphertext, 0),
    modulus,
    new Uint8Array(length).fill(255),
  ]) {
    assert.equal(decrypt(key, wrong), fallback)
  }
  // No room for eight octets of padding, though seven stand there.
  const long = new Uint8Array(length - 10).fill(5)
  assert.equal(decrypt(key, encrypt(encode(length, random(length - 10))), long), long)
  assert.equal(decrypt(key, ciphertext), message)
})

test('a ciphertext that is right but for a multiple of the modulus gives the fallback', () => {
  // Seven bits are left in the first octet.
  const { key, encrypt, length } = makeKey(1025)
  const message = random(48)
  const ciphertext = encrypt(encode(length, message))
  assert.equal(decrypt(key, ciphertext), message)
  const number = (bytes: Uint8Array | undefined): bigint =>
    BigInt(`0x${Buffer.from(bytes ?? []).toString('hex')}`)
  const sum = number(ciphertext) + number(key.publicKey.modulus)
  const larger = Uint8Array.from(Buffer.from(sum.toString(16).padStart(2 * length, '0'), 'hex'))
  assert.equal(decrypt(key, larger), fallback)
})

test('what comes out is memory of its own', () => {
  const { key, encrypt, length } = makeKey(1024)
  const ciphertext = encrypt(encode(length, random(48)))
  for (const given of [ciphertext, ciphertext.subarray(1), encrypt(encode(length, random(47)))]) {
    const kept = given.slice()
    const message = decrypt(key, given)
    assert.is.not(message.buffer, fallback.buffer)
    message.fill(0)
    assert.equal(given, kept)
    assert.equal(fallback, new Uint8Array(48).fill(0xfb))
  }
})

test('the same memory is read for each padding, right or wrong', () => {
  const message = random(48)
  const seen = new Set<string>()
  const read = (encoded: Uint8Array) => {
    let reads = ''
    const watched = (name: string, array: Uint8Array) =>
      new Proxy(array, {
        get(target, property) {
          reads += `${name}${String(property)} `
          return Reflect.get(target, property, target)
        },
      })
    const result = unpadOrElse(watched('e', encoded), watched('f', fallback))
    seen.add(reads)
    return result
  }
  assert.equal(read(encode(128, message)), message)
  for (const [name, encoded] of wrongOnes(128, message)) {
    assert.equal(read(encoded), fallback, name)
  }
  assert.is(seen.size, 1)
  const [reads = ''] = seen
  for (const property of ['e0 ', 'e1 ', 'e2 ', 'e79 ', 'e127 ', 'f0 ', 'f47 '])
    assert.ok(reads.includes(property), property)
})

test('decryption is blinded, and draws from the source', () => {
  const { key, encrypt, length } = makeKey(1024)
  let draws = 0
  const source: Random = (size) => {
    draws++
    return random(size)
  }
  const ciphertext = encrypt(encode(length, random(48)))
  key.decrypt?.(ciphertext, fallback, source)
  assert.is(draws, 1)
  const broken: Random = (size) => random(size - 1)
  assert.throws(() => key.decrypt?.(ciphertext, fallback, broken), TypeError)
  assert.throws(() => rsaEncryption.encrypt(key.publicKey, fallback, broken), TypeError)
})

test('the padding is drawn anew, and has no zero even where the source gives zeros', () => {
  const { key } = makeKey(1024)
  const message = random(48)
  const [one, two] = [1, 2].map(() => rsaEncryption.encrypt(key.publicKey, message, random))
  assert.not.equal(one, two)
  for (const octet of [0, 254, 255]) {
    const encoded = padForEncryption(message, 128, (size) => new Uint8Array(size).fill(octet))
    assert.ok(encoded)
    assert.equal(unpadOrElse(encoded, fallback), message)
  }
})

test('keys for PSS only, and of other kinds, neither encrypt nor decrypt', () => {
  for (const name of ['rsaPss', 'secp256r1', 'ed25519'] as const) {
    const key = noble.importPrivateKey(Uint8Array.from(Buffer.from(testKeys[name], 'hex')))
    assert.is(key.decrypt, undefined, name)
    assert.is(rsaEncryption.encrypt(key.publicKey, fallback, random), undefined, name)
  }
  const { publicKey } = makeKey(1024).key
  const even = { ...publicKey, modulus: Uint8Array.from(publicKey.modulus ?? []).fill(254, -1) }
  assert.is(rsaEncryption.encrypt(even, fallback, random), undefined)
})

test.run()
