import {
  encodeElement,
  encodeObjectIdentifier,
  encodeSequence,
  encodeSetOf,
  encodeText,
  tags,
} from '@sanstls/core/der'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nameKey, nameText, parseName } from '#src/name.js'

const attribute = (type: string, tag: number, text: string): Uint8Array =>
  encodeSequence(encodeObjectIdentifier(type), encodeText(tag, text))
const cn = (text: string, tag: number = tags.utf8String): Uint8Array =>
  encodeSequence(encodeSetOf(attribute('2.5.4.3', tag, text)))
const key = (der: Uint8Array): string => nameKey(parseName(der))
const same = (left: Uint8Array, right: Uint8Array): void => assert.is(key(left), key(right))
const differ = (left: Uint8Array, right: Uint8Array): void => assert.is.not(key(left), key(right))

test('compares without case, and white space once (RFC 5280 7.1)', () => {
  same(cn('Example CA'), cn('eXAMPLE ca'))
  same(cn('Example  CA'), cn(' Example CA  '))
  differ(cn('Example CA'), cn('ExampleCA'))
  same(cn('Straße'), cn('STRASSE'))
  same(cn('Ångström'), cn('A\u030angstro\u0308m'))
  differ(cn('Example'), cn('Examplе'))
})

test('compares PrintableString with UTF8String, and other types by their octets', () => {
  same(cn('Example', tags.printableString), cn('EXAMPLE', tags.utf8String))
  same(cn('Example', tags.ia5String), cn('EXAMPLE', tags.utf8String))
  same(cn('Example', tags.teletexString), cn('Example', tags.teletexString))
  differ(cn('Example', tags.teletexString), cn('EXAMPLE', tags.teletexString))
  differ(cn('Example', tags.teletexString), cn('Example', tags.utf8String))
})

test('compares RDNs in order, attributes of one RDN in any', () => {
  const one = attribute('2.5.4.3', tags.utf8String, 'a')
  const two = attribute('2.5.4.10', tags.utf8String, 'b')
  const unordered = encodeElement(tags.set, two, one)
  same(encodeSequence(encodeElement(tags.set, one, two)), encodeSequence(unordered))
  differ(
    encodeSequence(encodeSetOf(one), encodeSetOf(two)),
    encodeSequence(encodeSetOf(two), encodeSetOf(one)),
  )
  differ(encodeSequence(encodeSetOf(one), encodeSetOf(two)), encodeSequence(unordered))
  differ(encodeSequence(encodeSetOf(one)), encodeSequence(encodeSetOf(one), encodeSetOf(two)))
})

test('keys cannot be forged by what a value contains', () => {
  const one = attribute('2.5.4.3', tags.utf8String, 'a",2.5.4.10="b')
  const two = [
    attribute('2.5.4.3', tags.utf8String, 'a'),
    attribute('2.5.4.10', tags.utf8String, 'b'),
  ]
  differ(encodeSequence(encodeSetOf(one)), encodeSequence(...two.map((item) => encodeSetOf(item))))
  differ(cn('a\\'), cn('a\\\\'))
})

test('shows a name from the particular to the general (RFC 4514)', () => {
  const name = encodeSequence(
    encodeSetOf(attribute('2.5.4.6', tags.printableString, 'DE')),
    encodeSetOf(attribute('2.5.4.10', tags.utf8String, 'A, B & C')),
    encodeSetOf(attribute('1.2.3', tags.utf8String, 'x')),
    encodeSetOf(
      encodeSequence(
        encodeObjectIdentifier('2.5.4.5'),
        encodeElement(tags.octetString, Uint8Array.of(1)),
      ),
    ),
  )
  assert.is(nameText(parseName(name)), 'serialNumber=#01,1.2.3=x,O=A\\, B & C,C=DE')
})

test('a name cannot forge a line of a log', () => {
  assert.is(nameText(parseName(cn('a\nerror\u202e\u0000'))), 'CN=a\\u{a}error\\u{202e}\\u{0}')
})

test('shows the older string types', () => {
  assert.is(
    nameText(
      parseName(
        encodeSequence(
          encodeSetOf(
            encodeSequence(
              encodeObjectIdentifier('2.5.4.3'),
              encodeElement(tags.bmpString, Uint8Array.of(0, 0x41, 1, 0)),
            ),
          ),
        ),
      ),
    ),
    'CN=AĀ',
  )
  assert.is(
    nameText(
      parseName(
        encodeSequence(
          encodeSetOf(
            encodeSequence(
              encodeObjectIdentifier('2.5.4.3'),
              encodeElement(tags.teletexString, Uint8Array.of(0x41, 0xe9)),
            ),
          ),
        ),
      ),
    ),
    'CN=Aé',
  )
})

test.run()
