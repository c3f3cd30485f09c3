import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import { OptionError } from '#src/fault.js'
import { tls12, tls12Server } from '#src/handshake/tls12.js'
import { tls13, tls13Client } from '#src/handshake/tls13.js'
import { createServer } from '#src/server.js'
import { nullCredential, trustEveryone } from '#src/testing.js'
import { clientConfig, connect, demand, serverConfig, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { ticketStore } from '../support/scenarios.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }
const ticketKeys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
const key = new Uint8Array(32)

/** Whatever a caller without types may pass. */
function client(options: Record<string, unknown>): void {
  createClient({ ...clientConfig(), ...options } as ClientConfig, now)
}

function server(options: Record<string, unknown>): void {
  createServer({ ...serverConfig(), ...options } as ServerConfig, now)
}

function refused(make: () => void, option: string): void {
  try {
    make()
  } catch (error) {
    assert.instance(error, OptionError)
    assert.is((error as OptionError).option, option)
    assert.ok((error as Error).message.startsWith(`${option}: `))
    return
  }
  assert.unreachable(`${option} was accepted`)
}

type Case = readonly [option: string, options: Record<string, unknown>]

const common: readonly Case[] = [
  ['versions', { versions: undefined }],
  ['versions', { versions: [] }],
  ['versions', { versions: 'TLS 1.3' }],
  ['crypto', { crypto: undefined }],
  ['crypto', { crypto: {} }],
  ['random', { random: undefined }],
  ['random', { random: 7 }],
  ['suites', { suites: [] }],
  ['suites', { suites: ['TLS_NULL'] }],
  ['suites', { suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'] }],
  ['suites', { suites: 'TLS_AES_128_GCM_SHA256' }],
  ['groups', { groups: [] }],
  ['groups', { groups: ['p256'] }],
  ['signatureSchemes', { signatureSchemes: ['md5'] }],
  ['alpn', { alpn: [''] }],
  ['alpn', { alpn: ['x'.repeat(256)] }],
  ['alpn', { alpn: ['ü'] }],
  ['alpn', { alpn: [1] }],
  ['credentials', { credentials: {} }],
  ['credentials', { credentials: 'none' }],
  ['credentials.chain', { credentials: [{ chain: [], key: nullCredential().key }] }],
  ['credentials.chain', { credentials: [{ chain: ['x'], key: nullCredential().key }] }],
  ['credentials.chain', { credentials: [undefined] }],
  ['credentials.key', { credentials: [{ chain: nullCredential().chain, key: 'ask' }] }],
  ['credentials.key', { credentials: [{ chain: nullCredential().chain }] }],
  ['psks.identity', { psks: [{ identity: new Uint8Array(0), key }] }],
  ['psks.identity', { psks: [{ identity: 'me', key }] }],
  ['psks.key', { psks: [{ identity: text('me'), key: new Uint8Array(15) }] }],
  ['psks.key', { psks: [{ identity: text('me'), key: 'secret' }] }],
  ['psks.hash', { psks: [{ identity: text('me'), key, hash: 'md5' }] }],
  ['certificateAuthorities', { certificateAuthorities: [new Uint8Array(0)] }],
  ['certificateAuthorities', { certificateAuthorities: ['CN=x'] }],
  ['recordSizeLimit', { recordSizeLimit: 63 }],
  ['recordSizeLimit', { recordSizeLimit: 16_385 }],
  ['recordSizeLimit', { recordSizeLimit: '100' }],
  ['limits.maxBuffered', { limits: { maxBuffered: 1000 } }],
  ['limits.maxQueued', { limits: { maxQueued: 10 } }],
  ['limits.handshakeMessage', { limits: { handshakeMessage: 300_000 } }],
  ['limits.chain', { limits: { chain: 0 } }],
  ['limits.chain', { limits: { chain: 101 } }],
  ['limits.keyUpdates', { limits: { keyUpdates: 0 } }],
  ['limits.tickets', { limits: { tickets: -1 } }],
  ['limits.ticket', { limits: { ticket: 1 } }],
  ['timeout', { timeout: 5 }],
  ['rejectUnauthorized', { rejectUnauthorized: false }],
]

for (const [option, options] of common) {
  const given = JSON.stringify(options)
  test(`client: ${option} in ${given}`, () => refused(() => client(options), option))
  test(`server: ${option} in ${given}`, () => refused(() => server(options), option))
}

const clientOnly: readonly Case[] = [
  ['versions', { versions: [tls13, tls12Server] }],
  ['serverName', { serverName: undefined }],
  ['serverName', { serverName: '' }],
  ['serverName', { serverName: 'a b' }],
  ['serverName', { serverName: 'a..b' }],
  ['serverName', { serverName: 'bücher.example' }],
  ['serverName', { serverName: true }],
  ['verify', { verify: undefined }],
  ['verify', { verify: true }],
  ['verify', { verify: 'none' }],
  ['verify', { verify: {} }],
  ['verify', { verify: { dangerouslyAcceptAnyPeer: false } }],
  ['verify.pinnedKeys', { verify: { pinnedKeys: [] } }],
  ['verify.pinnedKeys', { verify: { pinnedKeys: ['sha256/…'] } }],
  ['earlyData', { earlyData: true }],
  ['ticketRequest.newSession', { ticketRequest: { newSession: 256, resumption: 1 } }],
  ['ticketRequest.resumption', { ticketRequest: { newSession: 1, resumption: -1 } }],
  ['maxFragmentLength', { maxFragmentLength: 1000 }],
  ['maxFragmentLength', { maxFragmentLength: 512, recordSizeLimit: 100 }],
  ['tickets', { tickets: { keys: ticketKeys } }],
  ['clientAuthentication', { clientAuthentication: 'require' }],
  ['configure', { configure: () => ({}) }],
]

for (const [option, options] of clientOnly)
  test(`client: ${option} in ${JSON.stringify(options)}`, () =>
    refused(() => client(options), option))

const serverOnly: readonly Case[] = [
  ['versions', { versions: [tls13Client, tls12] }],
  ['credentials', { credentials: undefined }],
  ['credentials', { credentials: [] }],
  ['clientAuthentication', { clientAuthentication: true }],
  ['verify', { clientAuthentication: 'request' }],
  ['verify', { verify: {} }],
  ['tickets', { tickets: {} }],
  ['tickets', { tickets: { keys: ticketKeys, store: ticketStore() } }],
  ['tickets.keys', { tickets: { keys: { keys: [] } } }],
  ['tickets.keys.name', { tickets: { keys: { keys: [{ name: new Uint8Array(15), key }] } } }],
  [
    'tickets.keys.key',
    { tickets: { keys: { keys: [{ name: new Uint8Array(16), key: new Uint8Array(16) }] } } },
  ],
  ['tickets.count', { tickets: { keys: ticketKeys, count: 9 } }],
  ['tickets.lifetime', { tickets: { keys: ticketKeys, lifetime: 604_801 } }],
  [
    'earlyData.maxBytes',
    { tickets: { keys: ticketKeys }, earlyData: { maxBytes: 0, replay: () => true } },
  ],
  ['earlyData.replay', { tickets: { keys: ticketKeys }, earlyData: { maxBytes: 1 } }],
  ['earlyData', { earlyData: { maxBytes: 1, replay: () => true } }],
  ['cookie.keys', { cookie: { keys: [], peer: text('x') } }],
  ['cookie.keys', { cookie: { keys: [new Uint8Array(16)], peer: text('x') } }],
  ['cookie.lifetime', { cookie: { keys: [key], peer: text('x'), lifetime: 0 } }],
  ['serverName', { serverName: 'a.example' }],
  ['session', { session: {} }],
  ['profile', { profile: {} }],
]

for (const [option, options] of serverOnly)
  test(`server: ${option} in ${JSON.stringify(options)}`, () =>
    refused(() => server(options), option))

test('a session is for its server, its context and a verified peer', () => {
  const tickets = { keys: ticketKeys }
  const session = demand(connect({}, { tickets }).run().client.sessions[0])
  refused(() => client({ session, serverName: 'other.example' }), 'session')
  refused(() => client({ session, sessionContext: 'other' }), 'session')
  const anyone = { verify: { dangerouslyAcceptAnyPeer: true } } as const
  const loose = demand(connect(anyone, { tickets }).run().client.sessions[0])
  refused(() => client({ session: loose }), 'session')
  expectEstablished(connect({ ...anyone, session: loose }, { tickets }).run())
})

test('the value is described without giving it away', () => {
  try {
    client({ psks: [{ identity: text('me'), key: new Uint8Array(8).fill(65) }] })
  } catch (error) {
    assert.match((error as Error).message, /8 bytes/)
    assert.not.match((error as Error).message, /65/)
  }
})

test('names compare without case and without the trailing dot', () => {
  const pair = connect({ serverName: 'Server.EXAMPLE.' }).run()
  expectEstablished(pair)
  assert.is(pair.client.info?.serverName, 'server.example')
  assert.is(pair.server.info?.serverName, 'server.example')
})

test('an address and `false` send no name', () => {
  for (const serverName of ['192.0.2.1', '2001:db8::1', false] as const) {
    const pair = connect({ serverName }).run()
    expectEstablished(pair)
    assert.is(pair.server.info?.serverName, undefined)
  }
  assert.is(connect({ sendServerName: false }).run().server.info?.serverName, undefined)
})

test('overrides of a configure decision are checked too', () => {
  const pair = connect({}, { configure: () => ({ alpn: [''] }) }).run()
  assert.is(pair.server.fault?.code, 'policyFailed')
  assert.instance(pair.server.fault?.cause, OptionError)
})

test('pinned keys are enough, and others are refused', () => {
  const { key: own } = nullCredential()
  const { key: other } = nullCredential({ name: 'x' })
  if (own === 'decide' || other === 'decide') return
  const pin = (spki: Uint8Array) => connect({ verify: { pinnedKeys: [spki] } }).run()
  expectEstablished(pin(own.publicKey.spki))
  assert.is(pin(other.publicKey.spki).client.fault?.code, 'certificateRejected')
})

test('a server without verification cannot ask for certificates after the handshake', () => {
  const pair = connect({ postHandshakeAuth: true }).run()
  assert.throws(() => pair.server.connection.requestClientCertificate())
  const able = connect({ postHandshakeAuth: true }, { verify: trustEveryone }).run()
  able.server.connection.requestClientCertificate()
})

test.run()
