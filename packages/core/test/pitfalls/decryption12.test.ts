import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat, hex } from '#src/bytes.js'
import type { SigningKey } from '#src/crypto/provider.js'
import type { Credential } from '#src/decision.js'
import { nobleTls12 } from '#src/noble/tls12.js'
import { edit, nullKey, type Pair, type Script, seededRandom } from '#src/testing.js'
import { messageType } from '#src/wire/registry.js'
import { connect, demand, scriptConnects, text } from '../support/connect.js'
import { realRsa } from '../support/keys12.js'
import { expectEstablished, expectRefusal } from '../support/outcome.js'
import { connect12, only12, rsaCredential, scriptConnects12 } from '../support/tls12.js'

const { clientKeyExchange } = messageType
const noRandom = seededRandom('signatures')
const transport = { suites: ['TLS_RSA_WITH_AES_128_GCM_SHA256'] }

/** All that a client can tell: what came back, and that nothing else did. */
function visible({ server, client }: Pair): unknown {
  assert.is(server.info, undefined)
  assert.is(server.data.length, 0)
  assert.is(client.info, undefined)
  const { fault } = server
  return {
    fault: [fault?.code, fault?.detail, fault?.message],
    sent: hex(server.transmitted),
    kinds: server.events.map(({ kind }) => kind),
  }
}

function attack(script: Script, credentials: readonly Credential[] = [rsaCredential]): unknown {
  const { pair } = scriptConnects12(script, transport, { ...transport, credentials })
  pair.client.send(text('never'))
  return visible(pair.run())
}

const { encrypt } = demand(only12({}).crypto.rsaEncryption)
const { key: toyKey } = rsaCredential

/** ClientKeyExchange of a client that encrypts something else, or nothing. */
function sending(message: Uint8Array): Script {
  if (toyKey === 'decide') throw new Error('a key is needed')
  const sealed = demand(encrypt(toyKey.publicKey, message, noRandom))
  return edit(clientKeyExchange, () => concat(Uint8Array.of(0, sealed.length), sealed))
}

function premaster(major: number, minor: number, length = 48): Uint8Array {
  const bytes = new Uint8Array(length).fill(5)
  bytes[0] = major
  bytes[1] = minor
  return bytes
}

test('PITFALLS 23: what is wrong with a premaster secret does not show (RFC 5246 7.4.7.1)', () => {
  // A premaster secret that is right, and not the one that the client goes on with: nothing is wrong with it.
  const right = attack(sending(premaster(3, 3)))
  const wrong: readonly (readonly [string, Script])[] = [
    ['an older version', sending(premaster(3, 1))],
    ['a newer version', sending(premaster(3, 4))],
    ['another major version', sending(premaster(2, 3))],
    ['too short', sending(premaster(3, 3, 47))],
    ['too long', sending(premaster(3, 3, 49))],
    ['empty', sending(new Uint8Array(0))],
    [
      'wrong padding',
      edit(clientKeyExchange, (body) => body.map((b, i) => (i === 20 ? b ^ 1 : b))),
    ],
    [
      'for another key',
      edit(clientKeyExchange, () => {
        const sealed = demand(encrypt(nullKey('rsa', 'x').publicKey, premaster(3, 3), noRandom))
        return concat(Uint8Array.of(0, sealed.length), sealed)
      }),
    ],
    ['no ciphertext', edit(clientKeyExchange, () => Uint8Array.of(0, 0))],
    ['one byte', edit(clientKeyExchange, () => Uint8Array.of(0, 1, 7))],
    ['noise', edit(clientKeyExchange, () => concat(Uint8Array.of(1, 0), seededRandom(1)(256)))],
  ]
  for (const [name, script] of wrong) assert.equal(attack(script), right, name)
})

