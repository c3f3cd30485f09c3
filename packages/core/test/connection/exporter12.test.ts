// What a connection of TLS 1.2 gives away about itself: exporters, the PRF, channel bindings, keylog lines.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import type { ClientConfig } from '#src/config.js'
import { noble } from '#src/noble.js'
import { exportKeyingMaterial12, prf } from '#src/schedule/tls12.js'
import { nullCryptoTls12, type Pair, type Side } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12, only12, ticketKeys } from '../support/tls12.js'

const none = new Uint8Array(0)

function both(pair: Pair, of: (side: Side) => Uint8Array | undefined): Uint8Array {
  const [mine, theirs] = [demand(of(pair.client)), demand(of(pair.server))]
  assert.equal(mine, theirs)
  return mine
}

/** The Finished messages and keylog lines that a client sees. */
function seeing(): {
  options: Pick<ClientConfig, 'observe'>
  finished: Uint8Array[]
  lines: string[]
} {
  const finished: Uint8Array[] = []
  const lines: string[] = []
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind === 'keylog') lines.push(observation.line)
    if (observation.kind === 'message' && observation.type === messageType.finished)
      finished.push(observation.bytes.slice(4))
  }
  return { options: { observe }, finished, lines }
}

test('label, context, length and connection tell exporters apart; absent and empty contexts too', () => {
  const pair = connect12().run()
  const other = connect12({}, { random: (length) => new Uint8Array(length).fill(1) }).run()
  const exported = (of: Pair, label: string, context: Uint8Array | undefined, length = 32) =>
    both(of, ({ connection }) => connection.exporter(label, context, length))
  const values = [
    exported(pair, 'EXPORTER-a', text('c')),
    exported(pair, 'EXPORTER-b', text('c')),
    exported(pair, 'EXPORTER-a', text('d')),
    exported(pair, 'EXPORTER-a', none),
    exported(pair, 'EXPORTER-a', undefined),
    exported(other, 'EXPORTER-a', text('c')),
  ]
  assert.is(new Set(values.map(hex)).size, values.length)
  // RFC 5705 section 4: the length is no input, so a longer one begins as a shorter one does.
  assert.equal(
    exported(pair, 'EXPORTER-a', text('c'), 100).subarray(0, 32),
    exported(pair, 'EXPORTER-a', text('c'), 32),
  )
  assert.is(exported(pair, 'EXPORTER-a', undefined, 0).length, 0)
})

test('the seed is client_random, server_random and the context behind its length (RFC 5705 section 4)', () => {
  const hash = demand(noble.hashes.find(({ name }) => name === 'sha256'))
  const secret = new Uint8Array(48).fill(1)
  const randoms = { client: new Uint8Array(32).fill(2), server: new Uint8Array(32).fill(3) }
  const seed = (...tail: readonly number[]) =>
    concat(randoms.client, randoms.server, Uint8Array.from(tail))
  const cases: readonly (readonly [Uint8Array | undefined, readonly number[]])[] = [
    [undefined, []],
    [none, [0, 0]],
    [Uint8Array.of(7), [0, 1, 7]],
    [new Uint8Array(256).fill(9), [1, 0, ...new Array<number>(256).fill(9)]],
  ]
  for (const [context, tail] of cases)
    assert.equal(
      exportKeyingMaterial12(hash, secret, randoms, 'EXPORTER-x', context, 40),
      prf(hash, secret, 'EXPORTER-x', seed(...tail), 40),
    )
})

test('a context that no length can stand for, and a label that is not ASCII, are misuse', () => {
  const { connection } = connect12().run().client
  assert.is(connection.exporter('EXPORTER-a', new Uint8Array(65_535), 8).length, 8)
  assert.throws(() => connection.exporter('EXPORTER-a', new Uint8Array(65_536), 8), /65,535/)
  assert.throws(() => connection.exporter('EXPORTER-ä', undefined, 8), /ASCII/)
})

test('the PRF under the main secret is what the connection itself uses', () => {
  const { options, lines } = seeing()
  const pair = connect12(options).run()
  const [label, , secret = ''] = demand(lines[0]).split(' ')
  assert.is(label, 'CLIENT_RANDOM')
  const hash = demand(nullCryptoTls12.hashes.find(({ name }) => name === 'sha256'))
  const main = Uint8Array.from(Buffer.from(secret, 'hex'))
  const expected = prf(hash, main, 'label', text('seed'), 77)
  assert.equal(
    both(pair, ({ connection }) => connection.prf(undefined, 'label', text('seed'), 77)),
    expected,
  )
  const own = text('a secret of the caller')
  assert.equal(
    both(pair, ({ connection }) => connection.prf(own, 'label', none, 20)),
    prf(hash, own, 'label', none, 20),
  )
})

test('the PRF is of the hash of the suite', () => {
  const suites = ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384']
  const { connection } = connect12({ suites }).run().client
  const hash = demand(nullCryptoTls12.hashes.find(({ name }) => name === 'sha384'))
  assert.equal(connection.prf(text('s'), 'l', none, 48), prf(hash, text('s'), 'l', none, 48))
})

