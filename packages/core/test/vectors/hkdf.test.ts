// HKDF against the vectors of RFC 5869 and others.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hex } from '#src/bytes.js'
import type { HashAlgorithm } from '#src/crypto/provider.js'
import { noble } from '#src/noble.js'
import { hkdfExpand, hkdfExtract } from '#src/schedule/hkdf.js'
import { demand } from '../support/connect.js'
import { fromHex, readVectors } from '../support/vectors.js'

interface Vector {
  readonly step: string
  readonly hash: string
  readonly fields: Readonly<Record<string, string>>
}

function parse(text: string): readonly Vector[] {
  const vectors: Vector[] = []
  let [step, hash] = ['', '']
  for (const block of text.split(/\n\s*\n/)) {
    const fields: Record<string, string> = {}
    for (const line of block.split('\n')) {
      const section = line.match(/^\[(HKDF[-\w]*)\(HMAC\((.+)\)\)\]$/)
      const field = line.match(/^(\w+) *= *([0-9A-Fa-f]*)$/)
      if (section !== null) [, step = '', hash = ''] = section
      else if (field !== null) fields[field[1] ?? ''] = field[2] ?? ''
    }
    if (fields.Output !== undefined) vectors.push({ step, hash, fields })
  }
  return vectors
}

const file = readVectors('tls/hkdf.vec')
const vectors = file === undefined ? [] : parse(Buffer.from(file).toString('utf8'))

for (const name of new Set(vectors.map(({ hash }) => hash))) {
  const algorithm = noble.hashes.find((hash) => hash.name === name.replace('-', '').toLowerCase())
  if (algorithm === undefined) {
    console.log(`SKIP HKDF with ${name}: no such hash in the provider`)
    continue
  }
  const own = vectors.filter(({ hash }) => hash === name)
  test(`HKDF with ${name}: ${own.length} vectors`, () => {
    for (const vector of own) check(algorithm, vector)
  })
}

function check(hash: HashAlgorithm, { step, fields }: Vector): void {
  const { Output: output = '', Salt: salt = '', Secret: secret = '', Label: label = '' } = fields
  const length = output.length / 2
  const derived = () => {
    if (step === 'HKDF-Extract') return hkdfExtract(hash, fromHex(salt), fromHex(secret))
    // The file has the info of this step as its salt.
    if (step === 'HKDF-Expand') return hkdfExpand(hash, fromHex(secret), fromHex(salt), length)
    // RFC 5869 2.2: an absent salt is a string of zeros, which HMAC cannot tell from an empty one.
    const key = hkdfExtract(hash, fromHex(salt), fromHex(secret))
    return hkdfExpand(hash, key, fromHex(label), length)
  }
  assert.is(hex(derived()), output.toLowerCase())
}

test('more than 255 blocks is a RangeError', () => {
  const hash = demand(noble.hashes[0])
  assert.throws(() => hkdfExpand(hash, new Uint8Array(32), new Uint8Array(0), 255 * 32 + 1))
})

test.run()
