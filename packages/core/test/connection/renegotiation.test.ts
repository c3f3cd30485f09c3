// Renegotiation in TLS 1.2 (RFC 5246 7.4.1, RFC 5746): who may start it, what goes on meanwhile, and what must not change.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Credential } from '#src/decision.js'
import { OptionError } from '#src/fault.js'
import { nullCredential, type Pair, type Side, trustEveryone } from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { readExtensions } from '#src/wire/extension.js'
import { clientHello } from '#src/wire/message.js'
import { messageType } from '#src/wire/registry.js'
import { clientCredential, demand, serverCredential, text } from '../support/connect.js'
import { alertAt, expectEstablished } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'
import { bothVersions, connect12, psk12, ticketKeys, watch } from '../support/tls12.js'

const renegotiation = { peerMayStart: true }
const roles = ['client', 'server'] as const
type Role = (typeof roles)[number]

function connected(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}): Pair {
  const pair = connect12({ renegotiation, ...client }, { renegotiation, ...server }).run()
  expectEstablished(pair)
  return pair
}

function count(side: Side, kind: string): number {
  return side.events.filter((event) => event.kind === kind).length
}

/** Data still goes both ways. */
function expectAlive(pair: Pair): void {
  expectEstablished(pair)
  for (const [from, to] of [
    [pair.client, pair.server],
    [pair.server, pair.client],
  ] as const) {
    const had = to.data.length
    from.send(text('alive'))
    pair.run()
    assert.equal(to.data.subarray(had), text('alive'))
  }
}

function expectRenegotiated(pair: Pair, times = 1): void {
  expectAlive(pair)
  for (const side of [pair.client, pair.server]) {
    assert.is(count(side, 'renegotiated'), times, side.connection.role)
    assert.is(count(side, 'established'), 1)
    assert.is(side.connection.state, 'connected')
  }
}

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

/** A server that waits for the verification of the client's certificate: the client has sent its Finished. */
function halfway(): Pair {
  const pair = connected({ credentials: [clientCredential] }, { verify: 'decide' })
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  pair.run()
  assert.is(pair.server.decisions[0]?.kind, 'verify')
  assert.is(pair.client.connection.state, 'waitFinished')
  return pair
}

function answerVerify(pair: Pair, role: Role): void {
  const decision = pair[role].decisions.find(({ kind }) => kind === 'verify')
  if (decision?.kind !== 'verify') throw new Error('no verify decision is open')
  pair[role].answer('verify', trustEveryone(decision))
  pair.run()
}

test('data goes both ways until the client has sent its Finished', () => {
  const pair = connected({ credentials: 'decide' }, { verify: trustEveryone })
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  pair.server.send(text('behind HelloRequest'))
  pair.client.send(text('before it'))
  pair.run()
  assert.equal(pair.client.data, text('behind HelloRequest'))
  assert.equal(pair.server.data, text('before it'))
  // The client is asked for a certificate: it reads nothing, and both can send.
  assert.is(pair.client.decisions[0]?.kind, 'credential')
  pair.client.send(text(', in the midst'))
  pair.server.send(text(', in the midst'))
  pair.run()
  assert.equal(pair.server.data, text('before it, in the midst'))
  pair.client.answer('credential', clientCredential)
  pair.run()
  assert.equal(pair.client.data, text('behind HelloRequest, in the midst'))
  expectRenegotiated(pair)
  assert.equal(pair.server.connection.info?.peer?.chain, clientCredential.chain)
})

test('what the client sends behind its Finished waits for the server, under the new keys', () => {
  const pair = halfway()
  const before = pair.client.transmitted.length
  pair.client.send(text('held'))
  pair.server.send(text('under the old keys'))
  pair.advance(1_000)
  assert.is(pair.client.transmitted.length, before)
  assert.is(pair.server.data.length, 0)
  // The server's keys have not changed yet, and what comes under them is as good as ever.
  assert.equal(pair.client.data, text('under the old keys'))
  answerVerify(pair, 'server')
  assert.equal(pair.server.data, text('held'))
  expectRenegotiated(pair)
  const kinds = pair.client.events.slice(-6).map(({ kind }) => kind)
  assert.ok(kinds.indexOf('renegotiated') < kinds.lastIndexOf('transmit'))
})

