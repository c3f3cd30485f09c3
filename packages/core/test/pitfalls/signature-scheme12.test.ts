// PITFALLS 6, where TLS 1.2 is spoken: schemes, keys and suites that do not belong together, with real cryptography.
import { constants, generateKeyPairSync, type KeyObject, sign as nodeSign } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { SignatureName, SigningKey } from '#src/crypto/provider.js'
import { parseSubjectPublicKey } from '#src/crypto/spki.js'
import { encodeBitString, encodeObjectIdentifier, encodeSequence } from '#src/der/write.js'
import type { FaultCode } from '#src/fault.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { editWith, nullCertificate, type Pair, trustEveryone } from '#src/testing.js'
import { certificate12, digitallySigned } from '#src/wire/message12.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, connectToScript, demand, scriptConnects } from '../support/connect.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { resigned } from '../support/resign.js'
import { connectToScript12, only12, scriptConnects12 } from '../support/tls12.js'

const pss = (salt: number) => (key: KeyObject, message: Uint8Array) =>
  nodeSign('sha256', message, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: salt,
  })

/** What node:crypto signs for each name that a test uses. */
const recipes: Readonly<Record<string, (key: KeyObject, message: Uint8Array) => Uint8Array>> = {
  ecdsa_sha256: (key, message) => nodeSign('sha256', message, key),
  ecdsa_sha384: (key, message) => nodeSign('sha384', message, key),
  ecdsa_sha1: (key, message) => nodeSign('sha1', message, key),
  rsa_pkcs1_sha256: (key, message) => nodeSign('sha256', message, key),
  rsa_pkcs1_sha1: (key, message) => nodeSign('sha1', message, key),
  rsa_pss_sha256: pss(32),
  rsa_pss_sha256_salt_20: pss(20),
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

interface Case {
  readonly keys: Keys
  /** What the peer signs in, under which number. */
  readonly used: string
  readonly scheme: number
  readonly suite?: string
  /** Of the real side. */
  readonly signatureSchemes?: readonly string[]
}

const ecdsa = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const rsaSuite = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'

function common(suite: string): Partial<ClientConfig & ServerConfig> {
  return {
    ...only12({ crypto: nobleTls12 }),
    suites: [suite],
    groups: ['x25519', 'secp256r1', 'secp384r1'],
  } as object
}

function credentialOf(keys: Keys, own: SignatureName) {
  const spki = new Uint8Array(keys.publicKey.export({ format: 'der', type: 'spki' }))
  const publicKey = parseSubjectPublicKey(spki)
  const sign: SigningKey['sign'] = (algorithm, message) =>
    new Uint8Array(demand(recipes[algorithm])(keys.privateKey, message))
  const key: SigningKey = { publicKey, algorithms: [own], sign }
  return { chain: [nullCertificate('peer.example', publicKey)], key }
}

/** A server with a scheme of its own for its key, which signs in another one, under that one's number. */
function server({ keys, used, scheme, suite = ecdsa, signatureSchemes }: Case): Pair {
  const own = ownScheme(keys)
  const { script, observe } = resigned({
    kind: 'ecdhe',
    algorithm: scheme,
    sign: (content) => new Uint8Array(demand(recipes[used])(keys.privateKey, content)),
  })
  const options = common(suite) as object
  const accepted = signatureSchemes === undefined ? {} : { signatureSchemes }
  return connectToScript(
    script,
    { ...options, ...accepted, observe },
    { ...options, credentials: [credentialOf(keys, own)] },
  ).pair.run()
}

/** A client that authenticates itself in the same way. */
function client({ keys, used, scheme, signatureSchemes }: Case): Pair {
  const messages: Uint8Array[] = []
  const record: NonNullable<ClientConfig['observe']> = (observation) => {
    if (observation.kind === 'message') messages.push(observation.bytes.slice())
  }
  const script = editWith(messageType.certificateVerify, digitallySigned, () => ({
    algorithm: scheme,
    signature: new Uint8Array(demand(recipes[used])(keys.privateKey, concat(...messages))),
  }))
  const options = common(ecdsa) as object
  const accepted = signatureSchemes === undefined ? {} : { signatureSchemes }
  return scriptConnects(
    script,
    { ...options, observe: record, credentials: [credentialOf(keys, ownScheme(keys))] },
    {
      ...options,
      ...accepted,
      credentials: [credentialOf(p256, 'ecdsa_sha256')],
      clientAuthentication: 'require',
      verify: trustEveryone,
    },
  ).pair.run()
}

function ownScheme({ publicKey }: Keys): SignatureName {
  switch (publicKey.asymmetricKeyType) {
    case 'ec':
      return publicKey.asymmetricKeyDetails?.namedCurve === 'secp384r1'
        ? 'ecdsa_sha384'
        : 'ecdsa_sha256'
    case 'ed25519':
      return 'ed25519'
    default:
      return 'rsa_pss_sha256'
  }
}

const matches: readonly (readonly [string, Case])[] = [
  ['P-256 with ecdsa_secp256r1_sha256', { keys: p256, used: 'ecdsa_sha256', scheme: 0x0403 }],
  ['P-384 with ecdsa_secp384r1_sha384', { keys: p384, used: 'ecdsa_sha384', scheme: 0x0503 }],
  // RFC 8422 5.1.3: TLS 1.2 does not tie the hash to the curve.
  ['P-384 with SHA-256', { keys: p384, used: 'ecdsa_sha256', scheme: 0x0403 }],
  ['P-256 with SHA-384', { keys: p256, used: 'ecdsa_sha384', scheme: 0x0503 }],
  ['Ed25519 under an ECDSA suite', { keys: ed, used: 'ed25519', scheme: 0x0807 }],
  [
    'RSA with PKCS#1 v1.5',
    { keys: rsa, used: 'rsa_pkcs1_sha256', scheme: 0x0401, suite: rsaSuite },
  ],
  ['RSA with rsa_pss_rsae', { keys: rsa, used: 'rsa_pss_sha256', scheme: 0x0804, suite: rsaSuite }],
  [
    'RSA-PSS with rsa_pss_pss',
    { keys: rsaPss, used: 'rsa_pss_sha256', scheme: 0x0809, suite: rsaSuite },
  ],
]

for (const [name, one] of matches) {
  test(`PITFALLS 6: a server: ${name} is right`, () => expectEstablished(server(one)))
  test(`PITFALLS 6: a client: ${name} is right`, () => expectEstablished(client(one)))
}

const mismatches: readonly (readonly [string, FaultCode, Case])[] = [
  [
    'rsaEncryption key with rsa_pss_pss',
    'mismatchedSignatureScheme',
    { keys: rsa, used: 'rsa_pss_sha256', scheme: 0x0809, suite: rsaSuite },
  ],
  [
    'RSASSA-PSS key with rsa_pss_rsae',
    'mismatchedSignatureScheme',
    { keys: rsaPss, used: 'rsa_pss_sha256', scheme: 0x0804, suite: rsaSuite },
  ],
  [
    'RSASSA-PSS key with PKCS#1 v1.5',
    'mismatchedSignatureScheme',
    { keys: rsaPss, used: 'rsa_pss_sha256', scheme: 0x0401, suite: rsaSuite },
  ],
  [
    'RSA key as ECDSA',
    'mismatchedSignatureScheme',
    { keys: rsa, used: 'rsa_pkcs1_sha256', scheme: 0x0403, suite: rsaSuite },
  ],
  [
    'Ed25519 key as ECDSA',
    'mismatchedSignatureScheme',
    { keys: ed, used: 'ed25519', scheme: 0x0403 },
  ],
  [
    'ECDSA key as Ed25519',
    'mismatchedSignatureScheme',
    { keys: p256, used: 'ecdsa_sha256', scheme: 0x0807 },
  ],
  [
    'ECDSA key as RSA',
    'mismatchedSignatureScheme',
    { keys: p256, used: 'ecdsa_sha256', scheme: 0x0401 },
  ],
  [
    'SHA-1 with ECDSA',
    'unofferedSignatureScheme',
    { keys: p256, used: 'ecdsa_sha1', scheme: 0x0203 },
  ],
  [
    'SHA-1 with RSA',
    'unofferedSignatureScheme',
    { keys: rsa, used: 'rsa_pkcs1_sha1', scheme: 0x0201, suite: rsaSuite },
  ],
  ['MD5', 'unofferedSignatureScheme', { keys: p256, used: 'ecdsa_sha256', scheme: 0x0103 }],
  ['anonymous', 'unofferedSignatureScheme', { keys: p256, used: 'ecdsa_sha256', scheme: 0x0400 }],
  [
    'a scheme of TLS 1.3 alone',
    'unofferedSignatureScheme',
    { keys: p256, used: 'ecdsa_sha256', scheme: 0x081a },
  ],
  [
    'a scheme that does not exist',
    'unofferedSignatureScheme',
    { keys: p256, used: 'ecdsa_sha256', scheme: 0x0a0a },
  ],
  [
    'a scheme that was not offered, though it is known',
    'unofferedSignatureScheme',
    {
      keys: p256,
      used: 'ecdsa_sha384',
      scheme: 0x0503,
      signatureSchemes: ['ecdsa_secp256r1_sha256'],
    },
  ],
  [
    'another hash than is named',
    'badSignature',
    { keys: p256, used: 'ecdsa_sha384', scheme: 0x0403 },
  ],
  [
    'PKCS#1 v1.5 under the number of PSS',
    'badSignature',
    { keys: rsa, used: 'rsa_pkcs1_sha256', scheme: 0x0804, suite: rsaSuite },
  ],
  [
    'PSS under the number of PKCS#1 v1.5',
    'badSignature',
    { keys: rsa, used: 'rsa_pss_sha256', scheme: 0x0401, suite: rsaSuite },
  ],
  [
    'PSS with a salt of another length than the hash',
    'badSignature',
    { keys: rsa, used: 'rsa_pss_sha256_salt_20', scheme: 0x0804, suite: rsaSuite },
  ],
]

for (const [name, code, one] of mismatches)
  for (const [role, run] of [
    ['server', server],
    ['client', client],
  ] as const)
    test(`PITFALLS 6: a ${role}: ${name}`, () => {
      const real = role === 'server' ? 'client' : 'server'
      const { info, fault } = run(one)[real]
      assert.is(info, undefined)
      assert.is(fault?.code, code, fault?.message)
      assert.is(fault?.alert, code === 'badSignature' ? 51 : 47)
    })

test('PITFALLS 6: a certificate of another kind than the suite, or on a curve that was not offered', () => {
  const shown = (keys: Keys, suite: string, options: Partial<ClientConfig> = {}) => {
    const both = common(suite) as object
    const own = suite === rsaSuite ? rsa : p256
    const { chain } = credentialOf(keys, ownScheme(keys))
    const script = editWith(messageType.certificate, certificate12, () => ({
      certificateList: chain,
    }))
    const { pair } = connectToScript(
      script,
      { ...both, ...options },
      { ...both, credentials: [credentialOf(own, ownScheme(own))] },
    )
    return pair.run().client.fault?.code
  }
  assert.is(shown(rsa, ecdsa), 'mismatchedCertificate')
  assert.is(shown(rsaPss, ecdsa), 'mismatchedCertificate')
  assert.is(shown(p256, rsaSuite), 'mismatchedCertificate')
  assert.is(shown(ed, rsaSuite), 'mismatchedCertificate')
  assert.is(shown(p384, ecdsa, { groups: ['x25519', 'secp256r1'] }), 'mismatchedCertificate')
  // What decrypts must not be bound to PSS (RFC 4055 1.2).
  const transport = 'TLS_RSA_WITH_AES_128_GCM_SHA256'
  const both = common(transport) as object
  const decrypt: NonNullable<SigningKey['decrypt']> = (_, fallback) => fallback
  const own = credentialOf(rsa, 'rsa_pss_sha256')
  const { chain } = credentialOf(rsaPss, 'rsa_pss_sha256')
  const script = editWith(messageType.certificate, certificate12, () => ({
    certificateList: chain,
  }))
  const { pair } = connectToScript(script, both, {
    ...both,
    credentials: [{ ...own, key: { ...own.key, decrypt } }],
  })
  assert.is(pair.run().client.fault?.code, 'mismatchedCertificate')
})

test('PITFALLS 6: a key of a kind that TLS 1.2 has no signatures for, shown by either side', () => {
  const algorithm = encodeSequence(encodeObjectIdentifier('2.16.840.1.101.3.4.3.17'))
  const spki = encodeSequence(algorithm, encodeBitString(new Uint8Array(1312)))
  const chain = [nullCertificate('a name', parseSubjectPublicKey(spki))]
  const script = editWith(messageType.certificate, certificate12, () => ({
    certificateList: chain,
  }))
  const request = { clientAuthentication: 'request', verify: trustEveryone } as const
  const fromServer = connectToScript12(script).pair.run()
  expectRefusal(fromServer, 'client', 'mismatchedCertificate', 'illegalParameter')
  const credentials = [clientCredential]
  const fromClient = scriptConnects12(script, { credentials }, request).pair.run()
  expectRefusal(fromClient, 'server', 'mismatchedCertificate', 'illegalParameter')
})

test.run()
