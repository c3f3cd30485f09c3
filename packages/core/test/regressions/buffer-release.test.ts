/** A buffer that is given back twice, or that another connection owns, must not be written while it is still read. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OutputBuffer } from '#src/layer/output-buffer.js'

const size = 20_000

function filled(output: OutputBuffer, value: number): Uint8Array {
  const { buffer, offset } = output.reserve(size)
  buffer.fill(value, offset, offset + size)
  output.flush()
  const bytes = output.take()
  if (bytes === undefined) throw new Error('nothing to transmit')
  return bytes
}

test('a buffer is reused once for each time that it is given back', () => {
  const output = new OutputBuffer()
  const first = filled(output, 1)
  output.release(first)
  const second = filled(output, 2)
  assert.is(second.buffer, first.buffer, 'reused')
  output.release(first)
  const third = filled(output, 3)
  assert.is.not(third.buffer, second.buffer, 'the transport still has it')
  assert.is(second[0], 2)
})

test('a buffer of another connection is not taken', () => {
  const [one, other] = [new OutputBuffer(), new OutputBuffer()]
  const bytes = filled(one, 1)
  other.release(bytes)
  assert.is.not(filled(other, 2).buffer, bytes.buffer)
})

test('what is never given back is forgotten, and takes nothing from the others', () => {
  const output = new OutputBuffer()
  const kept = filled(output, 1)
  const others = Array.from({ length: 40 }, (_, i) => filled(output, i + 2))
  assert.is(new Set([kept, ...others].map(({ buffer }) => buffer)).size, 41)
  output.release(kept)
  assert.is.not(filled(output, 99).buffer, kept.buffer, 'too old to be known')
  const [oldest, ...rest] = others.slice(-10)
  for (const bytes of [...rest, oldest ?? kept]) output.release(bytes)
  const reused = others.slice(-10).map(() => filled(output, 100).buffer)
  const expected = others.slice(-10).map(({ buffer }) => buffer)
  assert.equal(new Set(reused), new Set(expected))
  assert.is(kept[0], 1)
})

test('what an ended connection has lent is not taken back', () => {
  const [ended, other] = [new OutputBuffer(), new OutputBuffer()]
  const [first, between, second] = [filled(ended, 1), filled(other, 2), filled(ended, 3)]
  ended.clear()
  ended.release(first)
  ended.release(second)
  other.release(between)
  assert.is(filled(other, 4).buffer, between.buffer)
  const next = filled(other, 5).buffer
  assert.is.not(next, first.buffer)
  assert.is.not(next, second.buffer)
})

test.run()
