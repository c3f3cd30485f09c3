/** Over pairs of Web Streams, as Workers' sockets are. */
import { noble } from '@sanstls/core/noble'
import { type StreamPair, upgrade } from '@sanstls/transport-web'
import {
  createTestAuthority,
  type Harness,
  rejectsWith,
  transportCases,
} from '@sanstls/transport-web/testing'
import { suite } from 'uvu'
import { random } from './support/random.js'

const streams = suite('transport over Web Streams')

const authority = createTestAuthority(noble, random, Date.now())

/** Two ends in memory, chunks passed on by reference; `cut` ends what the second sends. */
function link(): { readonly ends: readonly [StreamPair, StreamPair]; cut(): void } {
  const [there, back] = [new TransformStream<Uint8Array>(), new TransformStream<Uint8Array>()]
  // A stream between, so that the writer can be ended from outside.
  const controller = new AbortController()
  const relay = new TransformStream<Uint8Array>()
  const piped = relay.readable.pipeTo(back.writable, {
    signal: controller.signal,
    preventAbort: true,
  })
  piped.catch(() => back.writable.close()).catch(() => {})
  return {
    ends: [
      { readable: back.readable, writable: there.writable },
      { readable: there.readable, writable: relay.writable },
    ],
    cut: () => controller.abort(),
  }
}

const harness: Harness = {
  authority,
  upgrade,
  async link(clientOptions, serverOptions) {
    const {
      ends: [near, far],
      cut,
    } = link()
    const client = upgrade(near, clientOptions)
    const server = upgrade(far, { role: 'server', ...serverOptions })
    client.catch(() => {})
    server.catch(() => {})
    return { client, server, cut, release: async () => {} }
  },
}

for (const { name, run } of transportCases) streams(name, () => run(harness))

streams('a stream that gives something other than bytes is a coded error', async () => {
  const readable = new ReadableStream({ start: (controller) => controller.enqueue('text') })
  const attempt = upgrade(
    { readable, writable: new WritableStream() },
    { serverName: 'localhost', ca: authority.ca },
  )
  await rejectsWith(attempt, 'transportFailed', 'upgrade')
})

streams.run()
