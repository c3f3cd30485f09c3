/** Secrets as words, and back. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packed, unpacked, wipe } from '#src/bytes.js'
import { configure } from '../support/property.js'

configure()

test('bytes come back, of any length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const words = packed(bytes)
      assert.is(words.length, Math.ceil(bytes.length / 4))
      assert.equal(unpacked(words, bytes.length), bytes)
    }),
  )
})

test('words are wiped like bytes', () => {
  const words = packed(Uint8Array.of(1, 2, 3, 255))
  wipe(words)
  assert.equal(unpacked(words, 4), new Uint8Array(4))
})

test.run()
