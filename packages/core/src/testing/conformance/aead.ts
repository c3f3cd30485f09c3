/** AEADs: what their interface promises, and the examples of their specifications. */

import { copyBytes } from '../../bytes.js'
import type { Aead, AeadAlgorithm } from '../../crypto/provider.js'
import { BufferLike } from '../buffer-like.js'
import {
  aeadsOf,
  bytes,
  type ConformanceCase,
  check,
  checkEqual,
  flipBit,
  join,
  type Subject,
} from './support.js'

const nothing = new Uint8Array(0)

export function aeadCases(subject: Subject): ConformanceCase[] {
  const references = subject.reference ? aeadsOf({ ...subject, provider: subject.reference }) : []
  return aeadsOf(subject).flatMap((aead) => {
    const reference = references.find(({ name }) => name === aead.name)
    return [
      { name: `${aead.name}: seals and opens`, run: () => sealAndOpen(subject, aead, reference) },
      { name: `${aead.name}: refuses what was tampered with`, run: () => tamper(subject, aead) },
      { name: `${aead.name}: leaves what it is given alone`, run: () => ownership(subject, aead) },
      { name: `${aead.name}: examples`, run: () => examples(aead) },
    ]
  })
}

/** The AEAD's output for input and trailer, in memory of its own. */
export function sealed(
  key: Aead,
  tagLength: number,
  nonce: Uint8Array,
  aad: Uint8Array,
  input: Uint8Array,
  trailer: Uint8Array = nothing,
): Uint8Array {
  const out = new Uint8Array(input.length + trailer.length + tagLength)
  const written = key.seal(nonce, aad, input, trailer, out, 0)
  check(written === out.length, `seal wrote ${written} bytes instead of ${out.length}`)
  return out
}

function sealAndOpen({ random }: Subject, aead: AeadAlgorithm, reference?: AeadAlgorithm): number {
  check(aead.nonceLength === 12, 'TLS nonces have 12 bytes')
  const secret = random(aead.keyLength)
  const key = aead.create(secret)
  const other = (reference ?? aead).create(secret)
  let count = 0
  // The lengths around blocks, a full record, and one beyond what fits into a record.
  for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 1300, 16384, 20000]) {
    for (const aadLength of [0, 5, 13, 16, 17, 300]) {
      const nonce = random(12)
      const aad = random(aadLength)
      const input = random(length)
      const trailer = random(length % 3)
      const offset = 1 + (length % 7)
      const end = offset + length + trailer.length + aead.tagLength
      const out = new Uint8Array(end + 9).fill(0xa5)
      const written = key.seal(nonce, aad, input, trailer, out, offset)
      check(written === end - offset, `seal returned ${written} instead of ${end - offset}`)
      const untouched = join(out.subarray(0, offset), out.subarray(end))
      check(
        untouched.every((octet) => octet === 0xa5),
        'seal wrote outside of its place',
      )
      const record = out.subarray(offset, end)
      const text = join(input, trailer)
      checkEqual(key.open(nonce, aad, record), text, `open of ${length} bytes`)
      checkEqual(other.open(nonce, aad, record), text, `open by the reference`)
      const back = sealed(other, aead.tagLength, nonce, aad, text)
      checkEqual(back, record, `seal by the reference`)
      count++
    }
  }
  return count
}

function tamper({ random }: Subject, aead: AeadAlgorithm): number {
  const key = aead.create(random(aead.keyLength))
  const nonce = random(12)
  const aad = random(5)
  const text = random(40)
  const record = sealed(key, aead.tagLength, nonce, aad, text)
  let count = 0
  const refused = (n: Uint8Array, a: Uint8Array, r: Uint8Array, what: string): void => {
    check(key.open(n, a, r) === undefined, `opened with another ${what}`)
    count++
  }
  for (let bit = 0; bit < 8 * record.length; bit++) {
    refused(nonce, aad, flipBit(record, bit), 'record')
  }
  for (let bit = 0; bit < 96; bit++) refused(flipBit(nonce, bit), aad, record, 'nonce')
  for (let bit = 0; bit < 40; bit++) refused(nonce, flipBit(aad, bit), record, 'additional data')
  refused(nonce, nothing, record, 'additional data')
  refused(nonce, join(aad, Uint8Array.of(0)), record, 'additional data')
  for (let length = 0; length < record.length; length++) {
    refused(nonce, aad, record.subarray(0, length), 'length')
  }
  refused(nonce, aad, join(record, Uint8Array.of(0)), 'length')
  const otherKey = aead.create(random(aead.keyLength))
  check(otherKey.open(nonce, aad, record) === undefined, 'opened with another key')
  checkEqual(key.open(nonce, aad, record), text, 'open afterwards')
  return count + 2
}

