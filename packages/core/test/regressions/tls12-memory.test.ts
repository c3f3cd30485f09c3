/** What an idle connection of TLS 1.2 keeps of its handshake: nothing that it has no use for any more. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hex } from '#src/bytes.js'
import type { KeyPair, NamedGroup } from '#src/crypto/provider.js'
import { tls12 } from '#src/handshake/tls12.js'
import { tls13 } from '#src/handshake/tls13.js'
import { prf } from '#src/schedule/tls12.js'
import { nullCrypto } from '#src/testing.js'
import { alive } from '../support/alive.js'
import { connect, demand } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'

const versions = [tls13, tls12]

/** A provider that counts the key pairs that were made and those that were wiped. */
function counting() {
  const counts = { made: 0, wiped: 0 }
  const counted = (group: NamedGroup): NamedGroup => ({
    ...group,
    generate(random) {
      counts.made++
      const pair: KeyPair = group.generate(random)
      return {
        ...pair,
        wipe() {
          counts.wiped++
          pair.wipe()
        },
      }
    },
  })
  return { counts, crypto: { ...nullCrypto, groups: nullCrypto.groups.map(counted) } }
}

test('key shares of TLS 1.3 are wiped where the server chooses TLS 1.2', () => {
  const { counts, crypto } = counting()
  const keyShares = nullCrypto.groups.map(({ name }) => name)
  const pair = connect({ versions, crypto, keyShares }, { versions: [tls12] }).run()
  expectEstablished(pair)
  assert.is(counts.made, keyShares.length)
  assert.is(counts.wiped, counts.made)
})

test('the PRF leaves no copy of what it gives', () => {
  const hash = demand(nullCrypto.hashes[0])
  const made: Uint8Array[] = []
  const hmac = (key: Uint8Array, message: Uint8Array) => {
    const mac = hash.hmac(key, message)
    made.push(mac)
    return mac
  }
  const secret = prf({ ...hash, hmac }, Uint8Array.of(1), 'label', Uint8Array.of(2), 48)
  for (const mac of made) {
    const begin = hex(mac.subarray(0, 16))
    assert.not(hex(secret).includes(begin), begin)
  }
})

test('an idle connection does not hold on to its handshake', async () => {
  const pairs = () => {
    const list = []
    for (let i = 0; i < 100; i++) {
      const pair = connect(
        { versions: [tls12], profile: { padTo: 16_000 } },
        { versions: [tls12] },
      ).run()
      expectEstablished(pair)
      pair.client.events.length = 0
      pair.server.events.length = 0
      list.push(pair)
    }
    return list
  }
  pairs()
  const before = await alive()
  const kept = pairs()
  const more = (await alive()) - before
  assert.is(kept.length, 100)
  assert.ok(more / 200 < 15_000, `${more / 200} bytes each`)
})

test.run()
