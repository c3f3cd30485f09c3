/** Certificates, lists and requests are issued with keys of either provider, and the other one verifies them. */
import * as crypto from 'node:crypto'
import type { CryptoProvider, Random } from '@sanstls/core'
import { sha1 } from '@sanstls/core/noble'
import {
  Certificate,
  createVerifier,
  issueCertificate,
  privateKeyFromDer,
  trustAnchor,
} from '@sanstls/x509'
import {
  createSigningRequest,
  issueCrl,
  issueOcspResponse,
  parseSigningRequest,
  verifySigningRequest,
} from '@sanstls/x509/issue'
import { privateKeyFromJwk, privateKeyToJwk } from '@sanstls/x509/jwk'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { allNative, allNoble } from './crypto/everything.js'

const random: Random = (length) => Uint8Array.from(crypto.randomBytes(length))
const now = Date.UTC(2026, 5, 1)
const day = 86_400_000

const keys: Readonly<Record<string, crypto.KeyPairKeyObjectResult>> = {
  'P-256': crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': crypto.generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RSA: crypto.generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: crypto.generateKeyPairSync('ed25519'),
  Ed448: crypto.generateKeyPairSync('ed448'),
}

function issueWith(mine: CryptoProvider, theirs: CryptoProvider, name: string): void {
  const der = keys[name]?.privateKey.export({ type: 'pkcs8', format: 'der' })
  const pkcs8 = privateKeyFromDer(new Uint8Array(der ?? new Uint8Array()))
  const key = mine.importPrivateKey(pkcs8)
  assert.equal(privateKeyFromJwk(privateKeyToJwk(pkcs8, key.publicKey)), pkcs8, name)
  const validity = { notBefore: now - day, notAfter: now + day, random }
  const root = issueCertificate({
    ...validity,
    subject: { commonName: 'Root' },
    publicKey: key.publicKey,
    issuerKey: key,
    ca: true,
    keyUsage: ['keyCertSign', 'cRLSign'],
  })
  const request = parseSigningRequest(
    createSigningRequest({ subject: { commonName: 'Leaf' }, key, random }),
  )
  assert.ok(verifySigningRequest(request, theirs), name)
  const leaf = issueCertificate({
    ...validity,
    subject: request.subjectDer,
    publicKey: request.publicKey,
    issuer: root,
    issuerKey: key,
    extendedKeyUsage: ['serverAuth'],
    subjectAltName: { dns: ['www.example.com'] },
  })
  const verifier = createVerifier({
    anchors: [trustAnchor(root)],
    crypto: theirs,
    profile: 'rfc5280',
  })
  const result = verifier.verify({
    chain: [leaf.der],
    role: 'server',
    name: { kind: 'DNS', value: 'www.example.com' },
    time: now,
  })
  assert.ok(result.ok, result.ok ? name : `${name}: ${result.fault.message}`)
  assert.instance(leaf, Certificate)
  const issuer = { issuer: root, issuerKey: key, random }
  assert.ok(issueCrl({ ...issuer, thisUpdate: now, number: 1 }).length > 0)
  const response = issueOcspResponse({
    responder: root,
    responderKey: key,
    random,
    producedAt: now,
    responses: [{ certificate: leaf, issuer: root, hash: sha1, status: 'good', thisUpdate: now }],
  })
  assert.ok(response.length > 0)
}

for (const name of Object.keys(keys)) {
  test(`${name}: noble issues, node:crypto verifies`, () => issueWith(allNoble, allNative, name))
  test(`${name}: node:crypto issues, noble verifies`, () => issueWith(allNative, allNoble, name))
}

test.run()
