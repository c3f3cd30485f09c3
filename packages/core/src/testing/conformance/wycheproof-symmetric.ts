/** Wycheproof: AEADs, HMAC, HKDF. */
import type { AeadAlgorithm, HashAlgorithm } from '../../crypto/provider.js'
import { sealed } from './aead.js'
import { hkdfExpand, hkdfExtract } from './hash.js'
import { aeadsOf, type ConformanceCase, check, checkEqual, join, type Subject } from './support.js'
import { each, judge, load } from './wycheproof-file.js'

const aeadFiles: Readonly<Record<string, string>> = {
  'AES-128-GCM': 'aes_gcm_test.json',
  'AES-256-GCM': 'aes_gcm_test.json',
  'AES-128-CCM': 'aes_ccm_test.json',
  'AES-128-CCM-8': 'aes_ccm_test.json',
  'AES-256-CCM': 'aes_ccm_test.json',
  'AES-256-CCM-8': 'aes_ccm_test.json',
  'ChaCha20-Poly1305': 'chacha20_poly1305_test.json',
}

export function symmetricCases(subject: Subject): ConformanceCase[] {
  const aeads = aeadsOf(subject).map((aead) => ({
    name: `wycheproof ${aead.name}`,
    run: () => aeadVectors(subject, aead),
  }))
  const hashes = subject.provider.hashes.filter(({ name }) => name !== 'sha224')
  return [
    ...aeads,
    ...hashes.map((hash) => ({
      name: `wycheproof hmac ${hash.name}`,
      run: () => hmacVectors(subject, hash),
    })),
    ...hashes.map((hash) => ({
      name: `wycheproof hkdf ${hash.name}`,
      run: () => hkdfVectors(subject, hash),
    })),
  ]
}

function aeadVectors(subject: Subject, aead: AeadAlgorithm): number {
  const file = aeadFiles[aead.name]
  check(file !== undefined, `no vectors for ${aead.name}`)
  const groups = load(subject, file).filter(
    (group) =>
      group.number('keySize') === 8 * aead.keyLength &&
      group.number('ivSize') === 96 &&
      group.number('tagSize') === 8 * aead.tagLength,
  )
  return each(groups, 1, (vector) => {
    const key = aead.create(vector.bytes('key'))
    const nonce = vector.bytes('iv')
    const aad = vector.bytes('aad')
    const text = vector.bytes('msg')
    const record = join(vector.bytes('ct'), vector.bytes('tag'))
    const opened = key.open(nonce, aad, record)
    judge(vector, opened !== undefined)
    if (opened !== undefined) {
      checkEqual(opened, text, vector.label)
      checkEqual(sealed(key, aead.tagLength, nonce, aad, text), record, vector.label)
    }
    return true
  })
}

function hmacVectors(subject: Subject, hash: HashAlgorithm): number {
  const groups = load(subject, `hmac_${hash.name}_test.json`)
  return each(groups, 1, (vector, group) => {
    const mac = hash.hmac(vector.bytes('key'), vector.bytes('msg'))
    const tag = vector.bytes('tag')
    const truncated = mac.subarray(0, group.number('tagSize') / 8)
    judge(
      vector,
      truncated.length === tag.length && truncated.every((octet, i) => octet === tag[i]),
    )
    return true
  })
}

function hkdfVectors(subject: Subject, hash: HashAlgorithm): number {
  const groups = load(subject, `hkdf_${hash.name}_test.json`)
  return each(groups, 1, (vector) => {
    const size = vector.number('size')
    // RFC 5869 2.3 has no more than 255 blocks; the bound is the caller's.
    if (size > 255 * hash.outputLength) return false
    const prk = hkdfExtract(hash, vector.bytes('salt'), vector.bytes('ikm'))
    checkEqual(hkdfExpand(hash, prk, vector.bytes('info'), size), vector.bytes('okm'), vector.label)
    return true
  })
}
