import * as crypto from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSubjectPublicKey } from '#src/crypto/spki.js'
import { DerError } from '#src/der/reader.js'
import {
  encodeBitString,
  encodeExplicit,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
} from '#src/der/write.js'

const spkiOf = (key: crypto.KeyObject): Uint8Array =>
  new Uint8Array(key.export({ type: 'spki', format: 'der' }))

const spki = (algorithm: Uint8Array[], key: Uint8Array): Uint8Array =>
  encodeSequence(encodeSequence(...algorithm), encodeBitString(key))

const refuses = (what: string, der: Uint8Array, reason: RegExp): void =>
  test(`refuses ${what}`, () => {
    assert.throws(
      () => parseSubjectPublicKey(der),
      (error: unknown) => error instanceof DerError && reason.test(error.reason),
    )
  })

const rsa = encodeObjectIdentifier('1.2.840.113549.1.1.1')
const pss = encodeObjectIdentifier('1.2.840.113549.1.1.10')
const ec = encodeObjectIdentifier('1.2.840.10045.2.1')
const p256 = encodeObjectIdentifier('1.2.840.10045.3.1.7')
const ed25519 = encodeObjectIdentifier('1.3.101.112')
const sha256 = encodeSequence(encodeObjectIdentifier('2.16.840.1.101.3.4.2.1'), encodeNull())
const sha384 = encodeSequence(encodeObjectIdentifier('2.16.840.1.101.3.4.2.2'), encodeNull())
const mgf1 = (hash: Uint8Array) =>
  encodeSequence(encodeObjectIdentifier('1.2.840.113549.1.1.8'), hash)

const modulus = new Uint8Array(256).fill(0xa5)
const rsaKey = encodeSequence(encodeInteger(modulus), encodeInteger(65537))
const point = Uint8Array.of(4, ...new Uint8Array(64).fill(7))

test('reads the keys that OpenSSL writes', () => {
  const generate = crypto.generateKeyPairSync
  for (const [namedCurve, curve] of [
    ['P-256', 'secp256r1'],
    ['P-384', 'secp384r1'],
    ['P-521', 'secp521r1'],
    ['brainpoolP256r1', 'brainpoolP256r1'],
    ['brainpoolP384r1', 'brainpoolP384r1'],
    ['brainpoolP512r1', 'brainpoolP512r1'],
  ] as const) {
    const key = parseSubjectPublicKey(spkiOf(generate('ec', { namedCurve }).publicKey))
    assert.equal([key.type, key.curve], ['ec', curve])
  }
  for (const [der, type] of [
    [spkiOf(generate('ed25519').publicKey), 'ed25519'],
    [spkiOf(generate('ed448').publicKey), 'ed448'],
    [spkiOf(generate('x25519').publicKey), 'unknown'],
    [spkiOf(generate('ec', { namedCurve: 'secp256k1' }).publicKey), 'unknown'],
    [spkiOf(generate('dsa', { modulusLength: 1024, divisorLength: 160 }).publicKey), 'unknown'],
  ] as const) {
    const key = parseSubjectPublicKey(der)
    assert.is(key.type, type)
    assert.equal(key.spki, der)
  }
})

test('reads RSA keys', () => {
  const { publicKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 1024 })
  const spki = spkiOf(publicKey)
  const key = parseSubjectPublicKey(spki)
  // Not of the generated key: see docs/testing.md.
  const read = crypto.createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  const jwk = read.export({ format: 'jwk' })
  assert.is(key.type, 'rsa')
  assert.is(key.algorithm, '1.2.840.113549.1.1.1')
  assert.is(Buffer.from(key.modulus ?? []).toString('base64url'), jwk.n)
  assert.is(Buffer.from(key.exponent ?? []).toString('base64url'), jwk.e)
})

test('reads RSASSA-PSS keys with and without parameters', () => {
  const generate = (options: object) =>
    spkiOf(crypto.generateKeyPairSync('rsa-pss', { modulusLength: 1024, ...options }).publicKey)
  const free = parseSubjectPublicKey(generate({}))
  assert.equal([free.type, free.pssHash, free.pssSaltLength], ['rsaPss', undefined, undefined])
  const bound = parseSubjectPublicKey(
    generate({ hashAlgorithm: 'sha384', mgf1HashAlgorithm: 'sha384', saltLength: 48 }),
  )
  assert.equal([bound.type, bound.pssHash, bound.pssSaltLength], ['rsaPss', 'sha384', 48])
  const mixed = generate({ hashAlgorithm: 'sha256', mgf1HashAlgorithm: 'sha384', saltLength: 32 })
  assert.is(parseSubjectPublicKey(mixed).type, 'unknown')
})

