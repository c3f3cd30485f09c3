/** Path building and validation: PITFALLS 4, 6, 11 to 13, 17, 48, and every rule just below and just above its limit. */
import {
  encodeBitString,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
  parseSubjectPublicKey,
} from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trustAnchor, trustAnchorFromKey } from '#src/anchor.js'
import { encodeExtension } from '#src/issue/extension.js'
import { createVerifier } from '#src/verifier.js'
import { day, type Entity, makeCa, makeLeaf, makeRoot, now, verify } from './support/authority.js'
import { counter, ecKey, ed25519Key, rsaKey, testProvider } from './support/provider.js'

const root = makeRoot()
const ca = makeCa(root)
const leaf = makeLeaf(ca)

test('verifies a chain', () => {
  assert.is(verify([root], [leaf, ca]), 'ok')
  assert.is(verify([root], [leaf, ca, root]), 'ok')
  assert.is(verify([root], [makeLeaf(root)]), 'ok')
})

test('the order and the company of intermediates do not matter', () => {
  const other = makeCa(makeRoot('Other root'), 'Other')
  assert.is(verify([root], [leaf, root, other, ca, ca]), 'ok')
})

test('takes intermediates from the configuration too', () => {
  assert.is(verify([root], [leaf]), 'unknownIssuer')
  assert.is(verify([root], [leaf], {}, { intermediates: [ca.certificate.der] }), 'ok')
})

test('tells the key, the path and when it ends', () => {
  const anchor = trustAnchor(root.certificate)
  const verifier = createVerifier({ anchors: [anchor], crypto: testProvider })
  const soon = makeCa(root, 'Intermediate', { notAfter: now + day })
  const chain = [makeLeaf(soon), soon].map(({ certificate }) => certificate.der)
  const result = verifier.verify({ chain, role: 'server', name: 'unchecked', time: now })
  assert.ok(result.ok)
  if (!result.ok) return
  assert.equal(result.publicKey.spki, ecKey('Leaf').publicKey.spki)
  assert.equal(
    result.path.map(({ description }) => description),
    ['CN=Leaf,O=Test', 'CN=Intermediate,O=Test', 'CN=Root,O=Test'],
  )
  assert.is(result.anchor, anchor)
  assert.is(result.expires, now + day + 999)
})

// PITFALLS 4
test('without anchors nothing verifies, self-signed or not', () => {
  assert.is(verify([], [leaf, ca, root]), 'noAnchors')
  const own = makeRoot('Own', { subjectAltName: { dns: ['www.example.com'] } })
  assert.is(verify([], [own]), 'noAnchors')
})
test('a self-signed certificate is not trusted beside other anchors', () => {
  const own = makeRoot('Own', { subjectAltName: { dns: ['www.example.com'] } })
  const before = counter.verified
  assert.is(verify([root], [own]), 'unknownIssuer')
  assert.is(verify([root], [own, own, own]), 'unknownIssuer')
  assert.is(counter.verified, before)
})
test('nobody is trusted for having the name of an anchor', () => {
  const impostor = makeRoot('Root', { key: ecKey('impostor') })
  assert.is(verify([root], [makeLeaf(impostor), impostor]), 'badSignature')
  const below = makeCa(impostor)
  assert.is(verify([root], [makeLeaf(below), below, impostor]), 'badSignature')
})

test('a bad signature stays bad on another way', () => {
  const impostor = makeRoot('Root', { key: ecKey('impostor'), identifierHash: undefined })
  const bad = makeCa(impostor, 'Bad')
  const two = [1, 2].map(() => makeCa(bad, 'Twice'))
  assert.is(verify([root], [makeLeaf(two[0] ?? bad), ...two, bad]), 'badSignature')
})

