/** Wycheproof on DSA, which is opt-in for certificates. */
import { noble } from '@sanstls/core/noble'
import { parseSubjectPublicKey } from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dsa } from '#src/dsa.js'
import { readVectors } from '../support/vectors.js'

interface Group {
  readonly publicKeyDer: string
  readonly tests: readonly {
    readonly tcId: number
    readonly msg: string
    readonly sig: string
    readonly result: 'valid' | 'invalid' | 'acceptable'
  }[]
}

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const text = readVectors('wycheproof/dsa_2048_256_sha256_test.json')
if (text !== undefined) {
  const { testGroups }: { testGroups: readonly Group[] } = JSON.parse(text)
  test('every valid signature is accepted, and every other one refused', () => {
    const wrong: number[] = []
    for (const { publicKeyDer, tests } of testGroups) {
      const key = parseSubjectPublicKey(hex(publicKeyDer))
      const parameters = dsa.parameters(key)
      assert.ok(parameters)
      if (parameters === undefined) continue
      for (const { tcId, msg, sig, result } of tests) {
        const id = '2.16.840.1.101.3.4.3.2'
        const valid = dsa.verify(id, key, parameters, hex(msg), hex(sig), noble)
        // "acceptable" ones are encodings that are not DER: refused.
        if (valid !== (result === 'valid')) wrong.push(tcId)
      }
    }
    assert.equal(wrong, [])
  })
}

test.run()
