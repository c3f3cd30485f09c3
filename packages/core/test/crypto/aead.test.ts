// Our AEADs against @noble/ciphers called the ordinary way: many messages under one key, of lengths around blocks and
// around those that GHASH makes more tables for.

import { poly1305 } from '@noble/ciphers/_poly1305.js'
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import { Poly1305 } from '#src/crypto/noble/poly1305.js'
import { aes128Gcm, aes256Gcm, chacha20Poly1305 } from '#src/noble.js'
import { configure } from '../support/property.js'

configure()

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const text = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.uint8Array({ minLength: 900, maxLength: 1300 }),
)
const messages = fc.array(fc.tuple(bytes(12), fc.uint8Array({ maxLength: 40 }), text), {
  minLength: 1,
  maxLength: 6,
})

for (const [aead, cipher] of [
  [aes128Gcm, gcm],
  [aes256Gcm, gcm],
  [chacha20Poly1305, chacha20poly1305],
] as const) {
  test(`${aead.name}: the records of @noble/ciphers`, () => {
    fc.assert(
      fc.property(bytes(aead.keyLength), messages, fc.nat(9), (key, list, offset) => {
        const prepared = aead.create(key)
        for (const [nonce, aad, input] of list) {
          const expected = cipher(key, nonce, aad).encrypt(input)
          const out = new Uint8Array(offset + expected.length)
          const half = input.length >> 1
          prepared.seal(nonce, aad, input.subarray(0, half), input.subarray(half), out, offset)
          assert.equal(out.subarray(offset), expected)
          assert.equal(prepared.open(nonce, aad, out.subarray(offset)), input)
        }
      }),
      // Shrinking takes minutes.
      { endOnFailure: true },
    )
  })
}

test('Poly1305: the tags of @noble/ciphers, near the modulus too', () => {
  // One block of ones and a factor of 2 make 2^130 - 2.
  const block = fc.oneof(fc.constant(new Uint8Array(16).fill(255)), bytes(16))
  const factor = fc.oneof(fc.constantFrom(1, 2, 3, 4).map(small), block)
  fc.assert(
    fc.property(factor, block, fc.array(block, { maxLength: 4 }), (r, s, blocks) => {
      const key = concat(r, s)
      const message = concat(...blocks)
      const mac = new Poly1305()
      mac.start(words(key))
      mac.update(new DataView(message.buffer), message.length)
      const tag = new Int32Array(4)
      mac.finish(tag)
      assert.equal(tag, words(poly1305(message, key)))
    }),
    { numRuns: 1000 },
  )
})

const words = (bytes: Uint8Array) => new Int32Array(bytes.slice().buffer)
const small = (value: number) => Uint8Array.of(value, ...new Uint8Array(15))

for (const aead of [aes128Gcm, aes256Gcm]) {
  test(`${aead.name}: the records of @noble/ciphers where another byte of the counter begins to count`, () => {
    const key = new Uint8Array(aead.keyLength).map((_, i) => 11 * i)
    const [nonce, aad] = [new Uint8Array(12).fill(3), new Uint8Array(5)]
    const prepared = aead.create(key)
    // The text starts at counter block 2: 254 blocks, and 510, are before a last byte of zero.
    for (const blocks of [254, 255, 510, 1024, 1025]) {
      for (const more of [-1, 0, 1]) {
        const input = new Uint8Array(16 * blocks + more).map((_, i) => i)
        const out = new Uint8Array(input.length + aead.tagLength)
        prepared.seal(nonce, aad, input, new Uint8Array(), out, 0)
        assert.equal(out, gcm(key, nonce, aad).encrypt(input))
        assert.equal(prepared.open(nonce, aad, out), input)
      }
    }
  })
}

test('keys whose tables others have displaced seal and open as before', () => {
  const keys = Array.from({ length: 600 }, (_, index) => {
    const key = new Uint8Array(16)
    new DataView(key.buffer).setUint16(0, index)
    return key
  })
  const [nonce, aad, input] = [new Uint8Array(12), new Uint8Array(5), new Uint8Array(2000).fill(7)]
  const prepared = keys.map((key) => aes128Gcm.create(key))
  for (let round = 0; round < 2; round++)
    for (const [index, key] of keys.entries()) {
      const aead = prepared[index]
      const out = new Uint8Array(input.length + aes128Gcm.tagLength)
      aead?.seal(nonce, aad, input, new Uint8Array(), out, 0)
      assert.equal(out, gcm(key, nonce, aad).encrypt(input))
      assert.equal(aead?.open(nonce, aad, out), input)
    }
})

test.run()
