/** Revocation by OCSP (RFC 6960), nonces (RFC 9654), must-staple (RFC 7633). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ocspErrorResponse } from '#src/issue/ocsp.js'
import {
  crlDistributionPointsExtension,
  ocspNoCheckExtension,
  tlsFeatureExtension,
} from '#src/issue/revocation-extension.js'
import { parseOcspResponse } from '#src/revocation/ocsp.js'
import { day, type Entity, makeCa, makeLeaf, makeRoot, now, verify } from '../support/authority.js'
import { ecKey } from '../support/provider.js'
import { makeCrl, makeOcsp, revoked } from '../support/revocation.js'

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca)

const check = (ocspResponses: readonly Uint8Array[], crls: readonly Uint8Array[] = []): string =>
  verify([root], [leaf, ca], {}, { revocation: { mode: 'peer', ocspResponses, crls } })

test('good, revoked, unknown, and an error', () => {
  assert.is(check([makeOcsp(leaf, ca)]), 'ok')
  assert.is(check([makeOcsp(leaf, ca, { revokedAt: now - day, reason: 'superseded' })]), 'revoked')
  assert.is(check([makeOcsp(leaf, ca, 'unknown')]), 'ocspUnknown')
  assert.is(check([ocspErrorResponse('tryLater')]), 'ocspUnsuccessful')
  assert.is(check([Uint8Array.of(0x30, 0)]), 'ocspMalformed')
  assert.is(check([makeOcsp(makeLeaf(ca), ca)]), 'revocationUnknown')
  assert.is(check([makeOcsp(leaf, ca), ocspErrorResponse('tryLater')]), 'ok')
})
test('what OCSP does not say, a CRL may', () => {
  assert.is(check([makeOcsp(leaf, ca, 'unknown')], [makeCrl(ca)]), 'ok')
  assert.is(check([makeOcsp(leaf, ca, 'unknown')], [makeCrl(ca, [revoked(leaf)])]), 'revoked')
})
test('a response is fresh', () => {
  assert.is(check([makeOcsp(leaf, ca, 'good', { nextUpdate: now - 1000 })]), 'ocspStale')
  assert.is(check([makeOcsp(leaf, ca, 'good', { nextUpdate: now })]), 'ok')
  const minutes = (count: number) => ({ thisUpdate: now + count * 60_000 })
  assert.is(check([makeOcsp(leaf, ca, 'good', minutes(5))]), 'ok')
  assert.is(check([makeOcsp(leaf, ca, 'good', minutes(6))]), 'ocspStale')
})
test('a response about a certificate of another issuer with the same serial number is none', () => {
  const twin = makeCa(root, 'Twin')
  const same = makeLeaf(twin, { serialNumber: leaf.certificate.serialNumber })
  assert.is(check([makeOcsp(same, twin)]), 'ocspUnknown')
})

const responder = (issuer: Entity, changes: object = {}): Entity =>
  makeLeaf(issuer, {
    key: ecKey('responder'),
    subject: { commonName: 'Responder' },
    extendedKeyUsage: ['ocspSigning'],
    subjectAltName: undefined,
    ...changes,
  })
function delegated(by: Entity, crls: readonly Uint8Array[] = []): string {
  const changes = {
    responder: by.certificate,
    responderKey: by.key,
    certificates: [by.certificate],
  }
  return check([makeOcsp(leaf, ca, 'good', changes)], crls)
}

test('the issuer signs, or whom it has certified for this', () => {
  assert.is(check([makeOcsp(leaf, { ...ca, key: ecKey('impostor') })]), 'ocspSignature')
  assert.is(delegated(responder(ca)), 'ok')
  assert.is(delegated(responder(ca, { extendedKeyUsage: ['serverAuth'] })), 'ocspUnauthorized')
  assert.is(delegated(responder(ca, { extendedKeyUsage: undefined })), 'ocspUnauthorized')
  assert.is(delegated(responder(root)), 'ocspUnauthorized')
  assert.is(delegated(responder(ca, { notAfter: now - 1000 })), 'ocspUnauthorized')
  assert.is(delegated(responder(ca, { keyUsage: ['keyAgreement'] })), 'ocspUnauthorized')
  const impostor = makeCa(root, 'Intermediate', { key: ecKey('impostor') })
  assert.is(delegated(responder(impostor)), 'ocspUnauthorized')
  const by = responder(ca)
  const changes = { responder: by.certificate, responderKey: by.key }
  assert.is(check([makeOcsp(leaf, ca, 'good', changes)]), 'ocspUnauthorized')
})
test('a responder may be revoked itself, unless it says that nobody asks', () => {
  const url = 'http://crl.example/responders'
  const by = responder(ca, { extensions: [crlDistributionPointsExtension([url])] })
  const scope = { issuingDistributionPoint: { fullName: { uri: [url] } } }
  assert.is(delegated(by, [makeCrl(ca, [], scope)]), 'ok')
  assert.is.not(delegated(by, [makeCrl(ca, [revoked(by)], scope)]), 'ok')
  const nobody = responder(ca, { extensions: [ocspNoCheckExtension()] })
  assert.is(delegated(nobody), 'ok')
})
test('any byte of a response changed makes it useless', () => {
  const response = makeOcsp(leaf, ca)
  for (let at = 0; at < response.length; at++) {
    const changed = response.slice()
    changed[at] = (changed[at] ?? 0) ^ 0x01
    assert.is.not(check([changed]), 'ok', `byte ${at}`)
  }
  for (let length = 0; length < response.length; length++) {
    assert.throws(() => parseOcspResponse(response.subarray(0, length)))
  }
})
test('a staple that says revoked counts without any option; others do not', () => {
  const bad = makeOcsp(leaf, ca, { revokedAt: now - day })
  assert.is(verify([root], [leaf, ca], { staple: bad }), 'revoked')
  const stale = makeOcsp(leaf, ca, 'good', { nextUpdate: now - day })
  assert.is(verify([root], [leaf, ca], { staple: stale }), 'ok')
  assert.is(verify([root], [leaf, ca], { staple: 'none' }), 'ok')
})
test('a certificate that demands a staple needs a good one', () => {
  const strict = makeLeaf(ca, { extensions: [tlsFeatureExtension([5])] })
  const run = (staple: Uint8Array | 'none' | undefined): string =>
    verify([root], [strict, ca], { staple })
  assert.is(run(makeOcsp(strict, ca)), 'ok')
  assert.is(run('none'), 'stapleMissing')
  assert.is(run(makeOcsp(strict, ca, 'good', { nextUpdate: now - day })), 'ocspStale')
  assert.is(run(makeOcsp(leaf, ca)), 'revocationUnknown')
  // Where no handshake asked for one, none is missed.
  assert.is(run(undefined), 'ok')
})
test('what an authority demands of TLS, its subordinates have to demand too', () => {
  const strict = makeCa(root, 'Strict', { extensions: [tlsFeatureExtension([5])] })
  assert.is(verify([root], [makeLeaf(strict), strict]), 'tlsFeature')
  const below = makeLeaf(strict, { extensions: [tlsFeatureExtension([5, 17])] })
  assert.is(verify([root], [below, strict]), 'ok')
})

test.run()
