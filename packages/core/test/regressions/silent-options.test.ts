import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { OptionError } from '#src/fault.js'
import { createServer } from '#src/server.js'
import { nullCredential } from '#src/testing.js'
import { clientConfig, connect, serverConfig, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { ticketStore } from '../support/scenarios.js'

// Options that were accepted, and then ignored, taken for something else, or met by every connection as a fault.
const now = { monotonic: 0, unix: 1_800_000_000_000 }
const one = { name: new Uint8Array(16), key: new Uint8Array(32) }
const tickets = { keys: { keys: [one] } }
const store = ticketStore()
const replay = () => true
const psk = { identity: text('me'), key: new Uint8Array(32) }

type Case = readonly [option: string, options: Record<string, unknown>]

const common: readonly Case[] = [
  ['alpn', { alpn: 'h2' }],
  ['requestScts', { requestScts: 'no' }],
  ['requestStaple', { requestStaple: 0 }],
  ['pskWithoutDiffieHellman', { pskWithoutDiffieHellman: 'false' }],
  ['observe', { observe: true }],
  ['recordPadding', { recordPadding: 64 }],
  ['sessionContext', { sessionContext: 5 }],
  [
    'credentials.key',
    { credentials: [{ ...nullCredential(), key: nullCredential({ name: 'x' }).key }] },
  ],
  ['credentials.chain', { credentials: [{ ...nullCredential(), chain: [text('PEM')] }] }],
]

const clientOnly: readonly Case[] = [
  ['earlyData', { earlyData: { maxBytes: 1, replay } }],
  ['sendServerName', { sendServerName: 'false' }],
  ['middleboxCompatibility', { middleboxCompatibility: 1 }],
  ['postHandshakeAuth', { postHandshakeAuth: 'yes' }],
  ['ticketRequest.newSession', { ticketRequest: {} }],
  ['ticketRequest.resumption', { ticketRequest: { newSession: 1 } }],
]

const serverOnly: readonly Case[] = [
  ['earlyData.maxBytes', { tickets, earlyData: { replay } }],
  ['earlyData.window', { tickets, earlyData: { replay, maxBytes: 1, window: '10' } }],
  ['earlyData', { psks: [psk], earlyData: { replay, maxBytes: 1 } }],
  ['requirePsk', { requirePsk: true }],
  ['requirePsk', { psks: [psk], requirePsk: 'no' }],
  ['halfRttData', { halfRttData: 'no' }],
  ['preference', { preference: 'clients' }],
  ['configure', { configure: {} }],
  ['lookupPsk', { lookupPsk: new Map() }],
  ['tickets.keys', { tickets: { keys: {} } }],
  ['tickets.keys.name', { tickets: { keys: { keys: [one, one] } } }],
  ['tickets.store.save', { tickets: { store: { take: store.take } } }],
  ['tickets.store.take', { tickets: { store: { save: store.save, take: 'later' } } }],
  ['cookie.peer', { cookie: { keys: [new Uint8Array(32)] } }],
  ['cookie.peer', { cookie: { keys: [new Uint8Array(32)], peer: new Uint8Array(0) } }],
]

function refused(make: () => void, option: string): void {
  assert.throws(make, (error: unknown) => error instanceof OptionError && error.option === option)
}

for (const [option, options] of [...common, ...clientOnly])
  test(`client: ${option} in ${JSON.stringify(options)}`, () =>
    refused(() => createClient({ ...clientConfig(), ...options } as ClientConfig, now), option))

for (const [option, options] of [...common, ...serverOnly])
  test(`server: ${option} in ${JSON.stringify(options)}`, () =>
    refused(() => createServer({ ...serverConfig(), ...options } as ServerConfig, now), option))

test('padding that is no number is none', () => {
  for (const padding of [Number.NaN, undefined as never, -5, Number.POSITIVE_INFINITY]) {
    const pair = connect({ recordPadding: () => padding }).run()
    expectEstablished(pair)
    pair.client.send(text('padded'))
    assert.equal(pair.run().server.data, text('padded'))
  }
})

test.run()
