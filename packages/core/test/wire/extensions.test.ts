import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Fault } from '#src/fault.js'
import { arbitraryOf } from '#src/testing.js'
import type { Codec } from '#src/wire/codec.js'
import {
  checkSolicited,
  type ExtensionContext,
  type ExtensionName,
  extensionName,
  extensionTable,
  readExtensions,
  writeExtensions,
} from '#src/wire/extension.js'
import { demand } from '../support/connect.js'
import { configure } from '../support/property.js'
import { checkPrefixes, checkRoundTrip, checkTrailing } from '../support/truncation.js'

configure()

const contexts: readonly ExtensionContext[] = [
  'clientHello',
  'serverHello',
  'serverHello12',
  'helloRetryRequest',
  'encryptedExtensions',
  'certificateRequest',
  'certificate',
  'newSessionTicket',
]

const names = Object.keys(extensionTable) as ExtensionName[]

for (const name of names) {
  const row: Readonly<Record<string, unknown>> = extensionTable[name]
  for (const context of contexts) {
    const codec = row[context] as Codec<unknown> | undefined
    if (codec === undefined) {
      test(`${name} may not stand in ${context}`, () => {
        const list = [{ type: extensionTable[name].type, data: new Uint8Array(0) }]
        assert.throws(() => readExtensions(context, list), isFault('misplacedExtension'))
      })
      continue
    }
    const values = arbitraryOf<fc.Arbitrary<unknown>>(codec, fc)
    test(`${name} in ${context}: round trip, prefixes and trailing bytes`, () => {
      fc.assert(
        fc.property(values, (value) => {
          checkRoundTrip(codec, value)
          checkPrefixes(codec, value)
          checkTrailing(codec, value)
        }),
      )
    })

    test(`${name} in ${context}: through the table`, () => {
      fc.assert(
        fc.property(values, (value) => {
          const list = writeExtensions(context, { [name]: value })
          assert.is(list.length, 1)
          assert.is(extensionName(demand(list[0]).type), name)
          const read = readExtensions(context, list) as Record<string, unknown>
          assert.equal(read[name], value)
        }),
      )
    })
  }
}

test('each number stands once in the table', () => {
  assert.is(new Set(names.map((name) => extensionTable[name].type)).size, names.length)
})

test('an extension that stands twice is refused, known or not', () => {
  for (const type of [extensionTable.alpn.type, 0x7a7a]) {
    const data = type === 0x7a7a ? new Uint8Array(3) : Uint8Array.of(0, 2, 1, 97)
    const list = [
      { type, data },
      { type: 0x1234, data: new Uint8Array(0) },
      { type, data },
    ]
    assert.throws(() => readExtensions('clientHello', list), isFault('duplicateExtension'))
  }
})

test('an unknown extension is passed over', () => {
  assert.equal(readExtensions('clientHello', [{ type: 0x1234, data: Uint8Array.of(1) }]), {})
})

test('what was not offered is unsolicited', () => {
  const list = [{ type: 16, data: new Uint8Array(0) }]
  assert.throws(() => checkSolicited(list, new Set([0]), 'x'), isFault('unsolicitedExtension'))
  checkSolicited(list, new Set([16]), 'x')
})

function isFault(code: string) {
  return (error: unknown) => error instanceof Fault && error.code === code
}

test.run()
