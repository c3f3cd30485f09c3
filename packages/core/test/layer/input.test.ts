/** What connections share below the input must not show: each reads its own bytes, however they come. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { InputBuffer } from '#src/layer/input.js'
import { configure } from '../support/property.js'

configure()

/** Reads records of two bytes of length and a body, as far as they are there. */
function readRecords(input: InputBuffer, records: Uint8Array[]): void {
  const header = new Uint8Array(2)
  while (input.copyTo(header)) {
    const length = ((header[0] ?? 0) << 8) | (header[1] ?? 0)
    const body = input.peek(length, header.length)
    if (body === undefined) return
    input.consume(header.length + length)
    records.push(body.slice())
  }
}

/** A stream of records of these lengths, each full of bytes of its own. */
function streamOf(lengths: readonly number[], first: number): Uint8Array {
  const stream = new Uint8Array(lengths.reduce((sum, length) => sum + 2 + length, 0))
  let at = 0
  for (const [index, length] of lengths.entries()) {
    stream[at] = length >> 8
    stream[at + 1] = length & 0xff
    stream.fill((first + index) & 0xff, at + 2, at + 2 + length)
    at += 2 + length
  }
  return stream
}

const lengths = fc.array(fc.oneof(fc.nat({ max: 40 }), fc.integer({ min: 8_000, max: 20_000 })), {
  minLength: 1,
  maxLength: 6,
})
const chunks = fc.infiniteStream(fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 30_000 })))

test('two inputs in turn read their own records, in any chunks, lent or kept', () => {
  fc.assert(
    fc.property(lengths, lengths, chunks, fc.infiniteStream(fc.boolean()), (a, b, sizes, keeps) => {
      const sides = [a, b].map((wanted, index) => ({
        wanted,
        first: index * 100,
        stream: streamOf(wanted, index * 100),
        at: 0,
        input: new InputBuffer(),
        records: [] as Uint8Array[],
      }))
      while (sides.some(({ at, stream }) => at < stream.length)) {
        for (const side of sides) {
          const end = Math.min(side.stream.length, side.at + 1 + (sizes.next().value ?? 0))
          // The transport's memory, which is the transport's again once it was kept.
          const lent = side.stream.slice(side.at, end)
          side.at = end
          side.input.push(lent)
          readRecords(side.input, side.records)
          if (keeps.next().value === true) {
            side.input.keep()
            lent.fill(0xff)
          }
        }
      }
      for (const { wanted, first, records, input } of sides) {
        assert.equal(
          records.map(({ length }) => length),
          wanted,
        )
        for (const [index, record] of records.entries())
          assert.ok(record.every((byte) => byte === ((first + index) & 0xff)))
        assert.is(input.length, 0)
      }
    }),
  )
})

test('a header is read across two chunks, and leaves everything where it was', () => {
  const input = new InputBuffer()
  input.push(Uint8Array.of(1, 2, 3))
  const header = new Uint8Array(5)
  assert.not(input.copyTo(header))
  assert.equal([...header], [0, 0, 0, 0, 0], 'nothing is copied before all of it is there')
  input.push(Uint8Array.of(4, 5, 6, 7))
  assert.ok(input.copyTo(header))
  assert.equal([...header], [1, 2, 3, 4, 5])
  assert.is(input.length, 7)
  assert.is(input.peek(3, 5), undefined)
  assert.equal([...(input.peek(2, 5) ?? [])], [6, 7])
  assert.equal([...(input.peek(7) ?? [])], [1, 2, 3, 4, 5, 6, 7])
})

test.run()
