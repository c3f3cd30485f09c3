// RSA is ours: against node:crypto and micro-rsa-dsa-dh, at the odd sizes, and with keys that are broken.
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  verify,
} from 'node:crypto'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import { mgf1, PKCS1_SHA256, PSS } from 'micro-rsa-dsa-dh/rsa.js'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bitLength, inverse, powerPublic, powerSecret } from '#src/crypto/noble/modpow.js'
import { type RsaPrivateKey, rsaPrivate, rsaPublicKey } from '#src/crypto/noble/rsa.js'
import type { Random, SignatureName } from '#src/crypto/provider.js'
import { parseSubjectPublicKey } from '#src/crypto/spki.js'
import { noble } from '#src/noble.js'
import { testKeys } from '#src/testing/conformance/keys.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))
const message = Uint8Array.of(1, 2, 3)

function makeKey(modulusLength: number, publicExponent = 65537) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength, publicExponent })
  const pkcs8 = Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }))
  // Not of the generated key: see docs/testing.md.
  const read = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  return { privateKey, publicKey, pkcs8, jwk: read.export({ format: 'jwk' }) }
}

function entry(name: SignatureName) {
  const found = noble.signatures.find((algorithm) => algorithm.name === name)
  assert.ok(found, name)
  return found
}

function number(base64url: string | undefined): bigint {
  return BigInt(`0x${Buffer.from(base64url ?? '', 'base64url').toString('hex')}`)
}

for (const bits of [1024, 1025, 1026, 1031, 1032, 1033, 1536, 2048, 3072]) {
  test(`a modulus of ${bits} bits works both ways with node:crypto`, () => {
    const { privateKey, publicKey, pkcs8 } = makeKey(bits)
    const key = noble.importPrivateKey(pkcs8)
    assert.is(key.algorithms.includes('rsa_pss_sha512'), Math.ceil((bits - 1) / 8) >= 130)
    for (const algorithm of key.algorithms) {
      const hash = algorithm.slice(-6)
      const options = algorithm.includes('pss')
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
        : {}
      const ours = key.sign(algorithm, message, random)
      assert.ok(verify(hash, message, { key: publicKey, ...options }, ours), algorithm)
      const theirs = Uint8Array.from(sign(hash, message, { key: privateKey, ...options }))
      assert.ok(entry(algorithm).verify(key.publicKey, message, theirs), algorithm)
    }
  })
}

test('a PSS representative that does not fit is refused (RFC 8017 8.1.2, 2c)', () => {
  // With 8k + 1 bits the encoded message is a byte shorter than the modulus; random signatures often are not.
  const { publicKey } = noble.importPrivateKey(makeKey(1025).pkcs8)
  for (let i = 0; i < 40; i++) {
    const signature = random(129)
    signature[0] = 0
    assert.not(entry('rsa_pss_sha256').verify(publicKey, message, signature))
  }
})

test('signatures agree with micro-rsa-dsa-dh', () => {
  const { pkcs8, jwk } = makeKey(2048)
  const key = noble.importPrivateKey(pkcs8)
  const publicKey = { n: number(jwk.n), e: number(jwk.e) }
  const privateKey = { n: publicKey.n, d: number(jwk.d) }
  const pkcs1 = key.sign('rsa_pkcs1_sha256', message, random)
  assert.equal(pkcs1, PKCS1_SHA256.sign(privateKey, message))
  const pss = PSS(nobleSha256, mgf1(nobleSha256), 32)
  assert.ok(pss.verify(publicKey, message, key.sign('rsa_pss_sha256', message, random)))
  const signature = pss.sign(privateKey, message)
  assert.ok(entry('rsa_pss_sha256').verify(key.publicKey, message, signature))
})

test('a PSS salt must have the stated length', () => {
  const { privateKey, publicKey } = makeKey(2048)
  const spki = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }))
  const key = parseSubjectPublicKey(spki)
  const padding = constants.RSA_PKCS1_PSS_PADDING
  for (const saltLength of [0, 20, 32, 48]) {
    const signature = Uint8Array.from(
      sign('sha256', message, { key: privateKey, padding, saltLength }),
    )
    const { verify: check } = entry('rsa_pss_sha256')
    assert.is(check(key, message, signature), saltLength === 32)
    assert.ok(check(key, message, signature, saltLength))
    assert.not(check(key, message, signature, saltLength + 1))
  }
})

test('the parameters of a PSS key bind hash and salt (RFC 4055 3.1)', () => {
  const pkcs8 = Buffer.from(testKeys.rsaPssSha256, 'hex')
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const key = parseSubjectPublicKey(Uint8Array.from(spki))
  const signature = Uint8Array.from(sign('sha256', message, { key: privateKey, saltLength: 32 }))
  assert.ok(entry('rsa_pss_sha256').verify(key, message, signature))
  assert.not(entry('rsa_pss_sha256').verify({ ...key, pssSaltLength: 33 }, message, signature))
  assert.not(entry('rsa_pss_sha384').supports(key))
  assert.not(entry('rsa_pkcs1_sha256').supports(key))
  const imported = noble.importPrivateKey(Uint8Array.from(pkcs8))
  assert.equal(imported.algorithms, ['rsa_pss_sha256'])
  assert.throws(() => imported.sign('rsa_pss_sha384', message, random), TypeError)
  assert.throws(() => imported.sign('rsa_pkcs1_sha256', message, random), TypeError)
})