test('PITFALLS 23: nor does it where a decision decrypts, whatever that answers', () => {
  const decided = (answer: (right: Uint8Array) => unknown) => {
    const credentials = [{ chain: rsaCredential.chain, key: 'decide' as const }]
    const { pair } = scriptConnects12(sending(premaster(3, 3)), transport, {
      ...transport,
      credentials,
    })
    pair.run()
    pair.server.answer('decrypt', answer(premaster(3, 3)) as Uint8Array)
    return visible(pair.run())
  }
  const right = decided((message) => message)
  const answers: readonly ((right: Uint8Array) => unknown)[] = [
    () => undefined,
    () => new Uint8Array(0),
    () => premaster(3, 3, 47),
    () => premaster(3, 3, 49),
    () => premaster(3, 1),
    () => null,
    () => 'no',
  ]
  for (const answer of answers) assert.equal(decided(answer), right)
})

test('PITFALLS 23: what goes on is made of random bytes, and another time of others', () => {
  // Whoever could guess them would get through after all.
  const secrets = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const { pair } = scriptConnects12(sending(premaster(3, 1)), transport, {
      ...transport,
      credentials: [rsaCredential],
      random: seededRandom(i),
      observe(observation) {
        if (observation.kind === 'keylog') secrets.add(demand(observation.line.split(' ')[2]))
      },
    })
    pair.run()
    assert.is(pair.server.info, undefined)
  }
  assert.is(secrets.size, 3)
})

test('PITFALLS 23: nothing is left of it in memory that is ours', () => {
  const { decrypt } = rsaCredential.key === 'decide' ? {} : rsaCredential.key
  const seen: Uint8Array[] = []
  const watched: SigningKey['decrypt'] = (ciphertext, fallback, random) => {
    const message = demand(decrypt)(ciphertext, fallback, random)
    assert.ok(message.some((byte) => byte !== 0) && fallback.some((byte) => byte !== 0))
    seen.push(message, fallback)
    return message
  }
  if (rsaCredential.key === 'decide') return
  const credentials = [{ ...rsaCredential, key: { ...rsaCredential.key, decrypt: watched } }]
  expectEstablished(connect12(transport, { ...transport, credentials }).run())
  assert.is(seen.length, 2)
  for (const bytes of seen) assert.equal(bytes, new Uint8Array(48))
})

test('PITFALLS 23: a length that is not the ciphertext’s is no padding, and is told', () => {
  for (const body of [
    new Uint8Array(0),
    Uint8Array.of(0),
    Uint8Array.of(0, 2, 1),
    Uint8Array.of(0, 1, 1, 1),
  ]) {
    const { pair } = scriptConnects12(
      edit(clientKeyExchange, () => body),
      transport,
      {
        ...transport,
        credentials: [rsaCredential],
      },
    )
    expectRefusal(pair.run(), 'server', 'malformedMessage', 'decodeError')
  }
})

test('PITFALLS 23: with real RSA, too', () => {
  const both = { ...only12({ crypto: nobleTls12 }), ...transport }
  const { modulus = new Uint8Array(0) } = realRsa.key.publicKey
  const send = (ciphertext: Uint8Array) => {
    const script = edit(clientKeyExchange, () =>
      concat(Uint8Array.of(ciphertext.length >> 8, ciphertext.length & 0xff), ciphertext),
    )
    const server = { ...both, credentials: [realRsa.credential] }
    return visible(scriptConnects(script, both, server).pair.run())
  }
  const sealed = (message: Uint8Array) =>
    demand(nobleTls12.rsaEncryption?.encrypt(realRsa.key.publicKey, message, seededRandom(1)))
  const right = send(sealed(premaster(3, 3)))
  for (const ciphertext of [
    sealed(premaster(3, 2)),
    sealed(premaster(3, 3, 47)),
    sealed(new Uint8Array(0)),
    new Uint8Array(256),
    Uint8Array.of(...new Uint8Array(255), 1),
    modulus,
    new Uint8Array(256).fill(0xff),
    sealed(premaster(3, 3)).subarray(1),
    concat(sealed(premaster(3, 3)), Uint8Array.of(0)),
  ])
    assert.equal(send(ciphertext), right)
  expectEstablished(connect(both, { ...both, credentials: [realRsa.credential] }).run())
})

test.run()
