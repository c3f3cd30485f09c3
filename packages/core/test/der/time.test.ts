import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DerError, DerReader, tags } from '#src/der/reader.js'
import { civilFromDays, daysFromCivil } from '#src/der/time.js'
import { encodeText, encodeTime } from '#src/der/write.js'
import { configure } from '../support/property.js'

configure()

const utc = (text: string): number => read(tags.utcTime, text)
const generalized = (text: string): number => read(tags.generalizedTime, text)

function read(tag: number, text: string): number {
  const reader = new DerReader(encodeText(tag, text))
  const time = reader.readTime()
  reader.end()
  return time
}

const refuses = (what: string, read: () => unknown): void =>
  test(`refuses ${what}`, () => assert.throws(read, (error: unknown) => error instanceof DerError))

test('turns the century of UTCTime at 50 (RFC 5280 4.1.2.5.1)', () => {
  assert.is(utc('491231235959Z'), Date.UTC(2049, 11, 31, 23, 59, 59))
  assert.is(utc('500101000000Z'), Date.UTC(1950, 0, 1))
  assert.is(utc('991231235959Z'), Date.UTC(1999, 11, 31, 23, 59, 59))
  assert.is(utc('000101000000Z'), Date.UTC(2000, 0, 1))
})

test('reads the time without end, 99991231235959Z', () => {
  assert.is(generalized('99991231235959Z'), 253_402_300_799_000)
})

test('knows leap years', () => {
  assert.is(generalized('20000229000000Z'), Date.UTC(2000, 1, 29))
  assert.is(generalized('20240229000000Z'), Date.UTC(2024, 1, 29))
  for (const year of ['1900', '2023', '2100']) {
    assert.throws(() => generalized(`${year}0229000000Z`), /RFC 5280/)
  }
})

refuses('UTCTime without seconds', () => utc('2601010000Z'))
refuses('UTCTime with an offset', () => utc('260101000000+0000'))
refuses('UTCTime without Z', () => utc('2601010000000'))
refuses('UTCTime of GeneralizedTime length', () => utc('20260101000000Z'))
refuses('GeneralizedTime with fractions', () => generalized('20260101000000.5Z'))
refuses('GeneralizedTime of UTCTime length', () => generalized('260101000000Z'))
refuses('GeneralizedTime in local time', () => generalized('20260101000000'))
refuses('lower-case z', () => utc('260101000000z'))
refuses('a sign among the digits', () => utc('2601010000-1Z'))
refuses('month 0', () => utc('260001000000Z'))
refuses('month 13', () => utc('261301000000Z'))
refuses('day 0', () => utc('260100000000Z'))
refuses('April 31', () => utc('260431000000Z'))
refuses('hour 24', () => utc('260101240000Z'))
refuses('minute 60', () => utc('260101006000Z'))
refuses('second 60', () => utc('260101000060Z'))
refuses('nothing', () => utc(''))
refuses('an INTEGER for a time', () => read(tags.integer, '1'))

test('agrees with the calendar of JavaScript', () => {
  fc.assert(
    fc.property(fc.integer({ min: -719_528, max: 2_932_896 }), (days) => {
      const { year, month, day } = civilFromDays(days)
      const date = new Date(days * 86_400_000)
      assert.equal(
        [year, month, day],
        [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()],
      )
      assert.is(daysFromCivil(year, month, day), days)
    }),
  )
})

test('writes what it reads: UTCTime through 2049, GeneralizedTime after it', () => {
  fc.assert(
    fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
      const encoded = encodeTime(seconds * 1000)
      assert.is(new DerReader(encoded).readTime(), seconds * 1000)
      const year = new Date(seconds * 1000).getUTCFullYear()
      const isUtc = year >= 1950 && year < 2050
      assert.is(encoded[0], isUtc ? tags.utcTime : tags.generalizedTime)
    }),
  )
  assert.throws(() => encodeTime(Date.UTC(10_000, 0)), RangeError)
  assert.throws(() => encodeTime(Number.NaN), RangeError)
})

test.run()
