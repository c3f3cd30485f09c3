// PITFALLS 6: schemes and keys that do not belong together, with real cryptography.
import { constants, generateKeyPairSync, type KeyObject, sign as nodeSign } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { SignatureName, SigningKey } from '#src/crypto/provider.js'
import { parseSubjectPublicKey } from '#src/crypto/spki.js'
import { noble } from '#src/noble.js'
import { editWith, nullCertificate, type Pair } from '#src/testing.js'
import { certificateVerify } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { connectToScript, demand } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

/** What node:crypto signs for each name that a test uses. */
const recipes: Readonly<Record<string, (key: KeyObject, message: Uint8Array) => Uint8Array>> = {
  ecdsa_sha256: (key, message) => nodeSign('sha256', message, key),
  ecdsa_sha384: (key, message) => nodeSign('sha384', message, key),
  ecdsa_sha1: (key, message) => nodeSign('sha1', message, key),
  rsa_pkcs1_sha256: (key, message) => nodeSign('sha256', message, key),
  rsa_pkcs1_sha1: (key, message) => nodeSign('sha1', message, key),
  rsa_pss_sha256: (key, message) =>
    nodeSign('sha256', message, {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    }),
  ed25519: (key, message) => nodeSign(null, message, key),
}

interface Keys {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaPss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')

/** A server that has one scheme for its key, and signs in another one under that one's number. */
function mismatched(keys: Keys, own: SignatureName, used: string, scheme: number): Pair {
  const spki = new Uint8Array(keys.publicKey.export({ format: 'der', type: 'spki' }))
  const publicKey = parseSubjectPublicKey(spki)
  const key: SigningKey = {
    publicKey,
    algorithms: [own],
    sign: (_, message) => new Uint8Array(demand(recipes[used])(keys.privateKey, message)),
  }
  const credentials = [{ chain: [nullCertificate('server.example', publicKey)], key }]
  const script = editWith(messageType.certificateVerify, certificateVerify, (message) => ({
    ...message,
    algorithm: scheme,
  }))
  const common = { crypto: noble, groups: ['x25519'], keyShares: ['x25519'] }
  const { groups, crypto } = common
  return connectToScript(script, common, { crypto, groups, credentials }).pair.run()
}

const matches: readonly (readonly [string, Keys, SignatureName, string, number])[] = [
  ['P-256 with ecdsa_secp256r1_sha256', p256, 'ecdsa_sha256', 'ecdsa_sha256', 0x0403],
  ['P-384 with ecdsa_secp384r1_sha384', p384, 'ecdsa_sha384', 'ecdsa_sha384', 0x0503],
  ['RSA with rsa_pss_rsae_sha256', rsa, 'rsa_pss_sha256', 'rsa_pss_sha256', 0x0804],
  ['RSA-PSS with rsa_pss_pss_sha256', rsaPss, 'rsa_pss_sha256', 'rsa_pss_sha256', 0x0809],
  ['Ed25519', ed, 'ed25519', 'ed25519', 0x0807],
]

for (const [name, keys, own, used, scheme] of matches)
  test(`PITFALLS 6: ${name} is right`, () => {
    expectEstablished(mismatched(keys, own, used, scheme))
  })

const mismatches: readonly (readonly [string, Keys, SignatureName, string, number, string])[] = [
  ['P-384 key as P-256', p384, 'ecdsa_sha384', 'ecdsa_sha256', 0x0403, 'mismatchedSignatureScheme'],
  ['P-256 key as P-384', p256, 'ecdsa_sha256', 'ecdsa_sha384', 0x0503, 'mismatchedSignatureScheme'],
  [
    'rsaEncryption key with rsa_pss_pss',
    rsa,
    'rsa_pss_sha256',
    'rsa_pss_sha256',
    0x0809,
    'mismatchedSignatureScheme',
  ],
  [
    'RSASSA-PSS key with rsa_pss_rsae',
    rsaPss,
    'rsa_pss_sha256',
    'rsa_pss_sha256',
    0x0804,
    'mismatchedSignatureScheme',
  ],
  [
    'RSA key as Ed25519',
    rsa,
    'rsa_pss_sha256',
    'rsa_pss_sha256',
    0x0807,
    'mismatchedSignatureScheme',
  ],
  ['Ed25519 key as ECDSA', ed, 'ed25519', 'ed25519', 0x0403, 'mismatchedSignatureScheme'],
  [
    'PKCS#1 v1.5 in a handshake',
    rsa,
    'rsa_pss_sha256',
    'rsa_pkcs1_sha256',
    0x0401,
    'unofferedSignatureScheme',
  ],
  ['SHA-1 with RSA', rsa, 'rsa_pss_sha256', 'rsa_pkcs1_sha1', 0x0201, 'unofferedSignatureScheme'],
  ['SHA-1 with ECDSA', p256, 'ecdsa_sha256', 'ecdsa_sha1', 0x0203, 'unofferedSignatureScheme'],
  [
    'a scheme that does not exist',
    p256,
    'ecdsa_sha256',
    'ecdsa_sha256',
    0x0a0a,
    'unofferedSignatureScheme',
  ],
]

for (const [name, keys, own, used, scheme, code] of mismatches)
  test(`PITFALLS 6: ${name}`, () => {
    const pair = mismatched(keys, own, used, scheme)
    assert.is(pair.client.info, undefined)
    assert.is(pair.client.fault?.code, code)
    assert.is(pair.client.fault?.alert, 47)
  })

test('PITFALLS 6: a scheme that was not offered, though it is known', () => {
  const { pair } = connectToScript(
    editWith(messageType.certificateVerify, certificateVerify, (message) => ({
      ...message,
      algorithm: 0x0403,
    })),
    { signatureSchemes: ['ed25519'] },
  )
  assert.is(pair.run().client.fault?.code, 'unofferedSignatureScheme')
})

test.run()
