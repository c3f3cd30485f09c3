/** PITFALLS 16: which names a certificate is for (RFC 9525). */
import {
  encodeElement,
  encodeExplicit,
  encodeObjectIdentifier,
  encodeSequence,
  encodeText,
  tags,
} from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Certificate } from '#src/certificate.js'
import { extensionIds } from '#src/extension.js'
import {
  certificateIdentities,
  checkIdentity,
  type ReferenceName,
  referenceName,
} from '#src/identity.js'
import { ipAddressText, parseIpAddress } from '#src/ip-address.js'
import { type AlternativeNames, encodeExtension } from '#src/issue/extension.js'
import { makeLeaf, makeRoot, verify } from './support/authority.js'

const root = makeRoot()

function check(names: AlternativeNames | undefined, value: string, kind?: 'DNS' | 'IP'): string {
  const changes = { subjectAltName: names, subject: { commonName: value } }
  const { certificate } = makeLeaf(root, changes)
  const name = kind === undefined ? referenceName(value) : { kind, value }
  return checkIdentity(certificate, name)?.code ?? 'ok'
}

const dns = (presented: string, reference: string): string => check({ dns: [presented] }, reference)

const matches = (presented: string, reference: string): void =>
  test(`${presented} is for ${reference}`, () => assert.is(dns(presented, reference), 'ok'))
const mismatches = (presented: string, reference: string, why: string): void =>
  test(`${presented} is not for ${reference}: ${why}`, () =>
    assert.is(dns(presented, reference), 'nameMismatch'))

matches('a.example', 'a.example')
matches('A.Example', 'a.eXAMPLE')
matches('a.example', 'a.example.')
matches('localhost', 'localhost')
matches('a_b.example', 'a_b.example')
matches('xn--bcher-kva.example', 'xn--bcher-kva.example')
matches('*.b.example', 'a.b.example')
matches('*.B.example', 'a.b.EXAMPLE.')
matches('*.b.example', 'xn--bcher-kva.b.example')

mismatches('a.example', 'b.example', 'another name')
mismatches('a.example', 'a.example.org', 'a name below')
mismatches('example.org', 'a.example.org', 'no wildcard')
mismatches('a.example.', 'a.example', 'a presented name has no dot at its end')
mismatches('*.b.example', 'b.example', 'a wildcard is one label, not none')
mismatches('*.c.example', 'a.b.c.example', 'a wildcard is one label, not several')
mismatches('*', 'localhost', 'a wildcard alone')
mismatches('*.', 'a.', 'a wildcard before nothing')
mismatches('*.com', 'example.com', 'a wildcard in public-suffix position')
mismatches('*.*.example', 'a.b.example', 'two wildcards')
mismatches('a.*.example', 'a.b.example', 'a wildcard elsewhere')
mismatches('a*.b.example', 'ab.b.example', 'a partial-label wildcard')
mismatches('*a.b.example', 'ba.b.example', 'a partial-label wildcard')
mismatches('a*c.b.example', 'abc.b.example', 'a partial-label wildcard')
mismatches('xn--*.b.example', 'xn--a.b.example', 'a wildcard in an A-label')
mismatches('**.b.example', 'a.b.example', 'no wildcard at all')
mismatches('.b.example', 'a.b.example', 'an empty label')
mismatches('a.example\0.evil.example', 'a.example', 'an embedded NUL')
mismatches('a.example\0', 'a.example', 'an embedded NUL')
mismatches('a.example ', 'a.example', 'white space')
mismatches('192.0.2.1', '192.0.2.1', 'an address in a dNSName')
mismatches('*.0.2.1', '192.0.2.1', 'a wildcard over an address')
mismatches('[2001:db8::1]', '2001:db8::1', 'an address in a dNSName')

const invalid = (value: string): void =>
  test(`${JSON.stringify(value)} is no DNS name to look for`, () => {
    assert.is(check({ dns: ['a.example'] }, value, 'DNS'), 'invalidReferenceName')
  })
for (const value of ['', '.', '..', 'a..example', '.a.example', 'a.example..', 'a b.example']) {
  invalid(value)
}
for (const value of [
  '192.0.2.1',
  '192.0.2.1.',
  '::1',
  '1',
  'a.0x7f',
  '*.b.example',
  'bücher.example',
]) {
  invalid(value)
}
for (const value of [
  'a.example\0',
  `${'a'.repeat(64)}.example`,
  'a-.example',
  `${'a.'.repeat(127)}ab`,
]) {
  invalid(value)
}

test('an address is only found in iPAddress', () => {
  assert.is(check({ ip: ['192.0.2.1'] }, '192.0.2.1'), 'ok')
  assert.is(check({ ip: ['192.0.2.2'] }, '192.0.2.1'), 'nameMismatch')
  assert.is(check({ ip: ['2001:db8::1'] }, '2001:0DB8:0:0::0001'), 'ok')
  assert.is(check({ ip: ['192.0.2.1'] }, '::ffff:192.0.2.1'), 'nameMismatch')
  assert.is(check({ dns: ['a.example'] }, '192.0.2.1'), 'nameMismatch')
  assert.is(check({ ip: ['192.0.2.1'] }, 'a.example', 'IP'), 'invalidReferenceName')
  assert.is(check({ ip: ['192.0.2.1'] }, '192.0.2.01', 'IP'), 'invalidReferenceName')
})

test('the common name does not count', () => {
  assert.is(check(undefined, 'a.example'), 'nameMismatch')
  assert.is(
    check({ email: ['a@a.example'], uri: ['https://a.example/'] }, 'a.example'),
    'nameMismatch',
  )
})

