// PITFALLS 42 to 51, as far as the connection itself can get them wrong.
import { generateKeyPairSync, sign as nodeSign } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { createClient } from '#src/client.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Connection } from '#src/connection.js'
import { parseSubjectPublicKey } from '#src/crypto/spki.js'
import type { Credential } from '#src/decision.js'
import { noble } from '#src/noble.js'
import type { Output } from '#src/output.js'
import { createServer } from '#src/server.js'
import { nullCredential, type Pair, trustEveryone } from '#src/testing.js'
import {
  clientConfig,
  connect,
  demand,
  serverConfig,
  serverCredential,
  text,
} from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }

function drain(connection: Connection): Output[] {
  const outputs: Output[] = []
  for (let output = connection.poll(); output.kind !== 'idle'; output = connection.poll())
    outputs.push(output)
  return outputs
}

function bytesOf(outputs: readonly Output[]): Uint8Array {
  return Buffer.concat(outputs.flatMap((o) => (o.kind === 'transmit' ? [o.bytes] : [])))
}

// 42

for (const role of ['client', 'server'] as const) {
  const other = role === 'client' ? 'server' : 'client'
  test(`PITFALLS 42: ${role}: the peer's close_notify drops nothing that is still to be written`, () => {
    const pair = connect().run()
    // Accepted before the close_notify is polled for, and not transmitted yet.
    pair[other].connection.close()
    pair[role].send(new Uint8Array(50_000).fill(1))
    pair.run()
    pair[role].send(new Uint8Array(50_000).fill(2))
    pair.run()
    assert.is(pair[other].data.length, 100_000)
    assert.ok(pair[role].peerClosed)
    assert.not(pair[role].over)
    pair[role].connection.close()
    pair.run()
    assert.ok(pair[role].over && pair[other].over)
    expectEstablished(pair)
  })

  test(`PITFALLS 42: ${role}: what was accepted is flushed before the end`, () => {
    const pair = connect().run()
    pair[role].send(new Uint8Array(60_000))
    pair[role].connection.close()
    pair.run()
    assert.is(pair[other].data.length, 60_000)
    assert.ok(pair[other].peerClosed)
  })
}

// 43

test('PITFALLS 43: bytes behind close_notify are not taken for TLS', () => {
  const pair = connect().run()
  pair.server.connection.close()
  pair.run()
  assert.is(pair.client.connection.receive(text('plain text again')), 16)
  pair.run()
  assert.is(pair.client.fault, undefined)
  assert.is(pair.client.data.length, 0)
})

test('PITFALLS 43: TLS inside TLS', () => {
  const outer = connect().run()
  const inner = {
    client: createClient(clientConfig(), now),
    server: createServer(serverConfig(), now),
  }
  for (let round = 0; round < 4; round++) {
    const up = bytesOf(drain(inner.client))
    const before = outer.server.data.length
    if (up.length > 0) outer.client.send(up)
    outer.run()
    inner.server.receive(outer.server.data.subarray(before))
    const down = bytesOf(drain(inner.server))
    const had = outer.client.data.length
    if (down.length > 0) outer.server.send(down)
    outer.run()
    inner.client.receive(outer.client.data.subarray(had))
  }
  assert.ok(inner.client.info && inner.server.info)
})

// 44

test('PITFALLS 44: a fast peer with a slow reader', () => {
  const client = createClient(clientConfig({ limits: { maxBuffered: 20_000 } }), now)
  const server = createServer(serverConfig(), now)
  server.receive(bytesOf(drain(client)))
  client.receive(bytesOf(drain(server)))
  server.receive(bytesOf(drain(client)))
  drain(server)
  let taken = 0
  for (let i = 0; i < 100; i++) {
    server.send(new Uint8Array(16_000))
    taken += client.receive(bytesOf(drain(server)))
  }
  assert.is(taken, 20_000)
})

test('PITFALLS 44: a slow peer with a fast writer', () => {
  const pair = connect({ limits: { maxQueued: 30_000 } }).run()
  let accepted = 0
  for (let i = 0; i < 1_000; i++) accepted += pair.client.connection.send(new Uint8Array(1_000))
  assert.ok(accepted <= 30_000, `${accepted}`)
})

test('PITFALLS 44: a peer that makes us answer and does not read', () => {
  // Requests to update keys, each of which is read by itself.
  const pair = connect({ limits: { keyUpdates: 1_000 } }).run()
  const before = pair.client.transmitted.length
  for (let i = 0; i < 200; i++) {
    pair.server.connection.updateKeys(true)
    pair.run()
  }
  assert.is(pair.client.transmitted.length, before)
  // One answer to all of them, in front of the next data (RFC 9846 4.6.3).
  pair.client.send(text('x'))
  pair.run()
  assert.is(recordsOf(pair.client.transmitted.subarray(before)).length, 2)
})

// 45

