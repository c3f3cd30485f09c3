import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Connection } from '#src/connection.js'
import { importClient, importServer, parseConnection, serializeConnection } from '#src/migrate.js'
import { createServer } from '#src/server.js'
import { Pair, type Side } from '#src/testing.js'
import { clientConfig, demand, serverConfig, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

const keys = { keys: [{ name: new Uint8Array(16).fill(1), key: new Uint8Array(32).fill(2) }] }

/** A connection in whose place another one can be put, as a transport would. */
class Place {
  current: Connection

  constructor(connection: Connection) {
    this.current = connection
  }

  get connection(): Connection {
    return new Proxy(this.current, {
      get: (_, name) => {
        const value: unknown = Reflect.get(this.current, name)
        return typeof value === 'function' ? value.bind(this.current) : value
      },
    })
  }
}

class Moving {
  readonly pair: Pair
  readonly #client: ClientConfig
  readonly #server: ServerConfig
  readonly #places: Record<'client' | 'server', Place>

  constructor(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}) {
    this.#client = clientConfig(client)
    this.#server = serverConfig(server)
    const now = { monotonic: 1_000, unix: 1_800_000_000_000 }
    this.#places = {
      client: new Place(createClient(this.#client, now)),
      server: new Place(createServer(this.#server, now)),
    }
    this.pair = new Pair(
      () => this.#places.client.connection,
      () => this.#places.server.connection,
      { start: now },
    )
  }

  /** Exports, through bytes, and goes on with what was imported. */
  move(role: 'client' | 'server'): void {
    const place = this.#places[role]
    const bytes = serializeConnection(place.current.export())
    const exported = parseConnection(bytes)
    place.current =
      role === 'client'
        ? importClient(exported, this.#client, this.pair.now)
        : importServer(exported, this.#server, this.pair.now)
  }

  exchange(): void {
    const { client, server } = this.pair
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const had = to.data.length
      from.connection.send(text('some data'))
      this.pair.run()
      assert.equal(to.data.subarray(had), text('some data'))
    }
  }
}

function established(side: Side): number {
  return side.events.filter(({ kind }) => kind === 'established').length
}

for (const role of ['client', 'server'] as const) {
  test(`${role}: a connection goes on elsewhere`, () => {
    const moving = new Moving()
    moving.pair.run()
    moving.exchange()
    for (let i = 0; i < 3; i++) {
      moving.move(role)
      moving.pair.run()
      moving.exchange()
    }
    assert.is(established(moving.pair[role]), 4)
    const { client, server } = moving.pair
    assert.equal(
      client.connection.exporter('EXPORTER-x', undefined, 32),
      server.connection.exporter('EXPORTER-x', undefined, 32),
    )
    client.connection.updateKeys(true)
    moving.exchange()
    moving.move(role)
    server.connection.updateKeys(true)
    moving.exchange()
    client.connection.close()
    server.connection.close()
    moving.pair.run()
    assert.ok(client.over && server.over)
    expectEstablished(moving.pair)
  })

  test(`${role}: limits of records go along`, () => {
    const moving = new Moving({ recordSizeLimit: 100 }, { recordSizeLimit: 200 })
    moving.pair.run()
    moving.move(role)
    moving.exchange()
    moving.pair.client.connection.send(new Uint8Array(1_000))
    moving.pair.server.connection.send(new Uint8Array(1_000))
    moving.pair.run()
    expectEstablished(moving.pair)
    assert.is(moving.pair.client.data.length, 1_009)
  })
}

test('tickets that come later are sessions of the imported client', () => {
  const moving = new Moving({}, { tickets: { keys, count: 1 } })
  const { pair } = moving
  // Up to the Finished of the client, whose tickets are still under way.
  for (let i = 0; i < 2; i++) {
    pair.client.step()
    if (i === 0) pair.server.step()
  }
  assert.ok(pair.client.info)
  moving.move('client')
  pair.run()
  const session = demand(pair.client.sessions[0])
  const again = new Moving({ session }, { tickets: { keys } })
  again.pair.run()
  assert.ok(again.pair.server.info?.resumed)
})

test.run()
