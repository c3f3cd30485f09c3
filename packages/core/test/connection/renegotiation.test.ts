// Renegotiation in TLS 1.2 (RFC 5246 7.4.1, RFC 5746): who may start it, what goes on meanwhile, and what must not change.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OptionError } from '#src/fault.js'
import { nullCredential, trustEveryone } from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { readExtensions } from '#src/wire/extension.js'
import { clientHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, demand, serverCredential, text } from '../support/connect.js'
import { type Role, roles } from '../support/facing.js'
import { alertAt } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'
import {
  connected,
  count,
  expectAlive,
  expectRenegotiated,
  renegotiation,
} from '../support/renegotiation.js'
import { bothVersions, connect12, psk12, ticketKeys, watch } from '../support/tls12.js'

for (const role of roles) {
  test(`${role}: another handshake, other keys, the same connection`, () => {
    const pair = connected()
    const exported = () => pair.client.connection.exporter('EXPORTER-x', undefined, 16)
    const before = exported()
    for (let times = 1; times <= 3; times++) {
      pair[role].connection.renegotiate()
      pair.run()
      expectRenegotiated(pair, times)
    }
    assert.not.equal(exported(), before)
    assert.equal(exported(), pair.server.connection.exporter('EXPORTER-x', undefined, 16))
    const [event] = pair[role].events.filter(({ kind }) => kind === 'renegotiated').slice(-1)
    assert.ok(event?.kind === 'renegotiated')
    assert.equal(event.info, pair[role].connection.info)
  })

  test(`${role}: the other side does not want to`, () => {
    const other = role === 'client' ? 'server' : 'client'
    for (const options of [{ renegotiation: { peerMayStart: false } }, {}]) {
      const pair = connect12(
        role === 'client' ? { renegotiation } : options,
        role === 'server' ? { renegotiation } : options,
      ).run()
      for (let times = 1; times <= 3; times++) {
        pair[role].connection.renegotiate()
        pair.run()
        assert.is(count(pair[role], 'renegotiationRefused'), times)
        expectAlive(pair)
      }
      assert.is(count(pair[role], 'renegotiated') + count(pair[other], 'renegotiated'), 0)
    }
  })

  test(`${role}: one that is not to be started by the peer may still be started by oneself`, () => {
    const own = { renegotiation: { peerMayStart: false } }
    const pair = connected(role === 'client' ? own : {}, role === 'server' ? own : {})
    pair[role].connection.renegotiate()
    pair.run()
    expectRenegotiated(pair)
  })

  test(`${role}: misuse throws, and changes nothing`, () => {
    const fresh = connect12({ renegotiation }, { renegotiation })
    assert.throws(() => fresh[role].connection.renegotiate(), /renegotiate: .*not established/)
    const without = connect12().run()
    assert.throws(
      () => without[role].connection.renegotiate(),
      /configuration has no renegotiation/,
    )
    expectAlive(without)
  })
}

test('a refusal is an answer: however often one asks, it is no flood of warnings', () => {
  for (const role of roles) {
    const options = [{ renegotiation }, {}] as const
    const [client, server] = role === 'client' ? options : ([...options].reverse() as never)
    const pair = connect12(client, server).run()
    for (let times = 1; times <= 8; times++) {
      pair[role].connection.renegotiate()
      pair.run()
      assert.is(count(pair[role], 'renegotiationRefused'), times)
    }
    expectAlive(pair)
  }
})

test('a client cannot ask itself for a certificate, nor a server that verifies nobody', () => {
  const pair = connected()
  const options = { clientAuthentication: 'require' } as const
  assert.throws(() => pair.client.connection.renegotiate(options), /for servers/)
  assert.throws(
    () => pair.server.connection.renegotiate(options),
    (error: unknown) => error instanceof OptionError && error.option === 'verify',
  )
  expectAlive(pair)
})

test('only one at a time, and not after close', () => {
  const pair = connect12({ renegotiation }, { renegotiation, credentials: 'decide' }).run()
  const answer = () => {
    pair.server.answer('credential', serverCredential)
    pair.run()
  }
  answer()
  pair.client.connection.renegotiate()
  assert.throws(() => pair.client.connection.renegotiate(), /under way/)
  pair.run()
  assert.throws(() => pair.server.connection.renegotiate(), /under way/)
  answer()
  expectRenegotiated(pair)
  pair.client.connection.close()
  assert.throws(() => pair.client.connection.renegotiate(), /after close/)
})

test('a peer without renegotiation_info cannot be renegotiated with, and is refused', () => {
  const client = { requireRenegotiationInfo: false, profile: { omitExtensions: [0xff01] } }
  const pair = connected(client)
  for (const role of roles) assert.throws(() => pair[role].connection.renegotiate(), /RFC 5746/)
  expectAlive(pair)
})

test('the ClientHello is another one, of this version, and bound to the connection before', () => {
  const hellos: Uint8Array[] = []
  const pair = connected({
    ...bothVersions,
    alpn: ['a'],
    observe(observation) {
      const { kind } = observation
      if (kind === 'message' && observation.type === messageType.clientHello)
        hellos.push(observation.bytes.slice(4))
    },
  })
  pair.client.connection.renegotiate()
  pair.run()
  expectRenegotiated(pair)
  const [first, second] = hellos.map((body) => decode(clientHello, body))
  assert.not.equal(second?.random, first?.random)
  assert.is(second?.legacySessionId.length, 0)
  assert.ok(second?.cipherSuites.every((suite) => suite >> 8 !== 0x13))
  const values = readExtensions('clientHello', second?.extensions ?? [])
  // RFC 9846 4.2.1, RFC 5746 3.5.
  assert.is(values.supportedVersions, undefined)
  assert.is(values.renegotiationInfo?.length, 12)
  assert.equal(values.alpn, [text('a')])
})