// PITFALLS 13
test('only a configured anchor ends a path, not an intermediate, cached or not', () => {
  const anchors = [trustAnchor(makeRoot('Unrelated').certificate)]
  const intermediates = [root.certificate.der, ca.certificate.der]
  const verifier = createVerifier({ anchors, crypto: testProvider, intermediates })
  for (let round = 0; round < 2; round++) {
    const chain = [leaf.certificate.der, ca.certificate.der, root.certificate.der]
    const result = verifier.verify({ chain, role: 'server', name: 'unchecked', time: now })
    assert.is(result.ok ? 'ok' : result.fault.code, 'unknownIssuer')
  }
})
test('an intermediate may be an anchor itself', () => {
  assert.is(verify([ca], [leaf]), 'ok')
  assert.is(verify([ca], [makeLeaf(root)]), 'unknownIssuer')
})
test('an end-entity may be an anchor itself, for itself alone', () => {
  const own = makeRoot('Own', {
    ca: false,
    subjectAltName: { dns: ['www.example.com'] },
    keyUsage: undefined,
  })
  assert.is(verify([own], [own]), 'ok')
  assert.is(verify([own], [makeLeaf(own)]), 'notACa')
  const twin = makeRoot('Own', {
    ca: false,
    subjectAltName: { dns: ['www.example.com'] },
    key: ecKey('twin'),
  })
  assert.is(verify([own], [twin]), 'notACa')
  assert.is(verify([own], [own], { time: now + 31 * day }), 'expired')
  assert.is(verify([own], [own], { name: { kind: 'DNS', value: 'b.example' } }), 'nameMismatch')
})
test('an anchor may be nothing but a name and a key', () => {
  const { publicKey } = root.key
  const anchors = [trustAnchorFromKey(root.certificate.subjectDer, publicKey.spki)]
  const verifier = createVerifier({ anchors, crypto: testProvider })
  const check = (chain: readonly Entity[]) => {
    const ders = chain.map(({ certificate }) => certificate.der)
    return verifier.verify({ chain: ders, role: 'server', name: 'unchecked', time: now }).ok
  }
  assert.ok(check([leaf, ca]))
  assert.ok(check([leaf, ca, root]))
  assert.not(check([leaf]))
})

