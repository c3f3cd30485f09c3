/** What ends a path, and what the configuration demands of it. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AnchorConstraints, trustAnchor, trustAnchorFromKey } from '#src/anchor.js'
import { purposes } from '#src/purpose.js'
import { createVerifier, type VerifierOptions } from '#src/verifier.js'
import { type Entity, makeCa, makeLeaf, makeRoot, now } from './support/authority.js'
import { rsaKey, testProvider } from './support/provider.js'

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca)

function check(
  anchors: VerifierOptions['anchors'],
  chain: readonly Entity[],
  options: Partial<VerifierOptions> = {},
): string {
  const verifier = createVerifier({ anchors, crypto: testProvider, profile: 'rfc5280', ...options })
  const result = verifier.verify({
    chain: chain.map(({ certificate }) => certificate.der),
    role: 'server',
    name: { kind: 'DNS', value: 'www.example.com' },
    time: now,
  })
  return result.ok ? 'ok' : result.fault.code
}

test('an intermediate is an anchor, unless only roots are', () => {
  const anchors = [trustAnchor(ca.certificate)]
  assert.is(check(anchors, [leaf]), 'ok')
  assert.is(check(anchors, [leaf], { partialChain: false }), 'noAnchors')
  const both = [...anchors, trustAnchor(root.certificate)]
  assert.is(check(both, [leaf], { partialChain: false }), 'unknownIssuer')
  assert.is(check(both, [leaf, ca], { partialChain: false }), 'ok')
})
test('an anchor may be constrained by the configuration', () => {
  const constrained = (constraints: AnchorConstraints, chain: readonly Entity[] = [leaf, ca]) => [
    check([trustAnchor(root.certificate, constraints)], chain),
    check(
      [trustAnchorFromKey(root.certificate.subjectDer, root.key.publicKey.spki, constraints)],
      chain,
    ),
  ]
  assert.equal(constrained({}), ['ok', 'ok'])
  assert.equal(constrained({ pathLength: 1 }), ['ok', 'ok'])
  assert.equal(constrained({ pathLength: 0 }), ['pathLengthExceeded', 'pathLengthExceeded'])
  const purpose = (id: string) => constrained({ extendedKeyUsage: [id] })
  assert.equal(purpose(purposes.serverAuth), ['ok', 'ok'])
  assert.equal(purpose(purposes.emailProtection), ['extendedKeyUsage', 'extendedKeyUsage'])
  const names = (value: string) =>
    constrained({ nameConstraints: { permitted: [{ kind: 'dns', value }], excluded: [] } })
  assert.equal(names('example.com'), ['ok', 'ok'])
  assert.equal(names('example.org'), ['nameConstraint', 'nameConstraint'])
})
test('signature algorithms may be limited', () => {
  const anchors = [trustAnchor(root.certificate)]
  const only = (...signatureAlgorithms: ('ecdsa_sha256' | 'rsa_pkcs1_sha256')[]) => ({
    signatureAlgorithms,
  })
  assert.is(check(anchors, [leaf, ca], only('ecdsa_sha256')), 'ok')
  assert.is(check(anchors, [leaf, ca], only('rsa_pkcs1_sha256')), 'signatureAlgorithmNotAllowed')
  const mixed = makeCa(root, 'RSA', { key: rsaKey('mixed') })
  const below = makeLeaf(mixed, { algorithm: 'rsa_pkcs1_sha256' })
  assert.is(check(anchors, [below, mixed], only('ecdsa_sha256')), 'signatureAlgorithmNotAllowed')
  assert.is(check(anchors, [below, mixed], only('ecdsa_sha256', 'rsa_pkcs1_sha256')), 'ok')
})
test('options that are none throw', () => {
  const make = (options: object) => () =>
    createVerifier({ anchors: [], crypto: testProvider, ...options })
  assert.throws(make({ profile: 'browser' }), /profile/)
  assert.throws(make({ revocation: { mode: 'sometimes' } }), /mode/)
  assert.throws(make({ maxFetches: -1 }), /maxFetches/)
  assert.throws(make({ strict: true }), /Unknown/)
})

test.run()
