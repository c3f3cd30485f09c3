// Private keys and signatures over node:crypto: what OpenSSL would let pass.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Random, SigningKey, SubjectPublicKey } from '@sanstls/core'
import { parseSubjectPublicKey } from '@sanstls/core/der'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { allNative, allNoble, runtime } from './everything.js'

const random: Random = (length) => Uint8Array.from(randomBytes(length))
const bytes = (hexadecimal: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hexadecimal.replaceAll(/\s/g, ''), 'hex'))

function rsaPkcs8(modulusLength: number): Uint8Array {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
  return Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }))
}

function ecPkcs8(namedCurve: string): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve })
  return Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' }))
}

const rsa = rsaPkcs8(1024)

for (const algorithm of ['rsa_pss_sha256', 'rsa_pkcs1_sha256'] as const) {
  test(`${algorithm}: a signature without its leading zeros is refused (RFC 8017 8.1.2, 8.2.2)`, () => {
    const key = allNative.importPrivateKey(rsa)
    const entry = allNative.signatures.find(({ name }) => name === algorithm)
    assert.ok(entry)
    let signature = new Uint8Array()
    let message = new Uint8Array()
    for (let i = 0; signature[0] !== 0 || signature.length === 0; i++) {
      message = Uint8Array.of(i, i >> 8, i >> 16)
      signature = Uint8Array.from(key.sign(algorithm, message, random))
    }
    assert.is(entry.verify(key.publicKey, message, signature), true)
    assert.is(entry.verify(key.publicKey, message, signature.subarray(1)), false)
    const longer = new Uint8Array(signature.length + 1)
    longer.set(signature, 1)
    assert.is(entry.verify(key.publicKey, message, longer), false)
  })
}

test('PSS: the salt has exactly the length that is asked for', () => {
  const key = allNative.importPrivateKey(rsaPkcs8(2048))
  const entry = allNative.signatures.find(({ name }) => name === 'rsa_pss_sha256')
  assert.ok(entry)
  const message = random(20)
  const signature = key.sign('rsa_pss_sha256', message, random)
  assert.is(entry.verify(key.publicKey, message, signature), true)
  assert.is(entry.verify(key.publicKey, message, signature, 32), true)
  for (const saltLength of [0, 20, 31, 33]) {
    assert.is(entry.verify(key.publicKey, message, signature, saltLength), false)
  }
})

test('RSA keys out of bounds are not supported', () => {
  const entry = allNative.signatures.find(({ name }) => name === 'rsa_pkcs1_sha256')
  assert.ok(entry)
  const { publicKey } = allNative.importPrivateKey(rsa)
  const modulus = publicKey.modulus ?? new Uint8Array()
  assert.is(entry.supports(publicKey), true)
  const bad: Partial<SubjectPublicKey>[] = [
    // 1023 bits, and 16385.
    { modulus: modulus.map((octet, i) => (i === 0 ? octet & 0x7f : octet)) },
    { modulus: Uint8Array.from({ length: 2049 }, () => 1) },
    { modulus: modulus.map((octet, i) => (i === modulus.length - 1 ? octet & 0xfe : octet)) },
    { exponent: Uint8Array.of(1) },
    { exponent: Uint8Array.of(2) },
    { exponent: new Uint8Array(9).fill(1) },
  ]
  for (const change of bad) {
    const key = { ...publicKey, ...change }
    assert.is(entry.supports(key), false, JSON.stringify(Object.keys(change)))
    assert.is(entry.verify(key, new Uint8Array(1), new Uint8Array(128)), false)
  }
})

test('ECDSA: keys that are no uncompressed point of their curve are not supported', () => {
  const entry = allNative.signatures.find(({ name }) => name === 'ecdsa_sha256')
  assert.ok(entry)
  for (const curve of ['prime256v1', 'secp384r1']) {
    const { publicKey } = allNative.importPrivateKey(ecPkcs8(curve))
    const point = publicKey.publicKey
    assert.is(entry.supports(publicKey), true)
    const withPoint = (other: Uint8Array): SubjectPublicKey => {
      const spki = publicKey.spki.slice(0, publicKey.spki.length - point.length + other.length)
      spki.set(other, publicKey.spki.length - point.length)
      return { ...publicKey, publicKey: other, spki }
    }
    const off = point.slice()
    off[off.length - 1] = (off[off.length - 1] ?? 0) ^ 1
    const hybrid = point.slice()
    hybrid[0] = 6 + ((point[point.length - 1] ?? 0) & 1)
    for (const other of [off, hybrid, point.subarray(1), Uint8Array.of(0)]) {
      assert.is(entry.supports(withPoint(other)), false)
      assert.is(entry.verify(withPoint(other), random(3), random(70)), false)
    }
  }
})

