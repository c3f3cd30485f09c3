// Memory of OpenSSL's: given back early, and only where nobody else has a part of it.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { free } from '#src/crypto/bytes.js'

const canFree = 'transfer' in ArrayBuffer.prototype

test('a long buffer of its own is freed where the runtime can', () => {
  const buffer = Buffer.alloc(16_385, 1)
  assert.is(free(buffer), canFree)
  assert.is(buffer.buffer.byteLength, canFree ? 0 : 16_385)
})

test('a buffer that is a part of other memory stays', () => {
  const memory = new ArrayBuffer(40_000)
  const buffer = Buffer.from(memory, 0, 20_000).fill(1)
  assert.not(free(buffer))
  assert.is(memory.byteLength, 40_000)
  assert.ok(buffer.every((byte) => byte === 1))
})

test('a short buffer stays', () => {
  const buffer = Buffer.from(new ArrayBuffer(1000))
  assert.not(free(buffer))
  assert.is(buffer.length, 1000)
})

test.run()
