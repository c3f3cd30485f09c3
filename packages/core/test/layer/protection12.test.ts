// Records of TLS 1.2 under an AEAD, against node:crypto, to which nonces and additional data are told once more.
import { type CipherGCMTypes, createCipheriv } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import type { AeadRecords } from '#src/crypto/provider.js'
import { Protection12 } from '#src/layer/protection12.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { seededRandom } from '#src/testing.js'
import { demand, text } from '../support/connect.js'

const none = new Uint8Array(0)
const applicationData = 23
/** Numbers of which each byte shows, and the ends of the range. */
const sequences = [0, 1, 0xff, 0x0102_0304_0506, Number.MAX_SAFE_INTEGER]

function numbered(sequence: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(sequence))
  return bytes
}

function recordsOf(name: string): AeadRecords {
  const { records } = demand(nobleTls12.suites12?.find((suite) => suite.name === name))
  if (records.kind !== 'aead') throw new TypeError(`${name} has no AEAD`)
  return records
}

/** What node:crypto makes of it. */
function expected(
  cipher: string,
  key: Uint8Array,
  nonce: Uint8Array,
  sequence: number,
  content: Uint8Array,
): Uint8Array {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(content.length)
  // RFC 5246 6.2.3.3: seq_num, type, version, length of what is protected.
  const additional = concat(numbered(sequence), Uint8Array.of(applicationData, 3, 3), length)
  const options = { authTagLength: 16 }
  const sealing = createCipheriv(cipher as CipherGCMTypes, key, nonce, options)
  sealing.setAAD(additional, { plaintextLength: content.length } as never)
  return concat(sealing.update(content), sealing.final(), sealing.getAuthTag())
}

for (const [name, cipher, ivLength] of [
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'aes-128-gcm', 4],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'aes-256-gcm', 4],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'chacha20-poly1305', 12],
] as const)
  test(`${name}: records are those of another implementation`, () => {
    const records = recordsOf(name)
    const random = seededRandom(name)
    const key = random(records.aead.keyLength)
    const iv = random(ivLength)
    for (const sequence of sequences)
      for (const content of [none, text('x'), random(1_000)]) {
        const protection = new Protection12(records, key.slice(), iv.slice())
        const explicit = ivLength === 4 ? numbered(sequence) : none
        const nonce =
          ivLength === 4
            ? concat(iv, explicit) // RFC 5288 section 3.
            : concat(Buffer.alloc(4), numbered(sequence)).map((byte, i) => byte ^ (iv[i] ?? 0)) // RFC 7905 section 2.
        const record = concat(explicit, expected(cipher, key, nonce, sequence, content))
        const sealed = new Uint8Array(protection.sealedLength(content.length))
        protection.seal(sequence, applicationData, content, 0, none, sealed, 0)
        assert.is(hex(sealed), hex(record), `${sequence}`)
        const opened = protection.open(sequence, applicationData, none, record)
        assert.equal(opened, { type: applicationData, content })
        assert.is(protection.open(sequence + 1, applicationData, none, record), undefined)
        assert.is(protection.open(sequence, 22, none, record), undefined)
      }
  })

test('any explicit nonce is taken: it is the sender’s own (RFC 5288 section 3)', () => {
  const records = recordsOf('TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')
  const random = seededRandom('nonce')
  const [key, iv, explicit, content] = [random(16), random(4), random(8), random(50)]
  const record = concat(explicit, expected('aes-128-gcm', key, concat(iv, explicit), 7, content))
  const protection = new Protection12(records, key, iv)
  assert.equal(protection.open(7, applicationData, none, record)?.content, content)
})

test('a fragment that is too short for nonce and tag is none', () => {
  for (const name of [
    'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  ]) {
    const records = recordsOf(name)
    const iv = new Uint8Array(records.nonce === 'explicit' ? 4 : 12)
    const protection = new Protection12(records, new Uint8Array(records.aead.keyLength), iv)
    for (let length = 0; length < protection.sealedLength(0); length++)
      assert.is(protection.open(0, applicationData, none, new Uint8Array(length)), undefined)
  }
})

test('what is wiped is the key and its part of the nonce', () => {
  const records = recordsOf('TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256')
  const iv = new Uint8Array(12).fill(1)
  const protection = new Protection12(records, new Uint8Array(32).fill(2), iv)
  protection.wipe()
  assert.equal(iv, new Uint8Array(12))
})

test.run()
