// Connections over the provider in WebAssembly: byte for byte those over noble, for the same seed.

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { compose, noble } from '#src/noble.js'
import { testKeys } from '#src/testing/conformance/keys.js'
import { nullCertificate } from '#src/testing.js'
import { wasm } from '#src/wasm.js'
import { connect } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

const accelerated = compose(wasm, noble)
const pkcs8 = Uint8Array.from(Buffer.from(testKeys.secp256r1, 'hex'))

interface Case {
  readonly version: typeof tls13 | typeof tls12
  readonly suite: string
  readonly groups: readonly string[]
}

// TLS 1.2 has one list of groups for key exchange and for keys in certificates.
const cases: readonly Case[] = [
  ...wasm.suites.flatMap(({ name: suite }) =>
    wasm.groups.map(({ name: group }) => ({ version: tls13, suite, groups: [group] })),
  ),
  ...(wasm.suites12 ?? [])
    .filter(({ authentication }) => authentication === 'ecdsa')
    .map(({ name: suite }) => ({ version: tls12, suite, groups: ['x25519', 'secp256r1'] })),
]

function run({ version, suite, groups }: Case, client = noble, server = noble) {
  const key = server.importPrivateKey(pkcs8)
  const credentials = [{ chain: [nullCertificate('server.example', key.publicKey)], key }]
  const common = { versions: [version], suites: [suite], groups }
  const pair = connect({ ...common, crypto: client }, { ...common, crypto: server, credentials })
  pair.run()
  expectEstablished(pair)
  assert.is(pair.client.info?.suite.name, suite)
  const bytes = Uint8Array.from({ length: 40_000 }, (_, i) => i)
  for (const side of [pair.client, pair.server]) {
    side.send(bytes)
    pair.run()
  }
  assert.equal(pair.client.data, bytes)
  assert.equal(pair.server.data, bytes)
  return [pair.client.transmitted, pair.server.transmitted]
}

for (const entry of cases) {
  test(`${entry.suite}, ${entry.groups[0]}`, () => {
    const expected = run(entry)
    assert.equal(run(entry, accelerated, accelerated), expected)
    assert.equal(run(entry, accelerated, noble), expected)
    assert.equal(run(entry, noble, accelerated), expected)
  })
}

test.run()
