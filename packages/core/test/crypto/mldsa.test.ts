// ML-DSA keys in their three forms (RFC 9881 6), and signatures.
import { randomBytes } from 'node:crypto'
import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encode } from '#src/crypto/noble/private-key.js'
import type { Random } from '#src/crypto/provider.js'
import {
  mldsa44,
  mldsa44Keys,
  mldsa65,
  mldsa65Keys,
  mldsa87,
  mldsa87Keys,
} from '#src/noble/mldsa.js'
import { createNoble } from '#src/noble.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))
const provider = createNoble({
  suites: [],
  groups: [],
  signatures: [mldsa44, mldsa65, mldsa87],
  hashes: [],
  keys: [mldsa44Keys, mldsa65Keys, mldsa87Keys],
})

function pkcs8(last: number, privateKey: Uint8Array): Uint8Array {
  const oid = Uint8Array.of(0x06, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, last)
  const version = Uint8Array.of(2, 1, 0)
  return encode(0x30, version, encode(0x30, oid), encode(0x04, privateKey))
}

for (const [name, last, algorithm] of [
  ['mldsa44', 17, ml_dsa44],
  ['mldsa65', 18, ml_dsa65],
  ['mldsa87', 19, ml_dsa87],
] as const) {
  test(`${name}: keys and signatures`, () => {
    const seed = random(32)
    const { publicKey, secretKey } = algorithm.keygen(seed)
    const both = encode(0x30, encode(0x04, seed), encode(0x04, secretKey))
    for (const form of [encode(0x80, seed), encode(0x04, secretKey), both]) {
      const key = provider.importPrivateKey(pkcs8(last, form))
      assert.equal(key.publicKey.publicKey, Uint8Array.from(publicKey))
      assert.is(key.publicKey.type, name)
      assert.equal(key.algorithms, [name])
      const message = random(100)
      const signature = key.sign(name, message, random)
      const entry = provider.signatures.find((candidate) => candidate.name === name)
      assert.ok(entry?.verify(key.publicKey, message, signature))
      assert.not(entry?.verify(key.publicKey, message.subarray(1), signature))
      assert.not(entry?.verify(key.publicKey, message, signature.subarray(1)))
      assert.throws(() => key.sign('ed25519', message, random), TypeError)
    }
    const other = algorithm.keygen(random(32)).secretKey
    const contradiction = encode(0x30, encode(0x04, seed), encode(0x04, other))
    for (const form of [
      contradiction,
      encode(0x80, seed.subarray(1)),
      encode(0x04, secretKey.subarray(1)),
      new Uint8Array(0),
    ]) {
      assert.throws(() => provider.importPrivateKey(pkcs8(last, form)), TypeError)
    }
  })
}

test.run()
