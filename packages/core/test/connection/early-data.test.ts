import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Session } from '#src/session.js'
import type { Pair } from '#src/testing.js'
import { connect, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

const keys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
const cookie = { keys: [new Uint8Array(32)], peer: text('192.0.2.1') }

function server(overrides: Partial<ServerConfig> = {}): Partial<ServerConfig> {
  return {
    tickets: { keys },
    earlyData: { maxBytes: 1_000, replay: () => true },
    ...overrides,
  }
}

function sessionOf(
  serverOptions: Partial<ServerConfig> = server(),
  client: Partial<ClientConfig> = {},
): Session {
  return demand(connect(client, serverOptions).run().client.sessions[0])
}

interface Attempt {
  readonly session?: Session
  readonly client?: Partial<ClientConfig>
  readonly server?: Partial<ServerConfig>
  readonly data?: Uint8Array
  /** Ms between the two connections. */
  readonly later?: number
}

function attempt({
  session = sessionOf(),
  data = text('early'),
  later = 0,
  ...rest
}: Attempt): Pair {
  const start = { monotonic: 5_000, unix: 1_800_000_000_000 + later }
  const pair = connect({ session, earlyData: true, ...rest.client }, rest.server ?? server(), {
    start,
  })
  pair.client.connection.sendEarly(data)
  return pair.run()
}

function expectAccepted(pair: Pair): void {
  expectEstablished(pair)
  assert.is(pair.client.info?.earlyData, 'accepted')
  assert.is(pair.server.info?.earlyData, 'accepted')
  assert.ok(!pair.client.events.some(({ kind }) => kind === 'earlyDataRejected'))
}

function expectRefused(pair: Pair): void {
  expectEstablished(pair)
  assert.is(pair.client.info?.earlyData, 'rejected')
  assert.is(pair.server.info?.earlyData, 'rejected')
  assert.is(pair.server.earlyData.length + pair.server.data.length, 0)
  assert.is(pair.client.events.filter(({ kind }) => kind === 'earlyDataRejected').length, 1)
  pair.client.send(text('again'))
  pair.run()
  assert.equal(pair.server.data, text('again'))
}

test('early data is delivered as such, before `established`', () => {
  const pair = attempt({})
  expectAccepted(pair)
  assert.equal(pair.server.earlyData, text('early'))
  assert.is(pair.server.data.length, 0)
  const kinds = pair.server.events.map(({ kind }) => kind)
  assert.ok(kinds.indexOf('earlyData') < kinds.indexOf('established'))
  assert.ok(pair.client.info?.resumed && pair.server.info?.resumed)
})

test('early data may go on until the server answers, and normal data follows', () => {
  const pair = connect({ session: sessionOf(), earlyData: true }, server())
  assert.is(pair.client.connection.sendEarly(text('one ')), 4)
  pair.client.send(text('two'))
  pair.run()
  expectAccepted(pair)
  assert.equal(pair.server.earlyData, text('one '))
  assert.equal(pair.server.data, text('two'))
  assert.is(pair.client.connection.sendEarly(text('late')), 0)
})

test('the size of the ticket bounds what sendEarly takes', () => {
  const pair = attempt({ data: new Uint8Array(5_000) })
  expectAccepted(pair)
  assert.is(pair.server.earlyData.length, 1_000)
})

test('the early exporters are equal, and gone afterwards', () => {
  const pair = connect({ session: sessionOf(), earlyData: true }, server({ configure: () => ({}) }))
  pair.client.connection.sendEarly(text('x'))
  const mine = pair.client.connection.earlyExporter('EXPORTER-x', text('c'), 32)
  let theirs: Uint8Array | undefined
  const { connection } = pair.server
  const poll = connection.poll.bind(connection)
  connection.poll = () => {
    const output = poll()
    if (output.kind === 'earlyData') theirs = connection.earlyExporter('EXPORTER-x', text('c'), 32)
    return output
  }
  pair.run()
  assert.equal(theirs, mine)
  assert.throws(() => pair.client.connection.earlyExporter('x', undefined, 1))
  assert.throws(() => pair.server.connection.earlyExporter('x', undefined, 1))
})

test('without a server that takes it, early data is refused', () => {
  const session = sessionOf()
  expectRefused(attempt({ session, server: { tickets: { keys } } }))
})

test('without the session known to the server, a full handshake and no early data', () => {
  const pair = attempt({ server: server({ tickets: { keys: { keys: [otherKey()] } } }) })
  expectRefused(pair)
  assert.not(pair.server.info?.resumed)
})

test('the replay policy refuses by anything but true', () => {
  for (const answer of [false, undefined, null, 1, 'yes']) {
    const replay = () => answer as boolean
    expectRefused(attempt({ server: server({ earlyData: { maxBytes: 1_000, replay } }) }))
  }
})

test('a replay store that is down ends the connection, and delivers nothing', () => {
  const replay = () => {
    throw new Error('the store is down')
  }
  const pair = attempt({ server: server({ earlyData: { maxBytes: 1_000, replay } }) })
  assert.is(pair.server.fault?.code, 'policyFailed')
  assert.match(String(pair.server.fault?.cause), /store is down/)
  assert.is(pair.server.earlyData.length, 0)
})

test('a late answer of the replay store', () => {
  for (const answer of [true, false]) {
    const pair = attempt({ server: server({ earlyData: { maxBytes: 1_000, replay: 'decide' } }) })
    assert.is(pair.server.earlyData.length, 0)
    pair.advance(5_000)
    assert.is(pair.server.info, undefined)
    pair.server.answer('replay', answer)
    pair.run()
    if (answer) expectAccepted(pair)
    else expectRefused(pair)
  }
})

test('the identifier is unique to the ClientHello, and expires with the window', () => {
  const seen: string[] = []
  const expiries: number[] = []
  const session = sessionOf()
  for (const seed of ['a', 'b']) {
    const pair = attempt({
      session,
      client: { random: (length) => new Uint8Array(length).fill(seed.charCodeAt(0)) },
      server: server({
        earlyData: {
          maxBytes: 1_000,
          window: 7_000,
          replay({ identifier, expires }) {
            seen.push(identifier.join())
            expiries.push(expires)
            return true
          },
        },
      }),
    })
    expectAccepted(pair)
  }
  assert.is(new Set(seen).size, 2)
  assert.equal(expiries, [1_800_000_014_000, 1_800_000_014_000])
})

test('a HelloRetryRequest refuses early data', () => {
  const pair = attempt({ server: server({ cookie }) })
  expectRefused(pair)
  assert.ok(pair.client.info?.helloRetried)
  const group = attempt({
    client: { keyShares: ['x25519'] },
    server: server({ groups: ['secp256r1'] }),
  })
  expectRefused(group)
})

test('another protocol, another suite: refused', () => {
  const session = sessionOf(server({ alpn: ['a', 'b'] }), { alpn: ['a'] })
  expectRefused(
    attempt({ session, client: { alpn: ['b', 'a'] }, server: server({ alpn: ['b', 'a'] }) }),
  )
  const suites = ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256']
  const first = sessionOf(server({ suites: [demand(suites[0])] }))
  expectRefused(attempt({ session: first, server: server({ suites: suites.reverse() }) }))
})

test('early data is not offered where it could not be taken', () => {
  const none = sessionOf({ tickets: { keys } })
  const pair = attempt({ session: none })
  expectEstablished(pair)
  assert.is(pair.client.info?.earlyData, 'none')
  // The protocol of the session is not on offer any more.
  const session = sessionOf(server({ alpn: ['a'] }), { alpn: ['a'] })
  const other = attempt({ session, client: { alpn: ['b'] }, server: server({ alpn: ['b'] }) })
  assert.is(other.client.info?.earlyData, 'none')
  // Its suite is not configured any more.
  const chacha = sessionOf(server({ suites: ['TLS_CHACHA20_POLY1305_SHA256'] }))
  const gcm = attempt({ session: chacha, client: { suites: ['TLS_AES_128_GCM_SHA256'] } })
  assert.is(gcm.client.info?.earlyData, 'none')
})

test('the age of the ticket must agree within the window', () => {
  for (const [skew, accepted] of [
    [0, true],
    [9_999, true],
    [10_001, false],
  ] as const) {
    const session = { ...sessionOf() }
    // The client believes that it got the ticket later than the server sent it.
    const pair = attempt({
      session: { ...session, received: session.received + skew },
      later: 60_000,
    })
    if (accepted) expectAccepted(pair)
    else expectRefused(pair)
  }
})

test('the age goes on for days', () => {
  const tickets = { keys, lifetime: 604_800 }
  const session = sessionOf(server({ tickets }))
  expectAccepted(attempt({ session, server: server({ tickets }), later: 6 * 86_400_000 }))
})

test('early data of a client that must present a certificate needs a session with one', () => {
  const session = sessionOf()
  const pair = attempt({
    session,
    server: server({
      clientAuthentication: 'require',
      verify: () => ({ ok: false, code: 'x', message: 'x' }),
    }),
  })
  assert.is(pair.server.earlyData.length, 0)
  assert.is(pair.server.info, undefined)
})

test('early data that nobody reads is bounded like other input', () => {
  const session = sessionOf(server({ earlyData: { maxBytes: 2 ** 20, replay: () => true } }))
  const pair = connect(
    { session, earlyData: true, limits: { maxQueued: 2 ** 20 } },
    server({ earlyData: { maxBytes: 2 ** 20, replay: 'decide' } }),
  )
  pair.client.connection.sendEarly(new Uint8Array(600_000))
  pair.run()
  // The decision is open: what the server holds is bounded, the rest waits in the link.
  assert.is(pair.server.connection.receive(new Uint8Array(1)), 0)
  pair.server.answer('replay', true)
  pair.run()
  assert.is(pair.server.earlyData.length, 600_000)
})

function otherKey() {
  return { name: new Uint8Array(16).fill(9), key: new Uint8Array(32).fill(9) }
}

test.run()
