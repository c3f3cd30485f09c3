import { DerError } from '@sanstls/core/der'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { issueCertificate } from '#src/issue/certificate.js'
import { keyUsageExtension, subjectAltNameExtension } from '#src/issue/extension.js'
import {
  createSigningRequest,
  parseSigningRequest,
  verifySigningRequest,
} from '#src/issue/request.js'
import { nameText } from '#src/name.js'
import { encodePem, pemBlocks } from '#src/pem.js'
import { day, makeRoot, now, verify } from '../support/authority.js'
import { findOpenssl } from '../support/openssl.js'
import { configure } from '../support/property.js'
import { ecKey, ed25519Key, rsaKey, testProvider } from '../support/provider.js'

configure()

const random = (length: number): Uint8Array => new Uint8Array(length).fill(9)
const keys = [ecKey('request'), rsaKey('request'), ed25519Key('request')]
const extensions = [
  subjectAltNameExtension({ dns: ['www.example.com'] }),
  keyUsageExtension(['digitalSignature']),
]
const attributes = [{ type: '1.2.840.113549.1.9.7', value: Uint8Array.of(12, 1, 65) }]
const subject = { organization: 'Test', commonName: 'Asking' }

test('round trip', () => {
  for (const key of keys) {
    const der = createSigningRequest({ subject, key, random, extensions, attributes })
    const request = parseSigningRequest(der)
    assert.is(nameText(request.subject), 'CN=Asking,O=Test')
    assert.equal(request.publicKey.spki, key.publicKey.spki)
    assert.equal(request.extensions.subjectAltName, [{ kind: 'dns', value: 'www.example.com' }])
    assert.equal(request.extensionsDer, extensions)
    assert.is(request.attributes[0]?.type, '1.2.840.113549.1.9.7')
    assert.ok(verifySigningRequest(request, testProvider))
  }
})

test('a certificate from a request', () => {
  const root = makeRoot()
  const [key] = keys
  if (key === undefined) throw new Error('no key')
  const request = parseSigningRequest(createSigningRequest({ subject, key, random, extensions }))
  const certificate = issueCertificate({
    subject: request.subjectDer,
    publicKey: request.publicKey,
    issuer: root.certificate,
    issuerKey: root.key,
    random,
    notBefore: now - day,
    notAfter: now + day,
    extensions: request.extensionsDer,
  })
  assert.is(verify([root], [{ certificate, key }]), 'ok')
})

test('no change goes unseen', () => {
  const [key] = keys
  if (key === undefined) throw new Error('no key')
  const der = createSigningRequest({ subject, key, random, extensions })
  const { info } = parseSigningRequest(der)
  const start = info.byteOffset - der.byteOffset
  fc.assert(
    fc.property(fc.nat({ max: der.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const copy = der.slice()
      copy[at] = (copy[at] ?? 0) ^ mask
      try {
        const valid = verifySigningRequest(parseSigningRequest(copy), testProvider)
        if (at >= start && at < start + info.length) assert.not.ok(valid, `octet ${at}`)
      } catch (error) {
        if (!(error instanceof DerError)) throw error
      }
    }),
  )
})

const openssl = findOpenssl('certification requests of the openssl command')
if (openssl !== undefined) {
  test('OpenSSL takes what is made here', () => {
    for (const key of keys) {
      const der = createSigningRequest({ subject, key, random, extensions, attributes })
      openssl.write('request.pem', encodePem('CERTIFICATE REQUEST', der))
      const request = ['req', '-in', 'request.pem', '-noout', '-verify', '-text']
      const { ok, output } = openssl.attempt(...request)
      assert.ok(ok, output)
      assert.match(output, /verify OK/)
      assert.match(output, /DNS:www\.example\.com/)
    }
  })

  test('what OpenSSL makes is taken here', () => {
    const subject = ['-subj', '/O=Test/CN=Asking', '-addext', 'subjectAltName=DNS:a.example.com']
    for (const options of [
      ['-newkey', 'rsa:2048'],
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
      ['-newkey', 'ed25519'],
      ['-newkey', 'rsa:2048', '-sigopt', 'rsa_padding_mode:pss'],
    ]) {
      const files = ['-keyout', 'key.pem', '-out', 'request.pem']
      openssl.run('req', '-new', '-nodes', ...subject, ...options, ...files)
      const [block] = pemBlocks(openssl.text('request.pem'))
      const request = parseSigningRequest(block?.bytes ?? new Uint8Array())
      assert.ok(verifySigningRequest(request, testProvider), options.join(' '))
      assert.equal(request.extensions.subjectAltName, [{ kind: 'dns', value: 'a.example.com' }])
    }
  })
}

test.run()
