/** A server that begins from a cookie alone: before it, nothing is kept, and nothing but a HelloRetryRequest is sent. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#src/connection.js'
import { createDtlsClient, createDtlsServer } from '#src/dtls.js'
import type { Output } from '#src/output.js'
import { createNullCrypto, nullCrypto, seededRandom, trustEveryone } from '#src/testing.js'
import type { Time } from '#src/time.js'
import { clientConfig, clientCredential, demand, serverConfig, text } from '../support/connect.js'
import { type ClientOverrides, cookie, type ServerOverrides } from '../support/datagrams.js'

const now: Time = { monotonic: 1000, unix: 1_800_000_000_000 }
let made = 0

function newServer(overrides: ServerOverrides = {}): Connection {
  const random = seededRandom(`server ${++made}`)
  return createDtlsServer({ ...serverConfig({ random, cookie }), ...overrides }, now)
}

function newClient(overrides: ClientOverrides = {}): Connection {
  return createDtlsClient({ ...clientConfig(), ...overrides }, now)
}

/** Everything that a connection puts out until it is idle. */
function drain(connection: Connection, time = now) {
  const outputs: Output[] = []
  for (;;) {
    const output = connection.poll()
    if (output.kind === 'idle') return { outputs, sent: sentIn(outputs), idle: output, time }
    outputs.push(output)
  }
}

function sentIn(outputs: readonly Output[]): readonly Uint8Array[] {
  return outputs.flatMap((output) => (output.kind === 'transmit' ? [output.bytes.slice()] : []))
}

function give(connection: Connection, datagrams: readonly Uint8Array[], time = now) {
  for (const datagram of datagrams) connection.receive(datagram, time)
  return drain(connection, time)
}

/** What a plaintext record says: its type, number and the message in it. */
function plaintext(datagram: Uint8Array) {
  const view = new DataView(datagram.buffer, datagram.byteOffset)
  return {
    type: datagram[0],
    sequence: view.getUint16(5) * 2 ** 32 + view.getUint32(7),
    message: datagram[13],
    messageSequence: view.getUint16(17),
  }
}

const test = suite('cookie')

test('the second ClientHello may come to another object than the first', () => {
  const client = newClient({ credentials: [clientCredential] })
  const options: ServerOverrides = { clientAuthentication: 'require', verify: trustEveryone }
  const [first = new Uint8Array()] = drain(client).sent
  const before = newServer(options)
  const retry = give(before, [first])
  assert.is(retry.sent.length, 1)
  assert.is(before.state, 'waitClientHello')
  // The server of before is forgotten.
  const second = give(client, retry.sent).sent
  const server = newServer(options)
  const flight = give(server, second).sent
  const third = give(client, flight)
  assert.ok(third.outputs.some(({ kind }) => kind === 'established'))
  const last = give(server, third.sent)
  const established = last.outputs.find((output) => output.kind === 'established')
  assert.is(established?.kind === 'established' && established.info.helloRetried, true)
  assert.is(server.info?.peer?.chain.length, 1)
  server.send(text('hello'), now)
  const [data] = give(client, drain(server).sent).outputs.filter(({ kind }) => kind === 'data')
  assert.equal(data?.kind === 'data' && data.bytes, text('hello'))
})

test('replies that come from different objects have different record numbers', () => {
  const client = newClient()
  const [first = new Uint8Array()] = drain(client).sent
  const [retry = new Uint8Array()] = give(newServer(), [first]).sent
  const second = give(client, [retry]).sent
  const [flight = new Uint8Array()] = give(newServer(), second).sent
  assert.equal(plaintext(retry), { type: 22, sequence: 0, message: 2, messageSequence: 0 })
  assert.equal(plaintext(flight), { type: 22, sequence: 1, message: 2, messageSequence: 1 })
})

test('before the cookie nothing is kept, no timer is set, and each reply is smaller than what it answers', () => {
  const server = newServer()
  for (let i = 0; i < 300; i++) {
    const client = newClient({ random: seededRandom(`client ${i}`) })
    const hello = drain(client).sent
    const { sent, idle, outputs } = give(server, hello)
    assert.is(outputs.length, 1)
    assert.is(sent.length, 1)
    assert.ok((sent[0]?.length ?? 0) < (hello[0]?.length ?? 0))
    assert.is(idle.deadline, undefined)
    assert.is(server.state, 'waitClientHello')
    server.handleTimeout({ ...now, monotonic: now.monotonic + 100_000 })
    assert.is(drain(server).outputs.length, 0)
  }
  // The same object goes on with whoever comes back first.
  const client = newClient()
  const second = give(client, give(server, drain(client).sent).sent).sent
  const flight = give(server, second)
  assert.ok(flight.idle.deadline !== undefined)
  give(server, give(client, flight.sent).sent)
  assert.ok(server.info !== undefined)
})

test('a ClientHello in several datagrams, before and after', () => {
  const client = newClient({ mtu: 256, crypto: nullCrypto, alpn: ['a'.repeat(200)] })
  const server = newServer({ mtu: 256 })
  const hello = drain(client).sent
  assert.ok(hello.length > 1)
  for (const datagram of hello.slice(0, -1)) {
    const { outputs, idle } = give(server, [datagram])
    assert.is(outputs.length, 0, 'not even an ACK')
    assert.is(idle.deadline, undefined)
  }
  const retry = give(server, hello.slice(-1)).sent
  const second = give(client, retry).sent
  const after = newServer({ mtu: 256 })
  assert.is(give(after, second.slice(0, -1)).outputs.length, 0)
  assert.ok(give(after, second.slice(-1)).sent.length > 0)
})

