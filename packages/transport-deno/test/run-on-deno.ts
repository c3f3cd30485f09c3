/** The shared suite, and what is particular to Deno. Runs on Deno; prints a line of JSON for each case. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noble } from '@sanstls/core/noble'
import { connect, listen, upgrade } from '@sanstls/transport-deno'
import { systemRoots } from '@sanstls/transport-deno/roots'
import {
  type Case,
  createTestAuthority,
  type Harness,
  rejectsWith,
  same,
  transportCases,
} from '@sanstls/transport-web/testing'
import { deno } from '#src/deno.js'

const Deno = deno()
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const authority = createTestAuthority(noble, random, Date.now())
const credential = authority.issue({ names: ['localhost'] })
const { ca } = authority
const hostname = '127.0.0.1'

const harness: Harness = {
  authority,
  upgrade,
  async link(clientOptions, serverOptions) {
    const listener = Deno.listen({ hostname, port: 0 })
    const accepted = listener.accept()
    const client = connect({ hostname, port: listener.addr.port, ...clientOptions })
    const server = accepted.then((conn) => upgrade(conn, { role: 'server', ...serverOptions }))
    client.catch(() => {})
    server.catch(() => {})
    return {
      client,
      server,
      cut: () => void accepted.then((conn) => conn.closeWrite()),
      release: async () => listener.close(),
    }
  },
}

const cases: readonly Case[] = [
  ...transportCases,
  {
    name: 'the roots of a file that the environment names are read',
    async run() {
      const folder = mkdtempSync(join(tmpdir(), 'sanstls-'))
      const file = join(folder, 'roots.pem')
      writeFileSync(file, ca)
      const { anchors, sources } = systemRoots({ environment: { SSL_CERT_FILE: file } })
      rmSync(folder, { recursive: true })
      same(anchors.length, 1, 'anchors')
      same(sources[0], file, 'source')
    },
  },
  {
    name: 'a server takes connections in a loop, and survives bad ones',
    async run() {
      const errors: unknown[] = []
      const server = await listen({
        hostname,
        ...credential,
        onHandshakeError: (error) => errors.push(error),
      })
      const port = server.address?.port ?? 0
      const served = (async () => {
        for await (const connection of server) {
          for await (const chunk of connection) await connection.write(chunk)
          await connection.end()
        }
      })()
      const bad = await Deno.connect({ hostname, port })
      await bad.write(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'))
      const client = await connect({ hostname, port, serverName: 'localhost', ca })
      same(client.addresses.remote?.port, port, 'port')
      await client.write(new Uint8Array([1, 2, 3]))
      same(await client.readExactly(3), new Uint8Array([1, 2, 3]), 'echo')
      await client.close()
      await server.close()
      await served
      bad.close()
      same(errors.length, 1, 'errors')
    },
  },
  {
    name: 'connecting to nobody, too slowly, or under a signal is a coded error',
    async run() {
      const listener = Deno.listen({ hostname, port: 0 })
      const { port } = listener.addr
      const slow = connect({ hostname, port, ca, handshakeTimeout: 100 })
      await rejectsWith(slow, 'timedOut', 'silent server')
      listener.close()
      await rejectsWith(connect({ hostname, port, ca }), 'transportFailed', 'nobody')
      const signal = AbortSignal.abort(Object.assign(new Error('gone'), { code: 'gone' }))
      await rejectsWith(connect({ hostname, port, ca, signal }), 'gone', 'aborted')
    },
  },
  {
    name: "the runtime's authorities do not vouch for ours",
    async run() {
      const server = await listen({ hostname, ...credential })
      const port = server.address?.port ?? 0
      const attempt = connect({ hostname, port, serverName: 'localhost' })
      await rejectsWith(attempt, 'certificateRejected', 'connect')
      await server.close()
    },
  },
]

for (const { name, run } of cases) {
  try {
    await run(harness)
    console.log(JSON.stringify({ name }))
  } catch (error) {
    const failure = error instanceof Error ? `${error.stack}` : String(error)
    console.log(JSON.stringify({ name, failure }))
  }
}
console.log('DONE')
