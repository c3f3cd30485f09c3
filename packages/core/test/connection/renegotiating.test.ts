// In the midst of a renegotiation of TLS 1.2: data, late answers, and the end of the connection.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Credential } from '#src/decision.js'
import { trustEveryone } from '#src/testing.js'
import { clientCredential, serverCredential, text } from '../support/connect.js'
import { roles } from '../support/facing.js'
import { alertAt } from '../support/outcome.js'
import {
  answerVerify,
  connected,
  expectRenegotiated,
  halfway,
  meanwhile,
  renegotiation,
} from '../support/renegotiation.js'
import { connect12 } from '../support/tls12.js'

test('where it is not held, data goes both ways until the client has sent its Finished', () => {
  const pair = connected(
    { ...meanwhile, credentials: 'decide' },
    { ...meanwhile, verify: trustEveryone },
  )
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
  const pair = halfway(meanwhile)
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

for (const server of [{ renegotiation }, {}])
  test(`close right behind the ClientHello, to a server that ${'renegotiation' in server ? 'accepts' : 'refuses'}`, () => {
    const pair = connect12({ renegotiation }, server).run()
    pair.client.connection.renegotiate()
    pair.client.send(text('last words'))
    pair.client.connection.close()
    pair.run()
    assert.equal(pair.server.data, text('last words'))
    pair.server.connection.close()
    pair.run()
    for (const side of [pair.client, pair.server])
      assert.equal(side.events.slice(-1), [{ kind: 'closed' }], side.connection.role)
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

test.run()
