/** NIST's Public Key Interoperability Test Suite: path validation, policies and revocation. Every refusal has to name the rule. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import { dsa } from '#src/dsa.js'
import { createVerifier } from '#src/verifier.js'
import { testProvider } from '../support/provider.js'
import { readVectors } from '../support/vectors.js'

interface Case {
  readonly number: string
  readonly title: string
  readonly suite: string
  readonly certs: readonly string[]
  readonly crls: readonly string[]
  readonly initialPolicySet: readonly string[]
  readonly initialExplicitPolicy: boolean
  readonly initialPolicyMappingInhibit: boolean
  readonly initialInhibitAnyPolicy: boolean
  readonly shouldValidate: boolean
}

interface Pkits {
  readonly time: string
  readonly policyOids: Readonly<Record<string, string>>
  readonly certs: Readonly<Record<string, string>>
  readonly crls: Readonly<Record<string, string>>
  readonly tests: readonly Case[]
}

/** Which codes name the rule that a section, or a test of it, is about. */
const bySection: Readonly<Record<string, RegExp>> = {
  '4.1': /^badSignature$/,
  '4.2': /^(expired|notYetValid)$/,
  '4.3': /^unknownIssuer$/,
  '4.4': /^revoked$/,
  '4.5': /^revoked$/,
  '4.6': /^pathLengthExceeded$/,
  '4.7': /^keyUsage$/,
  '4.13': /^nameConstraint$/,
  '4.16': /^unknownCriticalExtension$/,
}
const byNumber: Readonly<Record<string, RegExp>> = {
  '4.4.1': /^revocationUnknown$/,
  '4.4.4': /^crlSignature$/,
  '4.4.5': /^revocationUnknown$/,
  '4.4.6': /^revocationUnknown$/,
  '4.4.8': /^crlUnknownCriticalExtension$/,
  '4.4.9': /^crlUnknownCriticalExtension$/,
  '4.4.10': /^crlUnknownCriticalExtension$/,
  '4.4.11': /^crlExpired$/,
  '4.4.12': /^crlExpired$/,
  '4.4.21': /^crlIssuer$/,
  '4.5.8': /^(keyUsage|notACa)$/,
  '4.6.1': /^notACa$/,
  '4.6.2': /^notACa$/,
  '4.6.3': /^notACa$/,
  '4.7.4': /^crlKeyUsage$/,
  '4.7.5': /^crlKeyUsage$/,
}

const text = readVectors('pki/pkits.json')
if (text !== undefined) {
  const pkits: Pkits = JSON.parse(text)
  const time = Date.parse(pkits.time)
  const decode = (encoded: string | undefined): Uint8Array => {
    if (encoded === undefined) throw new Error('PKITS names a certificate or a CRL that is not there')
    return new Uint8Array(Buffer.from(encoded, 'base64'))
  }
  const policyId = (name: string): string => pkits.policyOids[name] ?? name
  const run = (item: Case): string => {
    const [anchor = '', ...rest] = item.certs
    const verifier = createVerifier({
      anchors: [trustAnchor(decode(pkits.certs[anchor]))],
      crypto: testProvider,
      extraSignatures: [dsa],
      revocation: { mode: 'all', crls: item.crls.map((name) => decode(pkits.crls[name])) },
      policies: {
        acceptablePolicies: item.initialPolicySet.map(policyId),
        requireExplicitPolicy: item.initialExplicitPolicy,
        inhibitPolicyMapping: item.initialPolicyMappingInhibit,
        inhibitAnyPolicy: item.initialInhibitAnyPolicy,
      },
    })
    const chain = rest.map((name) => decode(pkits.certs[name])).reverse()
    const result = verifier.verify({ chain, role: 'client', time })
    return result.ok ? 'ok' : result.fault.code
  }
  let passed = 0
  for (const item of pkits.tests) {
    test(item.title, () => {
      const { number, shouldValidate } = item
      const section = number.slice(0, number.lastIndexOf('.'))
      const expected = shouldValidate ? /^ok$/ : (byNumber[number] ?? bySection[section])
      assert.match(run(item), expected ?? /^never$/)
      passed += 1
    })
  }
  test.after(() => {
    console.log(`PKITS: ${passed} of ${pkits.tests.length} passed`)
  })
}

test.run()
