import * as crypto from 'node:crypto'
import { encodeInteger, encodeOctetString, encodeSequence } from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { KeyError, type KeyErrorCode, privateKeyFromDer, privateKeyFromPem } from '#src/key.js'
import { encodePem } from '#src/pem.js'
import { testProvider } from './support/provider.js'

const rsa = crypto.generateKeyPairSync('rsa', { modulusLength: 1024 })
const ec = crypto.generateKeyPairSync('ec', { namedCurve: 'P-384' })
const ed = crypto.generateKeyPairSync('ed25519')
const pss = crypto.generateKeyPairSync('rsa-pss', { modulusLength: 1024 })

type Type = 'pkcs8' | 'pkcs1' | 'sec1'

function checkKey(pair: crypto.KeyPairKeyObjectResult, type: Type): void {
  const pem = pair.privateKey.export({ type, format: 'pem' }) as string
  const der = pair.privateKey.export({ type, format: 'der' })
  const fromPem = privateKeyFromPem(pem)
  assert.equal(privateKeyFromDer(new Uint8Array(der)), fromPem)
  const key = crypto.createPrivateKey({ key: Buffer.from(fromPem), format: 'der', type: 'pkcs8' })
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
  assert.equal(crypto.createPublicKey(key).export({ type: 'spki', format: 'der' }), spki)
  // Normalised once, it stays as it is.
  assert.equal(privateKeyFromDer(fromPem), fromPem)
}

test('PKCS#8', () => {
  for (const pair of [rsa, ec, ed, pss]) checkKey(pair, 'pkcs8')
})
test('PKCS#1', () => checkKey(rsa, 'pkcs1'))
test('SEC 1', () => checkKey(ec, 'sec1'))

test('the same key gives the same bytes, whatever it came in', () => {
  const read = (key: crypto.KeyObject, type: Type) =>
    privateKeyFromPem(key.export({ type, format: 'pem' }) as string)
  assert.equal(read(ec.privateKey, 'sec1'), read(ec.privateKey, 'pkcs8'))
  assert.equal(read(rsa.privateKey, 'pkcs1'), read(rsa.privateKey, 'pkcs8'))
})

test('a provider takes it', () => {
  const pem = ec.privateKey.export({ type: 'sec1', format: 'pem' }) as string
  assert.is(testProvider.importPrivateKey(privateKeyFromPem(pem)).publicKey.curve, 'secp384r1')
})

test('PKCS#8 of version 2 loses its public key and attributes', () => {
  const v1 = privateKeyFromPem(ed.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  const contents = v1.subarray(2 + 3)
  const v2 = encodeSequence(
    encodeInteger(1),
    contents,
    Uint8Array.of(0xa0, 0),
    Uint8Array.of(0x81, 3, 0, 1, 2),
  )
  assert.equal(privateKeyFromDer(v2), v1)
})

test('other blocks are passed over', () => {
  const pem = ec.privateKey.export({ type: 'sec1', format: 'pem' }) as string
  const parameters = encodePem('EC PARAMETERS', Uint8Array.of(6, 1, 42))
  privateKeyFromPem(parameters + encodePem('CERTIFICATE', new Uint8Array(3)) + pem)
})

const refuses = (what: string, code: KeyErrorCode, read: () => unknown): void =>
  test(`refuses ${what}`, () => {
    assert.throws(read, (error: unknown) => error instanceof KeyError && error.code === code)
  })

const encryption = { cipher: 'aes-256-cbc', passphrase: 'x' } as const
refuses('an encrypted PKCS#8', 'encrypted', () =>
  privateKeyFromPem(
    ec.privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }) as string,
  ),
)
refuses('an encrypted PKCS#8 in DER', 'encrypted', () =>
  privateKeyFromDer(
    new Uint8Array(ec.privateKey.export({ type: 'pkcs8', format: 'der', ...encryption })),
  ),
)
refuses("OpenSSL's older encryption", 'encrypted', () =>
  privateKeyFromPem(
    rsa.privateKey.export({ type: 'pkcs1', format: 'pem', ...encryption }) as string,
  ),
)
refuses('no key', 'noKey', () =>
  privateKeyFromPem('-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----'),
)
refuses('two keys', 'severalKeys', () => {
  const pem = ed.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  return privateKeyFromPem(pem + pem)
})
refuses('broken PEM', 'malformed', () => privateKeyFromPem('-----BEGIN PRIVATE KEY-----\n'))
refuses('an EC key without a curve', 'malformed', () =>
  privateKeyFromDer(encodeSequence(encodeInteger(1), encodeOctetString(new Uint8Array(32)))),
)
refuses('trailing bytes', 'malformed', () => {
  const der = ed.privateKey.export({ type: 'pkcs8', format: 'der' })
  return privateKeyFromDer(Uint8Array.of(...der, 0))
})
refuses('nothing', 'malformed', () => privateKeyFromDer(new Uint8Array(0)))

test.run()
