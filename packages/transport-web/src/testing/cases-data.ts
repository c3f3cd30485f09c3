/** Moving data: order, completeness, back-pressure, reading in all ways. */
import type { TlsConnection } from '../base/connection.js'
import { EndOfDataError } from '../base/incoming.js'
import { holds, pattern, pause, readAll, rejection, rejectsWith, same } from './check.js'
import { type Case, withPair } from './harness.js'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** Writes without limit until the connection takes no more for a while; returns the bytes that it took. */
async function fill(connection: TlsConnection, chunk: Uint8Array, most: number): Promise<number> {
  let written = 0
  for (;;) {
    const write = connection.write(chunk).then(() => true)
    const taken = await Promise.race([write, pause(300).then(() => false)])
    written += chunk.length
    if (!taken) return written
    if (written > most) throw new Error(`${written} bytes were taken though nobody reads`)
  }
}

export const dataCases: readonly Case[] = [
  {
    name: 'both ends agree on what was negotiated, and exchange data',
    run: (harness) =>
      withPair(
        harness,
        { client: { alpn: ['h2', 'echo'] }, server: { alpn: ['echo'] } },
        async (client, server) => {
          same(client.info.alpn, 'echo', 'ALPN')
          same(server.info.serverName, 'localhost', 'the name asked for')
          holds(client.info.peer?.dangerouslyUnverified === false, 'the server was not verified')
          same(
            client.exporter('EXPERIMENTAL test', undefined, 32),
            server.exporter('EXPERIMENTAL test', undefined, 32),
            'exporters',
          )
          await client.write(text('ping'))
          same(await server.read(), text('ping'), 'from the client')
          await server.write(text('pong'))
          same(await client.read(), text('pong'), 'from the server')
          client.updateKeys(true)
          await client.write(text('again'))
          same(await server.read(), text('again'), 'after a key update')
          await server.write(text('and again'))
          same(await client.read(), text('and again'), "after the server's key update")
        },
      ),
  },
  {
    name: 'a megabyte each way at once, unharmed',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const data = pattern(1_000_000)
        const echo = (async () => {
          for await (const chunk of server) await server.write(chunk)
          await server.end()
        })()
        const sending = (async () => {
          for (let at = 0; at < data.length; at += 70_000) {
            await client.write(data.subarray(at, at + 70_000))
          }
          await client.end()
        })()
        same(await readAll(client), data, 'echo')
        await Promise.all([echo, sending])
      }),
  },
  {
    name: 'memory written to may be reused as soon as write is fulfilled',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const reused = new Uint8Array(50_000)
        const writing = (async () => {
          for (let round = 0; round < 20; round++) {
            reused.fill(round)
            await client.write(reused)
          }
          await client.end()
        })()
        await pause(50)
        const all = await readAll(server)
        await writing
        same(all.length, 1_000_000, 'length')
        for (let round = 0; round < 20; round++) {
          const part = all.subarray(round * 50_000, (round + 1) * 50_000)
          holds(
            part.every((byte) => byte === round),
            `round ${round} was overwritten`,
          )
        }
      }),
  },
  {
    name: 'a reader that does not read stops the writer, and misses nothing',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const chunk = pattern(65_536)
        const written = await fill(client, chunk, 40_000_000)
        const ended = client.end()
        let received = 0
        for await (const bytes of server) {
          for (let index = 0; index < bytes.length; index += 4_099) {
            const expected = chunk[(received + index) % chunk.length]
            holds(bytes[index] === expected, `byte ${received + index} is wrong`)
          }
          received += bytes.length
        }
        await ended
        same(received, written, 'bytes')
      }),
  },
  {
    name: 'reading goes on while writing is stopped',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        await fill(client, new Uint8Array(65_536), 40_000_000)
        await server.write(text('are you there?'))
        same(await client.read({ timeout: 5_000 }), text('are you there?'), 'read')
      }),
  },
  {
    name: 'readExactly cuts where it is told to, and keeps a short tail',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const data = pattern(200_003)
        const sending = client.write(data).then(() => client.end())
        same(await server.readExactly(0), new Uint8Array(), 'nothing')
        same(await server.readExactly(1), data.subarray(0, 1), 'one byte')
        same(await server.readExactly(149_999), data.subarray(1, 150_000), 'more than is buffered')
        same(await server.readExactly(50_000), data.subarray(150_000, 200_000), 'the next')
        const error = await rejection(server.readExactly(10), 'past the end')
        holds(error instanceof EndOfDataError, 'not an EndOfDataError')
        same(error.kept, 3, 'kept')
        same(await server.read(), data.subarray(200_000), 'the tail')
        same(await server.readExactly(10), undefined, 'at the end')
        same(await server.read(), undefined, 'read at the end')
        await sending
      }),
  },
  {
    name: 'a read that times out loses nothing',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        await client.write(text('abc'))
        await rejectsWith(server.readExactly(5, { timeout: 50 }), 'timedOut', 'readExactly')
        await client.write(text('de'))
        same(await server.readExactly(5, { timeout: 5_000 }), text('abcde'), 'later')
        await rejectsWith(server.read({ timeout: 20 }), 'timedOut', 'read')
        const [first, second] = [server.readExactly(1), server.readExactly(2)]
        await client.write(text('xyz'))
        same(await first, text('x'), 'the first of two')
        same(await second, text('yz'), 'the second of two')
      }),
  },
  {
    name: 'Web Streams carry everything, and their end',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const data = pattern(300_000)
        const echoed = server.readable.pipeTo(server.writable)
        const writer = client.writable.getWriter()
        const sending = writer.write(data).then(() => writer.close())
        const reader = client.readable.getReader()
        const received = readAll({
          async *[Symbol.asyncIterator]() {
            for (let part = await reader.read(); !part.done; part = await reader.read()) {
              yield part.value
            }
          },
        })
        same(await received, data, 'echo')
        await Promise.all([echoed, sending, client.closed, server.closed])
      }),
  },
  {
    name: 'leaving a loop early leaves the connection open',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        await client.write(text('one'))
        for await (const chunk of server) {
          same(chunk, text('one'), 'in the loop')
          break
        }
        await client.write(text('two'))
        same(await server.read(), text('two'), 'after the loop')
      }),
  },
  {
    name: 'many small writes arrive in order',
    run: (harness) =>
      withPair(harness, {}, async (client, server) => {
        const writes = Array.from({ length: 2_000 }, (_, index) =>
          client.write(new Uint8Array([index & 0xff])),
        )
        await Promise.all(writes)
        await client.end()
        const all = await readAll(server)
        same(all.length, 2_000, 'length')
        holds(
          all.every((byte, index) => byte === (index & 0xff)),
          'out of order',
        )
      }),
  },
  {
    name: 'TLS inside TLS',
    run: (harness) =>
      withPair(harness, {}, async (outerClient, outerServer) => {
        const { authority } = harness
        const credential = authority.issue({ names: ['inner.test'] })
        const [client, server] = await Promise.all([
          harness.upgrade(outerClient, { serverName: 'inner.test', ca: authority.ca }),
          harness.upgrade(outerServer, { role: 'server', ...credential }),
        ])
        const data = pattern(100_000)
        const sending = client.write(data).then(() => client.end())
        same(await readAll(server), data, 'through both')
        await Promise.all([sending, server.end()])
        same(await client.read(), undefined, 'the end')
        await Promise.all([client.closed, server.closed, outerClient.closed, outerServer.closed])
      }),
  },
]
