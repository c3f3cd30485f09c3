/** PITFALLS 12: name constraints, excluded before permitted, form by form (RFC 5280 4.2.1.10). */
import {
  encodeElement,
  encodeExplicit,
  encodeObjectIdentifier,
  encodeSequence,
  encodeSetOf,
  encodeText,
  tags,
} from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { extensionIds } from '#src/extension.js'
import { type AlternativeNames, encodeExtension } from '#src/issue/extension.js'
import { type Changes, makeCa, makeLeaf, makeRoot, verify } from './support/authority.js'
import { ecKey } from './support/provider.js'

const root = makeRoot()

function check(
  permitted: AlternativeNames | undefined,
  excluded: AlternativeNames | undefined,
  names: AlternativeNames | undefined,
  changes: Changes = {},
): string {
  const nameConstraints = { permitted: permitted ?? {}, excluded: excluded ?? {} }
  const limited = makeCa(root, 'Intermediate', { nameConstraints })
  const leaf = makeLeaf(limited, { subjectAltName: names, ...changes })
  return verify([root], [leaf, limited], { name: 'unchecked' })
}

const permits = (form: keyof AlternativeNames, base: string, name: string): string =>
  check({ [form]: [base] }, undefined, { [form]: [name] })
const excludes = (form: keyof AlternativeNames, base: string, name: string): string =>
  check(undefined, { [form]: [base] }, { [form]: [name] })

const inside = (form: keyof AlternativeNames, base: string, name: string): void =>
  test(`${form} ${name} is inside ${JSON.stringify(base)}`, () => {
    assert.is(permits(form, base, name), 'ok')
    assert.is(excludes(form, base, name), 'nameConstraint')
  })
const outside = (form: keyof AlternativeNames, base: string, name: string): void =>
  test(`${form} ${name} is outside ${JSON.stringify(base)}`, () => {
    assert.is(permits(form, base, name), 'nameConstraint')
    assert.is(excludes(form, base, name), 'ok')
  })
const neither = (form: keyof AlternativeNames, base: string, name: string): void =>
  test(`${form} ${name} and ${JSON.stringify(base)} cannot be compared: refused`, () => {
    assert.is(permits(form, base, name), 'nameConstraint')
    assert.is(excludes(form, base, name), 'nameConstraint')
  })

inside('dns', 'example.com', 'example.com')
inside('dns', 'example.com', 'www.EXAMPLE.com')
inside('dns', 'example.com', 'a.b.example.com')
inside('dns', '.example.com', 'a.example.com')
inside('dns', '', 'a.example.com')
inside('dns', 'example.com', '*.example.com')
inside('dns', '.example.com', '*.example.com')
inside('dns', 'com', 'example.com')
outside('dns', 'example.com', 'example.org')
outside('dns', 'example.com', 'notexample.com')
outside('dns', 'www.example.com', 'example.com')
outside('dns', '.example.com', 'example.com')
outside('dns', 'a.b.example.com', '*.example.com')
neither('dns', 'example.com', 'example.com.')
neither('dns', 'example.com', 'a b.example.com')
neither('dns', 'example.com', 'example.com\0.org')
neither('dns', 'example.com.', 'example.com')
neither('dns', '*.example.com', 'a.example.com')
neither('dns', 'example.com', 'a.*.example.com')
test('a wildcard is refused where it could stand for an excluded name', () => {
  assert.is(excludes('dns', 'a.example.com', '*.example.com'), 'nameConstraint')
  assert.is(permits('dns', 'a.example.com', '*.example.com'), 'nameConstraint')
})

inside('ip', '192.0.2.0/24', '192.0.2.255')
inside('ip', '192.0.2.1/32', '192.0.2.1')
inside('ip', '0.0.0.0/0', '192.0.2.1')
inside('ip', '192.0.2.128/25', '192.0.2.129')
inside('ip', '2001:db8::/32', '2001:db8:ffff::1')
outside('ip', '192.0.2.0/24', '192.0.3.0')
outside('ip', '192.0.2.128/25', '192.0.2.127')
outside('ip', '2001:db8::/32', '2001:db9::1')
outside('ip', '0.0.0.0/0', '2001:db8::1')
outside('ip', '::/0', '192.0.2.1')
test('a mask that is no prefix: refused', () => {
  for (const mask of [
    [255, 0, 255, 0],
    [255, 253, 0, 0],
    [0, 255, 0, 0],
  ]) {
    const subtree = encodeSequence(encodeElement(0x87, Uint8Array.of(192, 0, 2, 0, ...mask)))
    const value = encodeSequence(encodeElement(0xa1, subtree))
    const extensions = [encodeExtension(extensionIds.nameConstraints, true, value)]
    const limited = makeCa(root, 'Intermediate', { extensions })
    const leaf = makeLeaf(limited, { subjectAltName: { ip: ['10.0.0.1'] } })
    assert.is(verify([root], [leaf, limited], { name: 'unchecked' }), 'nameConstraint')
  }
})