function ownership({ random }: Subject, aead: AeadAlgorithm): number {
  const secret = random(aead.keyLength)
  const kept = copyBytes(secret)
  const key = aead.create(secret)
  const nonce = random(12)
  const aad = random(5)
  const text = random(100)
  const copies = [copyBytes(nonce), copyBytes(aad), copyBytes(text)] as const
  const record = sealed(key, aead.tagLength, nonce, aad, text, Uint8Array.of(23))
  const recordCopy = copyBytes(record)
  const opened = key.open(nonce, aad, record)
  check(opened !== undefined, 'open failed')
  check(opened.buffer !== record.buffer, 'open returned a view of its input')
  checkEqual(nonce, copies[0], 'nonce')
  checkEqual(aad, copies[1], 'additional data')
  checkEqual(text, copies[2], 'text')
  checkEqual(record, recordCopy, 'record')
  checkEqual(secret, kept, 'key')
  // Each result is the receiver's for good.
  const another = key.open(nonce, aad, record)
  opened.fill(0)
  checkEqual(another, join(text, Uint8Array.of(23)), 'a later result shares memory with an earlier')
  // The key is copied.
  secret.fill(0)
  checkEqual(key.open(nonce, aad, record), join(text, Uint8Array.of(23)), 'key was not copied')
  // In place: input and output in the same memory.
  const place = new Uint8Array(5 + 100 + 1 + aead.tagLength)
  place.set(text, 5)
  key.seal(nonce, aad, place.subarray(5, 105), Uint8Array.of(23), place, 5)
  checkEqual(place.subarray(5), record, 'sealing in place')
  key.wipe()
  return 10
}

interface Example {
  readonly source: string
  readonly key: string
  readonly nonce: string
  readonly aad: string
  readonly text: string
  readonly record: string
}

interface MaskExample {
  readonly source: string
  readonly key: string
  readonly sample: string
  readonly mask: string
}

const examplesOf: Readonly<Record<string, Example>> = {
  'AES-128-GCM': {
    source: 'the GCM specification, test case 4',
    key: 'feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    aad: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    text:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
      '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    record:
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e' +
      '21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47',
  },
  'ChaCha20-Poly1305': {
    source: 'RFC 8439 2.8.2',
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    nonce: '070000004041424344454647',
    aad: '50515253c0c1c2c3c4c5c6c7',
    text:
      '4c616469657320616e642047656e746c656d656e206f662074686520636c6173' +
      '73206f66202739393a204966204920636f756c64206f6666657220796f75206f' +
      '6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73' +
      '637265656e20776f756c642062652069742e',
    record:
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6' +
      '3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36' +
      '92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc' +
      '3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691',
  },
  // The packets of RFC 3610 8 have nonces of 13 bytes, which TLS does not use.
  'AES-128-CCM-8': {
    source: 'NIST SP 800-38C, example 3',
    key: '404142434445464748494a4b4c4d4e4f',
    nonce: '101112131415161718191a1b',
    aad: '000102030405060708090a0b0c0d0e0f10111213',
    text: '202122232425262728292a2b2c2d2e2f3031323334353637',
    record: 'e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951',
  },
}

const masksOf: Readonly<Record<string, MaskExample>> = {
  'AES-128-GCM': {
    source: 'RFC 9001 A.2',
    key: '9f50449e04a0e810283a1e9933adedd2',
    sample: 'd1b1c98dd7689fb8ec11d242b123dc9b',
    mask: '437b9aec36',
  },
  'ChaCha20-Poly1305': {
    source: 'RFC 9001 A.5',
    key: '25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4',
    sample: '5e5cd55c41f69080575d7999c25a5bfb',
    mask: 'aefefe7d03',
  },
}

function examples(aead: AeadAlgorithm): number {
  let count = 0
  const example = examplesOf[aead.name]
  if (example !== undefined) {
    const key = aead.create(bytes(example.key))
    const nonce = bytes(example.nonce)
    const aad = bytes(example.aad)
    const text = bytes(example.text)
    const record = sealed(key, aead.tagLength, nonce, aad, text)
    checkEqual(record, bytes(example.record), example.source)
    checkEqual(key.open(nonce, aad, record), text, example.source)
    count++
  }
  const mask = masksOf[aead.name]
  if (mask !== undefined) {
    const key = BufferLike.copy(bytes(mask.key))
    const maskOf = aead.headerMask(key)
    key.reclaim()
    const actual = maskOf(bytes(mask.sample))
    checkEqual(actual.subarray(0, 5), bytes(mask.mask), mask.source)
    count++
  }
  // A sample is whatever the peer sends: the largest block counter of ChaCha20 is among it (RFC 9001 5.4.4).
  const any = aead.headerMask(new Uint8Array(aead.keyLength))
  for (const octet of [0x00, 0x7f, 0xff]) {
    check(any(new Uint8Array(16).fill(octet)).length >= 5, 'a mask has at least 5 bytes')
    count++
  }
  return count
}
