// tls-server-end-point (RFC 5929 section 4): the hash of the certificate, by the hash that it was signed with.
import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import { serverEndPoint } from '#src/crypto/end-point.js'
import {
  encodeExplicit,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
} from '#src/der/write.js'
import { noble } from '#src/noble.js'
import { nullCredential } from '#src/testing.js'
import { demand } from '../support/connect.js'

function signedWith(signatureAlgorithm: Uint8Array): Uint8Array {
  return demand(nullCredential({ signatureAlgorithm }).chain[0])
}

test('by the hash of the signature, and SHA-256 in the place of MD5 and SHA-1', () => {
  for (const [algorithm, hash] of [
    ['1.2.840.113549.1.1.4', 'sha256'],
    ['1.2.840.113549.1.1.5', 'sha256'],
    ['1.2.840.113549.1.1.11', 'sha256'],
    ['1.2.840.113549.1.1.12', 'sha384'],
    ['1.2.840.113549.1.1.13', 'sha512'],
    ['1.2.840.10045.4.1', 'sha256'],
    ['1.2.840.10045.4.3.2', 'sha256'],
    ['1.2.840.10045.4.3.3', 'sha384'],
    ['1.2.840.10045.4.3.4', 'sha512'],
  ] as const) {
    const certificate = signedWith(encodeObjectIdentifier(algorithm))
    const expected = new Uint8Array(createHash(hash).update(certificate).digest())
    assert.equal(serverEndPoint(certificate, noble.hashes), expected, algorithm)
  }
})

test('RSASSA-PSS says in its parameters which', () => {
  const parameters = (hash: string) => {
    const algorithm = encodeSequence(encodeObjectIdentifier(hash), encodeNull())
    const mgf1 = encodeSequence(encodeObjectIdentifier('1.2.840.113549.1.1.8'), algorithm)
    return encodeSequence(encodeExplicit(0, algorithm), encodeExplicit(1, mgf1))
  }
  const pss = encodeObjectIdentifier('1.2.840.113549.1.1.10')
  for (const [fields, hash] of [
    [encodeSequence(), 'sha256'],
    [parameters('1.3.14.3.2.26'), 'sha256'],
    [parameters('2.16.840.1.101.3.4.2.1'), 'sha256'],
    [parameters('2.16.840.1.101.3.4.2.2'), 'sha384'],
    [parameters('2.16.840.1.101.3.4.2.3'), 'sha512'],
  ] as const) {
    const certificate = signedWith(concat(pss, fields))
    const expected = new Uint8Array(createHash(hash).update(certificate).digest())
    assert.equal(serverEndPoint(certificate, noble.hashes), expected)
  }
})

test('undefined without one hash, for an algorithm that nobody knows, and where the provider lacks the hash', () => {
  for (const algorithm of ['1.3.101.112', '1.3.101.113', '1.2.3'])
    assert.is(
      serverEndPoint(signedWith(encodeObjectIdentifier(algorithm)), noble.hashes),
      undefined,
    )
  const sha256 = noble.hashes.filter(({ name }) => name === 'sha256')
  const sha512 = signedWith(encodeObjectIdentifier('1.2.840.10045.4.3.4'))
  assert.is(serverEndPoint(sha512, sha256), undefined)
})

test.run()