inside('email', 'example.com', 'a@EXAMPLE.com')
inside('email', '.example.com', 'a@b.example.com')
inside('email', 'a@example.com', 'a@Example.com')
outside('email', 'example.com', 'a@b.example.com')
outside('email', '.example.com', 'a@example.com')
outside('email', 'a@example.com', 'A@example.com')
outside('email', 'a@example.com', 'b@example.com')
neither('email', 'example.com', 'example.com')
neither('email', 'example.com', '@example.com')

inside('uri', 'example.com', 'https://example.com/a')
inside('uri', 'example.com', 'https://user@Example.com:443?x@b.example')
inside('uri', '.example.com', 'ldap://a.example.com')
outside('uri', 'example.com', 'https://a.example.com/')
outside('uri', '.example.com', 'https://example.com/')
outside('uri', 'example.com', 'https://example.com@evil.example/')
neither('uri', 'example.com', 'urn:example.com')
neither('uri', 'example.com', 'https://192.0.2.1/')
neither('uri', 'example.com', 'https://[2001:db8::1]/')

test('excluded wins over permitted', () => {
  const permitted = { dns: ['example.com'] }
  const excluded = { dns: ['bad.example.com'] }
  assert.is(check(permitted, excluded, { dns: ['good.example.com'] }), 'ok')
  assert.is(check(permitted, excluded, { dns: ['bad.example.com'] }), 'nameConstraint')
  assert.is(check(permitted, excluded, { dns: ['a.bad.example.com'] }), 'nameConstraint')
})
test('every name counts, whichever is used', () => {
  const names = { dns: ['a.example.com', 'b.example.org'] }
  assert.is(check({ dns: ['example.com'] }, undefined, names), 'nameConstraint')
})
test('one form of names says nothing about another', () => {
  assert.is(check({ dns: ['example.com'] }, undefined, { ip: ['192.0.2.1'] }), 'ok')
  assert.is(check({ ip: ['192.0.2.0/24'] }, undefined, { dns: ['a.example'] }), 'ok')
  assert.is(check(undefined, { uri: [''] }, { dns: ['a.example'] }), 'ok')
})
test('several permitted subtrees are alternatives', () => {
  const permitted = { dns: ['example.com', 'example.org'] }
  assert.is(check(permitted, undefined, { dns: ['a.example.com', 'b.example.org'] }), 'ok')
  assert.is(check(permitted, undefined, { dns: ['example.net'] }), 'nameConstraint')
})
test('constraints of several authorities hold together', () => {
  const outer = makeCa(root, 'Outer', { nameConstraints: { permitted: { dns: ['example.com'] } } })
  const inner = makeCa(outer, 'Inner', { nameConstraints: { permitted: { dns: ['example.org'] } } })
  for (const name of ['a.example.com', 'a.example.org']) {
    const leaf = makeLeaf(inner, { subjectAltName: { dns: [name] } })
    assert.is(verify([root], [leaf, inner, outer], { name: 'unchecked' }), 'nameConstraint')
  }
})
test('the constraints of an anchor hold', () => {
  const limited = makeRoot('Root', { nameConstraints: { permitted: { dns: ['example.org'] } } })
  assert.is(verify([limited], [makeLeaf(limited)]), 'nameConstraint')
})
test('the constraints in an end-entity are for nobody', () => {
  const leaf = makeLeaf(root, { nameConstraints: { permitted: { dns: ['example.org'] } } })
  assert.is(verify([root], [leaf]), 'ok')
})