// PITFALLS 11
test('an end-entity issues nothing', () => {
  assert.is(verify([root], [makeLeaf(leaf, { key: ecKey('below') }), leaf, ca]), 'notACa')
})
test('an authority of version 3 needs basicConstraints with cA TRUE', () => {
  for (const isCa of [false, undefined]) {
    const bad = makeCa(root, 'Intermediate', { ca: isCa })
    assert.is(verify([root], [makeLeaf(bad), bad]), 'notACa')
    const badRoot = makeRoot('Root', { ca: isCa })
    assert.is(verify([badRoot], [makeLeaf(badRoot)]), 'notACa')
  }
})
test('an authority of version 1 is one only as an anchor', () => {
  const old = { ca: undefined, keyUsage: undefined, identifierHash: undefined }
  const v1Root = makeRoot('Old root', old)
  assert.is(v1Root.certificate.version, 1)
  assert.is(verify([v1Root], [makeLeaf(v1Root)]), 'ok')
  const v1Ca = makeCa(makeRoot('Root', { identifierHash: undefined }), 'Old', old)
  assert.is(v1Ca.certificate.version, 1)
  assert.is(verify([root], [makeLeaf(v1Ca), v1Ca]), 'version')
})
test('an authority with keyUsage needs keyCertSign', () => {
  const bad = makeCa(root, 'Intermediate', { keyUsage: ['cRLSign', 'digitalSignature'] })
  assert.is(verify([root], [makeLeaf(bad), bad]), 'keyUsage')
  const open = makeCa(root, 'Intermediate', { keyUsage: undefined })
  assert.is(verify([root], [makeLeaf(open), open]), 'ok')
  const badRoot = makeRoot('Root', { keyUsage: ['cRLSign'] })
  assert.is(verify([badRoot], [makeLeaf(badRoot)]), 'keyUsage')
})
test("the end-entity's keyUsage permits what its key does", () => {
  const agrees = makeLeaf(root, { keyUsage: ['keyAgreement'] })
  assert.is(verify([root], [agrees], { requiredKeyUsage: 'keyAgreement' }), 'ok')
  assert.is(verify([root], [agrees], { requiredKeyUsage: 'digitalSignature' }), 'keyUsage')
  const open = makeLeaf(root, { keyUsage: undefined })
  assert.is(verify([root], [open], { requiredKeyUsage: 'keyEncipherment' }), 'ok')
})
test('extendedKeyUsage is for the role of the peer, on either side', () => {
  const roles = { server: 'serverAuth', client: 'clientAuth' } as const
  for (const role of ['server', 'client'] as const) {
    for (const usage of ['serverAuth', 'clientAuth'] as const) {
      const expected = roles[role] === usage ? 'ok' : 'extendedKeyUsage'
      const one = makeLeaf(root, { extendedKeyUsage: [usage] })
      assert.is(verify([root], [one], { role }), expected)
      const limited = makeCa(root, 'Intermediate', { extendedKeyUsage: [usage] })
      const below = makeLeaf(limited, { extendedKeyUsage: undefined })
      assert.is(verify([root], [below, limited], { role }), expected)
      const limitedRoot = makeRoot('Root', { extendedKeyUsage: [usage] })
      const belowRoot = makeLeaf(limitedRoot, { extendedKeyUsage: ['serverAuth', 'clientAuth'] })
      assert.is(verify([limitedRoot], [belowRoot], { role }), expected)
    }
    const any = makeLeaf(root, { extendedKeyUsage: ['anyExtendedKeyUsage'] })
    assert.is(verify([root], [any], { role }), 'ok')
    const other = makeLeaf(root, { extendedKeyUsage: ['codeSigning', '1.2.3'] })
    assert.is(verify([root], [other], { role }), 'extendedKeyUsage')
  }
})

