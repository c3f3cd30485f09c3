/** Which algorithm a certificate is signed with, and which keys may have signed so (PITFALLS 6). */
import type { SignatureName, SubjectPublicKey } from '@sanstls/core'
import {
  DerError,
  encodeExplicit,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
} from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { keyFits, readSignatureAlgorithm } from '#src/algorithm.js'
import { encodeSignatureAlgorithm } from '#src/issue/algorithm.js'
import { ecKey, ed25519Key, rsaKey } from './support/provider.js'

const id = encodeObjectIdentifier

const names: readonly SignatureName[] = [
  'rsa_pkcs1_sha224',
  'rsa_pkcs1_sha256',
  'rsa_pkcs1_sha384',
  'rsa_pkcs1_sha512',
  'rsa_pss_sha256',
  'rsa_pss_sha384',
  'rsa_pss_sha512',
  'ecdsa_sha224',
  'ecdsa_sha256',
  'ecdsa_sha384',
  'ecdsa_sha512',
  'ed25519',
  'ed448',
  'mldsa44',
  'mldsa65',
  'mldsa87',
]

test('reads what is written', () => {
  for (const name of names) {
    const read = readSignatureAlgorithm(encodeSignatureAlgorithm(name))
    assert.is(read.ok ? read.name : read.detail, name)
  }
  assert.throws(() => encodeSignatureAlgorithm('rsa_pss_sha1'), TypeError)
})

test('SHA-1 and MD5 are refused in every form', () => {
  const weak = [
    '1.2.840.113549.1.1.4',
    '1.2.840.113549.1.1.5',
    '1.3.14.3.2.29',
    '1.2.840.10045.4.1',
  ]
  for (const algorithm of weak) {
    const read = readSignatureAlgorithm(encodeSequence(id(algorithm), encodeNull()))
    assert.is(read.ok ? 'ok' : read.code, 'weakAlgorithm')
  }
  // RSASSA-PSS without fields is SHA-1 (RFC 4055 3.1).
  const pss = readSignatureAlgorithm(encodeSequence(id('1.2.840.113549.1.1.10'), encodeSequence()))
  assert.is(pss.ok ? 'ok' : pss.code, 'weakAlgorithm')
})

test('unknown algorithms and unknown PSS parameters are not supported', () => {
  const unknown = readSignatureAlgorithm(encodeSequence(id('1.2.3')))
  assert.is(unknown.ok ? 'ok' : unknown.code, 'unsupportedAlgorithm')
  const sha256 = encodeSequence(id('2.16.840.1.101.3.4.2.1'))
  const sha384 = encodeSequence(id('2.16.840.1.101.3.4.2.2'))
  const mgf = encodeSequence(id('1.2.840.113549.1.1.8'), sha384)
  const parameters = encodeSequence(encodeExplicit(0, sha256), encodeExplicit(1, mgf))
  const mixed = readSignatureAlgorithm(encodeSequence(id('1.2.840.113549.1.1.10'), parameters))
  assert.is(mixed.ok ? 'ok' : mixed.code, 'unsupportedAlgorithm')
})

test('parameters are those of the RFC', () => {
  const accepts = (...parts: Uint8Array[]) => {
    assert.ok(readSignatureAlgorithm(encodeSequence(...parts)).ok)
  }
  const refuses = (...parts: Uint8Array[]) => {
    const isDerError = (error: unknown): boolean => error instanceof DerError
    assert.throws(() => readSignatureAlgorithm(encodeSequence(...parts)), isDerError)
  }
  const rsa = id('1.2.840.113549.1.1.11')
  accepts(rsa, encodeNull())
  accepts(rsa)
  refuses(rsa, encodeInteger(1))
  refuses(rsa, encodeNull(), encodeNull())
  for (const algorithm of ['1.2.840.10045.4.3.2', '1.3.101.112', '2.16.840.1.101.3.4.3.17']) {
    accepts(id(algorithm))
    refuses(id(algorithm), encodeNull())
  }
  refuses(id('1.2.840.113549.1.1.10'))
  refuses(id('1.2.840.113549.1.1.10'), encodeNull())
})

test('a key only makes signatures of its own kind', () => {
  const rsa = rsaKey('fits').publicKey
  const pss: SubjectPublicKey = { ...rsa, type: 'rsaPss' }
  const fits = (name: SignatureName, key: SubjectPublicKey): boolean => {
    const signature = readSignatureAlgorithm(encodeSignatureAlgorithm(name))
    return signature.ok && keyFits(signature, key)
  }
  for (const name of names) {
    assert.is(fits(name, rsa), name.startsWith('rsa_'), name)
    assert.is(fits(name, pss), name.startsWith('rsa_pss_'), name)
    assert.is(fits(name, ecKey('fits').publicKey), name.startsWith('ecdsa_'), name)
    assert.is(fits(name, ed25519Key('fits').publicKey), name === 'ed25519', name)
    assert.not(fits(name, { ...rsa, type: 'unknown' }), name)
  }
  const bound = { ...pss, pssHash: 'sha384', pssSaltLength: 48 }
  assert.ok(fits('rsa_pss_sha384', bound))
  assert.not(fits('rsa_pss_sha256', bound))
  assert.not(fits('rsa_pss_sha384', { ...bound, pssSaltLength: 49 }))
})

test.run()
