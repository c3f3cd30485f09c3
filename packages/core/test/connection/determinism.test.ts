import { generateKeyPairSync } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { noble } from '#src/noble.js'
import { nullCertificate } from '#src/testing.js'
import { connect } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { normalized, perform, scenarios } from '../support/scenarios.js'

const asked = new Set<string>()

for (const scenario of scenarios) {
  test(`${scenario.name}: the same seed gives the same outputs`, () => {
    const [one, other] = [perform(scenario), perform(scenario)]
    assert.equal(normalized(other.client.events), normalized(one.client.events))
    assert.equal(normalized(other.server.events), normalized(one.server.events))
  })

  test(`${scenario.name}: another seed gives other bytes`, () => {
    const [one, other] = [perform(scenario), perform(scenario, { seed: 'other' })]
    assert.not.equal(other.client.transmitted, one.client.transmitted)
    assert.not.equal(other.server.transmitted, one.server.transmitted)
  })

  test(`${scenario.name}: answers that come later change nothing but timing`, () => {
    const [inline, late] = [perform(scenario), perform(scenario, { late: true })]
    for (const event of [...late.client.events, ...late.server.events])
      if (event.kind === 'decide') asked.add(event.decision.kind)
    assert.equal(normalized(late.client.events), normalized(inline.client.events))
    assert.equal(normalized(late.server.events), normalized(inline.server.events))
  })
}

test('with noble, too, the same seed gives the same outputs', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' })
  const key = noble.importPrivateKey(new Uint8Array(pkcs8))
  const keys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
  const run = () => {
    const crypto = noble
    const credentials = [{ chain: [nullCertificate('server.example', key.publicKey)], key }]
    const pair = connect(
      { crypto, groups: ['x25519', 'secp256r1'] },
      { crypto, credentials, tickets: { keys } },
    )
    pair.run()
    expectEstablished(pair)
    return pair
  }
  const [one, other] = [run(), run()]
  assert.equal(normalized(other.client.events), normalized(one.client.events))
  assert.equal(normalized(other.server.events), normalized(one.server.events))
})

test('all kinds of decisions were among them', () => {
  const kinds = [
    ...['configure', 'credential', 'decrypt', 'psk', 'pskHint', 'replay', 'session', 'sign'],
    'verify',
  ]
  assert.equal([...asked].sort(), kinds)
})

test.run()
