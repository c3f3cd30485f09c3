// How a connection over a pair of streams is given up: what is called on the pair then.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createPairTransport } from '#src/base/pair-transport.js'

/** A pair that says what happens to it. */
function watched(more: (calls: string[]) => object = () => ({})) {
  const calls: string[] = []
  const readable = new ReadableStream<Uint8Array>({ cancel: () => void calls.push('cancel') })
  const writable = new WritableStream<Uint8Array>({ abort: () => void calls.push('abort') })
  return { calls, pair: { readable, writable, ...more(calls) } }
}

test('both streams of a pair are given up', async () => {
  const { calls, pair } = watched()
  createPairTransport(pair).destroy()
  await new Promise(setImmediate)
  assert.equal(calls.sort(), ['abort', 'cancel'])
})

test('a `close` that may wait or say goodbye is not called', async () => {
  const { calls, pair } = watched((seen) => ({ close: () => seen.push('close') }))
  createPairTransport(pair).destroy()
  await new Promise(setImmediate)
  assert.equal(calls.sort(), ['abort', 'cancel'])
})

test("a Worker's socket is closed, and its streams are left alone: aborted, it would stay open", async () => {
  const { calls, pair } = watched((seen) => ({
    startTls: () => seen.push('startTls'),
    close: () => {
      seen.push('close')
      return Promise.reject(new Error('closed already'))
    },
  }))
  createPairTransport(pair).destroy()
  await new Promise(setImmediate)
  assert.equal(calls, ['close'])
})

test.run()
