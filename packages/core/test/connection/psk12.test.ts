// Pre-shared keys in TLS 1.2 (RFC 4279, RFC 5489): hints, look-ups, and what is required.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { ExternalPsk } from '#src/decision.js'
import { before, edit, type Pair } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, text } from '../support/connect.js'
import { alertAt, expectEstablished, expectRefusal } from '../support/outcome.js'
import {
  bothVersions,
  connect12,
  connectToScript12,
  psk12,
  rsaCredential,
  scriptConnects12,
} from '../support/tls12.js'

const suites = ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256']
const kinds = [
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_DHE_PSK_WITH_AES_128_GCM_SHA256',
  'TLS_RSA_PSK_WITH_AES_128_GCM_SHA256',
]
const other = { ...psk12, identity: text('other'), key: new Uint8Array(32).fill(9) }
const tls13 = { identity: text('identity'), key: new Uint8Array(32).fill(7) }

function connected(client: Partial<ClientConfig>, server: Partial<ServerConfig>): Pair {
  return connect12({ suites, ...client }, { suites, ...server }).run()
}

for (const suite of kinds) {
  const named = { suites: [suite] }
  const credentials = [rsaCredential]

  test(`${suite}: the client is told a hint, and chooses by it`, () => {
    const hints: unknown[] = []
    const choosePsk: ClientConfig['choosePsk'] = ({ kind, hint }) => {
      hints.push([kind, hint])
      return psk12
    }
    const server = { ...named, credentials, psks: [other, psk12] }
    for (const pskHint of [text('a hint'), undefined, new Uint8Array(0)]) {
      const hinted = pskHint === undefined ? server : { ...server, pskHint }
      const pair = connected({ ...named, choosePsk }, hinted)
      expectEstablished(pair)
      for (const { info } of [pair.client, pair.server])
        assert.equal(info?.pskIdentity, psk12.identity)
    }
    assert.equal(hints, [
      ['pskHint', text('a hint')],
      ['pskHint', undefined],
      ['pskHint', undefined],
    ])
  })

  test(`${suite}: another key under the identity is found out`, () => {
    const pair = connected(
      { ...named, psks: [{ ...psk12, key: other.key }] },
      { ...named, credentials, psks: [psk12] },
    )
    expectRefusal(pair, 'server', 'badRecordMac', 'badRecordMac')
    assert.is(pair.client.info, undefined)
  })

  test(`${suite}: ServerKeyExchange that goes on behind its end`, () => {
    const script = edit(messageType.serverKeyExchange, (body) => concat(body, Uint8Array.of(0)))
    const server = { ...named, credentials, psks: [psk12], pskHint: text('hint') }
    const { pair } = connectToScript12(script, { ...named, psks: [psk12] }, server)
    expectRefusal(pair.run(), 'client', 'malformedMessage', 'decodeError')
  })

  test(`${suite}: ClientKeyExchange that goes on behind its end, or has none`, () => {
    for (const change of [
      (body: Uint8Array) => concat(body, Uint8Array.of(0)),
      (body: Uint8Array) => body.subarray(0, -1),
      () => new Uint8Array(0),
    ]) {
      const script = edit(messageType.clientKeyExchange, change)
      const server = { ...named, credentials, psks: [psk12] }
      const { pair } = scriptConnects12(script, { ...named, psks: [psk12] }, server)
      expectRefusal(pair.run(), 'server', 'malformedMessage', 'decodeError')
    }
  })

  test(`${suite}: a server that asks for a certificate (RFC 5246 7.4.4, RFC 4279)`, () => {
    const script = before(messageType.serverHelloDone, (wire) => {
      wire.message(messageType.certificateRequest, Uint8Array.of(1, 64, 0, 2, 8, 7, 0, 0))
    })
    const server = { ...named, credentials, psks: [psk12] }
    const { pair } = connectToScript12(script, { ...named, psks: [psk12] }, server)
    expectRefusal(pair.run(), 'client', 'unexpectedMessage', 'unexpectedMessage')
  })

  test(`${suite}: an identity that nobody knows`, () => {
    const pair = connected(
      { ...named, psks: [other] },
      { ...named, credentials, psks: [psk12], lookupPsk: () => undefined },
    )
    expectRefusal(pair, 'server', 'unknownPskIdentity', 'unknownPskIdentity')
    assert.is(alertAt(pair.client), 'unknownPskIdentity')
    assert.not.match(pair.server.fault?.message ?? '', /other/)
  })
}