test('three started by the peer in ten minutes, and no more', () => {
  const pair = connected()
  const start = () => {
    pair.client.connection.renegotiate()
    pair.run()
  }
  for (let i = 0; i < 3; i++) start()
  expectRenegotiated(pair, 3)
  pair.advance(600_000)
  for (let i = 0; i < 3; i++) start()
  expectRenegotiated(pair, 6)
  pair.advance(599_999)
  start()
  assert.is(pair.server.fault?.code, 'tooManyRenegotiations')
  assert.is(alertAt(pair.client), 'handshakeFailure')
  assert.is(count(pair.server, 'renegotiated'), 6)
})

for (const [role, peer] of [
  ['client', 'server'],
  ['server', 'client'],
] as const)
  test(`${role}: the limit and its window are the configuration's, and bound the peer alone`, () => {
    const own = { renegotiation: { peerMayStart: true, limit: 1, window: 1_000 } }
    const other = { renegotiation: { peerMayStart: true, limit: 100 } }
    const pair = connected(role === 'client' ? own : other, role === 'server' ? own : other)
    const start = (side: Role) => {
      pair[side].connection.renegotiate()
      pair.run()
    }
    for (let i = 0; i < 5; i++) start(role)
    start(peer)
    expectRenegotiated(pair, 6)
    pair.advance(1_000)
    start(peer)
    expectRenegotiated(pair, 7)
    start(peer)
    assert.is(pair[role].fault?.code, 'tooManyRenegotiations')
    const none = { renegotiation: { peerMayStart: true, limit: 0 } }
    const strict = connected(role === 'client' ? none : {}, role === 'server' ? none : {})
    strict[peer].connection.renegotiate()
    assert.is(strict.run()[role].fault?.code, 'tooManyRenegotiations')
  })

test('who was nobody may become somebody, and then stays it', () => {
  const pair = connected({ credentials: [clientCredential] }, { verify: trustEveryone })
  const chain = () => pair.server.connection.info?.peer?.chain
  assert.is(chain(), undefined)
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  pair.run()
  expectRenegotiated(pair, 1)
  assert.equal(chain(), clientCredential.chain)
  // Nobody asks any more, and nobody forgets.
  pair.server.connection.renegotiate({ clientAuthentication: 'none' })
  pair.run()
  expectRenegotiated(pair, 2)
  assert.equal(chain(), clientCredential.chain)
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  pair.run()
  expectRenegotiated(pair, 3)
  assert.equal(chain(), clientCredential.chain)
})

test('what a renegotiation asks for is for that one, whether it comes to it or not', () => {
  const { names, observe } = watch()
  const client = { observe, credentials: [clientCredential] }
  const pair = connected(
    { ...client, renegotiation: { peerMayStart: false } },
    { verify: trustEveryone },
  )
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  pair.run()
  assert.is(count(pair.server, 'renegotiationRefused'), 1)
  pair.client.connection.renegotiate()
  pair.run()
  expectRenegotiated(pair)
  assert.not(names.includes('received CertificateRequest'))
})

test('sessions: none is resumed, and a new one comes behind `renegotiated`', () => {
  const tickets = { tickets: { keys: ticketKeys } }
  const session = demand(connect12({}, tickets).run().client.sessions[0])
  const pair = connected({ session }, tickets)
  assert.ok(pair.client.info?.resumed)
  pair.client.connection.renegotiate()
  pair.run()
  expectRenegotiated(pair)
  assert.not(pair.client.connection.info?.resumed)
  const kinds = pair.client.events.map(({ kind }) => kind)
  assert.is(kinds.lastIndexOf('session'), kinds.indexOf('renegotiated') + 1)
  const again = connect12({ session: demand(pair.client.sessions.at(-1)) }, tickets).run()
  assert.ok(again.client.info?.resumed)
})

test('both at once come to one', () => {
  const pair = connected()
  pair.client.connection.renegotiate()
  pair.server.connection.renegotiate()
  pair.run()
  expectRenegotiated(pair)
})

test('a record in plaintext, and change_cipher_spec, are protected by the keys of their time', () => {
  const pair = connected()
  pair.client.connection.renegotiate()
  pair.run()
  for (const { transmitted } of [pair.client, pair.server]) {
    const ccs = recordsOf(transmitted).filter(({ type }) => type === 20)
    // The second one: the explicit nonce, one byte, and the tag.
    assert.equal(
      ccs.map(({ fragment }) => fragment.length),
      [1, 25],
    )
  }
})

const psk = (name: string) => ({ ...psk12, identity: text(name) })
const pskSuites = { suites: ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256'] }

test('a PSK identity stays', () => {
  let own = psk('one')
  const server = { ...pskSuites, credentials: [], lookupPsk: () => psk12 }
  const pair = connected({ ...pskSuites, choosePsk: () => own }, server)
  assert.equal(pair.server.connection.info?.pskIdentity, text('one'))
  pair.client.connection.renegotiate()
  pair.run()
  expectRenegotiated(pair)
  own = psk('two')
  pair.client.connection.renegotiate()
  pair.run()
  assert.is(pair.client.fault?.code, 'changedIdentity')
  assert.is(alertAt(pair.server), 'illegalParameter')
})

test('the names that both sides go by stay', () => {
  const other = nullCredential({ name: 'other.example' })
  let current = serverCredential
  const pair = connected({}, { credentials: () => current })
  current = other
  pair.client.connection.renegotiate()
  pair.run()
  assert.is(pair.client.fault?.code, 'changedIdentity')
  assert.is(alertAt(pair.server), 'illegalParameter')
})

test.run()