test('PITFALLS 45: the cause of a failure is in the failure', () => {
  const cause = new Error('the disk is full')
  const fail = () => {
    throw cause
  }
  const policies: readonly (readonly [
    'client' | 'server',
    Partial<ClientConfig>,
    Partial<ServerConfig>,
  ])[] = [
    ['client', { verify: fail }, {}],
    ['client', { credentials: fail }, { clientAuthentication: 'request', verify: trustEveryone }],
    ['server', {}, { credentials: fail }],
    ['server', {}, { configure: fail }],
    ['server', { psks: [{ identity: text('x'), key: new Uint8Array(32) }] }, { lookupPsk: fail }],
    ['server', {}, { clientAuthentication: 'request', verify: fail }],
    ['server', {}, { random: fail }],
    ['client', { random: fail }, {}],
  ]
  for (const [role, client, server] of policies) {
    const credentials = [nullCredential({ name: 'client.example' })]
    const pair = connect(role === 'server' ? { credentials, ...client } : client, server).run()
    const { fault, info } = pair[role]
    assert.is(info, undefined)
    assert.is(fault?.cause, cause, `${role} ${Object.keys({ ...client, ...server })}: ${fault}`)
    assert.match(demand(fault).message, /the disk is full/)
  }
})

test('PITFALLS 45: a failure is no time-out, and comes once', () => {
  const pair = connect({ verify: () => ({ ok: false, code: 'no', message: 'no' }) }).run()
  pair.advance(1_000_000)
  for (const side of [pair.client, pair.server])
    assert.is(side.events.filter(({ kind }) => kind === 'failed').length, 1)
  assert.is(pair.client.fault?.code, 'certificateRejected')
})

// 46

test('PITFALLS 46: connections of one configuration do not touch each other', () => {
  const config = serverConfig()
  const bad = createServer(config, now)
  const good = createServer(config, now)
  bad.receive(text('GET / HTTP/1.1\r\n\r\n'))
  assert.ok(drain(bad).some(({ kind }) => kind === 'failed'))
  const client = createClient(clientConfig(), now)
  good.receive(bytesOf(drain(client)))
  client.receive(bytesOf(drain(good)))
  good.receive(bytesOf(drain(client)))
  drain(good)
  assert.ok(good.info && client.info)
})

// 47

test('PITFALLS 47: a credential that is exchanged serves the next connection, and no half of one', () => {
  let current: Credential = serverCredential
  const config: Partial<ServerConfig> = { credentials: () => current }
  const first = connect({}, config)
  first.client.step()
  first.server.step()
  current = nullCredential({ name: 'server.example', seed: 'new' })
  first.run()
  expectEstablished(first)
  assert.equal(first.client.info?.peer?.chain, serverCredential.chain)
  first.server.send(text('still alive'))
  first.run()
  assert.equal(first.client.data, text('still alive'))
  const second = connect({}, config).run()
  assert.equal(second.client.info?.peer?.chain, current.chain)
})

// 48

test('PITFALLS 48: ECDSA signatures with a high S are valid', () => {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = parseSubjectPublicKey(
    new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
  )
  const ecdsa = demand(noble.signatures.find(({ name }) => name === 'ecdsa_sha256'))
  const seen = { low: 0, high: 0 }
  for (let i = 0; i < 40; i++) {
    const message = Uint8Array.of(i)
    const signature = new Uint8Array(nodeSign('sha256', message, privateKey))
    assert.ok(ecdsa.verify(key, message, signature))
    const raw = nodeSign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    seen[BigInt(`0x${raw.subarray(32).toString('hex')}`) > order / 2n ? 'high' : 'low']++
  }
  assert.ok(seen.high > 5 && seen.low > 5)
})

// 49

test('PITFALLS 49: a verifier that reads another key than we do is not believed', () => {
  const { key } = nullCredential({ name: 'other' })
  if (key === 'decide') return
  const own = demand(
    serverCredential.key === 'decide' ? undefined : serverCredential.key.publicKey.spki,
  )
  const changed = own.slice()
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1
  for (const publicKey of [
    key.publicKey.spki,
    changed,
    own.subarray(1),
    new Uint8Array(0),
    undefined,
  ]) {
    const verify = () => ({ ok: true, publicKey }) as never
    const pair = connect({ verify }).run()
    assert.is(pair.client.info, undefined)
    assert.is(pair.client.fault?.code, 'verifierMismatch')
  }
})

// 51

test('PITFALLS 51: tickets and verification go by unix time, whatever the other clock says', () => {
  const keys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
  const server: Partial<ServerConfig> = { tickets: { keys, lifetime: 100 } }
  const first = connect({}, server).run()
  const session = demand(first.client.sessions[0])
  const resume = (start: { monotonic: number; unix: number }): Pair =>
    connect({ session }, server, { start }).run()
  const unix = 1_800_000_000_000
  assert.ok(resume({ monotonic: 1e12, unix: unix + 99_000 }).server.info?.resumed)
  assert.ok(resume({ monotonic: 0, unix: unix + 99_000 }).server.info?.resumed)
  assert.not(resume({ monotonic: 1_000, unix: unix + 101_000 }).server.info?.resumed)
  const times: number[] = []
  const verify: ClientConfig['verify'] = (question) => {
    times.push(question.time)
    return trustEveryone(question)
  }
  connect({ verify }, {}, { start: { monotonic: 77, unix: 123 } }).run()
  assert.equal(times, [123])
})

test('PITFALLS 51: steps of the wall clock do not disturb a connection', () => {
  const pair = connect().run()
  for (const step of [-1e9, 1e9, -5e11]) {
    pair.setTime({ unix: pair.now.unix + step })
    pair.client.send(text('x'))
    pair.run()
  }
  assert.is(pair.server.data.length, 3)
  expectEstablished(pair)
})

test.run()