test('the client’s own PSKs come before what a policy would choose; those of TLS 1.3 are none', () => {
  let asked = 0
  const choosePsk = () => {
    asked++
    return psk12
  }
  const server = { lookupPsk: () => psk12 }
  expectEstablished(connected({ psks: [tls13, psk12], choosePsk }, server))
  assert.is(asked, 0)
  expectEstablished(connected({ psks: [tls13], choosePsk }, server))
  assert.is(asked, 1)
})

test('a PSK is looked up, after those that are configured', () => {
  const questions: unknown[] = []
  const lookupPsk: ServerConfig['lookupPsk'] = (question) => {
    questions.push(question)
    return other
  }
  expectEstablished(connected({ psks: [psk12] }, { psks: [psk12], lookupPsk }))
  assert.is(questions.length, 0)
  expectEstablished(connected({ psks: [other] }, { psks: [tls13, psk12], lookupPsk }))
  assert.equal(questions, [
    {
      kind: 'psk',
      version: 'tls12',
      identity: other.identity,
      serverName: 'server.example',
    },
  ])
})

test('both can be decided later', () => {
  const pair = connected({ choosePsk: 'decide' }, { lookupPsk: 'decide', pskHint: text('hint') })
  const [hint] = pair.client.decisions
  assert.equal(hint, { kind: 'pskHint', id: hint?.id, hint: text('hint') })
  pair.client.answer('pskHint', psk12)
  pair.run()
  pair.server.answer('psk', psk12)
  pair.run()
  expectEstablished(pair)
})

test('nothing to choose ends the connection, and so does a PSK for another version', () => {
  const server = { psks: [psk12], lookupPsk: () => tls13 }
  const none = connected({ choosePsk: () => undefined }, server)
  expectRefusal(none, 'client', 'noPskMode', 'handshakeFailure')
  const wrong = connected({ choosePsk: () => tls13 }, server)
  expectRefusal(wrong, 'client', 'policyFailed', 'internalError')
  const looked = connected({ psks: [other] }, server)
  expectRefusal(looked, 'server', 'policyFailed', 'internalError')
})

test('a PSK without a key, or with a short one, is no PSK', () => {
  for (const key of [undefined, new Uint8Array(0), new Uint8Array(15)]) {
    const answer = { ...psk12, key } as unknown as ExternalPsk
    const chosen = connected({ choosePsk: () => answer }, { psks: [psk12] })
    expectRefusal(chosen, 'client', 'policyFailed', 'internalError')
    const looked = connected({ psks: [psk12] }, { lookupPsk: () => answer })
    expectRefusal(looked, 'server', 'policyFailed', 'internalError')
  }
  const short = { ...psk12, key: Uint8Array.of(1), dangerouslyShort: true }
  expectEstablished(connected({ psks: [short] }, { psks: [short] }))
})

test('a server that requires a PSK takes no client without one', () => {
  const server = { psks: [psk12], requirePsk: true }
  const both = [...suites, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256']
  const without = connect12({}, { ...server, suites: both }).run()
  expectRefusal(without, 'server', 'noPskMode', 'handshakeFailure')
  const pair = connect12(
    { suites: [...both].reverse(), psks: [psk12] },
    { ...server, suites: [...both].reverse() },
  ).run()
  expectEstablished(pair)
  assert.equal(pair.server.info?.pskIdentity, psk12.identity)
})

test('a server without credentials that has PSKs needs no more; with both, the order of suites decides', () => {
  expectEstablished(connected({ psks: [psk12] }, { credentials: [], psks: [psk12] }))
  const both = ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', ...suites]
  const chosen = (order: readonly string[]) => {
    const pair = connect12({ suites: both, psks: [psk12] }, { suites: order, psks: [psk12] }).run()
    expectEstablished(pair)
    return pair.server.info?.pskIdentity !== undefined
  }
  assert.not(chosen(both))
  assert.ok(chosen([...both].reverse()))
  // A credential policy that has none for this client leaves the PSK.
  const policy = { suites: both, psks: [psk12], credentials: () => undefined }
  const left = connect12({ suites: both, psks: [psk12] }, policy).run()
  expectEstablished(left)
  assert.ok(left.server.info?.pskIdentity)
})

test('PSKs of either version side by side, each with its own', () => {
  const options = {
    ...bothVersions,
    suites: ['TLS_AES_128_GCM_SHA256', ...suites],
    psks: [{ ...tls13, identity: text('new') }, psk12],
  }
  const newer = connect(options, { ...options, credentials: [] }).run()
  expectEstablished(newer)
  assert.equal(newer.server.info?.pskIdentity, text('new'))
  const older = connect(options, { ...options, suites, credentials: [] }).run()
  expectEstablished(older)
  assert.is(older.server.info?.version.name, 'TLS 1.2')
  assert.equal(older.server.info?.pskIdentity, psk12.identity)
})

test.run()
