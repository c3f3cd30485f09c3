import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import { createServer } from '#src/server.js'
import { after, nullCredential, Pair, trustEveryone } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { alive } from '../support/alive.js'
import {
  clientConfig,
  clientCredential,
  connect,
  connectToScript,
  serverConfig,
} from '../support/connect.js'
import { connect12, ticketKeys } from '../support/tls12.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }

/** How much more is alive after `run`, while what it returns is. It runs once before, for what is compiled and cached. */
async function grown(run: () => unknown): Promise<number> {
  run()
  const before = await alive()
  const kept = run()
  const later = await alive()
  assert.ok(kept !== 0)
  return later - before
}

test('a stream of data leaves nothing behind', async () => {
  const pair = connect().run()
  const chunk = new Uint8Array(50_000)
  const once = () => {
    pair.server.send(chunk)
    pair.run()
    pair.client.events.length = 0
    pair.server.events.length = 0
    return pair
  }
  for (let i = 0; i < 5; i++) once()
  const more = await grown(() => {
    for (let i = 0; i < 200; i++) once()
    return pair
  })
  assert.ok(more < 300_000, `${more} bytes`)
})

test('a handshake message is not bought on credit', async () => {
  // Its header says 65,536 bytes; one has come.
  const more = await grown(() => {
    const servers = []
    for (let i = 0; i < 200; i++) {
      const server = createServer(serverConfig(), now)
      server.receive(Uint8Array.of(22, 3, 1, 0, 5, 1, 1, 0, 0, 3))
      server.poll()
      assert.is(server.state, 'waitClientHello')
      servers.push(server)
    }
    return servers
  })
  assert.ok(more / 200 < 20_000, `${more / 200} bytes each`)
})

test('a connection that waits for the handshake holds little', async () => {
  const more = await grown(() => {
    const clients = []
    for (let i = 0; i < 200; i++) {
      const client = createClient(clientConfig(), now)
      while (client.poll().kind !== 'idle');
      clients.push(client)
    }
    return clients
  })
  assert.ok(more / 200 < 20_000, `${more / 200} bytes each`)
})

test('an idle connection holds no buffers of its own, and little of its handshake', async () => {
  const more = await grown(() => {
    const pairs = []
    for (let i = 0; i < 100; i++) {
      const pair = connect().run()
      pair.client.send(new Uint8Array(100_000).subarray(0, 60_000))
      pair.run()
      pair.client.events.length = 0
      pair.server.events.length = 0
      pairs.push(pair)
    }
    return pairs
  })
  // The handshake's closures or secrets as typed arrays would each be a KB more.
  assert.ok(more / 200 < 5_000, `${more / 200} bytes each`)
})

test('an idle connection does not hold its configuration', async () => {
  const held: WeakRef<object>[] = []
  const noticed = <C extends object>(config: C): C => {
    held.push(new WeakRef(config))
    return config
  }
  const pair = new Pair(
    (time) => createClient(noticed(clientConfig()), time),
    (time) => createServer(noticed(serverConfig()), time),
  ).run()
  await alive()
  assert.is(held.length, 2)
  assert.equal(
    held.map((reference) => reference.deref()),
    [undefined, undefined],
  )
  assert.is(pair.client.connection.state, 'connected')
})

test('connections to one server hold one copy of its certificates', () => {
  const chains = [connect().run(), connect().run()].map(({ client }) => client.info?.peer?.chain)
  assert.ok(chains[0] !== undefined && chains[0].length > 0)
  assert.ok(chains[0] === chains[1])
  // A copy, which does not hold the message that it came in.
  for (const certificate of chains[0]) assert.is(certificate.buffer.byteLength, certificate.length)
})

test('another server has another chain, however many are known', () => {
  const names = Array.from({ length: 40 }, (_, index) => `server${index}.example`)
  const dial = (name: string) => {
    const credential = nullCredential({ name })
    const pair = connect({ verify: trustEveryone }, { credentials: [credential] }).run()
    const chain = pair.client.info?.peer?.chain ?? []
    assert.equal(chain, credential.chain)
    return chain
  }
  const [first = ''] = names
  const known = dial(first)
  for (const name of names.slice(1)) dial(name)
  assert.ok(dial(first) !== known, 'chains are kept for good')
})

test('renegotiations leave nothing behind', async () => {
  const renegotiation = { peerMayStart: true, limit: 1_000 }
  const credentials = [clientCredential]
  const server = { renegotiation, verify: trustEveryone, tickets: { keys: ticketKeys } }
  const pair = connect12({ renegotiation, credentials }, server).run()
  const once = () => {
    pair.server.connection.renegotiate({ clientAuthentication: 'require' })
    pair.run()
    pair.client.connection.renegotiate()
    pair.run()
    assert.is(pair.client.connection.state, 'connected')
    pair.client.events.length = 0
    pair.server.events.length = 0
    return pair
  }
  for (let i = 0; i < 5; i++) once()
  const more = await grown(() => {
    for (let i = 0; i < 100; i++) once()
    return pair
  })
  // A handshake that were kept would be 8 KB on the two sides; what the engine compiles meanwhile is some KB in all.
  assert.ok(more < 600_000, `${more} bytes`)
})

test('a connection of TLS 1.2 holds little, idle or in the midst of its handshake', async () => {
  const asked = { clientAuthentication: 'require', verify: trustEveryone } as const
  const client = { credentials: [clientCredential] }
  for (const verify of ['decide', trustEveryone] as const) {
    const more = await grown(() => {
      const pairs = []
      for (let i = 0; i < 100; i++) {
        const pair = connect12(client, { ...asked, verify }).run()
        pair.client.send(new Uint8Array(100_000).subarray(0, 1_000))
        pair.run()
        pair.client.events.length = 0
        pair.server.events.length = 0
        pairs.push(pair)
      }
      return pairs
    })
    assert.ok(more / 200 < 20_000, `${more / 200} bytes each`)
  }
})

test('fragments of one byte cost no more than the message', () => {
  // Of the processor's time: other things may go on beside this test.
  const started = process.cpuUsage()
  const { pair } = connectToScript(
    after(messageType.encryptedExtensions, (wire) => {
      const fragment = Uint8Array.of(0)
      wire.handshake(Uint8Array.of(messageType.certificate, 0, 0xff, 0xff))
      for (let i = 0; i < 65_534; i++) wire.handshake(fragment)
    }),
  )
  pair.run()
  const seconds = process.cpuUsage(started).user / 1e6
  assert.ok(pair.client.info === undefined)
  assert.ok(seconds < 3, `${seconds.toFixed(1)} s`)
})

test.run()