test('one of several names is enough', () => {
  assert.is(check({ dns: ['b.example', '*.c.example', 'a.example'] }, 'a.example'), 'ok')
})

test('reads addresses', () => {
  const texts: Record<string, string> = {
    '::': '0:0:0:0:0:0:0:0',
    '::1': '0:0:0:0:0:0:0:1',
    '1::': '1:0:0:0:0:0:0:0',
    '1:2:3:4:5:6:7::': '1:2:3:4:5:6:7:0',
    '::ffff:192.0.2.1': '0:0:0:0:0:ffff:c000:201',
    '1:2:3:4:5:6:192.0.2.1': '1:2:3:4:5:6:c000:201',
    'FE80::a': 'fe80:0:0:0:0:0:0:a',
    '0.0.0.0': '0.0.0.0',
    '255.255.255.255': '255.255.255.255',
  }
  for (const [text, expected] of Object.entries(texts)) {
    assert.is(ipAddressText(parseIpAddress(text) ?? new Uint8Array(0)), expected, text)
  }
  const bad = [
    '',
    ':',
    ':::',
    '1',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
  ]
  const worse = [
    '12345::',
    'g::',
    '::1%eth0',
    '[::1]',
    '256.0.0.1',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
  ]
  const worst = [
    '1.2.3.4 ',
    '::1.2.3',
    '1.2.3.4::',
    '1:2:3:4:5:6:7:1.2.3.4',
    '0x1.2.3.4',
    ':1::',
    '1::2:',
  ]
  for (const text of [...bad, ...worse, ...worst]) {
    assert.is(parseIpAddress(text), undefined, text)
  }
})

const service = (text: string): Uint8Array =>
  encodeElement(
    0xa0,
    encodeObjectIdentifier('1.3.6.1.5.5.7.8.7'),
    encodeExplicit(0, encodeText(tags.ia5String, text)),
  )
const withNames = (...names: Uint8Array[]) => {
  const extension = encodeExtension(extensionIds.subjectAltName, false, encodeSequence(...names))
  return makeLeaf(root, { subjectAltName: undefined, extensions: [extension] }).certificate
}
const compare = (certificate: Certificate, kind: ReferenceName['kind'], value: string): string =>
  checkIdentity(certificate, { kind, value })?.code ?? 'ok'

test('URIs are compared by scheme and host (RFC 9525 6.5)', () => {
  const certificate = withNames(encodeText(0x86, 'sip:voice.example.com'))
  assert.is(compare(certificate, 'URI', 'SIP:voice.EXAMPLE.com'), 'ok')
  assert.is(compare(certificate, 'URI', 'sip:someone@voice.example.com;x=y'), 'ok')
  assert.is(compare(certificate, 'URI', 'sips:voice.example.com'), 'nameMismatch')
  assert.is(compare(certificate, 'URI', 'sip:example.com'), 'nameMismatch')
  assert.is(compare(certificate, 'DNS', 'voice.example.com'), 'nameMismatch')
  assert.is(compare(certificate, 'URI', 'voice.example.com'), 'invalidReferenceName')
  const web = withNames(encodeText(0x86, 'https://user@www.example.com:8443/path'))
  assert.is(compare(web, 'URI', 'https://www.example.com/'), 'ok')
})
test('services are compared whole (RFC 4985)', () => {
  const certificate = withNames(service('_imaps.example.com'))
  assert.is(compare(certificate, 'SRV', '_IMAPS.example.com'), 'ok')
  assert.is(compare(certificate, 'SRV', '_imap.example.com'), 'nameMismatch')
  assert.is(compare(certificate, 'SRV', 'example.com'), 'invalidReferenceName')
})
test('mailboxes are compared with regard to case before the @ (RFC 5280 7.5)', () => {
  const certificate = withNames(encodeText(0x81, 'Me@example.com'))
  assert.is(compare(certificate, 'RFC822', 'Me@EXAMPLE.com'), 'ok')
  assert.is(compare(certificate, 'RFC822', 'me@example.com'), 'nameMismatch')
  assert.is(compare(certificate, 'RFC822', 'example.com'), 'invalidReferenceName')
})
test('wildcards directly under a public suffix are for nobody, where the caller knows of such', () => {
  const { certificate } = makeLeaf(root, { subjectAltName: { dns: ['*.co.example'] } })
  const name = { kind: 'DNS', value: 'a.co.example' } as const
  assert.is(checkIdentity(certificate, name), undefined)
  const code = checkIdentity(certificate, name, (domain) => domain === 'co.example')?.code
  assert.is(code, 'nameMismatch')
})
test('the application may match names itself', () => {
  const chain = [makeLeaf(root)]
  const run = (matched: boolean | undefined): string =>
    verify([root], chain, { name: { kind: 'DNS', value: 'a.b' } }, { matchName: () => matched })
  assert.is(run(true), 'ok')
  assert.is(run(false), 'customCheckFailed')
  assert.is(run(undefined), 'nameMismatch')
})
test('the identities of a client are listed, its common name apart', () => {
  const certificate = withNames(
    encodeText(0x81, 'me@example.com'),
    encodeText(0x86, 'spiffe://example.com/service'),
    service('_x.example.com'),
  )
  assert.equal(certificateIdentities(certificate), {
    dns: [],
    ip: [],
    email: ['me@example.com'],
    uri: ['spiffe://example.com/service'],
    srv: ['_x.example.com'],
    subject: 'CN=Leaf,O=Test',
  })
})

test.run()
