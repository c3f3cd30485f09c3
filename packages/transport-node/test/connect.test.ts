/** Clients: connecting, giving up, sessions. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Fault } from '@sanstls/core'
import { TransportError } from '@sanstls/core/drive'
import {
  connect,
  listen,
  SessionCache,
  type TlsConnection,
  type TlsServer,
} from '@sanstls/transport-node'
import { pause, rejection, rejectsWith } from '@sanstls/transport-web/testing'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { acceptOne, authority, noSocketsLeft } from './support/harness.js'

const connecting = suite('connect')

const credential = authority.issue({ names: ['localhost'] })
const { ca } = authority
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

async function freePort(): Promise<number> {
  const { port, listener } = await acceptOne()
  await new Promise((resolve) => listener.close(resolve))
  return port
}

async function withEcho(
  options: Parameters<typeof listen>[0],
  test: (port: number, server: TlsServer) => Promise<void>,
): Promise<void> {
  const server = await listen({
    host: '127.0.0.1',
    ...credential,
    onConnection: async (connection) => {
      for await (const chunk of connection) await connection.write(chunk)
      await connection.end()
    },
    ...options,
  })
  await test(server.address?.port ?? 0, server)
  await server.close()
  await noSocketsLeft()
}

connecting('a refused connection is an error of the transport, with its cause', async () => {
  const port = await freePort()
  const attempt = connect({ host: '127.0.0.1', port, ca })
  const error = await rejectsWith(attempt, 'transportFailed', 'connect')
  assert.instance(error, TransportError)
  assert.is((error.cause as NodeJS.ErrnoException).code, 'ECONNREFUSED')
  await noSocketsLeft()
})

connecting('a server that says nothing is given up, and its socket freed', async () => {
  const { socket, port, listener } = await acceptOne()
  const attempt = connect({ host: '127.0.0.1', port, ca, handshakeTimeout: 100 })
  const error = await rejectsWith(attempt, 'timedOut', 'connect')
  assert.instance(error, Fault)
  assert.match(error.message, /waitServerHello/)
  ;(await socket).destroy()
  listener.close()
  await noSocketsLeft()
})

connecting('a signal gives up connecting', async () => {
  const reason = new Error('gone')
  const early = connect({ host: '127.0.0.1', port: 1, ca, signal: AbortSignal.abort(reason) })
  assert.is(await rejection(early, 'aborted before'), reason)
  const { socket, port, listener } = await acceptOne()
  const signal = AbortSignal.timeout(50)
  const late = await rejection(connect({ host: '127.0.0.1', port, ca, signal }), 'during')
  assert.is((late as Error).name, 'TimeoutError')
  ;(await socket).destroy()
  listener.close()
  await noSocketsLeft()
})

connecting('a server that speaks something else is named as such', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.resume()
    socket.end('220 mail.example ESMTP\r\n')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as { port: number }
  const error = await rejectsWith(
    connect({ host: '127.0.0.1', port, ca }),
    'unknownContentType',
    'connect',
  )
  assert.match(error.message, /not speaking TLS/)
  server.close()
  await noSocketsLeft()
})

connecting('without ca, the authorities that Node trusts decide', async () => {
  await withEcho({}, async (port) => {
    const error = await rejectsWith(
      connect({ host: '127.0.0.1', port, serverName: 'localhost' }),
      'certificateRejected',
      'connect',
    )
    assert.match(error.message, /./)
  })
})

connecting('authorities that Node was told to add are trusted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sanstls-'))
  const file = join(folder, 'extra.pem')
  writeFileSync(file, ca)
  const script = (port: number) =>
    `import { connect } from '@sanstls/transport-node'
    const client = await connect({ host: '127.0.0.1', port: ${port}, serverName: 'localhost' })
    console.log(client.info.peer.details.path.length)
    await client.close()`
  await withEcho({}, async (port) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script(port)], {
      cwd: dirname(fileURLToPath(import.meta.url)),
      env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    await once(child, 'close')
    assert.is(output, '3\n')
  })
  rmSync(folder, { recursive: true })
})

connecting('addresses say who is connected to whom', async () => {
  await withEcho({}, async (port) => {
    const client = await connect({ host: '127.0.0.1', port, serverName: 'localhost', ca })
    assert.equal(client.addresses.remote, { address: '127.0.0.1', port })
    assert.is(client.addresses.local?.address, '127.0.0.1')
    await client.close()
  })
})

connecting('small writes of one tick share a record', async () => {
  const sizes: number[] = []
  const onConnection = async (connection: TlsConnection) => {
    for await (const chunk of connection) sizes.push(chunk.length)
    await connection.end()
  }
  await withEcho({ onConnection }, async (port) => {
    const client = await connect({ host: '127.0.0.1', port, serverName: 'localhost', ca })
    for (let index = 0; index < 1_000; index++) await client.write(new Uint8Array(10))
    await client.close()
  })
  assert.is(
    sizes.reduce((sum, size) => sum + size, 0),
    10_000,
  )
  assert.ok(sizes.length <= 3, `${sizes.length} records`)
})

connecting('a cache resumes sessions, each once, and only under the same trust', async () => {
  await withEcho({}, async (port) => {
    const sessions = new SessionCache()
    const dial = async (options: { ca: string }) => {
      const client = await connect({
        host: '127.0.0.1',
        port,
        serverName: 'localhost',
        sessions,
        ...options,
      })
      await client.write(text('x'))
      await client.read()
      await client.close()
      return client.info
    }
    assert.is((await dial({ ca })).resumed, false)
    const info = await dial({ ca })
    assert.is(info.resumed, true)
    assert.is(info.peer?.dangerouslyUnverified, false)
    assert.is((await dial({ ca: `${ca}\n${ca}` })).resumed, false)
  })
})

connecting('early data goes with the first flight where the session allows it', async () => {
  const early: Uint8Array[] = []
  const seen = new Set<string>()
  const options = {
    earlyData: {
      maxBytes: 1_000,
      replay: ({ identifier }: { identifier: Uint8Array }) => {
        const id = Buffer.from(identifier).toString('hex')
        if (seen.has(id)) return false
        seen.add(id)
        return true
      },
    },
    onEarlyData: (bytes: Uint8Array) => void early.push(bytes),
  }
  await withEcho(options, async (port) => {
    const sessions = new SessionCache()
    const dial = async () => {
      const client = await connect({
        host: '127.0.0.1',
        port,
        serverName: 'localhost',
        ca,
        sessions,
        earlyDataToSend: text('early bird'),
      })
      await client.write(text('x'))
      await client.read()
      await client.close()
      return client.info.earlyData
    }
    assert.is(await dial(), 'none')
    assert.is(await dial(), 'accepted')
    assert.equal(early, [text('early bird')])
  })
})

connecting('an idle connection holds no timers', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  await pause(20)
  const before = timers()
  await withEcho({}, async (port) => {
    const client = await connect({ host: '127.0.0.1', port, serverName: 'localhost', ca })
    await pause(20)
    assert.is(timers(), before)
    await client.close()
  })
})

connecting('no timer of a connection is left', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  // The test runner has one of its own.
  await pause(20)
  assert.ok(timers() <= 1, `${timers()} timers`)
})

connecting.run()
