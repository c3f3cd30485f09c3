/** Renegotiation as applications ask for it: what the promise comes to. */

import { tls12 } from '@sanstls/core'
import { noble } from '@sanstls/core/noble'
import {
  type ClientOptions,
  type ServerOptions,
  type TlsConnection,
  upgrade,
} from '@sanstls/transport-web'
import { createTestAuthority } from '@sanstls/transport-web/testing'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from './support/random.js'

const renegotiating = suite('renegotiation')

const authority = createTestAuthority(noble, random, Date.now())
const common = { versions: [tls12], renegotiation: { peerMayStart: true } }

async function connected(
  client: ClientOptions,
  server: ServerOptions,
): Promise<{ client: TlsConnection; server: TlsConnection }> {
  const [there, back] = [new TransformStream<Uint8Array>(), new TransformStream<Uint8Array>()]
  const [near, far] = await Promise.all([
    upgrade(
      { readable: back.readable, writable: there.writable },
      { ...common, serverName: 'localhost', ca: authority.ca, ...client },
    ),
    upgrade(
      { readable: there.readable, writable: back.writable },
      { ...common, role: 'server', ...authority.issue({ names: ['localhost'] }), ...server },
    ),
  ])
  return { client: near, server: far }
}

async function rejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.match(error instanceof Error ? error.message : String(error), message)
}

renegotiating('by either side: what was negotiated', async () => {
  const { client, server } = await connected(authority.issue({ client: 'a client' }), {
    ca: authority.ca,
    clientAuthentication: 'none',
  })
  assert.is((await client.renegotiate())?.peer?.chain.length, client.info.peer?.chain.length)
  assert.is(server.info.peer, undefined)
  const info = await server.renegotiate({ clientAuthentication: 'require' })
  assert.ok(info?.peer)
  assert.is(server.info, info)
  client.abort()
  server.abort()
})

renegotiating(
  'undefined where the peer does not want one; a rejection where none can be',
  async () => {
    const { client, server } = await connected({}, { renegotiation: { peerMayStart: false } })
    assert.is(await client.renegotiate(), undefined)
    await server.end()
    assert.is(await client.read(), undefined)
    await rejects(client.renegotiate(), /the peer has closed/)
    client.abort()
    await rejects(client.renegotiate(), /not established/)
    server.abort()
  },
)

renegotiating('a peer that closes in its midst leaves nobody waiting', async () => {
  const { client, server } = await connected({}, {})
  const waiting = server.renegotiate()
  await client.end()
  await rejects(waiting, /has closed/)
  client.abort()
  server.abort()
})

renegotiating.run()
