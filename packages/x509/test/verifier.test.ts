import { noble } from '@sanstls/core/noble'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor } from '#src/anchor.js'
import { matchesPin, pinText, spkiFingerprint } from '#src/pin.js'
import { createVerifier, verificationPolicy } from '#src/verifier.js'
import { makeCa, makeLeaf, makeRoot, now, verify } from './support/authority.js'
import { configure } from './support/property.js'
import { counter, hash256, testProvider } from './support/provider.js'

configure()

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca)
const anchors = [trustAnchor(root.certificate)]
const chain = [leaf.certificate.der, ca.certificate.der]
const name = { kind: 'DNS', value: 'www.example.com' } as const

test('a server needs a name, or the word that it needs none', () => {
  assert.is(verify([root], [leaf, ca], { name: undefined }), 'nameRequired')
  assert.is(verify([root], [leaf, ca], { name: 'unchecked' }), 'ok')
  assert.is(
    verify([root], [leaf, ca], { name: { kind: 'DNS', value: 'b.example' } }),
    'nameMismatch',
  )
  const client = makeLeaf(ca, { extendedKeyUsage: ['clientAuth'], subjectAltName: undefined })
  assert.is(verify([root], [client, ca], { name: undefined, role: 'client' }), 'ok')
})

test('an empty chain', () => assert.is(verify([root], []), 'emptyChain'))

test('faults name the certificate, the rule and the remedy', () => {
  const verifier = createVerifier({ anchors, crypto: testProvider })
  const time = ca.certificate.notAfter + 1000
  const late = makeLeaf(ca, { notAfter: time }).certificate.der
  const result = verifier.verify({ chain: [late, chain[1] ?? late], role: 'server', name, time })
  assert.not(result.ok)
  if (result.ok) return
  assert.equal([result.fault.code, result.fault.alert, result.fault.depth], ['expired', 45, 1])
  assert.is(result.fault.subject, 'CN=Intermediate,O=Test')
  const pattern =
    /^certificate 1 \(CN=Intermediate,O=Test\) was valid until 2026-07-01T12:00:00Z \(RFC 5280 4\.1\.2\.5\)\. Renew/
  assert.match(result.fault.message, pattern)
})

test('a malformed end-entity is refused; a malformed companion is ignored, unless it is missed', () => {
  const verifier = createVerifier({ anchors, crypto: testProvider })
  const run = (chain: readonly Uint8Array[]) => {
    const result = verifier.verify({ chain, role: 'server', name, time: now })
    return result.ok ? 'ok' : `${result.fault.code} ${result.fault.depth}`
  }
  const [first = new Uint8Array(0), second = new Uint8Array(0)] = chain
  const broken = Uint8Array.of(...second, 0)
  assert.is(run([Uint8Array.of(...first, 0), second]), 'malformedCertificate 0')
  assert.is(run([first, second, broken, new Uint8Array(0)]), 'ok')
  assert.is(run([first, broken]), 'malformedCertificate 1')
})

// PITFALLS 5
test('unknown options and parts of a request throw', () => {
  const options = { anchors, crypto: testProvider }
  assert.throws(
    () => createVerifier({ ...options, ca: 'x' } as never),
    /Unknown verifier option: ca/,
  )
  assert.throws(() => createVerifier({ ...options, limits: { x: 1 } } as never), /Unknown limit: x/)
  assert.throws(() => createVerifier({ ...options, minRsaBits: -1 }), TypeError)
  assert.throws(
    () => createVerifier({ ...options, limits: { maxPathLength: Number.NaN } }),
    TypeError,
  )
  assert.throws(() => createVerifier({ ...options, intermediates: [new Uint8Array(1)] }), /offset/)
  const verifier = createVerifier(options)
  const request = { chain, role: 'server', name, time: now } as const
  assert.throws(() => verifier.verify({ ...request, hostname: 'x' } as never), /hostname/)
  assert.throws(() => verifier.verify({ ...request, role: 'peer' } as never), /role/)
  assert.throws(() => verifier.verify({ ...request, name: 'www.example.com' } as never), /name/)
  assert.throws(() => verifier.verify({ ...request, time: 'now' } as never), /time/)
})

