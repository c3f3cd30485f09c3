// The PRF of TLS 1.2 (RFC 5246 section 5) against published vectors.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hex, latin1 } from '#src/bytes.js'
import type { HashAlgorithm } from '#src/crypto/provider.js'
import { noble } from '#src/noble.js'
import { prf } from '#src/schedule/tls12.js'
import { demand } from '../support/connect.js'
import { fromHex, readVectors } from '../support/vectors.js'

interface Vector {
  readonly hash: string
  readonly fields: Readonly<Record<string, string>>
}

/** Those of TLS 1.2; the file has others, of the PRF before it. */
function parse(text: string): readonly Vector[] {
  const vectors: Vector[] = []
  let section = ''
  for (const block of text.split(/\n\s*\n/)) {
    const fields: Record<string, string> = {}
    for (const line of block.split('\n')) {
      const head = line.match(/^\[(.+)\]$/)
      const field = line.match(/^(\w+) *= *([0-9A-Fa-f]*) *$/)
      if (head !== null) section = head[1] ?? ''
      else if (field !== null) fields[field[1] ?? ''] = field[2] ?? ''
    }
    const hash = section.match(/^TLS-12-PRF\(HMAC\((.+)\)\)$/)?.[1]
    if (hash !== undefined && fields.Output !== undefined) vectors.push({ hash, fields })
  }
  return vectors
}

const file = readVectors('tls/tls_prf.vec')
const vectors = file === undefined ? [] : parse(Buffer.from(file).toString('utf8'))

for (const { hash, fields } of vectors) {
  const name = hash.replace('-', '').toLowerCase()
  const algorithm = noble.hashes.find((known) => known.name === name)
  if (algorithm === undefined) {
    console.log(`SKIP the PRF with ${hash}: no such hash in the provider`)
    continue
  }
  test(`the PRF with ${hash}`, () => check(algorithm, fields))
}

function check(algorithm: HashAlgorithm, fields: Vector['fields']): void {
  const { Secret: secret = '', Label: label = '', Salt: seed = '', Output: output = '' } = fields
  const length = output.length / 2
  const made = prf(algorithm, fromHex(secret), latin1(fromHex(label)), fromHex(seed), length)
  assert.is(hex(made), output.toLowerCase())
}

test('a length is cut off, and none is none', () => {
  const sha256 = demand(noble.hashes.find(({ name }) => name === 'sha256'))
  const [secret, seed] = [Uint8Array.of(1), Uint8Array.of(2)]
  const long = prf(sha256, secret, 'label', seed, 100)
  for (const length of [0, 1, 31, 32, 33, 64, 99])
    assert.equal(prf(sha256, secret, 'label', seed, length), long.subarray(0, length))
})

test.run()