const directory = [{ organization: 'Test' }]
test('a directory name is inside its own beginnings', () => {
  const cn = { subject: { organization: 'Test', commonName: 'x' } }
  assert.is(check({ directory }, undefined, undefined, cn), 'ok')
  assert.is(check(undefined, { directory }, undefined, cn), 'nameConstraint')
  const other = { subject: { organization: 'Other', commonName: 'x' } }
  assert.is(check({ directory }, undefined, undefined, other), 'nameConstraint')
  assert.is(check(undefined, { directory }, undefined, other), 'ok')
  const longer = [{ organization: 'Test', organizationalUnit: 'Unit' }]
  assert.is(check({ directory: longer }, undefined, undefined, cn), 'nameConstraint')
  assert.is(
    check({ directory }, undefined, { directory: [{ organization: 'B' }] }, cn),
    'nameConstraint',
  )
})
test('an empty subject is no directory name', () => {
  assert.is(check({ directory }, undefined, { dns: ['a.example'] }, { subject: {} }), 'ok')
})
test('self-issued intermediates are exempt, a self-issued end-entity is not', () => {
  const nameConstraints = { permitted: { directory: [{ organization: 'Elsewhere' }] } }
  const limited = makeCa(root, 'Limited', { nameConstraints })
  const renewed = makeCa(limited, 'Limited', { key: ecKey('Limited renewed') })
  const subject = { organization: 'Elsewhere' }
  assert.is(verify([root], [makeLeaf(renewed, { subject }), renewed, limited]), 'ok')
  const own = makeLeaf(limited, { subject: { organization: 'Test', commonName: 'Limited' } })
  assert.ok(own.certificate.isSelfIssued)
  assert.is(verify([root], [own, limited]), 'nameConstraint')
})
test('an e-mail address in the subject is under the constraints as well', () => {
  const attribute = (text: string) =>
    encodeSequence(
      encodeSetOf(
        encodeSequence(
          encodeObjectIdentifier('1.2.840.113549.1.9.1'),
          encodeText(tags.ia5String, text),
        ),
      ),
    )
  const permitted = { email: ['example.com'] }
  assert.is(check(permitted, undefined, undefined, { subject: attribute('a@example.com') }), 'ok')
  assert.is(
    check(permitted, undefined, undefined, { subject: attribute('a@example.org') }),
    'nameConstraint',
  )
})

/** A certificate with this GeneralName below an authority that constrains the same form, or another one. */
function checkRaw(constraint: Uint8Array, name: Uint8Array): string {
  const subtree = encodeSequence(encodeElement(0xa0, encodeSequence(constraint)))
  const limited = makeCa(root, 'Intermediate', {
    extensions: [encodeExtension(extensionIds.nameConstraints, true, subtree)],
  })
  const leaf = makeLeaf(limited, {
    subjectAltName: undefined,
    extensions: [encodeExtension(extensionIds.subjectAltName, false, encodeSequence(name))],
  })
  return verify([root], [leaf, limited], { name: 'unchecked' })
}

test('constraints on forms that are not understood refuse names of these forms', () => {
  const id = encodeObjectIdentifier('1.2.3')
  const otherName = encodeElement(0xa0, id, encodeExplicit(0, id))
  const registeredId = encodeElement(0x88, Uint8Array.of(42, 3))
  const dns = encodeText(0x82, 'a.example')
  for (const name of [otherName, registeredId]) {
    assert.is(checkRaw(name, name), 'nameConstraint')
    assert.is(checkRaw(name, dns), 'ok')
    assert.is(checkRaw(dns, name), 'ok')
  }
})
test('SmtpUTF8Mailbox is under the constraints of rfc822Name (RFC 9598 6)', () => {
  const id = encodeObjectIdentifier('1.3.6.1.5.5.7.8.9')
  const mailbox = encodeElement(
    0xa0,
    id,
    encodeExplicit(0, encodeText(tags.utf8String, 'a@example.com')),
  )
  assert.is(checkRaw(encodeText(0x81, 'example.com'), mailbox), 'ok')
  assert.is(checkRaw(encodeText(0x81, 'a@example.com'), mailbox), 'ok')
  assert.is(checkRaw(encodeText(0x81, '.example.com'), mailbox), 'nameConstraint')
  assert.is(checkRaw(encodeText(0x81, 'b@example.com'), mailbox), 'nameConstraint')
  assert.is(checkRaw(encodeText(0x82, 'example.com'), mailbox), 'ok')
})

test.run()
