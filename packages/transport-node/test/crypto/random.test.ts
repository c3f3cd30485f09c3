// Randomness drawn in advance: every byte of the source goes out once at most.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { nodeRandom, pooled } from '#src/crypto/random.js'

/** A source of consecutive numbers of 16 bits, which says how often it was asked. */
function counting() {
  let next = 0
  let calls = 0
  const random = pooled((bytes) => {
    calls++
    for (let i = 0; i < bytes.length; i += 2, next++) {
      bytes[i] = next >> 8
      bytes[i + 1] = next
    }
  })
  return { random, calls: () => calls }
}

const numbers = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 2 }, (_, i) => Buffer.from(bytes).readUInt16BE(2 * i))

test('nothing is handed out twice, and nothing from two fillings at once', () => {
  const { random, calls } = counting()
  const seen = new Set<number>()
  let count = 0
  for (let i = 0; i < 100; i++) {
    const length = [32, 4, 1024, 0, 300, 2000, 12][i % 7] ?? 0
    const bytes = random(length)
    assert.is(bytes.length, length)
    const drawn = numbers(bytes)
    for (const [at, value] of drawn.entries()) {
      seen.add(value)
      if (at > 0) assert.is(value, (drawn[at - 1] ?? 0) + 1)
    }
    count += drawn.length
  }
  assert.is(seen.size, count)
  assert.ok(calls() < 100)
})

test('what was handed out belongs to the caller', () => {
  const { random } = counting()
  const first = random(32)
  first.fill(255)
  const second = random(32)
  assert.equal(numbers(second)[0], 16)
  assert.ok(first.every((octet) => octet === 255))
  assert.is(first.buffer.byteLength, 32)
})

test('a source that fails gives nothing of what was there before', () => {
  let fails = false
  const random = pooled((bytes) => {
    if (fails) throw new Error('no entropy')
    bytes.fill(1)
  })
  assert.equal([...random(1000)], Array(1000).fill(1))
  fails = true
  assert.throws(() => random(32), /no entropy/)
  assert.throws(() => random(32), /no entropy/)
  assert.equal([...random(24)], Array(24).fill(1))
  assert.throws(() => random(1), /no entropy/)
})

test('of node:crypto', () => {
  const drawn = Array.from({ length: 100 }, () => Buffer.from(nodeRandom(32)).toString('hex'))
  assert.is(new Set(drawn).size, drawn.length)
  assert.ok(drawn.every((digits) => digits.length === 64))
})

test.run()
