/** A renegotiation does not go back from encrypt-then-MAC to MAC-then-encrypt, by way of an AEAD either (RFC 7366 3.1). */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Pair } from '#src/testing.js'
import { editExtension, type Script } from '#src/testing.js'
import { extensionTable } from '#src/wire/extension.js'
import { messageType } from '#src/wire/registry.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12, connectToScript12 } from '../support/tls12.js'

const cbc = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'
const gcm = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const { type } = extensionTable.encryptThenMac
const common = { encryptThenMac: 'prefer', renegotiation: { peerMayStart: true } } as const

/** Renegotiates once for each suite and whether the client offers the extension. */
function renegotiating(rounds: readonly (readonly [suite: string, offers: boolean])[]): Pair {
  // A profile that says something else each time.
  const omitExtensions: number[] = []
  const suites = [0xc009, 0xc02b]
  const set = ([suite, offers]: readonly [string, boolean]) => {
    omitExtensions.splice(0, omitExtensions.length, ...(offers ? [] : [type]))
    suites.splice(0, suites.length, ...(suite === cbc ? [0xc009] : [0xc02b]))
  }
  const [first = [cbc, true], ...others] = rounds
  set([cbc, true])
  suites.push(0xc02b)
  const pair = connect12(
    { ...common, suites: [cbc, gcm], profile: { omitExtensions, cipherSuites: suites } },
    { ...common, suites: [cbc, gcm], preference: 'client' },
  )
  set(first)
  expectEstablished(pair.run())
  for (const round of others) {
    set(round)
    pair.client.connection.renegotiate()
    pair.run()
  }
  return pair
}

test('server: a client that leaves it out the next time', () => {
  for (const rounds of [
    [
      [cbc, true],
      [cbc, false],
    ],
    [
      [cbc, true],
      [gcm, true],
      [cbc, false],
    ],
    [
      [gcm, true],
      [cbc, true],
      [gcm, true],
      [cbc, false],
    ],
  ] as const)
    assert.is(renegotiating(rounds).server.fault?.code, 'encryptThenMacMissing')
})

test('what never had it goes on without, and may gain it', () => {
  for (const rounds of [
    [
      [cbc, false],
      [cbc, false],
      [cbc, true],
    ],
    [
      [cbc, true],
      [gcm, true],
      [cbc, true],
    ],
    [
      [gcm, true],
      [gcm, true],
      [cbc, false],
      [cbc, true],
    ],
  ] as const) {
    const pair = renegotiating(rounds)
    expectEstablished(pair)
    assert.ok(pair.server.connection.info?.tls12?.encryptThenMac)
  }
})

test('client: a server that leaves it out the next time', () => {
  const script: Script = editExtension(messageType.serverHello, type, () => undefined, { nth: 2 })
  const options = { ...common, suites: [cbc] }
  const { pair, peer } = connectToScript12(script, options, options)
  expectEstablished(pair.run())
  assert.ok(pair.client.info?.tls12?.encryptThenMac)
  peer.connection.renegotiate()
  pair.run()
  assert.is(pair.client.fault?.code, 'encryptThenMacMissing')
})

test.run()