// PITFALLS 12
test('pathLenConstraint counts the intermediates below, but not self-issued ones', () => {
  const zero = makeCa(root, 'Zero', { ca: { pathLength: 0 } })
  assert.is(verify([root], [makeLeaf(zero), zero]), 'ok')
  const below = makeCa(zero, 'Below')
  assert.is(verify([root], [makeLeaf(below), below, zero]), 'pathLengthExceeded')
  const one = makeCa(root, 'One', { ca: { pathLength: 1 } })
  const first = makeCa(one, 'First')
  const second = makeCa(first, 'Second')
  assert.is(verify([root], [makeLeaf(first), first, one]), 'ok')
  assert.is(verify([root], [makeLeaf(second), second, first, one]), 'pathLengthExceeded')
  const renewed = makeCa(zero, 'Zero', { key: ecKey('Zero renewed') })
  assert.ok(renewed.certificate.isSelfIssued)
  assert.is(verify([root], [makeLeaf(renewed), renewed, zero]), 'ok')
  const belowRenewed = makeCa(renewed, 'Below')
  assert.is(
    verify([root], [makeLeaf(belowRenewed), belowRenewed, renewed, zero]),
    'pathLengthExceeded',
  )
})
test('pathLenConstraint of an anchor holds', () => {
  const strict = makeRoot('Root', { ca: { pathLength: 0 } })
  const below = makeCa(strict)
  assert.is(verify([strict], [makeLeaf(strict)]), 'ok')
  assert.is(verify([strict], [makeLeaf(below), below]), 'pathLengthExceeded')
})
test('a critical extension that is not understood is refused anywhere', () => {
  const critical = { extensions: [encodeExtension('1.2.3.4', true, encodeNull())] }
  const harmless = { extensions: [encodeExtension('1.2.3.4', false, encodeNull())] }
  assert.is(verify([root], [makeLeaf(root, critical)]), 'unknownCriticalExtension')
  assert.is(verify([root], [makeLeaf(root, harmless)]), 'ok')
  const badCa = makeCa(root, 'Intermediate', critical)
  assert.is(verify([root], [makeLeaf(badCa), badCa]), 'unknownCriticalExtension')
  const badRoot = makeRoot('Root', critical)
  assert.is(verify([badRoot], [makeLeaf(badRoot)]), 'unknownCriticalExtension')
})
test('a precertificate is no certificate (RFC 6962 3.1)', () => {
  const poison = encodeExtension('1.3.6.1.4.1.11129.2.4.3', true, encodeNull())
  assert.is(verify([root], [makeLeaf(root, { extensions: [poison] })]), 'unknownCriticalExtension')
})
// PITFALLS 17
test('validity is exact to the second, at both ends', () => {
  const notBefore = now - 1000
  const notAfter = now + 1000
  const check = (time: number) =>
    verify([root], [makeLeaf(root, { notBefore, notAfter })], { time })
  assert.is(check(notBefore - 1), 'notYetValid')
  assert.is(check(notBefore), 'ok')
  assert.is(check(notAfter), 'ok')
  assert.is(check(notAfter + 999), 'ok')
  assert.is(check(notAfter + 1000), 'expired')
})
test('validity of every certificate counts', () => {
  const oldCa = makeCa(root, 'Intermediate', { notAfter: now - day })
  assert.is(verify([root], [makeLeaf(oldCa), oldCa]), 'expired')
  const oldRoot = makeRoot('Root', { notAfter: now - day })
  assert.is(verify([oldRoot], [makeLeaf(oldRoot)]), 'expired')
  const newRoot = makeRoot('Root', { notBefore: now + day })
  assert.is(verify([newRoot], [makeLeaf(newRoot)]), 'notYetValid')
})
test('99991231235959Z is a time like any other, and far away', () => {
  const end = Date.UTC(9999, 11, 31, 23, 59, 59)
  const endless = makeRoot('Root', { notAfter: end })
  const forever = makeLeaf(endless, { notAfter: end })
  assert.is(verify([endless], [forever], { time: end }), 'ok')
  assert.is(verify([endless], [forever], { time: end + 1000 }), 'expired')
})
test('years 49 and 50 of UTCTime are a century apart', () => {
  const notBefore = Date.UTC(1950, 0, 1)
  const notAfter = Date.UTC(2049, 11, 31, 23, 59, 59)
  const old = makeRoot('Root', { notBefore, notAfter })
  const long = makeLeaf(old, { notBefore, notAfter })
  assert.is(verify([old], [long], { time: notBefore }), 'ok')
  assert.is(verify([old], [long], { time: notBefore - 1 }), 'notYetValid')
  assert.is(verify([old], [long], { time: notAfter + 1000 }), 'expired')
})
test('a time that is no number is a mistake, and not a time at which all is valid', () => {
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => verify([root], [leaf, ca], { time }), TypeError)
  }
})

