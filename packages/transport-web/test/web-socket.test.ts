/** Through WebSockets: the shared suite, and a tunnel that leads to OpenSSL. */
import { once } from 'node:events'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import { createServer as createOpensslServer } from 'node:tls'
import { noble } from '@sanstls/core/noble'
import { connect, upgrade } from '@sanstls/transport-web'
import {
  createTestAuthority,
  type Harness,
  pattern,
  pause,
  readAll,
  rejection,
  rejectsWith,
  transportCases,
} from '@sanstls/transport-web/testing'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WebSocket, WebSocketServer } from 'ws'
import { random } from './support/random.js'

const sockets = suite('transport over WebSockets')

const authority = createTestAuthority(noble, random, Date.now())
const { ca } = authority
// What browsers, Workers and newer Nodes have.
Object.assign(globalThis, { WebSocket })

async function listen(): Promise<{ readonly server: WebSocketServer; readonly url: string }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const harness: Harness = {
  authority,
  upgrade,
  async link(clientOptions, serverOptions) {
    const { server, url } = await listen()
    const accepted = new Promise<WebSocket>((resolve) => server.once('connection', resolve))
    const client = connect({ url, ...clientOptions })
    const served = accepted.then((socket) => upgrade(socket, { role: 'server', ...serverOptions }))
    client.catch(() => {})
    served.catch(() => {})
    return {
      client,
      server: served,
      cut: () => void accepted.then((socket) => socket.close()),
      release: async () => void server.close(),
    }
  },
}

for (const { name, run } of transportCases) sockets(name, () => run(harness))

sockets('a tunnel to a server of another make', async () => {
  const credential = authority.issue({ names: ['inside.test'] })
  const inside = createOpensslServer({ ...credential, allowHalfOpen: true }, (socket) => {
    socket.pipe(socket)
  })
  inside.listen(0, '127.0.0.1')
  await once(inside, 'listening')
  const { server, url } = await listen()
  server.on('connection', (socket) => {
    const tcp = connectTcp((inside.address() as AddressInfo).port, '127.0.0.1')
    socket.on('message', (data: Buffer) => tcp.write(data))
    tcp.on('data', (chunk) => socket.send(chunk))
    tcp.on('end', () => socket.close())
    socket.on('close', () => tcp.end())
  })
  const client = await connect({ url, serverName: 'inside.test', ca })
  assert.is(client.info.version.name, 'TLS 1.3')
  const data = pattern(300_000)
  const sending = client.write(data).then(() => client.end())
  assert.equal(Buffer.compare(await readAll(client), data), 0)
  await sending
  await client.closed
  server.close()
  inside.close()
})

sockets('a tunnel that cannot be paused has a bound of its own', async () => {
  const { server, url } = await listen()
  server.on('connection', async (socket) => {
    const credential = authority.issue({ names: ['localhost'] })
    const connection = await upgrade(socket, { role: 'server', ...credential })
    connection.write(new Uint8Array(4_000_000)).catch(() => {})
  })
  const socket = new WebSocket(url)
  // As in browsers.
  Object.assign(socket, { pause: undefined, resume: undefined })
  const client = await upgrade(socket, { serverName: 'localhost', ca, maxGathered: 500_000 })
  const error = await rejectsWith(client.closed, 'transportFailed', 'closed')
  assert.match(error.message, /maxGathered/)
  server.close()
})

sockets('text messages, closed tunnels and wrong addresses are coded errors', async () => {
  const { server, url } = await listen()
  server.on('connection', (socket) => socket.send('hello'))
  const text = await rejectsWith(
    connect({ url, serverName: 'localhost', ca }),
    'transportFailed',
    'x',
  )
  assert.match(text.message, /text message/)
  server.close()
  await pause(20)
  await rejectsWith(connect({ url, serverName: 'localhost', ca }), 'transportFailed', 'closed')
  const wrong = await rejection(
    connect({ url: 'https://example.org', serverName: 'localhost', ca }),
    'https',
  )
  assert.match(String(wrong), /url/)
  const noTrust = await rejection(connect({ url, serverName: 'localhost' }), 'no ca')
  assert.match(String(noTrust), /ca: .*authorities/)
})

sockets('a tunnel that does not open is given up', async () => {
  const { server, url } = await listen()
  server.on('headers', () => {})
  const options = { url, serverName: 'localhost', ca }
  const signal = AbortSignal.abort(new Error('gone'))
  assert.match(String(await rejection(connect({ ...options, signal }), 'aborted')), /gone/)
  const slow = connect({ ...options, url: 'ws://127.0.0.1:9/', handshakeTimeout: 2_000 })
  await rejectsWith(slow, 'transportFailed', 'nobody there')
  server.close()
})

sockets.run()
