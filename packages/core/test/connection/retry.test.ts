import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServerConfig } from '#src/config.js'
import { createServer } from '#src/server.js'
import type { Pair } from '#src/testing.js'
import { connect, serverConfig, text } from '../support/connect.js'
import { alertAt, expectEstablished } from '../support/outcome.js'

const now = { monotonic: 0, unix: 1_800_000_000_000 }

function key(fill: number): Uint8Array {
  return new Uint8Array(32).fill(fill)
}

const cookie = { keys: [key(1)], peer: text('192.0.2.1') }

/** The ClientHello that answers a HelloRetryRequest with a cookie. */
function secondHello(server: Partial<ServerConfig> = { cookie }): Uint8Array {
  const pair: Pair = connect({}, server)
  pair.client.step()
  const first = pair.client.transmitted.length
  pair.server.step()
  pair.client.step()
  const second = pair.client.transmitted.subarray(first)
  assert.ok(second.length > 0)
  return second
}

test('a retry for a group', () => {
  const pair = connect({ keyShares: ['x25519'] }, { groups: ['secp256r1', 'x25519'] }).run()
  expectEstablished(pair)
  // A group with a share is as good, and saves the round trip.
  assert.not(pair.client.info?.helloRetried)
  const forced = connect({ keyShares: ['x25519'] }, { groups: ['secp256r1'] }).run()
  expectEstablished(forced)
  assert.ok(forced.client.info?.helloRetried && forced.server.info?.helloRetried)
  assert.is(forced.client.info?.group?.name, 'secp256r1')
})

test('no retry where both shares were sent', () => {
  const pair = connect({ keyShares: ['x25519', 'secp256r1'] }, { groups: ['secp256r1'] }).run()
  expectEstablished(pair)
  assert.not(pair.client.info?.helloRetried)
})

test('a retry with a cookie alone keeps the share', () => {
  const pair = connect({}, { cookie }).run()
  expectEstablished(pair)
  assert.ok(pair.server.info?.helloRetried)
  assert.is(pair.client.info?.group?.name, 'x25519')
})

test('a server that has not seen the first ClientHello goes on from the cookie', () => {
  const server = createServer(serverConfig({ cookie }), now)
  server.receive(secondHello())
  const output = server.poll()
  assert.is(output.kind, 'transmit')
  // ServerHello, not another HelloRetryRequest: the random is not the one of RFC 9846 4.2.3.
  assert.ok(output.kind === 'transmit' && output.bytes[11] !== 0xcf)
  assert.is(server.state, 'waitFinished')
})

test('a cookie of an older key is good, one of a forgotten key is not', () => {
  for (const [keys, good] of [
    [[key(2), key(1)], true],
    [[key(2)], false],
  ] as const) {
    const server = createServer(serverConfig({ cookie: { ...cookie, keys } }), now)
    server.receive(secondHello())
    assert.is(server.poll().kind, 'transmit')
    assert.is(server.state, good ? 'waitFinished' : 'failed')
  }
})

test('a cookie is for one address', () => {
  const server = createServer(serverConfig({ cookie: { ...cookie, peer: text('192.0.2.2') } }), now)
  server.receive(secondHello())
  server.poll()
  const failed = server.poll()
  assert.ok(failed.kind === 'failed' && failed.fault.code === 'badCookie')
})

test('a cookie lives as long as configured', () => {
  for (const [age, good] of [
    [29_000, true],
    [32_000, false],
    [-5_000, false],
  ] as const) {
    const time = { monotonic: 0, unix: now.unix + age }
    const server = createServer(serverConfig({ cookie: { ...cookie, lifetime: 30_000 } }), time)
    server.receive(secondHello())
    server.poll()
    assert.is(server.state, good ? 'waitFinished' : 'failed', `${age}`)
  }
})

test('a group that both sides lack', () => {
  const pair = connect({ groups: ['x25519'] }, { groups: ['secp256r1'] }).run()
  assert.is(pair.server.fault?.code, 'noCommonGroup')
  assert.is(alertAt(pair.client), 'handshakeFailure')
})

test('a retry under the other hash', () => {
  const suites = ['TLS_AES_256_GCM_SHA384']
  const pair = connect({ keyShares: ['x25519'] }, { groups: ['secp256r1'], cookie, suites }).run()
  expectEstablished(pair)
  assert.is(pair.server.info?.suite.name, 'TLS_AES_256_GCM_SHA384')
})

test.run()
