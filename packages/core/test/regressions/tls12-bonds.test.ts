/** What a connection of TLS 1.2 may be relied on for where nothing binds its secrets to it (RFC 7627 5.4, RFC 5705). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noBytes } from '#src/bytes.js'
import { extensionTable } from '#src/wire/extension.js'
import { messageType } from '#src/wire/registry.js'
import { demand } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12, connectToScript12, ticketKeys } from '../support/tls12.js'

const common = { extendedMainSecret: 'prefer', renegotiation: { peerMayStart: true } } as const
const omitExtensions = [extensionTable.extendedMainSecret.type]
const unbound = { ...common, profile: { omitExtensions } } as const
const server = { ...common, tickets: { keys: ticketKeys } } as const

test('without the extended main secret nothing is exported (RFC 7627 5.4)', () => {
  const pair = connect12(unbound, server).run()
  expectEstablished(pair)
  for (const { connection } of [pair.client, pair.server])
    assert.throws(() => connection.exporter('EXPORTER-x', undefined, 32), /RFC 7627 5.4/)
})

test('labels that the handshake has for itself are for no exporter (RFC 5705 section 6)', () => {
  const { connection } = connect12().run().client
  for (const label of ['client finished', 'server finished', 'master secret', 'key expansion'])
    assert.throws(() => connection.exporter(label, undefined, 32), /RFC 5705/)
  assert.is(connection.exporter('EXPORTER key expansion', undefined, 32).length, 32)
})

test('a resumption without the extended main secret is not renegotiated (RFC 7627 5.4)', () => {
  const session = demand(connect12(unbound, server).run().client.sessions[0])
  const other = (length: number) => new Uint8Array(length).fill(9)
  const pair = connect12({ ...unbound, session, random: other }, server).run()
  expectEstablished(pair)
  assert.ok(pair.client.info?.resumed)
  for (const { connection } of [pair.client, pair.server])
    assert.throws(() => connection.renegotiate(), /RFC 7627 5.4/)
})

test('nor where the server asks for it', () => {
  for (const omits of [true, false]) {
    const profile = omits ? { profile: { omitExtensions } } : {}
    const client = { ...common, ...profile }
    const session = demand(connect12(client, server).run().client.sessions[0])
    const random = (length: number) => new Uint8Array(length).fill(9)
    const { pair, peer } = connectToScript12({}, { ...client, session, random }, server)
    expectEstablished(pair.run())
    peer.wire.message(messageType.helloRequest, noBytes)
    pair.run()
    assert.is(
      pair.client.connection.info?.resumed,
      omits,
      'it was renegotiated unless it is not bound',
    )
    assert.is(pair.client.fault, undefined)
  }
})

test('a full handshake without it still is', () => {
  for (const role of ['client', 'server'] as const) {
    const pair = connect12(unbound, server).run()
    pair[role].connection.renegotiate()
    pair.run()
    expectEstablished(pair)
    assert.ok(pair.client.events.some(({ kind }) => kind === 'renegotiated'))
  }
})

test.run()