test('takes the defaults of RSASSA-PSS-params (RFC 4055 3.1)', () => {
  const key = parseSubjectPublicKey(spki([pss, encodeSequence()], rsaKey))
  assert.equal([key.pssHash, key.pssSaltLength], ['sha1', 20])
  const odd = encodeSequence(
    encodeExplicit(0, sha256),
    encodeExplicit(1, mgf1(sha256)),
    encodeExplicit(3, encodeInteger(2)),
  )
  assert.is(parseSubjectPublicKey(spki([pss, odd], rsaKey)).type, 'unknown')
  const mixed = encodeSequence(encodeExplicit(0, sha256), encodeExplicit(1, mgf1(sha384)))
  assert.is(parseSubjectPublicKey(spki([pss, mixed], rsaKey)).type, 'unknown')
})

refuses('RSA without NULL', spki([rsa], rsaKey), /truncated/)
refuses('RSA with other parameters', spki([rsa, encodeSequence()], rsaKey), /tag/)
refuses('parameters after NULL', spki([rsa, encodeNull(), encodeNull()], rsaKey), /trailing/)
refuses('PSS with NULL', spki([pss, encodeNull()], rsaKey), /tag/)
refuses(
  'PSS fields out of order',
  spki([pss, encodeSequence(encodeExplicit(1, mgf1(sha256)), encodeExplicit(0, sha256))], rsaKey),
  /trailing/,
)
refuses(
  'a negative modulus',
  spki([rsa, encodeNull()], Uint8Array.from([0x30, 0x06, 0x02, 0x01, 0x81, 0x02, 0x01, 0x03])),
  /negative/,
)
for (const [what, n, e] of [
  ['an even modulus', 8, 3],
  ['a zero modulus', 0, 3],
  ['exponent 1', 15, 1],
  ['exponent 0', 15, 0],
  ['an even exponent', 15, 4],
] as const) {
  const key = encodeSequence(encodeInteger(n), encodeInteger(e))
  refuses(what, spki([rsa, encodeNull()], key), /RSA|zero/)
}
refuses(
  'bytes after the RSA key',
  spki([rsa, encodeNull()], Uint8Array.of(...rsaKey, 0)),
  /trailing/,
)
refuses('EC without parameters', spki([ec], point), /truncated/)
refuses('EC with explicit parameters', spki([ec, encodeSequence()], point), /tag/)
refuses('EC with implicit parameters', spki([ec, encodeNull()], point), /tag/)
refuses('a compressed point', spki([ec, p256], Uint8Array.of(2, ...new Uint8Array(32))), /point/)
refuses('a hybrid point', spki([ec, p256], Uint8Array.of(6, ...point.subarray(1))), /point/)
refuses('the point at infinity', spki([ec, p256], Uint8Array.of(0)), /point/)
refuses('a short point', spki([ec, p256], point.subarray(0, 64)), /point/)
refuses('Ed25519 with parameters', spki([ed25519, encodeNull()], new Uint8Array(32)), /trailing/)
refuses('a short Ed25519 key', spki([ed25519], new Uint8Array(31)), /length/)
for (const [level, length] of [
  ['17', 1312],
  ['18', 1952],
  ['19', 2592],
] as const) {
  const id = encodeObjectIdentifier(`2.16.840.1.101.3.4.3.${level}`)
  test(`reads ML-DSA ${level}`, () => {
    assert.match(parseSubjectPublicKey(spki([id], new Uint8Array(length))).type, /^mldsa/)
  })
  refuses(`ML-DSA ${level} with NULL`, spki([id, encodeNull()], new Uint8Array(length)), /trailing/)
  refuses(`a long ML-DSA ${level}`, spki([id], new Uint8Array(length + 1)), /length/)
}
refuses('trailing bytes', Uint8Array.of(...spki([ed25519], new Uint8Array(32)), 0), /trailing/)
refuses(
  'bytes after the key',
  encodeSequence(encodeSequence(ed25519), encodeBitString(new Uint8Array(32)), encodeNull()),
  /trailing/,
)

test.run()
