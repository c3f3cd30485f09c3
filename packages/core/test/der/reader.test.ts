import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { objectIdentifierText } from '#src/der/object-identifier.js'
import { DerError, DerReader, tags } from '#src/der/reader.js'

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))

/** Reads all of `hex` with `read`; whatever is left over is an error. */
function readAll<T>(hex: string, read: (reader: DerReader) => T): T {
  const reader = new DerReader(bytes(hex))
  const value = read(reader)
  reader.end()
  return value
}

function refuses(
  what: string,
  hex: string,
  read: (reader: DerReader) => unknown,
  reason: RegExp,
): void {
  test(`refuses ${what}`, () => {
    assert.throws(
      () => readAll(hex, read),
      (error: unknown) => error instanceof DerError && reason.test(error.reason),
    )
  })
}

const any = (reader: DerReader): void => reader.skipAny()
const integer = (reader: DerReader) => reader.readInteger()
const boolean = (reader: DerReader) => reader.readBoolean()
const identifier = (reader: DerReader) => reader.readObjectIdentifier()
const bitString = (reader: DerReader) => reader.readBitString()
const namedBits = (reader: DerReader) => reader.readNamedBits()

// Lengths (X.690 10.1)
refuses('a long form for a length below 128', '04 81 01 00', any, /shortest form/)
refuses('a long form for length 127', `04 81 7f ${'00'.repeat(127)}`, any, /shortest form/)
refuses('a length with leading zeros', `04 82 00 80 ${'00'.repeat(128)}`, any, /shortest form/)
refuses('indefinite length', '30 80 05 00 00 00', any, /indefinite/)
refuses('the reserved length octet', '04 ff', any, /out of range/)
refuses('a length of five octets', '04 85 01 00 00 00 00', any, /out of range/)
refuses('contents that are cut off', '04 02 00', any, /longer than what holds it/)
refuses('a length that is cut off', '04 82 01', any, /truncated/)
refuses('a header without a length', '04', any, /truncated/)
refuses('nothing', '', any, /truncated/)
refuses('a length that overflows 32 bits when added', '04 84 ff ff ff ff 00', any, /longer than/)
test('accepts a long form where it is needed', () => {
  readAll(`04 81 80 ${'00'.repeat(128)}`, any)
  readAll(`04 82 01 00 ${'00'.repeat(256)}`, any)
})

// Trailing bytes
refuses('trailing bytes', '05 00 00', any, /trailing/)
refuses(
  'trailing bytes inside an element',
  '30 03 05 00 00',
  (reader) => {
    const outer = reader.enter(tags.sequence)
    reader.readNull()
    reader.leave(outer)
  },
  /trailing/,
)
refuses(
  'an element longer than the one that holds it',
  '30 02 04 01 00',
  (reader) => {
    reader.enter(tags.sequence)
    reader.readOctetString()
  },
  /longer than what holds it/,
)

// Tags (X.690 8.1.2)
refuses('another tag', '05 00', integer, /tag 0x05 where 0x02/)
refuses('end-of-contents octets', '00 00', any, /end-of-contents/)
refuses('a constructed OCTET STRING', '24 03 04 01 00', any, /wrong form/)
refuses('a primitive SEQUENCE', '10 00', any, /wrong form/)
refuses('a high tag number below 31', '9f 1e 00', any, /tag number/)
refuses('a padded high tag number', '9f 80 1f 00', any, /tag number/)
refuses('an enormous tag number', '9f ff ff ff ff 7f 00', any, /tag number/)
test('reads high tag numbers', () => {
  const reader = new DerReader(bytes('9f 81 00 00'))
  assert.is(reader.peek(), 0x9f + 128 * 256)
  assert.is(reader.offset, 0)
  reader.skip(0x9f + 128 * 256)
  reader.end()
  assert.is(reader.peek(), -1)
})

// BOOLEAN (X.690 11.1)
refuses('BOOLEAN 01', '01 01 01', boolean, /BOOLEAN/)
refuses('BOOLEAN fe', '01 01 fe', boolean, /BOOLEAN/)
refuses('BOOLEAN of two octets', '01 02 ff ff', boolean, /BOOLEAN/)
refuses('BOOLEAN of none', '01 00', boolean, /truncated|BOOLEAN/)
test('reads BOOLEAN', () => {
  assert.is(readAll('01 01 ff', boolean), true)
  assert.is(readAll('01 01 00', boolean), false)
})

// INTEGER (X.690 8.3.2)
refuses('a padded positive INTEGER', '02 02 00 7f', integer, /padded/)
refuses('a padded negative INTEGER', '02 02 ff 80', integer, /padded/)
refuses('an empty INTEGER', '02 00', integer, /without contents/)
refuses('zero as positive', '02 01 00', (reader) => reader.readPositiveInteger(), /zero/)
refuses('a negative as positive', '02 01 80', (reader) => reader.readPositiveInteger(), /negative/)
refuses('a small INTEGER below zero', '02 01 ff', (reader) => reader.readSmallInteger(), /negative/)
refuses(
  'a small INTEGER of 2^32',
  '02 05 01 00 00 00 00',
  (reader) => reader.readSmallInteger(),
  /range/,
)
test('reads INTEGER', () => {
  assert.equal(readAll('02 02 00 80', integer), bytes('00 80'))
  assert.equal(
    readAll('02 02 00 80', (reader) => reader.readPositiveInteger()),
    bytes('80'),
  )
  assert.is(
    readAll('02 02 00 80', (reader) => reader.readSmallInteger()),
    128,
  )
  assert.is(
    readAll('02 04 7f ff ff ff', (reader) => reader.readSmallInteger()),
    2 ** 31 - 1,
  )
})

