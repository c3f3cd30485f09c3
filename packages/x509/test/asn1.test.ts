import {
  DerError,
  encodeBoolean,
  encodeElement,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeText,
  encodeTime,
  tags,
} from '@sanstls/core/der'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeStructure } from '#src/asn1.js'
import { makeLeaf, makeRoot } from './support/authority.js'
import { configure } from './support/property.js'

configure()

test('a line for each element', () => {
  const structure = encodeSequence(
    encodeInteger(258),
    encodeBoolean(true),
    encodeNull(),
    encodeObjectIdentifier('2.999.1'),
    encodeOctetString(new Uint8Array(70)),
    encodeText(tags.utf8String, 'a\nb'),
    encodeTime(Date.UTC(2026, 0, 2)),
    encodeElement(0xa3, encodeElement(0x41, Uint8Array.of(1))),
    Uint8Array.of(0x30, 0x80, 0, 0),
  )
  assert.equal(describeStructure(structure).split('\n'), [
    'SEQUENCE',
    '  INTEGER 0102',
    '  BOOLEAN TRUE',
    '  NULL',
    '  OBJECT IDENTIFIER 2.999.1',
    `  OCTET STRING ${'00'.repeat(64)} … (70 octets)`,
    '  UTF8String "a.b"',
    '  UTCTime "260102000000Z"',
    '  [3]',
    '    [APPLICATION 1] 01',
    '  SEQUENCE (indefinite length)',
    '',
  ])
})

test('no bytes make it fail in another way', () => {
  const { der } = makeLeaf(makeRoot()).certificate
  const attempt = (bytes: Uint8Array): void => {
    try {
      describeStructure(bytes)
    } catch (error) {
      if (!(error instanceof DerError)) throw error
    }
  }
  fc.assert(
    fc.property(fc.nat({ max: der.length - 1 }), fc.nat({ max: 255 }), (at, octet) => {
      const copy = der.slice()
      copy[at] = octet
      attempt(copy)
    }),
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), attempt))
  let deep = encodeNull()
  for (let depth = 0; depth < 200; depth++) deep = encodeSequence(deep)
  assert.throws(
    () => describeStructure(deep),
    (error: unknown) => error instanceof DerError,
  )
})

test.run()