test('what is held is bounded', () => {
  const pair = connected(
    { credentials: [clientCredential], limits: { maxQueued: 2_000 } },
    { verify: 'decide' },
  )
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  pair.run()
  assert.is(pair.client.connection.send(new Uint8Array(1_500)), 1_500)
  assert.is(pair.client.connection.send(new Uint8Array(1_500)), 500)
  assert.is(pair.client.connection.send(new Uint8Array(1)), 0)
  answerVerify(pair, 'server')
  assert.is(pair.server.data.length, 2_000)
})

test('with late answers on both sides', () => {
  const away = (credential: Credential): readonly Credential[] => [{ ...credential, key: 'decide' }]
  const pair = connect12(
    { renegotiation, verify: 'decide', credentials: away(clientCredential) },
    { renegotiation, verify: 'decide', credentials: away(serverCredential) },
  )
  const asked: string[] = []
  const answer = () =>
    pair.runAnswering((decision, side) => {
      asked.push(`${side.connection.role} ${decision.kind}`)
      if (decision.kind === 'verify') side.answer('verify', trustEveryone(decision))
      if (decision.kind !== 'sign') return
      const { key } = side === pair.client ? clientCredential : serverCredential
      if (key === 'decide') return
      side.answer(
        'sign',
        key.sign('ed25519', decision.message, () => new Uint8Array(0)),
      )
    })
  answer()
  pair.server.connection.renegotiate({ clientAuthentication: 'require' })
  answer()
  assert.equal(asked, [
    'server sign',
    'client verify',
    'server sign',
    'client verify',
    'client sign',
    'server verify',
  ])
  expectRenegotiated(pair)
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

test('a connection in the midst of it cannot be exported', () => {
  const pair = halfway()
  assert.throws(() => pair.client.connection.export(), /under way/)
  assert.throws(() => pair.server.connection.export(), /decision is open/)
})

test('a peer that is refused in it ends the connection', () => {
  const pair = halfway()
  pair.client.send(text('never'))
  pair.server.answer('verify', { ok: false, code: 'revoked', message: 'it is revoked', alert: 44 })
  pair.run()
  assert.is(pair.server.fault?.code, 'certificateRejected')
  assert.is(alertAt(pair.client), 'certificateRevoked')
  assert.is(pair.server.data.length, 0)
})

for (const role of roles)
  test(`${role}: close in the midst of it`, () => {
    const pair = halfway()
    pair[role].connection.close()
    pair.run()
    answerVerify(pair, 'server')
    const other = role === 'client' ? 'server' : 'client'
    assert.ok(pair[other].peerClosed, `${pair[other].fault?.message}`)
    pair[other].connection.close()
    pair.run()
    for (const side of [pair.client, pair.server]) {
      assert.is(side.fault?.message, undefined)
      assert.equal(side.events.slice(-1), [{ kind: 'closed' }], side.connection.role)
    }
  })

test('what is held goes before close_notify', () => {
  const pair = halfway()
  pair.client.send(text('last words'))
  pair.client.connection.close()
  pair.run()
  assert.not(pair.server.peerClosed)
  answerVerify(pair, 'server')
  assert.equal(pair.server.data, text('last words'))
  assert.ok(pair.server.peerClosed)
})

// RFC 5246 7.2.1: what waits to be written is discarded.
test('a server that closes in the midst of it leaves what is held unsent, and the client can close', () => {
  const pair = halfway()
  pair.client.send(text('held'))
  pair.server.connection.close()
  pair.run()
  assert.ok(pair.client.peerClosed)
  pair.client.connection.close()
  pair.run()
  assert.equal(pair.client.events.slice(-1), [{ kind: 'closed' }])
  assert.is(pair.server.data.length, 0)
})

test('nor does a server that closes after the client has', () => {
  const pair = halfway()
  pair.client.send(text('held'))
  pair.client.connection.close()
  pair.run()
  pair.server.connection.close()
  pair.run()
  assert.equal(pair.client.events.slice(-1), [{ kind: 'closed' }])
})

test('abort in the midst of it is silent and final', () => {
  const pair = halfway()
  const before = pair.client.transmitted.length
  pair.client.send(text('never'))
  pair.client.connection.abort()
  answerVerify(pair, 'server')
  assert.is(pair.client.transmitted.length, before)
  assert.is(pair.client.connection.state, 'closed')
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
