// PITFALLS 20, 24 and 25: how long, how many, of which kind.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import { after, before, createNullCrypto, on } from '#src/testing.js'
import { handshakeBytes } from '#src/wire/message.js'
import { contentType, messageType } from '#src/wire/registry.js'
import { connect, connectToScript, scriptConnects, text } from '../support/connect.js'
import { earlier, expectRefused, facing, later, never, roles } from '../support/facing.js'
import { expectEstablished } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'

for (const role of roles) {
  test(`PITFALLS 20: ${role}: as much content as a record may have, and one byte more`, () => {
    const most = later(role, (wire) => wire.data(new Uint8Array(16_384)))
    expectEstablished(most)
    assert.is(most[role].data.length, 16_384)
    const more = later(role, (wire) => wire.data(new Uint8Array(16_385)))
    expectRefused(more, role, 'recordOverflow', 'recordOverflow')
  })

  test(`PITFALLS 20: ${role}: padding counts`, () => {
    const most = later(role, (wire) => wire.data(new Uint8Array(384), { padding: 16_000 }))
    assert.is(most[role].data.length, 384)
    const more = later(role, (wire) => wire.data(new Uint8Array(384), { padding: 16_001 }))
    expectRefused(more, role, 'recordOverflow', 'recordOverflow')
  })

  test(`PITFALLS 20: ${role}: a header that says more than 2^14 + 256, before any of it has come`, () => {
    const pair = later(role, (wire) => wire.raw(Uint8Array.of(23, 3, 3, 0x41, 0x01)))
    expectRefused(pair, role, 'recordOverflow', 'recordOverflow')
  })

  test(`PITFALLS 20: ${role}: a plaintext record of more than 2^14`, () => {
    const type = role === 'client' ? messageType.serverHello : messageType.clientHello
    const sized = (length: number) =>
      facing(
        role,
        on(type, ({ raw }, wire) => {
          wire.record(contentType.handshake, concat(raw, new Uint8Array(length - raw.length)))
          return raw
        }),
      ).pair.run()
    expectRefused(sized(16_385), role, 'recordOverflow', 'recordOverflow')
    // One byte less is a record, though not one that may be there.
    expectRefused(sized(16_384), role, 'keyChangeStraddled', 'unexpectedMessage')
  })

  test(`PITFALLS 20: ${role}: record_size_limit, and one byte more`, () => {
    const limit = { recordSizeLimit: 100 }
    const most = later(role, (wire) => wire.data(new Uint8Array(100)), limit, limit)
    assert.is(most[role].data.length, 100)
    const more = later(role, (wire) => wire.data(new Uint8Array(101)), limit, limit)
    expectRefused(more, role, 'recordOverflow', 'recordOverflow')
    const padded = later(
      role,
      (wire) => wire.data(new Uint8Array(1), { padding: 100 }),
      limit,
      limit,
    )
    expectRefused(padded, role, 'recordOverflow', 'recordOverflow')
  })

  test(`PITFALLS 20: ${role}: a handshake message longer than the limit, before any of it has come`, () => {
    const header = Uint8Array.of(messageType.certificate, 1, 0, 1)
    const pair = earlier(role, (wire) => wire.record(contentType.handshake, header))
    expectRefused(pair, role, 'messageTooLong', 'decodeError')
  })
}

test('PITFALLS 20: max_fragment_length, and one byte more', () => {
  const client = { maxFragmentLength: 512 }
  for (const role of roles) {
    const most = later(role, (wire) => wire.data(new Uint8Array(512)), client)
    assert.is(most[role].data.length, 512)
    const more = later(role, (wire) => wire.data(new Uint8Array(513)), client)
    expectRefused(more, role, 'recordOverflow', 'recordOverflow')
  }
})

