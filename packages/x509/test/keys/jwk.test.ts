import * as crypto from 'node:crypto'
import { parseSubjectPublicKey } from '@sanstls/core/der'
import { sha256 } from '@sanstls/core/noble'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Jwk,
  jwkThumbprint,
  privateKeyFromJwk,
  privateKeyToJwk,
  publicKeyFromJwk,
  publicKeyToJwk,
} from '#src/jwk.js'
import { KeyError, privateKeyFromDer } from '#src/key.js'

function codeOf(read: () => unknown): string {
  try {
    read()
    return 'ok'
  } catch (error) {
    if (error instanceof KeyError) return error.code
    throw error
  }
}

const spkiOf = (key: crypto.KeyObject): Uint8Array =>
  new Uint8Array(key.export({ type: 'spki', format: 'der' }))
const pkcs8Of = (key: crypto.KeyObject): Uint8Array =>
  new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))

/** Read again: Node 20 may hang where a generated key is exported as JWK (docs/testing.md). */
const readAgain = ({ publicKey, privateKey }: crypto.KeyPairKeyObjectResult) => ({
  publicKey: crypto.createPublicKey({
    key: Buffer.from(spkiOf(publicKey)),
    format: 'der',
    type: 'spki',
  }),
  privateKey: crypto.createPrivateKey({
    key: Buffer.from(pkcs8Of(privateKey)),
    format: 'der',
    type: 'pkcs8',
  }),
})

const pairs: Readonly<Record<string, crypto.KeyPairKeyObjectResult>> = {
  RSA: readAgain(crypto.generateKeyPairSync('rsa', { modulusLength: 1024 })),
  'P-256': readAgain(crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'P-384': readAgain(crypto.generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  'P-521': readAgain(crypto.generateKeyPairSync('ec', { namedCurve: 'P-521' })),
  Ed25519: readAgain(crypto.generateKeyPairSync('ed25519')),
  Ed448: readAgain(crypto.generateKeyPairSync('ed448')),
}

test('keys and JWKs are those of node:crypto, both ways', () => {
  for (const [name, { publicKey, privateKey }] of Object.entries(pairs)) {
    const key = parseSubjectPublicKey(spkiOf(publicKey))
    const pkcs8 = privateKeyFromDer(pkcs8Of(privateKey))
    const publicJwk = publicKey.export({ format: 'jwk' }) as Jwk
    const privateJwk = privateKey.export({ format: 'jwk' }) as Jwk
    assert.equal({ ...publicKeyToJwk(key) }, publicJwk, name)
    assert.equal({ ...privateKeyToJwk(pkcs8, key) }, privateJwk, name)
    assert.equal(publicKeyFromJwk(publicJwk).spki, key.spki, name)
    assert.equal(publicKeyFromJwk(privateJwk).spki, key.spki, name)
    assert.equal(privateKeyFromJwk(privateJwk), pkcs8, name)
    assert.is(
      codeOf(() => privateKeyFromJwk(publicJwk)),
      'noKey',
    )
  }
})

test('ML-DSA keys by their seed', () => {
  const pub = Buffer.alloc(1312, 1).toString('base64url')
  const priv = Buffer.alloc(32, 2).toString('base64url')
  const jwk = { kty: 'AKP', alg: 'ML-DSA-44', pub, priv }
  const key = publicKeyFromJwk(jwk)
  assert.is(key.type, 'mldsa44')
  assert.equal(privateKeyToJwk(privateKeyFromJwk(jwk), key), jwk)
  assert.is(
    codeOf(() => publicKeyFromJwk({ ...jwk, pub: priv })),
    'malformed',
  )
})

// RFC 7638 3.1 and RFC 8037 A.3
test('thumbprints', () => {
  const rsa = {
    kty: 'RSA',
    n: '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw',
    e: 'AQAB',
  }
  assert.is(jwkThumbprint(rsa, sha256), 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  const okp = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }
  assert.is(jwkThumbprint(okp, sha256), 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
})

test('what is no key is refused', () => {
  const ec = pairs['P-256']?.privateKey.export({ format: 'jwk' }) as Jwk
  const rsa = pairs.RSA?.privateKey.export({ format: 'jwk' }) as Jwk
  const cases: readonly (readonly [string, object])[] = [
    ['unsupported', {}],
    ['unsupported', { kty: 'oct', k: 'AAAA' }],
    ['unsupported', { ...ec, crv: 'secp256k1' }],
    ['unsupported', { ...ec, crv: 'constructor' }],
    ['unsupported', { ...rsa, oth: [] }],
    ['malformed', { ...ec, x: undefined }],
    ['malformed', { ...ec, x: 1 }],
    ['malformed', { ...ec, y: `${ec.y}AA` }],
    ['malformed', { ...ec, d: ec.d?.slice(0, -2) }],
    ['malformed', { ...ec, y: `${ec.y?.slice(0, -1)}=` }],
    ['malformed', { ...rsa, p: undefined }],
    ['malformed', { ...rsa, q: '' }],
    ['noKey', { ...rsa, d: undefined }],
  ]
  for (const [code, jwk] of cases) {
    assert.is(
      codeOf(() => privateKeyFromJwk(jwk as Jwk)),
      code,
      JSON.stringify(jwk),
    )
  }
})

test('keys that do not belong together are refused', () => {
  const pair = pairs.Ed25519
  const rsa = pairs.RSA
  if (pair === undefined || rsa === undefined) throw new Error('no keys')
  const key = parseSubjectPublicKey(spkiOf(rsa.publicKey))
  assert.is(
    codeOf(() => privateKeyToJwk(pkcs8Of(pair.privateKey), key)),
    'malformed',
  )
})

test.run()
