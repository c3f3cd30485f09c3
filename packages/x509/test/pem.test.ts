import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { certificatesFromPem, trustAnchorsFromPem } from '#src/anchor.js'
import { decodeBase64, encodeBase64 } from '#src/base64.js'
import { encodePem, PemError, pemBlocks } from '#src/pem.js'
import { makeRoot } from './support/authority.js'
import { configure } from './support/property.js'

configure()

test('base 64 round trip', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64(bytes)
      assert.is(text, Buffer.from(bytes).toString('base64'))
      assert.equal(decodeBase64(text), bytes)
    }),
  )
})

test('base 64 is refused where it is not canonical', () => {
  for (const text of [
    'A',
    'AA',
    'AAA',
    'A===',
    'AB==',
    'AAB=',
    'AA=A',
    'AA-_',
    'AA A',
    'AAé=',
    '====',
  ]) {
    assert.is(decodeBase64(text), undefined, text)
  }
})

test('PEM round trip', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }), (parts) => {
      const text = parts.map((bytes) => `some text\n${encodePem('CERTIFICATE', bytes)}`).join('\n')
      assert.equal(
        pemBlocks(text).map(({ bytes }) => bytes),
        parts,
      )
      assert.equal(
        pemBlocks(text.replaceAll('\n', '\r\n')).map(({ bytes }) => bytes),
        parts,
      )
      assert.equal(certificatesFromPem(text), parts)
    }),
  )
})

test('PEM that is broken is refused', () => {
  const texts = [
    '-----BEGIN A-----\nAAAA\n',
    '-----BEGIN A-----\nAAAA\n-----END B-----\n',
    '-----BEGIN A-----\nAAAA\n-----BEGIN A-----\nAAAA\n-----END A-----\n',
    '-----BEGIN A-----\nA$AA\n-----END A-----\n',
    '-----BEGIN A-----\nAAA\n-----END A-----\n',
    '-----BEGIN A-----\nProc-Type: 4\nno colon\n\nAAAA\n-----END A-----\n',
  ]
  for (const text of texts) {
    assert.throws(
      () => pemBlocks(text),
      (error: unknown) => error instanceof PemError && error.line > 0,
    )
  }
})

test('reads headers', () => {
  const text =
    '-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: a,\n b\n\nAAAA\n-----END A-----\n'
  const [block] = pemBlocks(text)
  assert.is(block?.headers.get('Proc-Type'), '4,ENCRYPTED')
  assert.is(block?.headers.get('DEK-Info'), 'a,b')
  assert.is(block?.bytes.length, 3)
})

test('a long text takes no more than linear time', () => {
  const line = '-----BEGIN A----\n'.repeat(20_000) + ' '.repeat(200_000)
  assert.equal(pemBlocks(line), [])
})

test('trust anchors: every certificate, and at least one', () => {
  const root = encodePem('CERTIFICATE', makeRoot().certificate.der)
  assert.is(
    trustAnchorsFromPem(root + encodePem('PRIVATE KEY', new Uint8Array(3)) + root).length,
    2,
  )
  assert.throws(() => trustAnchorsFromPem('nothing here'), /no CERTIFICATE/)
  assert.throws(
    () => trustAnchorsFromPem(root + encodePem('CERTIFICATE', new Uint8Array(3))),
    /certificate 2 of the PEM text/,
  )
})

test.run()
