import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { arbitraryOf } from '#src/testing.js'
import { type Codec, decode, encode } from '#src/wire/codec.js'
import {
  dhParams,
  dhPublic,
  digitallySigned,
  ecdhParams,
  ecdhPublic,
  encryptedPremaster,
  messages12,
  newSessionTicket12,
  pskIdentity,
} from '#src/wire/message12.js'
import { WireError } from '#src/wire/reader.js'
import { messageType, nameOf } from '#src/wire/registry.js'
import { configure } from '../support/property.js'
import { checkPrefixes, checkRoundTrip, checkTrailing } from '../support/truncation.js'
import { fromHex } from '../support/vectors.js'

configure()

/** What key exchanges are made of. */
const parts = {
  dhParams,
  dhPublic,
  digitallySigned,
  ecdhParams,
  ecdhPublic,
  encryptedPremaster,
  pskIdentity,
}

const codecs: readonly (readonly [string, Codec<unknown>])[] = [
  ...Object.values(messages12).map(({ name, codec }) => [name, codec] as const),
  ...Object.entries(parts).map(([name, codec]) => [name, codec as Codec<unknown>] as const),
]

for (const [name, codec] of codecs) {
  const values = arbitraryOf<fc.Arbitrary<unknown>>(codec, fc)

  test(`${name}: round trip, prefixes and trailing bytes`, () => {
    fc.assert(
      fc.property(values, (value) => {
        checkRoundTrip(codec, value)
        checkPrefixes(codec, value)
        checkTrailing(codec, value)
      }),
    )
  })

  test(`${name}: no bytes do anything but read or be refused`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          decode(codec, bytes)
        } catch (error) {
          assert.is((error as Error).name, 'WireError')
        }
      }),
    )
  })
}

test('each message stands in the registry', () => {
  for (const [type, { name }] of Object.entries(messages12))
    assert.is(nameOf(messageType, Number(type)).toLowerCase(), name.toLowerCase())
})

test('what the RFCs print is what is written', () => {
  // RFC 5077 3.3; RFC 8422 5.4 (a named curve only); RFC 5246 7.4.3; RFC 4279 section 2.
  const ticket = { ticketLifetimeHint: 7200, ticket: Uint8Array.of(1, 2) }
  assert.equal(encode(newSessionTicket12, ticket), fromHex('00001c2000020102'))
  const ecdh = { curveType: undefined, namedCurve: 29, public: Uint8Array.of(9) }
  assert.equal(encode(ecdhParams, ecdh), fromHex('03001d0109'))
  const dh = { dhP: Uint8Array.of(7), dhG: Uint8Array.of(2), dhYs: Uint8Array.of(4) }
  assert.equal(encode(dhParams, dh), fromHex('000107000102000104'))
  assert.equal(encode(pskIdentity, Uint8Array.of(0x41)), fromHex('000141'))
})

test('explicit curves are refused (RFC 8422 5.4)', () => {
  for (const type of [1, 2, 0, 255])
    assert.throws(
      () => decode(ecdhParams, Uint8Array.of(type, 0, 29, 1, 9)),
      (error: unknown) => error instanceof WireError,
    )
})

test.run()
