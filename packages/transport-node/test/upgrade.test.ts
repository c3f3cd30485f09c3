/** TLS over streams that are already in use. */
import { connect as connectTcp, type Socket } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import { OptionError } from '@sanstls/core'
import { upgrade } from '@sanstls/transport-node'
import { readAll, rejection, rejectsWith } from '@sanstls/transport-web/testing'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { acceptOne, authority, noSocketsLeft } from './support/harness.js'

const upgrading = suite('upgrade')

const credential = authority.issue({ names: ['localhost'] })
const { ca } = authority
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const clientOptions = { serverName: 'localhost', ca } as const
const serverOptions = { role: 'server', ...credential } as const

/** Reads a line as a mail server would: what follows it in the same chunk is returned beside it. */
function readLine(socket: Socket): Promise<{ line: string; rest: Uint8Array }> {
  return new Promise((resolve) => {
    let gathered = Buffer.alloc(0)
    const onData = (chunk: Buffer) => {
      gathered = Buffer.concat([gathered, chunk])
      const end = gathered.indexOf('\r\n')
      if (end < 0) return
      socket.pause()
      socket.off('data', onData)
      resolve({ line: gathered.toString('utf8', 0, end), rest: gathered.subarray(end + 2) })
    }
    socket.on('data', onData)
  })
}

upgrading('STARTTLS, with the ClientHello in the same packet as the command', async () => {
  const { socket, port, listener } = await acceptOne()
  const raw = connectTcp(port, '127.0.0.1')
  const served = (async () => {
    const stream = await socket
    const { line, rest } = await readLine(stream)
    assert.is(line, 'STARTTLS')
    assert.ok(rest.length > 0, 'the ClientHello was to come with the command')
    // From here on whatever else has come waits in the stream.
    return upgrade(stream, { ...serverOptions, head: rest })
  })()
  raw.cork()
  raw.write('STARTTLS\r\n')
  const connecting = upgrade(raw, clientOptions)
  raw.uncork()
  const [client, server] = await Promise.all([connecting, served])
  await client.write(text('secret'))
  assert.equal(await server.read(), text('secret'))
  assert.is(server.addresses.local?.port, port)
  await Promise.all([client.close(), server.close()])
  listener.close()
  await noSocketsLeft()
})

upgrading('bytes that wait in the stream are not lost', async () => {
  const [left, right] = duplexPair()
  const connecting = upgrade(left, clientOptions)
  // The ClientHello lies in the stream's buffer before anybody reads.
  await new Promise(setImmediate)
  const [client, server] = await Promise.all([connecting, upgrade(right, serverOptions)])
  await client.write(text('x'))
  assert.equal(await server.read(), text('x'))
  client.abort()
  server.abort()
})

upgrading('streams that pass memory on by reference are not sent overwritten records', async () => {
  const [left, right] = duplexPair()
  const [client, server] = await Promise.all([
    upgrade(left, clientOptions),
    upgrade(right, serverOptions),
  ])
  // All of it lies in the stream between before anybody reads.
  for (let round = 0; round < 40; round++) await client.write(new Uint8Array(60_000).fill(round))
  await client.end()
  const all = await readAll(server)
  assert.is(all.length, 2_400_000)
  assert.ok(all.every((byte, index) => byte === Math.floor(index / 60_000)))
  server.abort()
})

upgrading('a stream that something else reads, or that decodes text, is refused', async () => {
  const busy = new PassThrough()
  busy.on('data', () => {})
  const decoding = new PassThrough()
  decoding.setEncoding('utf8')
  const objects = new PassThrough({ objectMode: true })
  for (const stream of [busy, decoding, objects]) {
    const error = await rejection(upgrade(stream, clientOptions), 'upgrade')
    assert.instance(error, OptionError)
    assert.is((error as OptionError).option, 'stream')
  }
})

upgrading('a stream that has ended or been destroyed fails at once', async () => {
  const destroyed = new PassThrough()
  destroyed.destroy()
  await rejectsWith(upgrade(destroyed, clientOptions), 'transportFailed', 'destroyed')
  const [left, right] = duplexPair()
  right.end()
  left.resume()
  await new Promise((resolve) => left.once('end', resolve))
  await rejectsWith(upgrade(left, clientOptions), 'closedDuringHandshake', 'ended')
})

upgrading('wrong options leave the stream alone', async () => {
  const [left] = duplexPair()
  await rejection(upgrade(left, { serverName: 'localhost', ca: 'nonsense' }), 'upgrade')
  assert.is(left.destroyed, false)
  assert.is(left.listenerCount('error'), 0)
})

/** Two ends in memory, without a bound. Chunks are passed on by reference, and writes complete at once. */
function duplexPair(): [Duplex, Duplex] {
  const create = (): End => new End()
  const [left, right] = [create(), create()]
  left.other = right
  right.other = left
  return [left, right]
}

class End extends Duplex {
  other: End | undefined

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.other?.push(chunk)
    callback()
  }

  override _final(callback: () => void): void {
    this.other?.push(null)
    callback()
  }
}

upgrading.run()