// NULL
refuses('NULL with contents', '05 01 00', (reader) => reader.readNull(), /NULL/)

// OBJECT IDENTIFIER (X.690 8.19.2)
refuses('an empty OBJECT IDENTIFIER', '06 00', identifier, /empty/)
refuses('an OBJECT IDENTIFIER that is cut off', '06 02 55 86', identifier, /cut off/)
refuses('a padded OBJECT IDENTIFIER', '06 03 55 80 01', identifier, /padded/)
refuses('a padded first subidentifier', '06 02 80 01', identifier, /padded/)
refuses('a padded long subidentifier', `06 0c 69 80 ${'ff'.repeat(9)} 7f`, identifier, /padded/)
refuses(
  'a padded subidentifier after a long one',
  `06 0d 69 83 ${'ff'.repeat(8)} 7f 80 01`,
  identifier,
  /padded/,
)
test('reads OBJECT IDENTIFIER', () => {
  assert.is(readAll('06 03 55 1d 0f', identifier), '2.5.29.15')
  assert.is(readAll('06 09 2a 86 48 86 f7 0d 01 01 0b', identifier), '1.2.840.113549.1.1.11')
  assert.is(readAll('06 01 27', identifier), '0.39')
  assert.is(readAll('06 01 28', identifier), '1.0')
  assert.is(readAll('06 02 88 37', identifier), '2.999')
})
test('reads arcs of 128 bits exactly', () => {
  const long = '69 83 ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 7f 01'
  const contents = bytes(long)
  assert.is(objectIdentifierText(contents, 0, contents.length), `2.25.${2n ** 128n - 1n}.1`)
  const first = bytes('83 ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff 7f')
  assert.is(objectIdentifierText(first, 0, first.length), `2.${2n ** 128n - 1n - 80n}`)
})

test('reads the same OBJECT IDENTIFIER each time, whichever came between', () => {
  // 700 of one, two and three octets: more than are kept, so that many come to the same place.
  const contents = Array.from({ length: 700 }, (_, i) =>
    i < 100 ? [i] : i < 400 ? [0x80 + (i % 7) + 1, i % 128] : [i % 50, i % 128, (i >> 2) % 128],
  )
  for (let round = 0; round < 3; round++) {
    for (const octets of contents) {
      const element = Uint8Array.of(6, octets.length, ...octets)
      const expected = objectIdentifierText(element, 2, element.length)
      assert.is(new DerReader(element).readObjectIdentifier(), expected)
    }
  }
})
test('keeps nothing of the memory in which an OBJECT IDENTIFIER stood, and none for a longer one', () => {
  // All three come to the same place.
  const element = bytes('06 02 00 20')
  assert.is(new DerReader(element).readObjectIdentifier(), '0.0.32')
  element.set([1, 1], 2)
  assert.is(new DerReader(element).readObjectIdentifier(), '0.1.1')
  assert.is(readAll('06 02 00 20', identifier), '0.0.32')
  assert.is(readAll('06 03 00 20 40', identifier), '0.0.32.64')
})

// BIT STRING (X.690 11.2)
refuses('a BIT STRING without the count', '03 00', bitString, /without contents/)
refuses('a key with unused bits', '03 02 01 02', bitString, /whole number/)
refuses('named bits with nonzero unused bits', '03 02 05 a1', namedBits, /nonzero unused/)
refuses('eight unused bits', '03 02 08 00', namedBits, /unused bits/)
refuses('unused bits of nothing', '03 01 01', namedBits, /unused bits/)
refuses('more named bits than there can be', '03 06 00 ff ff ff ff 80', namedBits, /too many/)
test('reads BIT STRING', () => {
  assert.equal(readAll('03 03 00 01 02', bitString), bytes('01 02'))
  assert.is(readAll('03 02 05 a0', namedBits), 0b101)
  assert.is(readAll('03 03 07 00 80', namedBits), 1 << 8)
  assert.is(readAll('03 01 00', namedBits), 0)
  assert.is(readAll('03 03 04 a0 00', namedBits), 0b101)
})

test('says where it failed, from the start of the bytes', () => {
  const reader = new DerReader(bytes('30 05 05 00 01 01 02'))
  reader.enter(tags.sequence)
  reader.readNull()
  try {
    reader.readBoolean()
    assert.unreachable()
  } catch (error) {
    assert.instance(error, DerError)
    assert.is((error as DerError).offset, 6)
    assert.match((error as DerError).message, /at offset 6/)
  }
})

test('reads inside the bounds it was given', () => {
  const reader = new DerReader(bytes('05 00 02 01 07 05 00'), 2, 5)
  assert.ok(reader.at(tags.integer))
  assert.not(reader.at(tags.null))
  assert.equal(reader.readElement(), bytes('02 01 07'))
  assert.ok(reader.done)
  assert.not(reader.at(tags.null))
  assert.throws(() => reader.skipAny(), /truncated/)
})

test.run()
