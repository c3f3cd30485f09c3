import * as crypto from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { encodePem } from '#src/pem.js'
import { mozillaRootCertificates, mozillaRoots, mozillaRootsInfo } from '#src/roots.js'
import { trustStore, trustStoreFromPem } from '#src/trust-store.js'
import { makeLeaf, makeRoot, now } from './support/authority.js'

test("Mozilla's roots are all read, and are what OpenSSL takes them for", () => {
  const certificates = mozillaRootCertificates()
  assert.is(certificates.length, mozillaRootsInfo.count)
  assert.ok(mozillaRootsInfo.count > 100)
  assert.match(mozillaRootsInfo.date, /^\d{4}-\d\d-\d\d$/)
  assert.match(mozillaRootsInfo.source, /^Node v/)
  assert.equal(trustStore(certificates).rejected, [])
  const anchors = mozillaRoots()
  assert.is(anchors.length, certificates.length)
  assert.is(mozillaRoots(), anchors)
  for (const { certificate, publicKey } of anchors) {
    if (certificate === undefined) throw new Error('an anchor without its certificate')
    const other = new crypto.X509Certificate(certificate.der)
    assert.is(certificate.notAfter, Date.parse(other.validTo))
    assert.ok(certificate.isSelfIssued)
    assert.is(certificate.extensions.basicConstraints?.ca ?? certificate.version === 1, true)
    const spki = other.publicKey.export({ type: 'spki', format: 'der' })
    assert.equal(publicKey.spki, new Uint8Array(spki))
    assert.is.not(publicKey.type, 'unknown')
    assert.ok(certificate.notBefore < now)
  }
})

test('a store passes over what it cannot read, and duplicates', () => {
  const root = makeRoot().certificate
  const leaf = makeLeaf(makeRoot()).certificate
  const namesake = makeRoot('Root').certificate
  const pem = [root.der, new Uint8Array(3), root.der, leaf.der, namesake.der]
    .map((der) => `# a comment\n${encodePem('CERTIFICATE', der)}`)
    .join('\n')
  const { anchors, rejected } = trustStoreFromPem(pem)
  assert.equal(
    anchors.map(({ certificate }) => certificate?.der),
    [root.der, namesake.der, leaf.der],
  )
  assert.equal(
    rejected.map(({ index }) => index),
    [1],
  )
  assert.equal(trustStoreFromPem('').anchors, [])
})

test.run()
