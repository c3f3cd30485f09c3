// Memory of OpenSSL's: given back early, and only where nobody else has a part of it.
import { MessagePort } from 'node:worker_threads'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aes128Gcm } from '#src/crypto/aead.js'
import { free } from '#src/crypto/bytes.js'

/** So many wait for each other at most. */
const together = 8

test('buffers of their own are freed', () => {
  for (const length of [1, 1000, 16_385]) {
    const buffers = Array.from({ length: together }, () => Buffer.from(new ArrayBuffer(length)))
    for (const buffer of buffers) free(buffer)
    assert.equal(
      buffers.map((buffer) => buffer.buffer.byteLength),
      buffers.map(() => 0),
    )
  }
})

test('a buffer that is a part of other memory stays', () => {
  const memory = new ArrayBuffer(40_000)
  const buffer = Buffer.from(memory, 0, 20_000).fill(1)
  free(buffer)
  assert.is(memory.byteLength, 40_000)
  assert.ok(buffer.every((byte) => byte === 1))
})

test("a part of Node's pool stays", () => {
  const buffer = Buffer.from('pooled')
  free(buffer)
  assert.is(buffer.toString(), 'pooled')
})

const [records, length] = [64, 16_385]

/** Seals so many records, one after the other, under one key. */
function sealing(): () => void {
  const aead = aes128Gcm.create(new Uint8Array(16))
  const [nonce, aad, text] = [new Uint8Array(12), new Uint8Array(5), new Uint8Array(length)]
  const out = new Uint8Array(length + 16)
  return () => {
    for (let i = 0; i < records; i++) aead.seal(nonce, aad, text, new Uint8Array(0), out, 0)
  }
}

test('a key that seals in bulk leaves no memory behind for the garbage collector', () => {
  const seal = sealing()
  seal()
  const before = process.memoryUsage().arrayBuffers
  seal()
  const grown = process.memoryUsage().arrayBuffers - before
  // Tags and nonces of some bytes are left to it.
  assert.ok(grown < together * length, `${grown} bytes`)
})

test('a key that seals some records detaches no memory', () => {
  const seal = sealing()
  let detached = 0
  const restore = [
    watch(MessagePort.prototype, 'postMessage', () => detached++),
    watch(ArrayBuffer.prototype, 'transfer', () => detached++),
  ]
  try {
    seal()
    assert.is(detached, 0)
    seal()
    assert.ok(detached > 0)
  } finally {
    for (const undo of restore) undo()
  }
})

/** Has `called` called with each call of a method. Returns how to undo that. */
function watch(prototype: object, name: string, called: () => void): () => void {
  const method: unknown = Reflect.get(prototype, name)
  if (typeof method !== 'function') return () => {}
  const watched = function (this: unknown, ...values: unknown[]): unknown {
    called()
    return Reflect.apply(method, this, values)
  }
  Object.defineProperty(prototype, name, { value: watched, configurable: true, writable: true })
  return () =>
    Object.defineProperty(prototype, name, { value: method, configurable: true, writable: true })
}

test.run()
