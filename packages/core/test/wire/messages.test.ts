import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { arbitraryOf } from '#src/testing.js'
import { decode } from '#src/wire/codec.js'
import { messages } from '#src/wire/message.js'
import { messageType, nameOf } from '#src/wire/registry.js'
import { configure } from '../support/property.js'
import { checkPrefixes, checkRoundTrip, checkTrailing } from '../support/truncation.js'

configure()

for (const [type, { name, codec }] of Object.entries(messages)) {
  const values = arbitraryOf<fc.Arbitrary<unknown>>(codec, fc)

  test(`${name}: round trip`, () => {
    fc.assert(fc.property(values, (value) => checkRoundTrip(codec, value)))
  })

  test(`${name}: every strict prefix is refused`, () => {
    fc.assert(fc.property(values, (value) => checkPrefixes(codec, value)))
  })

  test(`${name}: a trailing byte is refused`, () => {
    fc.assert(fc.property(values, (value) => checkTrailing(codec, value)))
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

  test(`${name}: stands in the registry`, () => {
    assert.is(nameOf(messageType, Number(type)).toLowerCase(), name.toLowerCase())
  })
}

test.run()
