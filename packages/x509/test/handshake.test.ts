/** Whole handshakes, verified, with every kind of key that a certificate may have; opt-in ones among them. */
import { generateKeyPairSync } from 'node:crypto'
import { createClient, createServer, type SigningKey, tls13 } from '@sanstls/core'
import {
  encodeInteger,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '@sanstls/core/der'
import { createNoble, ecdsa_brainpool, ecdsaKeysWithBrainpool, noble } from '@sanstls/core/noble'
import * as mldsa from '@sanstls/core/noble/mldsa'
import { Pair, seededRandom } from '@sanstls/core/testing'
import { createVerifier, issueCertificate, trustAnchor, verificationPolicy } from '@sanstls/x509'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const crypto = createNoble({
  suites: noble.suites,
  groups: noble.groups,
  hashes: noble.hashes,
  signatures: [
    ...noble.signatures,
    ...ecdsa_brainpool,
    mldsa.mldsa44,
    mldsa.mldsa65,
    mldsa.mldsa87,
  ],
  keys: [ecdsaKeysWithBrainpool, mldsa.mldsa44Keys, mldsa.mldsa65Keys, mldsa.mldsa87Keys],
})
const random = seededRandom('every kind of key')
const now = Date.UTC(2026, 5, 1)
const day = 86_400_000

const pkcs8 = (key: ReturnType<typeof generateKeyPairSync>['privateKey']) =>
  new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }))
const ec = (namedCurve: string) => () =>
  crypto.importPrivateKey(pkcs8(generateKeyPairSync('ec', { namedCurve }).privateKey))

/** RFC 9881 6: the seed alone. */
const mldsaKey = (arc: number) => () =>
  crypto.importPrivateKey(
    encodeSequence(
      encodeInteger(0),
      encodeSequence(encodeObjectIdentifier(`2.16.840.1.101.3.4.3.${arc}`)),
      encodeOctetString(Uint8Array.of(0x80, 32, ...random(32))),
    ),
  )

const kinds: readonly (readonly [scheme: string, key: () => SigningKey])[] = [
  ['ecdsa_secp256r1_sha256', ec('P-256')],
  ['ecdsa_secp384r1_sha384', ec('P-384')],
  ['ecdsa_secp521r1_sha512', ec('P-521')],
  ['ed25519', () => noble.importPrivateKey(pkcs8(generateKeyPairSync('ed25519').privateKey))],
  ['ed448', () => noble.importPrivateKey(pkcs8(generateKeyPairSync('ed448').privateKey))],
  [
    'rsa_pss_rsae_sha256',
    () =>
      noble.importPrivateKey(pkcs8(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)),
  ],
  [
    'rsa_pss_pss_sha256',
    () =>
      noble.importPrivateKey(
        pkcs8(
          generateKeyPairSync('rsa-pss', {
            modulusLength: 2048,
            hashAlgorithm: 'sha256',
            mgf1HashAlgorithm: 'sha256',
          }).privateKey,
        ),
      ),
  ],
  ['ecdsa_brainpoolP256r1tls13_sha256', ec('brainpoolP256r1')],
  ['ecdsa_brainpoolP384r1tls13_sha384', ec('brainpoolP384r1')],
  ['ecdsa_brainpoolP512r1tls13_sha512', ec('brainpoolP512r1')],
  ['mldsa44', mldsaKey(17)],
  ['mldsa65', mldsaKey(18)],
  ['mldsa87', mldsaKey(19)],
]

const times = { notBefore: now - day, notAfter: now + day, random }

for (const [scheme, makeKey] of kinds) {
  test(`${scheme}: server and client authenticate each other`, () => {
    const key = makeKey()
    const root = issueCertificate({
      subject: { commonName: 'root' },
      publicKey: key.publicKey,
      issuerKey: key,
      ca: true,
      keyUsage: ['keyCertSign'],
      ...times,
    })
    const leaf = issueCertificate({
      subject: { commonName: 'leaf' },
      publicKey: key.publicKey,
      issuer: root,
      issuerKey: key,
      keyUsage: ['digitalSignature'],
      extendedKeyUsage: ['serverAuth', 'clientAuth'],
      subjectAltName: { dns: ['localhost'] },
      ...times,
    })
    const verify = verificationPolicy(
      createVerifier({ anchors: [trustAnchor(root)], crypto, profile: 'rfc5280' }),
    )
    const base = {
      versions: [tls13],
      crypto,
      random,
      groups: ['x25519'],
      credentials: [{ chain: [leaf.der], key }],
      verify,
    }
    const pair = new Pair(
      (at) => createClient({ ...base, serverName: 'localhost' }, at),
      (at) => createServer({ ...base, clientAuthentication: 'require' }, at),
      { start: { monotonic: 0, unix: now } },
    ).run()
    for (const { info } of [pair.client.connection, pair.server.connection]) {
      assert.is(info?.signatureScheme?.name, scheme)
      assert.equal(info?.peer?.publicKey, key.publicKey.spki)
      assert.is(info?.peer?.dangerouslyUnverified, false)
    }
  })
}

test.run()
