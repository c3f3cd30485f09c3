/** Servers: what one connection does must not touch the others. */
import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { OptionError } from '@sanstls/core'
import { TransportError } from '@sanstls/core/drive'
import { connect, type ListenOptions, listen, type TlsServer } from '@sanstls/transport-node'
import { pause, rejection, rejectsWith } from '@sanstls/transport-web/testing'
import { certificatesFromPem } from '@sanstls/x509'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { authority, noSocketsLeft } from './support/harness.js'

const listening = suite('listen')

const credential = authority.issue({ names: ['localhost'] })
const { ca } = authority
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

async function withServer(
  options: ListenOptions,
  test: (server: TlsServer, port: number) => Promise<void>,
): Promise<void> {
  const server = await listen({ host: '127.0.0.1', ...credential, ...options })
  try {
    await test(server, server.address?.port ?? 0)
  } finally {
    await server.close()
  }
  await noSocketsLeft()
}

const dial = (port: number) =>
  connect({ host: '127.0.0.1', port, serverName: 'localhost', ca, handshakeTimeout: 5_000 })

async function dialRaw(port: number): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

listening('a loop takes connections until the server is closed, and they live on', async () => {
  const kept = await (async () => {
    const server = await listen({ host: '127.0.0.1', ...credential })
    const port = server.address?.port ?? 0
    const accepted: string[] = []
    const loop = (async () => {
      for await (const connection of server) {
        accepted.push(connection.info.serverName ?? '')
        connection.read().then(async (chunk) => {
          if (chunk) await connection.write(chunk)
          await connection.end()
        })
      }
    })()
    const [first, second] = await Promise.all([dial(port), dial(port)])
    await second.close()
    await server.close()
    await loop
    assert.equal(accepted, ['localhost', 'localhost'])
    assert.is(await server.accept(), undefined)
    await rejection(dial(port), 'a server that is closed')
    return first
  })()
  await kept.write(text('still here'))
  assert.equal(await kept.read(), text('still here'))
  await kept.close()
  await noSocketsLeft()
})

listening('bad connections are told to a hook, and end nobody else', async () => {
  const errors: unknown[] = []
  const options: ListenOptions = {
    handshakeTimeout: 300,
    onHandshakeError: (error, { remote }) => {
      assert.is(remote?.address, '127.0.0.1')
      errors.push(error)
    },
    onConnection: async (connection) => {
      for await (const chunk of connection) await connection.write(chunk)
      await connection.end()
    },
  }
  await withServer(options, async (_, port) => {
    const http = await dialRaw(port)
    http.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const reset = await dialRaw(port)
    reset.write(new Uint8Array([22, 3, 1]))
    await pause(20)
    reset.resetAndDestroy()
    const ended = await dialRaw(port)
    ended.end()
    const silent = await dialRaw(port)
    await rejection(
      connect({ host: '127.0.0.1', port, serverName: 'other.test', ca }),
      'a wrong name',
    )
    const good = await dial(port)
    await good.write(text('fine'))
    assert.equal(await good.read(), text('fine'))
    await once(silent, 'close')
    await good.close()
    http.destroy()
    ended.destroy()
  })
  const codes = errors.map((error) => (error as { code?: string }).code).sort()
  assert.equal(codes, [
    'alertReceived',
    'closedDuringHandshake',
    'timedOut',
    'transportFailed',
    'unknownContentType',
  ])
})

listening('an error in the handler ends its connection only', async () => {
  const failures: unknown[] = []
  const options: ListenOptions = {
    onConnection: async (connection) => {
      const chunk = await connection.read()
      if (chunk?.[0] === 1) throw new RangeError('broken handler')
      await connection.write(text('ok'))
    },
    onConnectionError: (error) => failures.push(error),
  }
  await withServer(options, async (_, port) => {
    const [bad, good] = await Promise.all([dial(port), dial(port)])
    await bad.write(new Uint8Array([1]))
    await rejection(bad.read(), 'the broken one')
    await good.write(new Uint8Array([2]))
    assert.equal(await good.read(), text('ok'))
    good.abort()
  })
  assert.equal(
    failures.map((error) => (error as Error).message),
    ['broken handler'],
  )
})

