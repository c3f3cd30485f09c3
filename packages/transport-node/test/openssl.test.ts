/** Against Node's own TLS (OpenSSL), both ways. */
import { once } from 'node:events'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import {
  connect as connectOpenssl,
  createServer as createOpensslServer,
  type TLSSocket,
  type TlsOptions,
} from 'node:tls'
import { connect, listen, upgrade } from '@sanstls/transport-node'
import { pattern, pause, readAll, rejectsWith } from '@sanstls/transport-web/testing'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { authority, noSocketsLeft } from './support/harness.js'

const openssl = suite('against OpenSSL')

const credential = authority.issue({ names: ['localhost'] })
const clientCredential = authority.issue({ client: 'somebody' })
const { ca } = authority
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

async function withOpenssl(
  options: TlsOptions,
  handle: (socket: TLSSocket) => void,
  test: (port: number) => Promise<void>,
): Promise<void> {
  const server = createOpensslServer({ ...credential, minVersion: 'TLSv1.3', ...options }, handle)
  server.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  await test((server.address() as AddressInfo).port)
  server.close()
  await noSocketsLeft()
}

const dial = (port: number) => connect({ host: '127.0.0.1', port, serverName: 'localhost', ca })

openssl('our client, data both ways, half-closed', async () => {
  const options = { allowHalfOpen: true, ALPNProtocols: ['echo'] }
  await withOpenssl(
    options,
    (socket) => void socket.pipe(socket),
    async (port) => {
      const client = await connect({
        host: '127.0.0.1',
        port,
        serverName: 'localhost',
        ca,
        alpn: ['echo'],
      })
      assert.is(client.info.alpn, 'echo')
      const data = pattern(700_000)
      const sending = client.write(data).then(() => client.end())
      assert.equal(Buffer.compare(await readAll(client), data), 0)
      await sending
      await client.closed
    },
  )
})

openssl('our client, a server that cuts the line', async () => {
  await withOpenssl(
    {},
    (socket) => {
      socket.on('error', () => {})
      socket.write('part')
      socket.once('data', () => socket.destroy())
    },
    async (port) => {
      const client = await dial(port)
      assert.equal(await client.read(), text('part'))
      await client.write(text('go'))
      await rejectsWith(client.read(), 'truncated', 'read')
    },
  )
})

openssl('our client with a certificate', async () => {
  const options = { requestCert: true, rejectUnauthorized: false, ca }
  await withOpenssl(
    options,
    (socket) => {
      const answer = socket.authorizationError ?? socket.getPeerCertificate().subject.CN
      // Later: Node sends no close_notify where it ends within this event.
      setImmediate(() => socket.end(String(answer)))
    },
    async (port) => {
      const client = await connect({
        host: '127.0.0.1',
        port,
        serverName: 'localhost',
        ca,
        ...clientCredential,
      })
      assert.equal(await readAll(client), text('somebody'))
      await client.close()
    },
  )
})

openssl('our client refuses a wrong name, and OpenSSL hears of it', async () => {
  await withOpenssl(
    {},
    () => {},
    async (port) => {
      await rejectsWith(
        connect({ host: '127.0.0.1', port, serverName: 'other.test', ca }),
        'certificateRejected',
        'connect',
      )
    },
  )
})

openssl('our server, data both ways, resumed at the second time', async () => {
  const server = await listen({
    host: '127.0.0.1',
    ...credential,
    onConnection: async (connection) => {
      for await (const chunk of connection) await connection.write(chunk)
      await connection.end()
    },
  })
  const port = server.address?.port ?? 0
  let session: Buffer | undefined
  for (const resumed of [false, true]) {
    const socket = connectOpenssl({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      ca,
      minVersion: 'TLSv1.3',
      ...(session === undefined ? {} : { session }),
    })
    socket.on('session', (given: Buffer) => {
      session = given
    })
    await once(socket, 'secureConnect')
    assert.is(socket.isSessionReused(), resumed)
    const data = pattern(300_000)
    socket.end(data)
    const all = await readAll(socket)
    assert.equal(Buffer.compare(all, data), 0)
    assert.ok(session, 'no session')
  }
  await server.close()
  await noSocketsLeft()
})

openssl('our server asks for a certificate', async () => {
  const server = await listen({ host: '127.0.0.1', ...credential, ca })
  const port = server.address?.port ?? 0
  const socket = connectOpenssl({
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ca,
    ...clientCredential,
  })
  const connection = await server.accept()
  assert.is(connection?.info.peer?.chain.length, 2)
  await connection?.write(text('welcome'))
  const [chunk] = await once(socket, 'data')
  assert.is(String(chunk), 'welcome')
  socket.end()
  await connection?.close()
  await server.close()
  await noSocketsLeft()
})

openssl('a peer that ends its side of the socket still gets the answer', async () => {
  // Not half-open by itself: Node would end our side as well.
  const listener = createTcpServer()
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const socket = connectOpenssl({
    host: '127.0.0.1',
    port: (listener.address() as AddressInfo).port,
    servername: 'localhost',
    ca,
  })
  const [stream] = await once(listener, 'connection')
  const server = await upgrade(stream, { role: 'server', ...credential })
  const question = pattern(100)
  socket.end(question)
  const answer = pattern(500_000)
  assert.equal(await readAll(server), question)
  await pause(50)
  const sending = server.write(answer).then(() => server.end())
  assert.equal(Buffer.compare(await readAll(socket), answer), 0)
  await sending
  await server.closed
  listener.close()
  await noSocketsLeft()
})

openssl.run()
