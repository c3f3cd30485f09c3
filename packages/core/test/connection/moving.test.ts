import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Connection } from '#src/connection.js'
import { encodeObjectIdentifier } from '#src/der/write.js'
import { plainInfo } from '#src/exported.js'
import { OptionError } from '#src/fault.js'
import { importClient, importServer, parseConnection, serializeConnection } from '#src/migrate.js'
import { keyBlock } from '#src/schedule/tls12.js'
import { createServer } from '#src/server.js'
import { nullCredential, nullCryptoTls12, Pair, type Side } from '#src/testing.js'
import { clientConfig, demand, serverConfig, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { only12, psk12, ticketKeys } from '../support/tls12.js'

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

const renegotiation = { peerMayStart: true }

const kinds12: Readonly<Record<string, Partial<ClientConfig & ServerConfig>>> = {
  'AES-GCM': {},
  'ChaCha20-Poly1305': { suites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] },
  CBC: { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'] },
  'a PSK': { suites: ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'], psks: [psk12] },
}

for (const role of ['client', 'server'] as const)
  for (const [name, kind] of Object.entries(kinds12))
    test(`${role}: TLS 1.2, ${name}: a connection goes on elsewhere, and can be renegotiated there`, () => {
      const options = { ...kind, renegotiation } as object
      const moving = new Moving(only12(options), only12(options))
      const { client, server } = moving.pair.run()
      moving.exchange()
      const bindings = () =>
        [client, server].map(({ connection }) => [
          connection.exporter('EXPORTER-x', undefined, 32),
          connection.prf(undefined, 'label', text('seed'), 32),
          connection.channelBinding('tls-unique'),
          connection.channelBinding('tls-exporter'),
        ])
      const before = bindings()
      assert.equal(before[0], before[1])
      const info = () => plainInfo(demand(moving.pair[role].connection.info))
      const was = info()
      for (let i = 0; i < 3; i++) {
        moving.move(role)
        moving.pair.run()
        moving.exchange()
      }
      assert.equal(bindings(), before)
      assert.equal(info(), was)
      for (const starts of ['client', 'server'] as const) {
        moving.pair[starts].connection.renegotiate()
        moving.exchange()
        moving.move(role)
        moving.exchange()
      }
      assert.is(renegotiations(client), 2)
      assert.is(renegotiations(server), 2)
      assert.not.equal(bindings(), before)
      client.connection.close()
      server.connection.close()
      moving.pair.run()
      assert.ok(client.over && server.over)
      expectEstablished(moving.pair)
    })

test('TLS 1.2: what is exported are the keys of both directions', () => {
  const { pair } = new Moving(only12({}), only12({}))
  pair.run()
  const [client, server] = [pair.client, pair.server].map(({ connection }) => connection.export())
  assert.equal(client?.keys.read, server?.keys.write)
  assert.equal(client?.keys.write, server?.keys.read)
  const suite = demand(
    nullCryptoTls12.suites12?.find(({ id }) => id === pair.client.info?.suite.id),
  )
  const { exporter } = demand(client).keys
  const randoms = { client: exporter.subarray(48, 80), server: exporter.subarray(80, 112) }
  const block = keyBlock(suite, exporter.subarray(0, 48), randoms)
  assert.equal(client?.keys.read, concat(block.server.key, block.server.iv))
  assert.equal(client?.keys.write, concat(block.client.key, block.client.iv))
})

test('TLS 1.2: a server is who it was after a move, too', () => {
  const signed = { signatureAlgorithm: encodeObjectIdentifier('1.2.840.10045.4.3.2') }
  let current = nullCredential(signed)
  const server = { renegotiation, credentials: () => current }
  const moving = new Moving(only12({ renegotiation }), only12(server))
  const { client } = moving.pair.run()
  const endPoint = () => client.connection.channelBinding('tls-server-end-point')
  const before = demand(endPoint())
  moving.move('client')
  assert.equal(endPoint(), before)
  current = nullCredential({ ...signed, seed: 'other' })
  client.connection.renegotiate()
  moving.pair.run()
  assert.is(client.fault?.code, 'changedIdentity')
})

function renegotiations(side: Side): number {
  return side.events.filter(({ kind }) => kind === 'renegotiated').length
}

test('TLS 1.2: limits of records, and a half-closed connection, go along', () => {
  for (const role of ['client', 'server'] as const) {
    const moving = new Moving(only12({ recordSizeLimit: 100 }), only12({ recordSizeLimit: 200 }))
    const { client, server } = moving.pair.run()
    moving.move(role)
    client.connection.send(new Uint8Array(1_000))
    server.connection.send(new Uint8Array(1_000))
    moving.pair.run()
    assert.is(client.data.length, 1_000)
    assert.is(server.data.length, 1_000)
    client.connection.close()
    moving.pair.run()
    moving.move(role)
    server.connection.send(text('an answer'))
    moving.pair.run()
    assert.equal(client.data.subarray(1_000), text('an answer'))
    expectEstablished(moving.pair)
  }
})

test('TLS 1.2: what is imported is for its version, suite and name', () => {
  const pair = new Moving(only12({}), only12({ tickets: { keys: ticketKeys } })).pair.run()
  const exported = pair.client.connection.export()
  const refused = (overrides: Partial<ClientConfig>, option: string) =>
    assert.throws(
      () => importClient(exported, clientConfig(overrides), pair.now),
      (error: unknown) => error instanceof OptionError && error.option === option,
    )
  refused({}, 'versions')
  refused(only12({ suites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] }), 'suites')
  refused(only12({ serverName: 'other.example' }), 'serverName')
  assert.ok(importClient(exported, clientConfig(only12({})), pair.now).info)
})

test.run()
