import { createHash } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hex } from '#src/bytes.js'
import { encodeObjectIdentifier } from '#src/der/write.js'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { type Event, nullCredential, nullCrypto, type Pair } from '#src/testing.js'
import { connect, demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { perform, scenarios } from '../support/scenarios.js'

const ecdsaSha256 = encodeObjectIdentifier('1.2.840.10045.4.3.2')

function both(pair: Pair, of: (side: Pair['client']) => Uint8Array | undefined): Uint8Array {
  const [mine, theirs] = [demand(of(pair.client)), demand(of(pair.server))]
  assert.equal(mine, theirs)
  return mine
}

test('exporters are equal on both sides, in every kind of connection', () => {
  for (const scenario of scenarios.filter(({ name }) => !name.endsWith('closing'))) {
    const pair = perform(scenario)
    // RFC 7627 5.4: nothing is exported without the extended main secret.
    if (scenario.client?.extendedMainSecret === 'prefer') continue
    const secret = both(pair, ({ connection }) =>
      connection.exporter('EXPORTER-test', text('c'), 40),
    )
    assert.is(secret.length, 40)
  }
})

test('label, context, length and connection tell exporters apart', () => {
  const pair = connect().run()
  const other = connect({}, { random: (length) => new Uint8Array(length).fill(1) }).run()
  const values = [
    both(pair, ({ connection }) => connection.exporter('EXPORTER-a', text('c'), 32)),
    both(pair, ({ connection }) => connection.exporter('EXPORTER-b', text('c'), 32)),
    both(pair, ({ connection }) => connection.exporter('EXPORTER-a', text('d'), 32)),
    both(pair, ({ connection }) => connection.exporter('EXPORTER-a', text('c'), 33)).subarray(
      0,
      32,
    ),
    both(other, ({ connection }) => connection.exporter('EXPORTER-a', text('c'), 32)),
  ]
  assert.is(new Set(values.map(hex)).size, values.length)
})

test('an absent context is an empty one (RFC 9846 7.5)', () => {
  const { connection } = connect().run().client
  assert.equal(
    connection.exporter('EXPORTER-a', undefined, 16),
    connection.exporter('EXPORTER-a', new Uint8Array(0), 16),
  )
})

test('exporters stay the same through key updates', () => {
  const pair = connect().run()
  const before = pair.client.connection.exporter('EXPORTER-a', undefined, 16)
  pair.client.connection.updateKeys(true)
  pair.run()
  assert.equal(pair.server.connection.exporter('EXPORTER-a', undefined, 16), before)
})

test('more than HKDF gives is a RangeError', () => {
  const { connection } = connect().run().client
  assert.is(connection.exporter('EXPORTER-a', undefined, 255 * 32).length, 255 * 32)
  assert.throws(() => connection.exporter('EXPORTER-a', undefined, 255 * 32 + 1))
})

test('tls-exporter is what RFC 9266 says', () => {
  const pair = connect().run()
  const binding = both(pair, ({ connection }) => connection.channelBinding('tls-exporter'))
  const exported = pair.client.connection.exporter(
    'EXPORTER-Channel-Binding',
    new Uint8Array(0),
    32,
  )
  assert.equal(binding, exported)
})

test('tls-unique is not defined for TLS 1.3', () => {
  assert.is(connect().run().client.connection.channelBinding('tls-unique'), undefined)
})

test('tls-server-end-point is undefined for a certificate signed with Ed25519 (RFC 5929 4.1)', () => {
  const pair = connect({}, { credentials: [nullCredential()] }).run()
  for (const { connection } of [pair.client, pair.server])
    assert.is(connection.channelBinding('tls-server-end-point'), undefined)
})

test('tls-server-end-point is the hash of the certificate, the same on both sides', () => {
  const credential = nullCredential({ signatureAlgorithm: ecdsaSha256 })
  for (const versions of [[tls13], [tls12]]) {
    const pair = connect({ versions }, { versions, credentials: [credential] }).run()
    expectEstablished(pair)
    const binding = both(pair, ({ connection }) =>
      connection.channelBinding('tls-server-end-point'),
    )
    const sha256 = demand(nullCrypto.hashes.find(({ name }) => name === 'sha256'))
    assert.equal(binding, sha256.hash(demand(credential.chain[0])))
  }
})

interface Line {
  readonly label: string
  readonly random: string
  readonly secret: string
}

test('keylog lines are those of RFC 9850, and equal on both sides', () => {
  const lines: Record<'client' | 'server', Line[]> = { client: [], server: [] }
  const observer =
    (role: 'client' | 'server') => (observation: { kind: string; line?: string }) => {
      if (observation.kind !== 'keylog') return
      const [label = '', random = '', secret = ''] = demand(observation.line).split(' ')
      lines[role].push({ label, random, secret })
    }
  const keys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
  const server = {
    tickets: { keys },
    earlyData: { maxBytes: 100, replay: () => true },
    observe: observer('server'),
  }
  const client = { observe: observer('client') }
  const session = demand(connect(client, server).run().client.sessions[0])
  const labels = [
    'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
    'CLIENT_TRAFFIC_SECRET_0',
    'EXPORTER_SECRET',
    'SERVER_HANDSHAKE_TRAFFIC_SECRET',
    'SERVER_TRAFFIC_SECRET_0',
  ]
  const sorted = (list: readonly Line[]) => [...list].sort((a, b) => (a.label < b.label ? -1 : 1))
  assert.equal(sorted(lines.client), sorted(lines.server))
  assert.equal(
    sorted(lines.client).map(({ label }) => label),
    labels,
  )
  for (const { random, secret } of lines.client) {
    assert.match(random, /^[0-9a-f]{64}$/)
    assert.match(secret, /^[0-9a-f]{64}$/)
  }

  lines.client = []
  lines.server = []
  const pair = connect({ ...client, session, earlyData: true }, server)
  pair.client.connection.sendEarly(text('x'))
  pair.run()
  expectEstablished(pair)
  assert.equal(sorted(lines.client), sorted(lines.server))
  assert.equal(
    sorted(lines.client).map(({ label }) => label),
    [...labels, 'CLIENT_EARLY_TRAFFIC_SECRET', 'EARLY_EXPORTER_SECRET'].sort(),
  )
})

test('an observer sees messages, states, keys and alerts in order', () => {
  const seen: string[] = []
  const pair = connect({
    observe(observation) {
      if (observation.kind === 'message')
        seen.push(`${observation.direction} ${observation.name} ${observation.bytes[0]}`)
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
    'sent ClientHello 1',
    'waitServerHello',
    'received ServerHello 2',
    'read handshake',
    'write handshake',
    'waitEncryptedExtensions',
    'received EncryptedExtensions 8',
    'waitCertificateOrCertificateRequest',
    'received Certificate 11',
    'waitCertificateVerify',
    'received CertificateVerify 15',
    'waitFinished',
    'received Finished 20',
    'sent Finished 20',
    'read application',
    'write application',
    'connected',
    'sent alert 0',
  ])
})

test('an observer changes nothing', () => {
  const watched = connect({ observe: () => undefined }, { observe: () => undefined }).run()
  const plain = connect().run()
  const digest = (events: readonly Event[]) =>
    createHash('sha256')
      .update(
        JSON.stringify(events.map((event) => ('bytes' in event ? hex(event.bytes) : event.kind))),
      )
      .digest('hex')
  assert.is(digest(watched.client.events), digest(plain.client.events))
  assert.is(digest(watched.server.events), digest(plain.server.events))
})

test.run()