test('a first ClientHello that comes late, between the pieces of the second, changes nothing', () => {
  const client = newClient({ mtu: 256, alpn: ['a'.repeat(200)] })
  const first = drain(client).sent
  const second = give(client, give(newServer(), first).sent).sent
  const server = newServer()
  const [a = new Uint8Array(), ...rest] = first
  const { outputs } = give(server, [a, ...second, ...rest])
  assert.ok(outputs.length > 0)
  assert.is(server.state, 'waitFinished')
})

test('a cookie of another address, another key or another time is refused', () => {
  const client = newClient()
  const second = give(client, give(newServer(), drain(client).sent).sent).sent
  const elsewhere = { ...cookie, peer: Uint8Array.of(1, 2, 3, 4) }
  const otherKey = { ...cookie, keys: [new Uint8Array(32)] }
  for (const server of [newServer({ cookie: elsewhere }), newServer({ cookie: otherKey })]) {
    const { outputs, sent } = give(server, second)
    assert.equal(
      outputs.map(({ kind }) => kind),
      ['transmit', 'failed'],
    )
    const [alert = new Uint8Array()] = sent
    assert.equal([...alert.subarray(-2)], [2, 47])
  }
  const late = { monotonic: now.monotonic + 70_000, unix: now.unix + 70_000 }
  assert.is(give(newServer(), second, late).outputs.at(-1)?.kind, 'failed')
  const rotated = { ...cookie, keys: [new Uint8Array(32), ...cookie.keys] }
  assert.is(give(newServer({ cookie: rotated }), second).outputs.at(-1)?.kind, 'transmit')
})

test('a cookie that belongs to another ClientHello leads nowhere', () => {
  const victim = newClient({ random: seededRandom('victim') })
  const [retry = new Uint8Array()] = give(newServer(), drain(victim).sent).sent
  const other = newClient({ random: seededRandom('other') })
  drain(other)
  const server = newServer()
  const flight = give(server, give(other, [retry]).sent).sent
  // The transcripts differ, so the client cannot read what the server says.
  const { outputs } = give(other, flight)
  assert.not.ok(outputs.some(({ kind }) => kind === 'established'))
})

test('a second ClientHello without a cookie is only asked for one', () => {
  const client = newClient()
  const plainServer = newServer({ cookie: undefined as never, groups: ['secp256r1'] })
  const second = give(client, give(plainServer, drain(client).sent).sent).sent
  const server = newServer()
  const { sent, idle } = give(server, second)
  assert.is(sent.length, 1)
  assert.is(idle.deadline, undefined)
  assert.is(server.state, 'waitClientHello')
})

test('without a cookie a server begins with the first ClientHello only', () => {
  const client = newClient()
  const second = give(client, give(newServer(), drain(client).sent).sent).sent
  const reasons: string[] = []
  const server = createDtlsServer(
    { ...serverConfig(), observe: (seen) => seen.kind === 'discard' && reasons.push(seen.reason) },
    now,
  )
  assert.is(give(server, second).outputs.length, 0)
  assert.is(reasons.length, 1)
})

test('records that come before any ClientHello are not kept for it', () => {
  const reasons: string[] = []
  const server = createDtlsServer(
    { ...serverConfig(), observe: (seen) => seen.kind === 'discard' && reasons.push(seen.reason) },
    now,
  )
  for (const first of [0x2d, 0x2e, 0x2f])
    give(server, [Uint8Array.of(first, 0, 0, 0, 20, ...new Uint8Array(20))])
  assert.equal(reasons, Array(3).fill('no keys for its epoch'))
})

test('a HelloRetryRequest without a cookie is repeated with the ClientHello, and by no timer', () => {
  const client = newClient()
  const server = createDtlsServer(serverConfig({ groups: ['secp256r1'] }), now)
  const hello = drain(client).sent
  const retry = give(server, hello)
  assert.is(retry.sent.length, 1)
  assert.is(retry.idle.deadline, undefined)
  const later = { monotonic: now.monotonic + 1000, unix: now.unix + 1000 }
  client.handleTimeout(later)
  const again = give(server, drain(client).sent, later)
  assert.is(again.sent.length, 1)
  assert.is(again.idle.deadline, undefined)
  const flight = give(server, give(client, again.sent, later).sent, later)
  assert.ok(flight.idle.deadline !== undefined)
})

test('the choice of a suite and of a group survives in the cookie', () => {
  const crypto = createNullCrypto()
  const client = newClient({ suites: ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256'] })
  const options: ServerOverrides = { crypto, groups: ['secp256r1'], preference: 'client' }
  const second = give(client, give(newServer(options), drain(client).sent).sent).sent
  const server = newServer(options)
  give(server, give(client, give(server, second).sent).sent)
  const info = demand(server.info)
  assert.is(info.group?.name, 'secp256r1')
  assert.is(info.suite.name, 'TLS_AES_256_GCM_SHA384')
})
test.run()
