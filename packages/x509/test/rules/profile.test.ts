/** What the profiles demand beyond path validation: each rule broken once, and the chain whole. */
import {
  encodeBoolean,
  encodeElement,
  encodeNamedBits,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
  encodeText,
} from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { extensionIds } from '#src/extension.js'
import { encodeExtension } from '#src/issue/extension.js'
import {
  certificatePoliciesExtension,
  policyConstraintsExtension,
} from '#src/issue/policy-extension.js'
import type { Profile } from '#src/profile.js'
import {
  type Changes,
  type Entity,
  makeCa,
  makeLeaf,
  makeRoot,
  verify,
} from '../support/authority.js'
import { ecKey, rsaKey } from '../support/provider.js'

const root = makeRoot()
const ca = makeCa(root)

/** The verdicts of the three profiles: `rfc5280`, `conforming`, `webPki`, the latter two pedantic. */
function verdicts(anchors: readonly Entity[], chain: readonly Entity[], request = {}): string[] {
  const profiles: readonly Profile[] = ['rfc5280', 'conforming', 'webPki']
  return profiles.map((profile) => verify(anchors, chain, request, { profile, pedantic: true }))
}
const leafRule = (
  what: string,
  changes: Changes,
  expected: readonly string[],
  request = {},
): void =>
  test(`end-entity: ${what}`, () => {
    assert.equal(verdicts([root], [makeLeaf(ca, changes), ca], request), expected)
  })
const caRule = (what: string, changes: Changes, expected: readonly string[]): void =>
  test(`authority: ${what}`, () => {
    const issuer = makeCa(root, 'Intermediate', changes)
    assert.equal(verdicts([root], [leafOf(issuer), issuer]), expected)
  })
const rootRule = (what: string, changes: Changes, expected: readonly string[]): void =>
  test(`root: ${what}`, () => {
    const anchor = makeRoot('Root', changes)
    assert.equal(verdicts([anchor], [leafOf(anchor)]), expected)
    // Anchors are held to the profile by request only.
    assert.is(verify([anchor], [makeLeaf(anchor)], {}, { profile: 'webPki' }), 'ok')
  })

const all = (code: string): string[] => [code, code, code]
const beyond = (code: string): string[] => ['ok', code, code]
const webOnly = (code: string): string[] => ['ok', 'ok', code]
const bare = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
  encodeExtension(id, critical, value)
const identifier = (critical: boolean): Uint8Array =>
  bare(
    extensionIds.authorityKeyIdentifier,
    critical,
    encodeSequence(
      encodeElement(0x80, ca.certificate.extensions.subjectKeyIdentifier ?? new Uint8Array(1)),
    ),
  )
const access = encodeSequence(
  encodeSequence(
    encodeObjectIdentifier('1.3.6.1.5.5.7.48.1'),
    encodeText(0x86, 'http://ocsp.example/'),
  ),
)
/** An end-entity with an authorityKeyIdentifier in any case. */
const leafOf = (issuer: Entity): Entity =>
  makeLeaf(
    issuer,
    issuer.certificate.extensions.subjectKeyIdentifier === undefined
      ? { extensions: [identifier(false)] }
      : {},
  )
const noName = encodeSequence()
const dns = (text: string) => ({ subjectAltName: { dns: ['www.example.com', text] } })

