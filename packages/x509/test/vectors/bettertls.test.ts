/** BetterTLS (Netflix): path building, and name constraints. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import { referenceName } from '#src/identity.js'
import { createVerifier } from '#src/verifier.js'
import { testProvider } from '../support/provider.js'
import { readVectors } from '../support/vectors.js'

interface Case {
  readonly id: number
  readonly certificates: readonly string[]
  readonly hostname: string
  readonly requiredFeatures: readonly string[]
  readonly expected: 'ACCEPT' | 'REJECT'
  readonly failureIsWarning: boolean
}

interface BetterTls {
  readonly trustRoot: string
  readonly suites: Readonly<Record<string, { readonly testCases: readonly Case[] }>>
}

const text = readVectors('pki/bettertls.json.gz')
if (text !== undefined) {
  const data: BetterTls = JSON.parse(text)
  const decode = (encoded: string): Uint8Array => new Uint8Array(Buffer.from(encoded, 'base64'))
  const root = trustAnchor(decode(data.trustRoot))
  // The certificates are valid for a year from when they were made; a day later all are.
  const time = (root.certificate?.notBefore ?? 0) + 86_400_000 * 2
  const verifier = createVerifier({ anchors: [root], crypto: testProvider, cacheSize: 20_000 })
  for (const [suite, { testCases }] of Object.entries(data.suites)) {
    test(`BetterTLS ${suite}`, () => {
      const wrong: string[] = []
      let warnings = 0
      for (const { id, certificates, hostname, expected, failureIsWarning } of testCases) {
        const chain = certificates.map(decode)
        const name = referenceName(hostname)
        const result = verifier.verify({ chain, role: 'server', name, time })
        if (result.ok === (expected === 'ACCEPT')) continue
        if (failureIsWarning) warnings += 1
        else wrong.push(`${id}: expected ${expected}, ${result.ok ? 'ok' : result.fault.message}`)
      }
      const passed = testCases.length - wrong.length - warnings
      console.log(`BetterTLS ${suite}: ${passed} passed, ${warnings} optional ones did not`)
      assert.is(wrong.length, 0, wrong.slice(0, 10).join('\n'))
    })
  }
}

test.run()
