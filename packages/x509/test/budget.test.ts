/** PITFALLS 14: however many paths there are, the work is bounded and the fault says so. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import { createVerifier } from '#src/verifier.js'
import { type Entity, makeCa, makeLeaf, makeRoot, now, verify } from './support/authority.js'
import { counter, ecKey, testProvider } from './support/provider.js'

const root = makeRoot()

test('certificates that issue each other: bounded, with a clear fault', () => {
  const names = Array.from({ length: 9 }, (_, index) => `Mesh ${index}`)
  const members = names.map((name) => makeRoot(name))
  const mesh = members.flatMap((issuer) =>
    names.flatMap((name) => (ecKey(name) === issuer.key ? [] : [makeCa(issuer, name)])),
  )
  const last = members[0]
  assert.ok(last)
  if (last === undefined) return
  const chain = [makeLeaf(last), ...mesh]
  const before = counter.verified
  const started = performance.now()
  assert.is(verify([root], chain), 'budgetExceeded')
  assert.ok(counter.verified - before <= 100)
  assert.ok(performance.now() - started < 2000)
  // One of them is signed by the anchor: found, for all the others.
  const bridge = makeCa(root, 'Mesh 5')
  assert.is(verify([root], [...chain, bridge]), 'ok')
})
// The measure: 50 certificates that certify each other in every way.
test('a mesh of 50 certificates: answered within 100 signature checks', () => {
  const names = Array.from({ length: 8 }, (_, index) => `Worst ${index}`)
  const pairs = names.flatMap((issuer) =>
    names.filter((subject) => subject !== issuer).map((subject) => ({ issuer, subject })),
  )
  const entities = new Map(names.map((name) => [name, makeRoot(name, { key: ecKey(name) })]))
  const mesh = pairs.slice(0, 50).flatMap(({ issuer, subject }) => {
    const by = entities.get(issuer)
    return by === undefined ? [] : [makeCa(by, subject, { key: ecKey(subject) })]
  })
  assert.is(mesh.length, 50)
  const [first = root] = entities.values()
  const before = counter.verified
  const started = performance.now()
  const lost = verify([root], [makeLeaf(first), ...mesh])
  assert.ok(lost === 'budgetExceeded' || lost === 'unknownIssuer', lost)
  assert.ok(counter.verified - before <= 100)
  assert.ok(performance.now() - started < 2000)
  // One of the 50 is certified by the anchor.
  const bridge = makeCa(root, 'Worst 7', { key: ecKey('Worst 7') })
  const again = counter.verified
  assert.is(verify([root], [makeLeaf(first), ...mesh.slice(1), bridge]), 'ok')
  assert.ok(counter.verified - again <= 100)
})
test('two authorities that issue each other are no more than an unknown issuer', () => {
  const a = makeRoot('A')
  const b = makeRoot('B')
  const chain = [makeLeaf(a), makeCa(b, 'A'), makeCa(a, 'B')]
  const before = counter.verified
  assert.is(verify([root], chain), 'unknownIssuer')
  assert.ok(counter.verified - before < 5)
})
test('many issuers of one name: bounded', () => {
  const decoys = Array.from({ length: 101 }, (_, index) =>
    makeCa(root, 'Intermediate', { key: ecKey(`decoy ${index}`), identifierHash: undefined }),
  )
  const lost = makeLeaf(makeRoot('Intermediate', { identifierHash: undefined }))
  assert.is(verify([root], [lost, ...decoys]), 'budgetExceeded')
  assert.is(verify([root], [lost, ...decoys.slice(0, 100)]), 'badSignature')
  const limits = { maxSignatureChecks: 9 }
  assert.is(verify([root], [lost, ...decoys.slice(0, 9)], {}, { limits }), 'badSignature')
  assert.is(verify([root], [lost, ...decoys.slice(0, 10)], {}, { limits }), 'budgetExceeded')
  const options = {
    crypto: testProvider,
    profile: 'rfc5280',
    limits: { maxSignatureChecks: 0 },
  } as const
  const verifier = createVerifier({ anchors: [trustAnchor(root.certificate)], ...options })
  const chain = [lost, ...decoys].map(({ certificate }) => certificate.der)
  const before = counter.verified
  const result = verifier.verify({ chain, role: 'server', name: 'unchecked', time: now })
  assert.is(counter.verified, before)
  // No certificate is to blame.
  assert.match(result.ok ? '' : result.fault.message, /^No valid path was found within 0 signature/)
})
test('key identifiers find the right one of many issuers at once', () => {
  const many = Array.from({ length: 20 }, (_, index) =>
    makeCa(root, 'Intermediate', { key: ecKey(`decoy ${index}`) }),
  )
  const right = many[17]
  assert.ok(right)
  if (right === undefined) return
  const before = counter.verified
  assert.is(verify([root], [makeLeaf(right), ...many]), 'ok')
  assert.is(counter.verified - before, 2)
})
test('paths have a longest length', () => {
  let issuer = root
  const chain: Entity[] = []
  for (let depth = 0; depth < 9; depth++) {
    issuer = makeCa(issuer, `Level ${depth}`)
    chain.unshift(issuer)
  }
  assert.is(verify([root], [makeLeaf(issuer), ...chain]), 'ok')
  const one = makeCa(issuer, 'One more')
  assert.is(verify([root], [makeLeaf(one), one, ...chain]), 'pathTooLong')
})
test('a name with many constraints: bounded', () => {
  const dns = Array.from({ length: 600 }, (_, index) => `n${index}.example.com`)
  const limited = makeCa(root, 'Intermediate', { nameConstraints: { permitted: { dns } } })
  const wide = makeLeaf(limited, { subjectAltName: { dns: ['www.example.com', ...dns] } })
  assert.is(verify([root], [wide, limited]), 'nameConstraint')
  const one = makeCa(root, 'Intermediate', { nameConstraints: { excluded: { dns } } })
  const names = dns.map((name) => `x.${name}.org`)
  const wider = makeLeaf(one, { subjectAltName: { dns: ['www.example.com', ...names] } })
  assert.is(verify([root], [wider, one]), 'budgetExceeded')
  const raised = { limits: { maxNameComparisons: 1_000_000 } }
  assert.is(verify([root], [wider, one], {}, raised), 'ok')
})
test.run()
