import * as crypto from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  certificateFingerprint,
  fingerprintText,
  matchesFingerprint,
  matchesPin,
  parsePin,
  pinText,
  spkiFingerprint,
} from '#src/pin.js'
import { makeLeaf, makeRoot } from './support/authority.js'
import { hash256 } from './support/provider.js'

const root = makeRoot()
const { certificate } = makeLeaf(root)
const renewed = makeLeaf(root).certificate
const other = new crypto.X509Certificate(certificate.der)

test('fingerprints of certificates are those of node:crypto', () => {
  const fingerprint = certificateFingerprint(certificate, hash256)
  assert.is(fingerprintText(fingerprint), other.fingerprint256)
  assert.equal(certificateFingerprint(certificate.der, hash256), fingerprint)
  assert.ok(matchesFingerprint(certificate, [new Uint8Array(32), fingerprint], hash256))
  assert.not.ok(matchesFingerprint(renewed, [fingerprint], hash256))
  assert.not.ok(matchesFingerprint(certificate, [], hash256))
})

test('fingerprints of keys stay when a certificate is renewed', () => {
  const spki = other.publicKey.export({ type: 'spki', format: 'der' })
  const digest = crypto.createHash('sha256').update(spki).digest()
  assert.equal(spkiFingerprint(certificate, hash256), new Uint8Array(digest))
  assert.is(pinText(certificate.publicKey, hash256), `sha256/${digest.toString('base64')}`)
  assert.is(pinText(renewed, hash256), pinText(certificate, hash256))
  assert.ok(matchesPin(renewed, [new Uint8Array(digest)], hash256))
  assert.not.ok(matchesPin(root.certificate, [new Uint8Array(digest)], hash256))
})

test('pins are read in every form they are written in', () => {
  const fingerprint = spkiFingerprint(certificate, hash256)
  const colons = fingerprintText(fingerprint)
  const forms = [pinText(certificate, hash256), colons, colons.replaceAll(':', '').toLowerCase()]
  for (const text of forms) assert.equal(parsePin(text), { hash: 'sha256', fingerprint }, text)
  assert.is(parsePin('ab'.repeat(48)).hash, 'sha384')
  assert.is(parsePin(`sha512/${Buffer.alloc(64).toString('base64')}`).hash, 'sha512')
})

test('what is no pin is refused', () => {
  for (const text of [
    '',
    'sha256/',
    'sha256/AAAA',
    `sha1/${Buffer.alloc(20).toString('base64')}`,
    `sha384/${Buffer.alloc(32).toString('base64')}`,
    'ab'.repeat(20),
    `${'ab'.repeat(32)}:`,
    `${'ab'.repeat(31)}zz`,
    `toString/${Buffer.alloc(32).toString('base64')}`,
  ]) {
    assert.throws(() => parsePin(text), TypeError)
  }
})

test.run()
