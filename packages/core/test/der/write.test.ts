import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DerError, DerReader, tags } from '#src/der/reader.js'
import { decodeAscii, decodeUtf8, encodeUtf8 } from '#src/der/text.js'
import {
  encodeBitString,
  encodeBoolean,
  encodeInteger,
  encodeNamedBits,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeSetOf,
} from '#src/der/write.js'
import { configure } from '../support/property.js'

configure()

const bytes = fc.uint8Array({ maxLength: 300 })

test('INTEGER', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (value) => {
      assert.is(new DerReader(encodeInteger(value)).readSmallInteger(), value)
    }),
  )
  fc.assert(
    fc.property(bytes, (value) => {
      const read = new DerReader(encodeInteger(value)).readInteger()
      const number = (octets: Uint8Array) => BigInt(`0x0${Buffer.from(octets).toString('hex')}`)
      assert.is(number(read), number(value))
    }),
  )
  assert.throws(() => encodeInteger(-1), RangeError)
  assert.throws(() => encodeInteger(0.5), RangeError)
})

test('strings, BOOLEAN and NULL', () => {
  fc.assert(
    fc.property(bytes, fc.boolean(), (contents, flag) => {
      const reader = new DerReader(
        encodeSequence(
          encodeOctetString(contents),
          encodeBitString(contents),
          encodeBoolean(flag),
          encodeNull(),
        ),
      )
      const outer = reader.enter(tags.sequence)
      assert.equal(reader.readOctetString(), contents)
      assert.equal(reader.readBitString(), contents)
      assert.is(reader.readBoolean(), flag)
      reader.readNull()
      reader.leave(outer)
      reader.end()
    }),
  )
})

test('named bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (bits) => {
      assert.is(new DerReader(encodeNamedBits(bits)).readNamedBits(), bits)
    }),
  )
})

test('OBJECT IDENTIFIER', () => {
  const arc = fc.bigInt({ min: 0n, max: 2n ** 130n })
  const small = fc.bigInt({ min: 0n, max: 39n })
  const under2 = fc.tuple(fc.constant(2n), arc)
  const under1 = fc.tuple(fc.constantFrom(0n, 1n), small)
  fc.assert(
    fc.property(fc.oneof(under1, under2), fc.array(arc, { maxLength: 8 }), (first, rest) => {
      const text = [...first, ...rest].join('.')
      assert.is(new DerReader(encodeObjectIdentifier(text)).readObjectIdentifier(), text)
    }),
  )
  for (const text of ['', '1', '3.1', '1.40', '1.02', '1.2.', '1.-2', 'a.b']) {
    assert.throws(() => encodeObjectIdentifier(text), RangeError)
  }
})

test('SET OF is in ascending order', () => {
  const set = encodeSetOf(encodeInteger(300), encodeInteger(2), encodeInteger(1))
  assert.equal(set, encodeSetOf(encodeInteger(1), encodeInteger(300), encodeInteger(2)))
  assert.is(set[4], 1)
})

test('UTF-8', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, (value) => {
      const encoded = encodeUtf8(value)
      assert.equal(encoded, new Uint8Array(Buffer.from(value, 'utf8')))
      assert.is(decodeUtf8(encoded), value)
    }),
  )
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), (value) => {
      let expected: string | undefined
      try {
        expected = strict.decode(value)
      } catch {}
      assert.is(decodeUtf8(value), expected)
    }),
    { numRuns: 2000 },
  )
  for (const hex of ['c080', 'e08080', 'f0808080', 'eda080', 'f4908080', 'ff', 'c3', '80']) {
    assert.is(decodeUtf8(Uint8Array.from(Buffer.from(hex, 'hex'))), undefined, hex)
  }
  assert.equal(encodeUtf8('\ud800'), Uint8Array.of(0xef, 0xbf, 0xbd))
  assert.is(decodeAscii(Uint8Array.of(0x41, 0x7f)), 'A\x7f')
  assert.is(decodeAscii(Uint8Array.of(0x80)), undefined)
})

test('any bytes are read or refused with a DerError', () => {
  const kinds = [
    'readInteger',
    'readBoolean',
    'readBitString',
    'readNamedBits',
    'readTime',
  ] as const
  const more = ['readObjectIdentifier', 'skipAny', 'readElement', 'readSmallInteger'] as const
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 24 }),
      fc.constantFrom(...kinds, ...more),
      (value, method) => {
        const reader = new DerReader(value)
        try {
          while (!reader.done) reader[method]()
        } catch (error) {
          assert.instance(error, DerError)
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test.run()