for (const role of roles) {
  const update = handshakeBytes(messageType.keyUpdate, Uint8Array.of(0))

  test(`PITFALLS 24: ${role}: request_update of another value`, () => {
    for (const value of [2, 255]) {
      const pair = later(role, (wire) => wire.message(messageType.keyUpdate, Uint8Array.of(value)))
      expectRefused(pair, role, 'illegalParameter', 'illegalParameter')
    }
    for (const body of [new Uint8Array(0), Uint8Array.of(0, 0)])
      expectRefused(
        later(role, (wire) => wire.message(messageType.keyUpdate, body)),
        role,
        'malformedMessage',
        'decodeError',
      )
  })

  test(`PITFALLS 24: ${role}: KeyUpdate before Finished`, () => {
    const pair = earlier(role, (wire) => wire.handshake(update))
    expectRefused(pair, role, 'unexpectedMessage', 'unexpectedMessage')
  })

  test(`PITFALLS 24: ${role}: data under the old keys after KeyUpdate`, () => {
    const pair = later(role, (wire) => {
      wire.handshake(update)
      wire.data(never)
    })
    expectRefused(pair, role, 'badRecordMac', 'badRecordMac')
  })

  test(`PITFALLS 24: ${role}: the sender's limit is kept by us`, () => {
    const crypto = createNullCrypto({ confidentialityLimit: 4 })
    const limits = { limits: { keyUpdates: 1_000 } }
    const pair = connect({ crypto, ...limits }, { crypto, ...limits }).run()
    const before = recordsOf(pair[role].transmitted).length
    for (let i = 0; i < 9; i++) {
      pair[role].send(text('x'))
      pair.run()
    }
    // Three of data and one KeyUpdate under each key.
    assert.is(recordsOf(pair[role].transmitted).length - before, 9 + 2)
  })
}

for (const role of roles) {
  test(`PITFALLS 25: ${role}: nothing but padding`, () => {
    for (const padding of [0, 1, 100, 16_384]) {
      const pair = later(role, (wire) => wire.record(0, new Uint8Array(0), { padding }))
      expectRefused(pair, role, 'missingContentType', 'unexpectedMessage')
    }
  })

  test(`PITFALLS 25: ${role}: inner content types that do not exist`, () => {
    for (const type of [1, 19, 24, 25, 26, 255]) {
      const pair = later(role, (wire) => wire.record(type, never))
      expectRefused(pair, role, 'unknownContentType', 'unexpectedMessage')
    }
  })

  test(`PITFALLS 25: ${role}: change_cipher_spec under keys`, () => {
    for (const act of [earlier, later]) {
      const pair = act(role, (wire) => wire.record(contentType.changeCipherSpec, Uint8Array.of(1)))
      expectRefused(pair, role, 'unknownContentType', 'unexpectedMessage')
    }
  })

  test(`PITFALLS 25: ${role}: outer content types that do not exist`, () => {
    for (const type of [0, 19, 24, 25, 26, 255]) {
      const pair = later(role, (wire) => wire.plaintext(type, never))
      expectRefused(pair, role, 'unknownContentType', 'unexpectedMessage')
    }
  })

  test(`PITFALLS 25: ${role}: change_cipher_spec after Finished`, () => {
    const pair = later(role, (wire) => wire.changeCipherSpec())
    expectRefused(pair, role, 'badChangeCipherSpec', 'unexpectedMessage')
  })

  test(`PITFALLS 25: ${role}: change_cipher_spec with another value or length`, () => {
    for (const content of [[], [0], [2], [1, 1]]) {
      const pair = earlier(role, (wire) => wire.changeCipherSpec(Uint8Array.from(content)))
      expectRefused(pair, role, 'badChangeCipherSpec', 'unexpectedMessage')
    }
  })

  test(`PITFALLS 25: ${role}: change_cipher_spec up to the bound and beyond`, () => {
    const some = (count: number) =>
      earlier(role, (wire) => {
        for (let i = 0; i < count; i++) wire.changeCipherSpec()
      })
    // One is sent in any case.
    expectEstablished(some(31))
    expectRefused(some(32), role, 'tooManyChangeCipherSpecs', 'unexpectedMessage')
  })
}

test('PITFALLS 25: change_cipher_spec before ClientHello', () => {
  const { pair } = scriptConnects(
    before(messageType.clientHello, (wire) => wire.changeCipherSpec()),
  )
  expectRefused(pair.run(), 'server', 'badChangeCipherSpec', 'unexpectedMessage')
})

test('PITFALLS 25: change_cipher_spec right after either hello is passed over', () => {
  expectEstablished(
    scriptConnects(after(messageType.clientHello, (wire) => wire.changeCipherSpec())).pair.run(),
  )
  expectEstablished(
    connectToScript(before(messageType.serverHello, (wire) => wire.changeCipherSpec())).pair.run(),
  )
})

test.run()
