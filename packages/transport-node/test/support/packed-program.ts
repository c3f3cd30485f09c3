/**
 * What `packed.test.ts` runs where the packages are as they are published: a handshake over TCP, and errors that must be
 * of the class that another entry point names. Prints DONE.
 */
import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { OptionError } from '@sanstls/core'
import { DerError } from '@sanstls/core/der'
import { TransportError } from '@sanstls/core/drive'
import { createDtlsClient } from '@sanstls/core/dtls'
import { noble } from '@sanstls/core/noble'
import { connect, listen } from '@sanstls/transport-node'
import { createTestAuthority } from '@sanstls/transport-web/testing'
import { parseName } from '@sanstls/x509'

const random = (length: number): Uint8Array => randomFillSync(new Uint8Array(length))
const authority = createTestAuthority(noble, random, Date.now())
const peer = { host: '127.0.0.1', serverName: 'localhost', ca: authority.ca }

// By the transport's own choice, and without what Node has.
for (const options of [{}, { crypto: noble }]) {
  const credential = authority.issue({ names: ['localhost'] })
  const server = await listen({ host: '127.0.0.1', ...options, ...credential })
  const port = server.address?.port ?? 0
  const incoming = (async () => {
    for await (const connection of server) return connection
    throw new Error('the server closed')
  })()
  const client = await connect({ ...peer, port, ...options })
  const connection = await incoming
  await client.write(Uint8Array.of(1, 2, 3))
  assert.deepEqual(await connection.read(), Uint8Array.of(1, 2, 3))
  await Promise.all([client.close(), connection.close()])
  await server.close()
  await assert.rejects(connect({ ...peer, port, ...options }), TransportError)
}

await assert.rejects(connect({ ...peer, port: 70_000 }), OptionError)
assert.throws(() => createDtlsClient({ limits: 1 } as never, {} as never), OptionError)
assert.throws(() => parseName(Uint8Array.of(4)), DerError)
console.log('DONE')
