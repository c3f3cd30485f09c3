/** All sockets read into one buffer: what one leaves there must not be another's. */
import { once } from 'node:events'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import { connect, listen, type TlsConnection } from '@sanstls/transport-node'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { onread, readShared } from '#src/shared-input.js'
import { authority, noSocketsLeft } from './support/harness.js'

const input = suite('shared input')
const isNode = !('bun' in process.versions) && !('deno' in process.versions)

async function accepted(test: (socket: Socket, peer: Socket) => Promise<void>): Promise<void> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const peer = connectTcp(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [Socket]
  await test(socket, peer)
  peer.destroy()
  socket.destroy()
  server.close()
  await noSocketsLeft()
}

input('an accepted socket of Node reads where net.connect would', async () => {
  await accepted(async (socket, peer) => {
    const read: string[] = []
    const memories = new Set<unknown>()
    let datas = 0
    socket.on('data', () => datas++)
    const done = readShared(socket, (bytes) => {
      read.push(new TextDecoder().decode(bytes))
      memories.add(bytes.buffer)
    })
    assert.is(done, isNode)
    if (!isNode) return
    const ended = once(socket, 'end')
    socket.resume()
    peer.end('whole')
    await ended
    assert.equal(read, ['whole'])
    assert.is(datas, 0)
    assert.is(memories.size, 1)
    assert.ok(memories.has(onread(() => {})?.buffer.buffer))
  })
})

input('a socket that has no handle any more reads as ever', async () => {
  await accepted(async (socket) => {
    socket.destroy()
    assert.is(
      readShared(socket, () => {}),
      false,
    )
  })
})

const streams = 6
const length = 700_000

/** Bytes that differ between streams and places. */
function contents(seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed + 1
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = state >>> 24
  }
  return bytes
}

/** Reads in gulps with rests between, so that the transport must pause again and again. */
async function readSlowly(connection: TlsConnection): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let at = 0
  for (let chunk = await connection.read(); chunk !== undefined; chunk = await connection.read()) {
    bytes.set(chunk, at)
    at += chunk.length
    if (at % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return bytes.subarray(0, at)
}

input('streams both ways, paused now and then, arrive unmixed', async () => {
  const credential = authority.issue({ names: ['localhost'] })
  const received: Promise<Uint8Array>[] = []
  const server = await listen({
    host: '127.0.0.1',
    ...credential,
    onConnection(connection) {
      received.push(
        (async () => {
          const bytes = await readSlowly(connection)
          await connection.write(bytes)
          await connection.end()
          return bytes
        })(),
      )
    },
  })
  const port = server.address?.port ?? 0
  const returned = await Promise.all(
    Array.from({ length: streams }, async (_, seed) => {
      const connection = await connect({
        host: '127.0.0.1',
        port,
        serverName: 'localhost',
        ca: authority.ca,
      })
      await connection.write(contents(seed))
      await connection.end()
      return readSlowly(connection)
    }),
  )
  for (const [seed, bytes] of returned.entries()) {
    assert.is(Buffer.compare(bytes, contents(seed)), 0, `stream ${seed}`)
  }
  assert.is((await Promise.all(received)).length, streams)
  await server.close()
  await noSocketsLeft()
})

input.run()