test('remembers signatures, but neither time, name nor purpose', () => {
  const verifier = createVerifier({ anchors, crypto: testProvider })
  const request = { chain, role: 'server', name, time: now } as const
  const code = (changes: object) => {
    const result = verifier.verify({ ...request, ...changes })
    return result.ok ? 'ok' : result.fault.code
  }
  const before = counter.verified
  assert.is(code({}), 'ok')
  assert.is(counter.verified - before, 2)
  assert.is(code({}), 'ok')
  assert.is(counter.verified - before, 2)
  assert.is(code({ time: now + 1e12 }), 'expired')
  assert.is(code({ role: 'client' }), 'extendedKeyUsage')
  assert.is(code({ name: { kind: 'DNS', value: 'b.example' } }), 'nameMismatch')
  assert.is(code({ requiredKeyUsage: 'keyAgreement' }), 'keyUsage')
})

test('the cache is bounded, and can be left out', () => {
  const one = createVerifier({ anchors, crypto: testProvider, cacheSize: 1 })
  const none = createVerifier({ anchors, crypto: testProvider, cacheSize: 0 })
  const count = (verifier: typeof one) => {
    const before = counter.verified
    assert.ok(verifier.verify({ chain, role: 'server', name, time: now }).ok)
    return counter.verified - before
  }
  assert.equal([count(one), count(one)], [2, 2])
  assert.equal([count(none), count(none)], [2, 2])
})

test('bad signatures are not remembered as good', () => {
  const impostor = makeRoot('Root', { key: leaf.key })
  const verifier = createVerifier({ anchors, crypto: testProvider })
  const forged = makeLeaf(impostor).certificate.der
  for (let round = 0; round < 3; round++) {
    const result = verifier.verify({ chain: [forged], role: 'server', name, time: now })
    assert.is(result.ok ? 'ok' : result.fault.code, 'badSignature')
  }
})

test('is a policy for connections', () => {
  const policy = verificationPolicy(createVerifier({ anchors, crypto: testProvider }))
  const question = {
    kind: 'verify',
    role: 'server',
    chain,
    name: 'www.example.com',
    requiredKeyUsage: 'digitalSignature',
    staple: undefined,
    scts: [],
    certificateSignatureSchemes: [],
    time: now,
  } as const
  const answer = policy(question)
  assert.ok(answer.ok)
  if (!answer.ok) return
  assert.equal(answer.publicKey, leaf.key.publicKey.spki)
  assert.is(answer.expires, leaf.certificate.notAfter + 999)
  assert.ok(policy({ ...question, name: undefined }).ok)
  const refusal = policy({ ...question, name: '192.0.2.1' })
  assert.equal(refusal.ok ? '' : [refusal.code, refusal.alert], ['nameMismatch', 42])
})

test('pins a key', () => {
  const { publicKey } = leaf.key
  const pin = spkiFingerprint(publicKey, hash256)
  assert.equal(spkiFingerprint(leaf.certificate, hash256), pin)
  assert.is(pinText(publicKey, hash256), `sha256/${Buffer.from(pin).toString('base64')}`)
  assert.ok(matchesPin(publicKey, [new Uint8Array(32), pin], hash256))
  assert.not(matchesPin(publicKey, [new Uint8Array(32), pin.subarray(1)], hash256))
  assert.not(matchesPin(publicKey, [], hash256))
})

test('verifies with noble as well', () => {
  const verifier = createVerifier({ anchors, crypto: noble })
  assert.ok(verifier.verify({ chain, role: 'server', name, time: now }).ok)
  const forged = makeLeaf(makeRoot('Root', { key: leaf.key })).certificate.der
  assert.not(verifier.verify({ chain: [forged], role: 'server', name, time: now }).ok)
})

// Any octet of any certificate may change: it never throws, and never verifies.
test('whatever is altered in a chain, it is refused', () => {
  const verifier = createVerifier({ anchors, crypto: testProvider, cacheSize: 0 })
  fc.assert(
    fc.property(fc.nat(1), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, difference) => {
      const altered = chain.map((der) => der.slice())
      const der = altered[which]
      if (der === undefined) return
      const index = at % der.length
      der[index] = (der[index] ?? 0) ^ difference
      assert.not(verifier.verify({ chain: altered, role: 'server', name, time: now }).ok)
    }),
    { numRuns: 2000 },
  )
})

test('any bytes for a chain are refused without throwing', () => {
  const verifier = createVerifier({ anchors, crypto: testProvider })
  const bytes = fc.uint8Array({ maxLength: 64 })
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 3 }), (chain) => {
      assert.not(verifier.verify({ chain, role: 'server', name, time: now }).ok)
    }),
  )
})

test.run()