test('a private key that contradicts itself is refused with a TypeError', () => {
  // The point of another key, in ECPrivateKey's last 65 bytes (RFC 5915 3).
  const one = ecPkcs8('prime256v1')
  const other = ecPkcs8('prime256v1')
  const mixed = one.slice()
  mixed.set(other.subarray(-65), mixed.length - 65)
  assert.throws(
    () => allNative.importPrivateKey(mixed),
    (error: unknown) => error instanceof TypeError,
  )
  // A damaged prime or exponent of an RSA key either shows, or does no harm: OpenSSL checks what CRT gives.
  const entry = allNative.signatures.find(({ name }) => name === 'rsa_pkcs1_sha256')
  for (let at = 200; at < rsa.length - 1; at += 37) {
    const damaged = rsa.slice()
    damaged[at] = (damaged[at] ?? 0) ^ 4
    try {
      const key = allNative.importPrivateKey(damaged)
      const signature = key.sign('rsa_pkcs1_sha256', Uint8Array.of(1), random)
      assert.is(entry?.verify(key.publicKey, Uint8Array.of(1), signature), true, `byte ${at}`)
    } catch (error) {
      assert.instance(error, TypeError)
    }
  }
})

test('keys of no use for signatures are refused with a TypeError', () => {
  const refused = [
    // X25519, an encrypted key's outer structure, an EC key on secp256k1, nothing.
    bytes(`302e020100300506032b656e04220420${'11'.repeat(32)}`),
    bytes('3006 3003 06012a 0400'),
    bytes(
      `303e 020100 3010 06072a8648ce3d0201 06052b8104000a
       0427 3025 020101 0420 ${'11'.repeat(32)}`,
    ),
    new Uint8Array(),
  ]
  for (const pkcs8 of refused) {
    for (const provider of [allNative, nodeCrypto]) {
      assert.throws(
        () => provider.importPrivateKey(pkcs8),
        (error: unknown) => error instanceof TypeError,
      )
    }
  }
})

test('a key signs only with what fits it', () => {
  const ec = allNative.importPrivateKey(ecPkcs8('prime256v1'))
  const message = random(9)
  assert.throws(() => ec.sign('rsa_pkcs1_sha256', message, random), TypeError)
  assert.throws(() => ec.sign('ed25519', message, random), TypeError)
  const rsaKey = allNative.importPrivateKey(rsa)
  assert.throws(() => rsaKey.sign('ecdsa_sha256', message, random), TypeError)
  // 1024 bits have no room for PSS with SHA-512 (RFC 8017 9.1.1, step 3).
  assert.not.ok(rsaKey.algorithms.includes('rsa_pss_sha512'))
  assert.equal(ec.algorithms, ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'])
})

for (const [name, identifier] of [
  ['mldsa44', '11'],
  ['mldsa65', '12'],
  ['mldsa87', '13'],
] as const) {
  const entry = allNative.signatures.find((other) => other.name === name)
  const reference = allNoble.signatures.find((other) => other.name === name)
  // RFC 9881 6: the private key as a seed.
  const pkcs8 = bytes(
    `3034 020100 300b 0609 6086480165030403${identifier} 0422 8020 ${'5c'.repeat(32)}`,
  )
  if (entry !== undefined) {
    test(`${name}: signs what noble verifies, and verifies what noble signs`, () => {
      const theirs = allNoble.importPrivateKey(pkcs8)
      const message = random(50)
      const their = theirs.sign(name, message, random)
      assert.is(entry.verify(theirs.publicKey, message, their), true)
      assert.is(entry.verify(theirs.publicKey, random(50), their), false)
      let key: SigningKey
      try {
        key = allNative.importPrivateKey(pkcs8)
      } catch (error) {
        // Node 22 verifies, and refuses the key as it should what it cannot use.
        assert.instance(error, TypeError)
        console.log(`SKIP ${name} signing: ${runtime} only verifies`)
        return
      }
      assert.equal(key.publicKey, theirs.publicKey)
      assert.equal(key.algorithms, [name])
      const signature = key.sign(name, message, random)
      assert.is(reference?.verify(theirs.publicKey, message, signature), true)
    })
  }
}

test('the public key of an imported key reads as the one in a certificate', () => {
  for (const pkcs8 of [rsa, ecPkcs8('secp384r1')]) {
    const { publicKey } = allNative.importPrivateKey(pkcs8)
    assert.equal(parseSubjectPublicKey(publicKey.spki), publicKey)
    assert.not.instance(publicKey.spki, Buffer)
  }
})

test.run()
