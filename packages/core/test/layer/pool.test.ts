/** Buffers that go from one connection to the next. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { StreamWriter } from '#src/layer/stream/writer.js'
import { Pool } from '#src/pool.js'

test('a buffer that was given back is taken next; one of another length never is', () => {
  const pool = new Pool(8, 2)
  const one = pool.take()
  assert.is(one.length, 8)
  pool.give(new Uint8Array(7))
  pool.give(one)
  assert.ok(pool.take() === one)
  assert.ok(pool.take() !== one, 'taken twice')
})

test('no more are kept than was said', () => {
  const pool = new Pool(1, 2)
  const given: Uint8Array[] = [0, 1, 2].map(() => new Uint8Array(1))
  for (const buffer of given) pool.give(buffer)
  const taken = [0, 1, 2].map(() => pool.take())
  assert.is(taken.filter((buffer) => given.includes(buffer)).length, 2)
})

test('writers whose data waits at the same time do not share a buffer', () => {
  const writers = Array.from(
    { length: 80 },
    () => new StreamWriter({ role: 'server', maxQueued: 65_536, recordPadding: undefined }),
  )
  // Short and long ones, twice, so that the second round finds the buffers of the first.
  for (const length of [300, 5000, 20, 6000]) {
    for (const [index, writer] of writers.entries()) {
      writer.sendData(new Uint8Array(length / 2).fill(index))
      writer.sendData(new Uint8Array(length / 2).fill(index + 100))
    }
    for (const [index, writer] of writers.entries()) {
      const content = writer.transmit()?.bytes.subarray(5) ?? new Uint8Array()
      assert.is(content.length, length)
      assert.ok(content.every((byte, at) => byte === index + (at < length / 2 ? 0 : 100)))
    }
  }
})

test.run()