// Signatures, algorithms and keys
test('every signature counts', () => {
  const alter = ({ certificate, key }: Entity): Entity => {
    const der = certificate.der.slice()
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1
    return { certificate: trustAnchor(der).certificate ?? certificate, key }
  }
  assert.is(verify([root], [alter(leaf), ca]), 'badSignature')
  assert.is(verify([root], [leaf, alter(ca)]), 'badSignature')
  // The anchor's own signature proves nothing.
  assert.is(verify([alter(root)], [leaf, ca]), 'ok')
})
test('works with every kind of key', () => {
  for (const key of [rsaKey('any'), ecKey('any', 'P-384'), ed25519Key('any')]) {
    const issuer = makeRoot('Root', { key })
    for (const algorithm of key.algorithms) {
      const expected = algorithm.endsWith('sha1') ? 'weakAlgorithm' : 'ok'
      assert.is(verify([issuer], [makeLeaf(issuer, { algorithm })]), expected, algorithm)
    }
  }
})
test('SHA-1 is refused below an anchor, though the provider could', () => {
  const issuer = makeRoot('Root', { key: rsaKey('sha1'), algorithm: 'rsa_pkcs1_sha1' })
  assert.is(verify([issuer], [makeLeaf(issuer, { algorithm: 'rsa_pkcs1_sha1' })]), 'weakAlgorithm')
  assert.is(verify([issuer], [makeLeaf(issuer)]), 'ok')
})
test('RSA keys below the limit are refused anywhere', () => {
  const weak = rsaKey('weak', 1024)
  const weakRoot = makeRoot('Root', { key: weak })
  assert.is(verify([weakRoot], [makeLeaf(weakRoot)]), 'weakKey')
  assert.is(verify([root], [makeLeaf(root, { key: weak })]), 'weakKey')
  assert.is(verify([root], [makeLeaf(root, { key: weak })], {}, { minRsaBits: 1024 }), 'ok')
  assert.is(
    verify([root], [makeLeaf(root, { key: rsaKey('ok') })], {}, { minRsaBits: 2049 }),
    'weakKey',
  )
})
test('RSA keys that are too costly to use are refused', () => {
  const weak = rsaKey('ok').publicKey
  const check = (modulusLength: number, exponent: Uint8Array) => {
    const modulus = new Uint8Array(modulusLength).fill(0xff)
    const key = encodeSequence(encodeInteger(modulus), encodeInteger(exponent))
    const algorithm = encodeSequence(encodeObjectIdentifier(weak.algorithm), encodeNull())
    const publicKey = parseSubjectPublicKey(encodeSequence(algorithm, encodeBitString(key)))
    return verify([root], [makeLeaf(root, { publicKey })])
  }
  assert.is(check(2048, Uint8Array.of(1, 0, 1)), 'ok')
  assert.is(check(2049, Uint8Array.of(1, 0, 1)), 'unsupportedAlgorithm')
  assert.is(check(256, Uint8Array.of(1, 0, 0, 0, 1)), 'ok')
  assert.is(check(256, Uint8Array.of(2, 0, 0, 0, 1)), 'unsupportedAlgorithm')
})
test('keys of an unknown kind are refused', () => {
  const key = ecKey('koblitz', 'secp256k1')
  assert.is(key.publicKey.type, 'unknown')
  const { publicKey } = key
  assert.is(verify([root], [makeLeaf(root, { publicKey })]), 'unsupportedKey')
})
// PITFALLS 6
test('the algorithm and the kind of key are tied together, whatever the provider says', () => {
  const signatures = testProvider.signatures.map(({ name }) => ({
    name,
    supports: () => true,
    verify: () => true,
  }))
  const crypto = { ...testProvider, signatures }
  const impostor = makeRoot('Root', { key: rsaKey('impostor') })
  assert.is(verify([root], [makeLeaf(impostor)], {}, { crypto }), 'badSignature')
  assert.is(verify([root], [makeLeaf(root)], {}, { crypto }), 'ok')
})
test('an algorithm that the provider lacks is named', () => {
  const crypto = { ...testProvider, signatures: [] }
  assert.is(verify([root], [leaf, ca], {}, { crypto }), 'unsupportedAlgorithm')
})
// PITFALLS 48
test('ECDSA signatures with high S are valid', () => {
  // Half of all signatures have it; nothing here may refuse one.
  for (let round = 0; round < 16; round++) assert.is(verify([root], [makeLeaf(root)]), 'ok')
})

test('a dead end does not hide the way past it', () => {
  const expired = makeCa(root, 'Intermediate', { notAfter: now - day })
  const elsewhere = makeCa(makeRoot('Elsewhere'), 'Intermediate')
  assert.is(verify([root], [leaf, expired, elsewhere, ca]), 'ok')
  assert.is(verify([root], [leaf, expired, elsewhere]), 'expired')
})

test.run()
