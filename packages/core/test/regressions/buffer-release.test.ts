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

test.run()