test('a chain that conforms', () => {
  assert.equal(verdicts([root], [makeLeaf(ca), ca]), all('ok'))
  assert.equal(verdicts([root], [makeLeaf(root)]), all('ok'))
})

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)
leafRule('serial number of 20 bytes', { serialNumber: bytes(20, 0x7f) }, all('ok'))
caRule('serial number of 20 bytes', { serialNumber: bytes(20, 0x80) }, all('ok'))
// The extension that follows would stand twice: the identifier is written by hand.
const byName = { issuer: ca.certificate.subjectDer, issuerKey: ca.key }
leafRule('no authorityKeyIdentifier', byName, beyond('authorityKeyIdentifier'))
leafRule(
  'critical authorityKeyIdentifier',
  { ...byName, extensions: [identifier(true)] },
  beyond('authorityKeyIdentifier'),
)
leafRule(
  'authorityKeyIdentifier by hand',
  { ...byName, extensions: [identifier(false)] },
  all('ok'),
)
leafRule(
  'authorityKeyIdentifier without keyIdentifier',
  { ...byName, extensions: [bare(extensionIds.authorityKeyIdentifier, false, encodeSequence())] },
  beyond('authorityKeyIdentifier'),
)
leafRule(
  'critical authorityInfoAccess',
  { extensions: [bare(extensionIds.authorityInfoAccess, true, access)] },
  beyond('extensionCriticality'),
)
leafRule(
  'authorityInfoAccess',
  { extensions: [bare(extensionIds.authorityInfoAccess, false, access)] },
  all('ok'),
)
leafRule(
  'keyCertSign without cA',
  { keyUsage: ['keyCertSign', 'digitalSignature'] },
  beyond('keyUsage'),
)
leafRule('cRLSign', { keyUsage: ['cRLSign', 'digitalSignature'] }, webOnly('keyUsage'))
leafRule(
  'nameConstraints',
  { nameConstraints: { permitted: { dns: ['example.com'] } } },
  beyond('nameConstraint'),
)
leafRule('cA TRUE', { ca: true }, webOnly('caAsEndEntity'))
leafRule(
  'pathLenConstraint without cA',
  {
    ca: undefined,
    extensions: [bare(extensionIds.basicConstraints, true, encodeSequence(Uint8Array.of(2, 1, 0)))],
  },
  beyond('basicConstraints'),
)
leafRule('no subject, subjectAltName not critical', { subject: noName }, beyond('subjectAltName'))
leafRule(
  'no subject, no subjectAltName',
  { subject: noName, subjectAltName: undefined },
  beyond('emptySubject'),
  { name: 'unchecked' },
)
leafRule('no subjectAltName', { subjectAltName: undefined }, webOnly('subjectAltName'), {
  name: 'unchecked',
})
leafRule('no extendedKeyUsage', { extendedKeyUsage: undefined }, webOnly('extendedKeyUsage'))
leafRule(
  'anyExtendedKeyUsage',
  { extendedKeyUsage: ['anyExtendedKeyUsage'] },
  webOnly('extendedKeyUsage'),
)
leafRule('another purpose', { extendedKeyUsage: ['clientAuth'] }, all('extendedKeyUsage'))
for (const name of [
  'a b.example',
  'a\0.example',
  '.example.com',
  'www.example.com.',
  'a*.example.com',
  'a.*.com',
  '127.0.0.1',
  'a..example',
])
  leafRule(`dNSName ${JSON.stringify(name)}`, dns(name), webOnly('subjectAltName'))
leafRule('dNSName with a wildcard and an underscore', dns('*.a_b.example.com'), all('ok'))
for (const commonName of [
  'other.example.com',
  'WWW.example.com',
  '192.0.2.1',
  '2001:db8::1',
  'bücher.example',
])
  leafRule(`common name ${commonName}`, { subject: { commonName } }, webOnly('commonName'))
for (const commonName of ['www.example.com', 'A Service', 'localhost', 'Example, Inc.'])
  leafRule(`common name ${commonName}`, { subject: { commonName } }, all('ok'))
leafRule('RSA key of 2,047 bits', { key: rsaKey('2047', 2047) }, all('weakKey'))
leafRule('RSA key of 2,056 bits', { key: rsaKey('2056', 2056) }, all('ok'))
leafRule('RSA key of 2,052 bits', { key: rsaKey('2052', 2052) }, webOnly('weakKey'))
leafRule('brainpool', { key: ecKey('brainpool', 'brainpoolP256r1') }, webOnly('unsupportedKey'))
leafRule(
  'a policy twice',
  { extensions: [certificatePoliciesExtension(['1.2.3', '1.2.3'])] },
  beyond('certificatePolicies'),
)

