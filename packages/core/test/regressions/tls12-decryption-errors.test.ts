/**
 * Whatever a key makes of a premaster secret that it cannot decrypt, the client sees the same (RFC 5246 7.4.7.1): an error
 * would be the answer that Bleichenbacher's attack asks for.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hex } from '#src/bytes.js'
import type { SigningKey } from '#src/crypto/provider.js'
import { edit, nullKey, type Pair } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { connect12, rsaCredential, scriptConnects12 } from '../support/tls12.js'

const suites = ['TLS_RSA_WITH_AES_128_GCM_SHA256']
const own = nullKey('rsa', 'server.example')

function under(decrypt: NonNullable<SigningKey['decrypt']>): Pair {
  const credentials = [{ ...rsaCredential, key: { ...own, decrypt } }]
  return connect12({ suites }, { suites, credentials }).run()
}

const keys: readonly (readonly [string, NonNullable<SigningKey['decrypt']>])[] = [
  [
    'throws',
    () => {
      throw new Error('wrong padding')
    },
  ],
  ['gives too much', (_, fallback) => new Uint8Array(fallback.length + 1).fill(3)],
  ['gives too little', () => Uint8Array.of(3, 3)],
  ['gives nothing', () => undefined as unknown as Uint8Array],
  ['promises', () => Promise.resolve(new Uint8Array(48)) as unknown as Uint8Array],
]

for (const [what, decrypt] of keys)
  test(`a key that ${what} fails like a wrong premaster secret`, () => {
    const pair = under(decrypt)
    expectRefusal(pair, 'server', 'badRecordMac', 'badRecordMac')
    const wrong = scriptConnects12(
      edit(messageType.clientKeyExchange, (body) =>
        body.map((byte, at) => (at === 9 ? byte ^ 1 : byte)),
      ),
      { suites },
      { suites, credentials: [rsaCredential] },
    ).pair.run()
    expectRefusal(wrong, 'server', 'badRecordMac', 'badRecordMac')
    // Nor in when it is said: not before the client's Finished.
    const sent = ({ server }: Pair) => server.events.map(({ kind }) => kind)
    assert.equal(sent(pair), sent(wrong))
  })

test('what the key returned is overwritten after use', () => {
  let message: Uint8Array = new Uint8Array(0)
  const pair = under((ciphertext, fallback, random) => {
    message = own.decrypt?.(ciphertext, fallback, random) ?? message
    return message
  })
  expectEstablished(pair)
  assert.is(hex(message), '00'.repeat(48))
})

test.run()