test('other public exponents', () => {
  for (const exponent of [3, 17, 0xfffffffb]) {
    const { pkcs8, publicKey } = makeKey(1024, exponent)
    const signature = noble.importPrivateKey(pkcs8).sign('rsa_pkcs1_sha256', message, random)
    assert.ok(verify('sha256', message, publicKey, signature))
  }
})

test('the work of a verification is bounded', () => {
  const modulus = (bits: number) => new Uint8Array(bits / 8).fill(255)
  const f4 = Uint8Array.of(1, 0, 1)
  assert.ok(rsaPublicKey(modulus(1024), f4))
  assert.ok(rsaPublicKey(modulus(16384), f4))
  assert.not(rsaPublicKey(modulus(1016), f4))
  assert.not(rsaPublicKey(modulus(16392), f4))
  const even = modulus(2048)
  even[255] = 254
  assert.not(rsaPublicKey(even, f4))
  assert.not(rsaPublicKey(modulus(2048), Uint8Array.of(1)))
  assert.not(rsaPublicKey(modulus(2048), Uint8Array.of(4)))
  assert.ok(rsaPublicKey(modulus(2048), new Uint8Array(8).fill(255)))
  assert.not(rsaPublicKey(modulus(2048), Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 1)))
  assert.not(rsaPublicKey(undefined, f4))
})

function privateKeyOf(bits: number): RsaPrivateKey {
  const { jwk } = makeKey(bits)
  const n = number(jwk.n)
  return {
    n,
    e: number(jwk.e),
    bits: bitLength(n),
    length: Math.ceil(bits / 8),
    p: number(jwk.p),
    q: number(jwk.q),
    dP: number(jwk.dp),
    dQ: number(jwk.dq),
    qInv: number(jwk.qi),
  }
}

test('a fault modulo one prime does not leave (it would factor the modulus)', () => {
  const key = privateKeyOf(1024)
  assert.is(rsaPrivate(key, 12345n, random).length, 128)
  assert.throws(() => rsaPrivate({ ...key, dP: key.dP ^ 4n }, 12345n, random), /computation failed/)
  assert.throws(() => rsaPrivate({ ...key, qInv: key.qInv + 1n }, 12345n, random), /failed/)
})

test('blinding changes the operands, not the result', () => {
  const key = privateKeyOf(1024)
  let drawn = 0
  const counting: Random = (length) => {
    drawn += length
    return random(length)
  }
  assert.equal(rsaPrivate(key, 12345n, counting), rsaPrivate(key, 12345n, random))
  assert.is(drawn, 136)
  assert.throws(() => rsaPrivate(key, 12345n, (length) => new Uint8Array(length)), /random source/)
})

test('a private key whose parts contradict each other is refused', () => {
  const { pkcs8 } = makeKey(1024)
  assert.ok(noble.importPrivateKey(pkcs8))
  let refused = 0
  // Every byte from the modulus on: integers, or the structure around them.
  for (let at = 40; at < pkcs8.length; at += 3) {
    const broken = pkcs8.slice()
    broken[at] = (broken[at] ?? 0) ^ 2
    try {
      noble.importPrivateKey(broken)
      // d itself is not used by the computation, and so is checked only through dP and dQ.
    } catch (error) {
      assert.instance(error, TypeError)
      refused++
    }
  }
  assert.is(refused, Math.ceil((pkcs8.length - 40) / 3))
})

test('powers and inverses', () => {
  const modulus = (1n << 127n) - 1n
  for (let i = 0; i < 50; i++) {
    const base = BigInt(`0x${Buffer.from(randomBytes(15)).toString('hex')}`) % modulus
    const exponent = BigInt(`0x${Buffer.from(randomBytes(8)).toString('hex')}`) | 1n
    assert.is(powerPublic(base, exponent, modulus), powerSecret(base, exponent, modulus, 64))
    const inverted = inverse(base, modulus)
    assert.is(
      base === 0n ? inverted : ((inverted ?? 0n) * base) % modulus,
      base === 0n ? undefined : 1n,
    )
  }
  assert.is(powerSecret(5n, 0n, modulus, 10), 1n)
  assert.is(powerSecret(2n, 1n, modulus, 128), 2n)
  assert.is(inverse(6n, 9n), undefined)
  assert.is(bitLength(0n), 0)
  assert.is(bitLength(255n), 8)
})

test('the public key of a private key is the certificate’s', () => {
  const { pkcs8, privateKey } = makeKey(2048)
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  assert.equal(noble.importPrivateKey(pkcs8).publicKey.spki, Uint8Array.from(spki))
})

test.run()
