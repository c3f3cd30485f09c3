// PITFALLS 31, where TLS 1.2 is spoken: where randomness comes from.
import { webcrypto } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hex } from '#src/bytes.js'
import type { ClientConfig } from '#src/config.js'
import type { CryptoProvider } from '#src/crypto/provider.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { seededRandom } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, text } from '../support/connect.js'
import { realEd25519, realRsa } from '../support/keys12.js'
import { expectEstablished } from '../support/outcome.js'
import { again, connect12, only12, rsaCredential } from '../support/tls12.js'

const { clientKeyExchange, serverKeyExchange } = messageType

test('PITFALLS 31: no random, key share, session id or premaster secret comes twice', () => {
  const seen = new Set<string>()
  const random = seededRandom('one source')
  let drawn = 0
  const observe: ClientConfig['observe'] = (observation) => {
    if (observation.kind !== 'message' || observation.direction !== 'sent') return
    const { type, bytes } = observation
    const note = (part: Uint8Array) => {
      drawn++
      seen.add(hex(part))
    }
    if (type === messageType.clientHello || type === messageType.serverHello)
      note(bytes.subarray(6, 38))
    if (type === messageType.serverHello) note(bytes.subarray(39, 71))
    if (type === serverKeyExchange) note(bytes.subarray(8, 40))
    if (type === clientKeyExchange) note(bytes.subarray(-32))
  }
  const store = { save: () => undefined, take: () => undefined }
  const renegotiation = { peerMayStart: true, limit: 100 }
  for (const suite of ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_GCM_SHA256'])
    for (let i = 0; i < 10; i++) {
      const common = { random, observe, renegotiation, suites: [suite] }
      // The same configuration object serves many connections, and each of them several handshakes.
      const pair = connect12(common, {
        ...common,
        credentials: [rsaCredential],
        tickets: { store },
      }).run()
      pair.client.connection.renegotiate()
      pair.run()
      expectEstablished(pair)
    }
  assert.is(drawn, 20 * 2 * 4 + 10 * 2)
  assert.is(seen.size, drawn)
})

test('PITFALLS 31: nothing is drawn but from the configured source', () => {
  const forbid = () => {
    throw new Error('randomness from elsewhere')
  }
  const mathRandom = Math.random
  const own = Object.getOwnPropertyDescriptor(globalThis.crypto, 'getRandomValues')
  Object.defineProperty(globalThis.crypto, 'getRandomValues', { value: forbid, configurable: true })
  Math.random = forbid
  try {
    const crypto: CryptoProvider = nobleTls12
    for (const [suite, { credential }] of [
      ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', realEd25519],
      ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', realEd25519],
      ['TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', realRsa],
      ['TLS_RSA_WITH_AES_128_GCM_SHA256', realRsa],
    ] as const) {
      const both = { ...only12({ crypto }), suites: [suite], groups: ['x25519', 'ffdhe2048'] }
      const pair = connect(both, again({ ...both, credentials: [credential] })).run()
      expectEstablished(pair)
      pair.client.send(text('x'))
      assert.equal(pair.run().server.data, text('x'))
    }
  } finally {
    Math.random = mathRandom
    if (own === undefined) Reflect.deleteProperty(globalThis.crypto, 'getRandomValues')
    else Object.defineProperty(globalThis.crypto, 'getRandomValues', own)
  }
  assert.ok(webcrypto.getRandomValues(new Uint8Array(1)))
})

test('PITFALLS 31: a source that gives too little, nothing, or throws ends the connection', () => {
  const sources: readonly (() => unknown)[] = [
    () => new Uint8Array(3),
    () => undefined,
    () => {
      throw new Error('no entropy')
    },
  ]
  for (const source of sources) {
    const random = source as () => Uint8Array
    for (const pair of [connect12({ random }).run(), connect12({}, { random }).run()]) {
      assert.ok(pair.client.fault ?? pair.server.fault)
      assert.is(pair.client.info, undefined)
      assert.is(pair.server.info, undefined)
    }
  }
})

test.run()
