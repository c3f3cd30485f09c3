/** NIST's Public Key Interoperability Test Suite: path validation. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import { createVerifier } from '#src/verifier.js'
import { testProvider } from '../support/provider.js'
import { readVectors } from '../support/vectors.js'

interface Case {
  readonly number: string
  readonly title: string
  readonly suite: string
  readonly certs: readonly string[]
  readonly shouldValidate: boolean
}

interface Pkits {
  readonly time: string
  readonly certs: Readonly<Record<string, string>>
  readonly tests: readonly Case[]
}

/** DSA is in no version of TLS that is offered here. */
const needDsa = ['4.1.4', '4.1.5']

/** Tests outside of the section on revocation whose only fault is a revoked certificate, or one in the CRL. */
const needRevocation = ['4.5.2', '4.5.5', '4.5.7', '4.7.4', '4.7.5']

/** What a test asks for that is not there yet. */
function unsupportedReason({ number, suite, shouldValidate }: Case): string | undefined {
  if (needDsa.includes(number)) return 'DSA'
  if (needRevocation.includes(number)) return 'revocation'
  // The valid ones have to validate without revocation as well.
  const isRevocation = suite === 'PkitsTest04BasicCertificateRevocationTests'
  return isRevocation && !shouldValidate ? 'revocation' : undefined
}

const text = readVectors('pki/pkits.json')
if (text !== undefined) {
  const pkits: Pkits = JSON.parse(text)
  const time = Date.parse(pkits.time)
  const der = (name: string): Uint8Array => {
    const encoded = pkits.certs[name]
    if (encoded === undefined) throw new Error(`no certificate ${name}`)
    return new Uint8Array(Buffer.from(encoded, 'base64'))
  }
  const run = ({ certs }: Case): string => {
    const [anchor = '', ...rest] = certs
    const anchors = [trustAnchor(der(anchor))]
    const verifier = createVerifier({ anchors, crypto: testProvider })
    const chain = rest.map(der).reverse()
    const result = verifier.verify({ chain, role: 'client', time })
    return result.ok ? 'ok' : result.fault.code
  }
  const counts = { passed: 0, unsupported: 0 }
  for (const item of pkits.tests) {
    const reason = unsupportedReason(item)
    if (reason !== undefined) {
      counts.unsupported += 1
      continue
    }
    test(item.title, () => {
      const result = run(item)
      assert.is(result === 'ok', item.shouldValidate, result)
      counts.passed += 1
    })
  }
  test.after(() => {
    console.log(`PKITS: ${counts.passed} passed, ${counts.unsupported} unsupported`)
  })
}

test.run()