listening('a swapped certificate applies to new connections, wholly, and to no other', async () => {
  const next = authority.issue({ names: ['localhost'] })
  const leafOf = (pem: string) => certificatesFromPem(pem)[0]
  const options: ListenOptions = {
    onConnection: async (connection) => {
      for await (const chunk of connection) await connection.write(chunk)
    },
  }
  await withServer(options, async (server, port) => {
    const before = await dial(port)
    assert.equal(before.info.peer?.chain[0], leafOf(credential.cert))
    // This one has connected, and says hello after the swap.
    const raw = await dialRaw(port)
    await pause(20)
    server.setCredentials(next)
    const after = await dial(port)
    assert.equal(after.info.peer?.chain[0], leafOf(next.cert))
    await before.write(text('alive'))
    assert.equal(await before.read(), text('alive'))
    assert.throws(() => server.setCredentials({ cert: 'nonsense', key: next.key }), /cert/)
    const still = await dial(port)
    assert.equal(still.info.peer?.chain[0], leafOf(next.cert))
    raw.destroy()
    for (const connection of [before, after, still]) connection.abort()
  })
})

listening('more pending connections than allowed are turned away', async () => {
  await withServer({ maxPending: 2 }, async (server, port) => {
    const silent = [await dialRaw(port), await dialRaw(port)]
    await pause(20)
    await rejection(dial(port), 'the third')
    for (const socket of silent) socket.destroy()
    await pause(20)
    const fine = await dial(port)
    const accepted = await server.accept()
    assert.is(accepted?.info.serverName, 'localhost')
    fine.abort()
    accepted?.abort()
  })
})

listening('closing ends handshakes and connections that nobody has accepted', async () => {
  const server = await listen({ host: '127.0.0.1', ...credential })
  const port = server.address?.port ?? 0
  const silent = await dialRaw(port)
  const waiting = await dial(port)
  await server.close()
  await rejection(waiting.read(), 'not accepted')
  await once(silent, 'close')
  waiting.abort()
  await noSocketsLeft()
})

listening('a Unix socket', async () => {
  const path = `/tmp/sanstls-${process.pid}.sock`
  const server = await listen({ path, ...credential })
  const client = await connect({ path, serverName: 'localhost', ca })
  const accepted = await server.accept()
  await client.write(text('hello'))
  assert.equal(await accepted?.read(), text('hello'))
  await Promise.all([client.close(), accepted?.close(), server.close()])
  await noSocketsLeft()
})

listening(
  'wrong options are refused before anything is opened, by name and with a remedy',
  async () => {
    const { cert, key } = credential
    const other = authority.issue({ names: ['other.test'] })
    const cases: readonly [string, () => Promise<unknown>][] = [
      ['port', () => connect({ host: 'localhost', ca })],
      ['port', () => connect({ port: 70_000, ca })],
      ['serverName', () => connect({ path: '/tmp/none', ca })],
      ['ca', () => connect({ port: 1, ca: 'nonsense' })],
      ['ca', () => connect({ port: 1, ca, verify: { dangerouslyAcceptAnyPeer: true } })],
      ['key', () => connect({ port: 1, ca, cert })],
      ['handshakeTimeout', () => connect({ port: 1, ca, handshakeTimeout: -1 })],
      ['alpn', () => connect({ port: 1, ca, alpn: [''] })],
      ['rejectUnauthorized', () => connect({ port: 1, ca, rejectUnauthorized: false } as never)],
      ['credentials', () => listen({})],
      ['key', () => listen({ cert, key: `${key.slice(0, 60)}\n${key.slice(80)}` })],
      ['cert', () => listen({ cert: key, key })],
      ['verify', () => listen({ cert, key, clientAuthentication: 'require' })],
      ['key', () => listen({ cert, key: other.key })],
    ]
    for (const [option, act] of cases) {
      const error = await rejection(act(), option)
      assert.instance(error, OptionError, `${option}: ${error}`)
      assert.instance(error, TypeError)
      const { message } = error as OptionError
      assert.ok(message.includes(option), `${option}: ${message}`)
      assert.not.match(message, key.slice(40, 60))
    }
    await noSocketsLeft()
  },
)

listening('listening where somebody else listens is a coded error', async () => {
  await withServer({}, async (_, port) => {
    const again = listen({ host: '127.0.0.1', port, ...credential })
    const error = await rejectsWith(again, 'transportFailed', 'listen')
    assert.instance(error, TransportError)
    assert.is((error.cause as NodeJS.ErrnoException).code, 'EADDRINUSE')
  })
})

listening.run()
