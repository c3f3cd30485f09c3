import { DerError } from '@sanstls/core/der'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readCms } from '#src/cms.js'
import { issueCrl } from '#src/issue/crl.js'
import { encodePem, pemBlocks } from '#src/pem.js'
import { makeCa, makeRoot, now } from '../support/authority.js'
import { findOpenssl } from '../support/openssl.js'
import { configure } from '../support/property.js'

configure()

const openssl = findOpenssl('certificates in a CMS envelope by the openssl command')
if (openssl !== undefined) {
  const root = makeRoot()
  const ca = makeCa(root)
  const crl = issueCrl({
    issuer: root.certificate,
    issuerKey: root.key,
    random: (length) => new Uint8Array(length),
    thisUpdate: now,
    number: 1,
  })

  test('what openssl crl2pkcs7 makes', () => {
    const certificates = [root, ca].map(({ certificate }) => certificate.der)
    const pem = certificates.map((der) => encodePem('CERTIFICATE', der)).join('')
    openssl.write('certificates.pem', pem)
    openssl.write('list.pem', encodePem('X509 CRL', crl))
    const files = ['-in', 'list.pem', '-certfile', 'certificates.pem', '-out', 'bundle.p7b']
    openssl.run('crl2pkcs7', ...files)
    const [block] = pemBlocks(openssl.text('bundle.p7b'))
    const bytes = block?.bytes ?? new Uint8Array()
    assert.equal(readCms(bytes), { certificates, crls: [crl] })
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), (at, octet) => {
        const copy = bytes.slice()
        copy[at] = octet
        try {
          readCms(copy)
        } catch (error) {
          if (!(error instanceof DerError)) throw error
        }
      }),
    )
  })
}

test('what is no envelope is refused', () => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(0x30, 0), makeRoot().certificate.der]) {
    assert.throws(
      () => readCms(bytes),
      (error: unknown) => error instanceof DerError,
    )
  }
})

test.run()