caRule('no subjectKeyIdentifier', { identifierHash: undefined }, beyond('subjectKeyIdentifier'))
caRule('no keyUsage', { keyUsage: undefined }, beyond('keyUsage'))
caRule(
  'basicConstraints not critical',
  {
    ca: undefined,
    extensions: [bare(extensionIds.basicConstraints, false, encodeSequence(encodeBoolean(true)))],
  },
  beyond('basicConstraints'),
)
caRule(
  'policyConstraints not critical',
  {
    extensions: [
      bare(extensionIds.policyConstraints, false, encodeSequence(Uint8Array.of(0x81, 1, 0))),
    ],
  },
  beyond('policyConstraints'),
)
caRule(
  'policyConstraints critical',
  { extensions: [policyConstraintsExtension({ inhibitPolicyMapping: 0 })] },
  all('ok'),
)
caRule(
  'anyExtendedKeyUsage',
  { extendedKeyUsage: ['anyExtendedKeyUsage'] },
  webOnly('extendedKeyUsage'),
)
caRule('serverAuth', { extendedKeyUsage: ['serverAuth'] }, all('ok'))
caRule(
  'constraint with a leading dot',
  { nameConstraints: { permitted: { dns: ['.example.com'] } } },
  webOnly('nameConstraint'),
)

test('authority: no subject', () => {
  const issuer = makeCa(root, 'Nobody', { subject: noName })
  // Its subordinates would have an empty issuer, which no certificate can have.
  assert.throws(() => makeLeaf(issuer), /empty issuer/)
})
test('authority: nobody else issued itself either', () => {
  const stranger = makeRoot('Stranger')
  assert.equal(verdicts([root], [makeLeaf(stranger), stranger]), all('unknownIssuer'))
})

rootRule('no subjectKeyIdentifier', { identifierHash: undefined }, [
  'ok',
  'subjectKeyIdentifier',
  'subjectKeyIdentifier',
])
rootRule('extendedKeyUsage', { extendedKeyUsage: ['serverAuth'] }, webOnly('extendedKeyUsage'))
rootRule('no keyUsage', { keyUsage: undefined }, beyond('keyUsage'))
rootRule(
  'basicConstraints not critical',
  {
    ca: undefined,
    extensions: [bare(extensionIds.basicConstraints, false, encodeSequence(encodeBoolean(true)))],
  },
  beyond('basicConstraints'),
)
const ownIdentifier = root.certificate.extensions.subjectKeyIdentifier ?? new Uint8Array(1)
const rootIdentifier = (...parts: readonly Uint8Array[]): Changes => ({
  key: root.key,
  extensions: [bare(extensionIds.authorityKeyIdentifier, false, encodeSequence(...parts))],
})
rootRule(
  'its own authorityKeyIdentifier',
  rootIdentifier(encodeElement(0x80, ownIdentifier)),
  all('ok'),
)
rootRule(
  'another authorityKeyIdentifier',
  rootIdentifier(encodeElement(0x80, bytes(20, 1))),
  beyond('authorityKeyIdentifier'),
)
rootRule(
  'authorityKeyIdentifier with a serial number',
  rootIdentifier(encodeElement(0x80, ownIdentifier), Uint8Array.of(0x82, 1, 1)),
  webOnly('authorityKeyIdentifier'),
)

test('an anchor of version 1 is none for the Web PKI', () => {
  const old = makeRoot('Old', { ca: undefined, keyUsage: undefined, identifierHash: undefined })
  assert.equal(verdicts([old], [makeLeaf(old)]).slice(0, 1), ['ok'])
  assert.is(verify([old], [makeLeaf(old)], {}, { profile: 'webPki' }), 'version')
})
test('servers are held to the Web PKI by default, clients are not', () => {
  const chain = [makeLeaf(ca, { ca: true, extendedKeyUsage: ['serverAuth', 'clientAuth'] }), ca]
  assert.is(verify([root], chain, {}, { profile: undefined }), 'caAsEndEntity')
  assert.is(verify([root], chain, { role: 'client' }, { profile: undefined }), 'ok')
})
test('nothing but what the profile says: bits beyond the known ones, and NULL for a value', () => {
  const usage = bare(extensionIds.keyUsage, true, encodeNamedBits(1))
  assert.equal(
    verdicts([root], [makeLeaf(ca, { keyUsage: undefined, extensions: [usage] }), ca]),
    all('ok'),
  )
  const strange = bare('1.2.3', false, encodeNull())
  assert.equal(verdicts([root], [makeLeaf(ca, { extensions: [strange] }), ca]), all('ok'))
})

test.run()
