/** Certificate policies (RFC 5280 6.1, RFC 9618). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import {
  inhibitAnyPolicyExtension as inhibitAny,
  policyConstraintsExtension as limits,
  certificatePoliciesExtension as policies,
  policyMappingsExtension,
} from '#src/issue/policy-extension.js'
import { anyPolicy, type PolicyInputs } from '#src/rules/policy.js'
import { createVerifier } from '#src/verifier.js'
import { type Entity, makeCa, makeLeaf, makeRoot, now, verify } from '../support/authority.js'
import { ecKey, testProvider } from '../support/provider.js'

const root = makeRoot()
const gold = '1.2.3.1'
const silver = '1.2.3.2'
const explicit: PolicyInputs = { requireExplicitPolicy: true }
const maps = (...pairs: readonly (readonly [string, string])[]): Uint8Array =>
  policyMappingsExtension(
    pairs.map(([issuerDomainPolicy, subjectDomainPolicy]) => ({
      issuerDomainPolicy,
      subjectDomainPolicy,
    })),
  )

/** Issues a path with these extensions, the authority next to the anchor first and the end-entity last. */
function issue(...levels: readonly (readonly Uint8Array[])[]): Entity[] {
  let issuer = root
  const chain: Entity[] = []
  for (const [index, extensions] of levels.entries()) {
    const isLeaf = index === levels.length - 1
    issuer = isLeaf
      ? makeLeaf(issuer, { extensions })
      : makeCa(issuer, `CA ${index}`, { extensions, key: ecKey(`CA ${index}`) })
    chain.unshift(issuer)
  }
  return chain
}
const check = (chain: readonly Entity[], inputs: PolicyInputs = {}): string =>
  verify([root], chain, {}, { policies: inputs })

test('without a demand every policy will do, and none', () => {
  assert.is(check(issue([], [])), 'ok')
  assert.is(check(issue([policies([gold], true)], [policies([silver])])), 'ok')
})
test('an explicit policy has to be asserted by every certificate', () => {
  assert.is(check(issue([policies([gold])], [policies([gold])]), explicit), 'ok')
  assert.is(check(issue([policies([gold])], [policies([silver])]), explicit), 'noValidPolicy')
  assert.is(check(issue([], [policies([gold])]), explicit), 'noValidPolicy')
  assert.is(check(issue([policies([gold])], []), explicit), 'noValidPolicy')
})
test('one of the acceptable policies has to be valid', () => {
  const chain = issue([policies([gold, silver])], [policies([gold])])
  assert.is(check(chain, { ...explicit, acceptablePolicies: [gold] }), 'ok')
  assert.is(check(chain, { ...explicit, acceptablePolicies: [silver] }), 'noValidPolicy')
  assert.is(check(chain, { ...explicit, acceptablePolicies: [silver, anyPolicy] }), 'ok')
  // Without an explicit policy being required, the acceptable ones only choose what is told.
  assert.is(check(chain, { acceptablePolicies: [silver] }), 'ok')
})
test('certificates require an explicit policy, at once or further down', () => {
  assert.is(check(issue([], [limits({ requireExplicitPolicy: 0 })])), 'noValidPolicy')
  assert.is(check(issue([limits({ requireExplicitPolicy: 0 })], [], [])), 'noValidPolicy')
  assert.is(check(issue([limits({ requireExplicitPolicy: 2 })], [], [])), 'noValidPolicy')
  assert.is(check(issue([limits({ requireExplicitPolicy: 3 })], [], [])), 'ok')
})
test('anyPolicy stands for every policy, until it is inhibited', () => {
  const chain = issue([policies([anyPolicy])], [policies([gold])])
  assert.is(check(chain, { ...explicit, acceptablePolicies: [gold] }), 'ok')
  assert.is(check(chain, { ...explicit, inhibitAnyPolicy: true }), 'noValidPolicy')
  const below = issue([policies([gold]), inhibitAny(0)], [policies([anyPolicy])])
  assert.is(check(below, explicit), 'noValidPolicy')
  const later = issue([policies([gold]), inhibitAny(1)], [policies([anyPolicy])])
  assert.is(check(later, explicit), 'ok')
})
test('policies are mapped, unless mapping is inhibited', () => {
  const chain = issue([policies([gold]), maps([gold, silver])], [policies([silver])])
  assert.is(check(chain, { ...explicit, acceptablePolicies: [gold] }), 'ok')
  assert.is(check(chain, { ...explicit, acceptablePolicies: [silver] }), 'noValidPolicy')
  assert.is(check(chain, { ...explicit, inhibitPolicyMapping: true }), 'noValidPolicy')
  const inhibited = issue(
    [policies([gold]), limits({ inhibitPolicyMapping: 0 })],
    [policies([gold]), maps([gold, silver])],
    [policies([silver])],
  )
  assert.is(check(inhibited, explicit), 'noValidPolicy')
})
test('anyPolicy is mapped neither from nor to', () => {
  assert.is(check(issue([policies([gold]), maps([gold, anyPolicy])], [])), 'policyMapping')
  assert.is(check(issue([policies([gold]), maps([anyPolicy, gold])], [])), 'policyMapping')
})
test('tells for which policies the path is valid', () => {
  const verifier = createVerifier({
    anchors: [trustAnchor(root.certificate)],
    crypto: testProvider,
    profile: 'rfc5280',
  })
  const told = (chain: readonly Entity[]): readonly string[] => {
    const der = chain.map(({ certificate }) => certificate.der)
    const result = verifier.verify({ chain: der, role: 'server', name: 'unchecked', time: now })
    return result.ok ? result.policies : ['failed']
  }
  assert.equal(told(issue([policies([gold, silver])], [policies([gold])])), [gold])
  assert.equal(told(issue([policies([gold]), maps([gold, silver])], [policies([silver])])), [gold])
  assert.equal(told(issue([policies([anyPolicy])], [policies([anyPolicy])])), [anyPolicy])
  assert.equal(told(issue([], [policies([gold])])), [])
})
test('an anchor may be trusted for some policies only', () => {
  const anchors = [trustAnchor(root.certificate, { acceptablePolicies: [gold] })]
  const verifier = createVerifier({ anchors, crypto: testProvider, profile: 'rfc5280' })
  const run = (policy: string): string => {
    const chain = issue([policies([policy])], [policies([policy])])
    const der = chain.map(({ certificate }) => certificate.der)
    const result = verifier.verify({ chain: der, role: 'server', name: 'unchecked', time: now })
    return result.ok ? 'ok' : result.fault.code
  }
  assert.is(run(gold), 'ok')
  assert.is(run(silver), 'noValidPolicy')
})
// RFC 9618 section 1: the tree of RFC 5280 would have grown by a factor of 20 with each authority.
test('many policies mapped to all others at every level: answered at once', () => {
  const names = Array.from({ length: 20 }, (_, index) => `1.2.4.${index + 1}`)
  const all = maps(...names.flatMap((from) => names.map((to) => [from, to] as const)))
  const level = [policies(names), all]
  const chain = issue(level, level, level, level, level, level, level, [policies(names)])
  const started = performance.now()
  assert.is(check(chain, explicit), 'ok')
  assert.ok(performance.now() - started < 500)
})

test.run()
