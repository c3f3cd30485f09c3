/** Wycheproof's vectors for PBKDF2 and PBES2. */
import type { HashName } from '@sanstls/core'
import {
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
} from '@sanstls/core/der'
import { pbkdf2 } from '@sanstls/core/noble/password'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { WorkBudget } from '#src/password/limits.js'
import { readScheme } from '#src/password/scheme.js'
import { readVectors } from '../support/vectors.js'

interface Case {
  readonly tcId: number
  readonly password: string
  readonly salt: string
  readonly iterationCount: number
  readonly result: string
  readonly dkLen: number
  readonly dk: string
  readonly iv: string
  readonly msg: string
  readonly ct: string
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

function cases(file: string): readonly Case[] {
  const text = readVectors(`wycheproof/${file}_test.json`)
  if (text === undefined) return []
  const { testGroups } = JSON.parse(text) as { testGroups: { tests: Case[] }[] }
  return testGroups.flatMap(({ tests }) => tests)
}

// All of them take most of a minute.
const step = process.env.SANSTLS_RUNS === 'all' ? 1 : 8
// RFC 6070 has one of 16,777,216 iterations.
const maxIterations = step === 1 ? Number.POSITIVE_INFINITY : 1_000_000
if (step > 1) {
  console.log('SKIP 7 of 8 PBES2 vectors, and the longest of PBKDF2: set SANSTLS_RUNS=all')
}

const some = (file: string): readonly Case[] =>
  cases(file).filter((_, index) => index % step === 0)

for (const hash of ['sha1', 'sha256'] as const) {
  test(`PBKDF2 with HMAC-${hash}`, () => {
    for (const vector of cases(`pbkdf2_hmac${hash}`)) {
      const { tcId, password, salt, iterationCount, dkLen, dk } = vector
      if (iterationCount > maxIterations) continue
      const key = pbkdf2(hash, hex(password), hex(salt), iterationCount, dkLen)
      assert.equal(key, hex(dk), `case ${tcId}`)
      assert.is(vector.result, 'valid')
    }
  })
}

const hmacs: Readonly<Partial<Record<HashName, string>>> = {
  sha1: '1.2.840.113549.2.7',
  sha256: '1.2.840.113549.2.9',
  sha384: '1.2.840.113549.2.10',
  sha512: '1.2.840.113549.2.11',
}
const ciphers: Readonly<Record<number, string>> = {
  128: '2.16.840.1.101.3.4.1.2',
  192: '2.16.840.1.101.3.4.1.22',
  256: '2.16.840.1.101.3.4.1.42',
}

function algorithm(hmac: string, cipher: string, { salt, iterationCount, iv }: Case): Uint8Array {
  const derivation = encodeSequence(
    encodeObjectIdentifier('1.2.840.113549.1.5.12'),
    encodeSequence(
      encodeOctetString(hex(salt)),
      encodeInteger(iterationCount),
      encodeSequence(encodeObjectIdentifier(hmac), encodeNull()),
    ),
  )
  const encryption = encodeSequence(encodeObjectIdentifier(cipher), encodeOctetString(hex(iv)))
  return encodeSequence(
    encodeObjectIdentifier('1.2.840.113549.1.5.13'),
    encodeSequence(derivation, encryption),
  )
}

for (const [hash, hmac] of Object.entries(hmacs)) {
  for (const [bits, cipher] of Object.entries(ciphers)) {
    test(`PBES2 with HMAC-${hash} and AES-${bits}`, () => {
      for (const vector of some(`pbes2_hmac${hash}_aes_${bits}`)) {
        const scheme = readScheme(algorithm(hmac, cipher, vector), new WorkBudget({}))
        const [padded = new Uint8Array()] = scheme.decrypt(hex(vector.password), hex(vector.ct))
        const message = hex(vector.msg)
        const padding = 16 - (message.length % 16)
        const expected = Uint8Array.of(...message, ...new Array<number>(padding).fill(padding))
        assert.equal(padded, expected, `case ${vector.tcId}`)
        assert.is(vector.result, 'valid')
      }
    })
  }
}

test.run()