test('before the handshake, and in TLS 1.3, there is no PRF', () => {
  assert.throws(
    () => connect12().client.connection.prf(undefined, 'l', none, 1),
    /prf: .*established/,
  )
  const { connection } = connect().run().client
  assert.throws(() => connection.prf(undefined, 'l', none, 1), /prf: TLS 1.3/)
  assert.throws(() => connection.renegotiate(), /renegotiate: TLS 1.3/)
})

test('tls-unique is the first Finished of the last handshake (RFC 5929 section 3)', () => {
  const tickets = { tickets: { keys: ticketKeys } }
  const renegotiation = { renegotiation: { peerMayStart: true } }
  const unique = (pair: Pair) =>
    both(pair, ({ connection }) => connection.channelBinding('tls-unique'))
  const full = seeing()
  const pair = connect12(
    { ...full.options, ...renegotiation },
    { ...tickets, ...renegotiation },
  ).run()
  // The client's comes first in a full handshake.
  assert.equal(unique(pair), full.finished[0])
  pair.client.connection.renegotiate()
  pair.run()
  assert.is(full.finished.length, 4)
  assert.equal(unique(pair), full.finished[2])
  const resumed = seeing()
  const session = demand(pair.client.sessions[0])
  const second = connect12({ ...resumed.options, session }, tickets).run()
  assert.ok(second.client.info?.resumed)
  // The server's, in an abbreviated one, which is the first that the client sees.
  assert.equal(unique(second), resumed.finished[0])
})

test('tls-exporter is what RFC 9266 says', () => {
  const pair = connect12().run()
  assert.equal(
    both(pair, ({ connection }) => connection.channelBinding('tls-exporter')),
    pair.client.connection.exporter('EXPORTER-Channel-Binding', none, 32),
  )
})

test('without the extended main secret, neither binds (RFC 7627 section 1, RFC 9266 section 3)', () => {
  const prefer = { extendedMainSecret: 'prefer' } as const
  const pair = connect12({ ...prefer, profile: { omitExtensions: [23] } }, prefer).run()
  expectEstablished(pair)
  for (const { connection } of [pair.client, pair.server])
    for (const type of ['tls-unique', 'tls-exporter'] as const)
      assert.is(connection.channelBinding(type), undefined)
  // RFC 7627 5.4: nor is anything exported; the bare PRF is there all the same.
  for (const { connection } of [pair.client, pair.server])
    assert.throws(() => connection.exporter('EXPORTER-a', none, 16), /RFC 7627/)
  assert.ok(both(pair, ({ connection }) => connection.prf(undefined, 'a', none, 16)))
})

test('a keylog line for each handshake, equal on both sides', () => {
  const [client, server] = [seeing(), seeing()]
  const renegotiation = { renegotiation: { peerMayStart: true } }
  const tickets = { tickets: { keys: ticketKeys } }
  const pair = connect12(
    { ...client.options, ...renegotiation },
    { ...server.options, ...renegotiation, ...tickets },
  ).run()
  pair.client.connection.renegotiate()
  pair.run()
  const session = demand(pair.client.sessions[1])
  connect(only12({ ...client.options, session }), only12({ ...server.options, ...tickets })).run()
  assert.equal(client.lines, server.lines)
  assert.is(new Set(client.lines).size, 3)
  for (const line of client.lines) assert.match(line, /^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/)
  const secrets = client.lines.map((line) => line.split(' ')[2])
  assert.is(secrets[2], secrets[1], 'a resumed session has the main secret of the first one')
})

test('an observer sees messages, states, keys and alerts in order', () => {
  const seen: string[] = []
  const pair = connect12({
    observe(observation) {
      if (observation.kind === 'message') seen.push(`${observation.direction} ${observation.name}`)
      else if (observation.kind === 'keys')
        seen.push(`${observation.direction} ${observation.level}`)
      else if (observation.kind === 'state') seen.push(observation.name)
      else if (observation.kind === 'alert')
        seen.push(`${observation.direction} alert ${observation.description}`)
    },
  }).run()
  pair.client.connection.close()
  pair.run()
  assert.equal(seen, [
    'sent ClientHello',
    'waitServerHello',
    'received ServerHello',
    'waitServerCertificate',
    'received Certificate',
    'waitServerKeyExchange',
    'received ServerKeyExchange',
    'waitCertificateRequest',
    'received ServerHelloDone',
    'sent ClientKeyExchange',
    'write application',
    'sent Finished',
    'read application',
    'waitFinished',
    'received Finished',
    'connected',
    'sent alert 0',
  ])
})

test('an observer changes nothing', () => {
  const observe = () => undefined
  const [watched, plain] = [connect12({ observe }, { observe }).run(), connect12().run()]
  assert.equal(hex(watched.client.transmitted), hex(plain.client.transmitted))
  assert.equal(hex(watched.server.transmitted), hex(plain.server.transmitted))
})

test.run()
