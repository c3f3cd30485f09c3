// PITFALLS 18, 19, 20 and 24, where TLS 1.2 is spoken: records in plaintext, across messages, too long or too many.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { Connection } from '#src/connection.js'
import type { FaultCode } from '#src/fault.js'
import { importClient } from '#src/migrate.js'
import { after, before, combine, on, type Script, split, type Wire } from '#src/testing.js'
import { handshakeBytes } from '#src/wire/message.js'
import { alert, contentType, messageType } from '#src/wire/registry.js'
import { clientConfig, text } from '../support/connect.js'
import { expectRefused, never, roles } from '../support/facing.js'
import { facing12, later12 } from '../support/facing12.js'
import { expectEstablished } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'
import { connect12, only12 } from '../support/tls12.js'

const suites: Readonly<Record<string, Partial<ClientConfig & ServerConfig>>> = {
  'AES-GCM': {},
  'ChaCha20-Poly1305': { suites: ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'] },
  CBC: { suites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'] },
}

function established(role: 'client' | 'server', act: (wire: Wire) => void, options: object = {}) {
  return later12(role, act, options, options)
}

const plaintexts: readonly (readonly [string, (wire: Wire) => void])[] = [
  ['application data', (wire) => wire.plaintext(contentType.applicationData, never)],
  ['a fatal alert', (wire) => wire.plaintext(contentType.alert, Uint8Array.of(2, 40))],
  ['close_notify', (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, 0))],
  ['no_renegotiation', (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, 100))],
  [
    'HelloRequest',
    (wire) => wire.plaintext(contentType.handshake, handshakeBytes(0, new Uint8Array(0))),
  ],
  [
    'ClientHello',
    (wire) => wire.plaintext(contentType.handshake, handshakeBytes(1, new Uint8Array(50))),
  ],
]

for (const role of roles)
  for (const [suite, options] of Object.entries(suites)) {
    for (const [name, act] of plaintexts)
      test(`PITFALLS 18: ${role}: ${suite}: ${name} in plaintext once established`, () => {
        expectRefused(established(role, act, options), role, 'badRecordMac', 'badRecordMac')
      })

    test(`PITFALLS 18: ${role}: ${suite}: a record that was changed, anywhere`, () => {
      const [length = 0] = recordLengths(role, options)
      for (let at = 0; at < length; at++) {
        const damage = (record: Uint8Array) =>
          record.map((byte, i) => (i === at ? byte ^ (at === 0 ? 2 : 0x10) : byte))
        const pair = established(role, (wire) => wire.data(never, { damage }), options)
        // A record that says that it is longer is waited for.
        assert.ok(pair[role].fault !== undefined || at === 3 || at === 4, `byte ${at}`)
        assert.is(pair[role].data.length, 0)
        if (at === 0 || at >= 5) expectRefused(pair, role, 'badRecordMac', 'badRecordMac')
      }
    })

    test(`PITFALLS 18: ${role}: ${suite}: a record sent twice, left out, or of another type`, () => {
      const twice = established(
        role,
        (wire) => wire.data(text('x'), { damage: (r) => concat(r, r) }),
        options,
      )
      assert.is(twice[role].fault?.code, 'badRecordMac')
      assert.equal(twice[role].data, text('x'))
      const out = established(
        role,
        (wire) => {
          wire.data(never, { damage: () => new Uint8Array(0) })
          wire.data(never)
        },
        options,
      )
      expectRefused(out, role, 'badRecordMac', 'badRecordMac')
      const retyped = (record: Uint8Array) =>
        Uint8Array.of(contentType.alert, ...record.subarray(1))
      const typed = established(
        role,
        (wire) => wire.data(Uint8Array.of(1, 0), { damage: retyped }),
        options,
      )
      expectRefused(typed, role, 'badRecordMac', 'badRecordMac')
    })

    test(`PITFALLS 18: ${role}: ${suite}: a fragment that is too short for any`, () => {
      for (const length of [0, 1, 7, 8, 15, 16, 17]) {
        const cut = (record: Uint8Array) =>
          concat(record.subarray(0, 3), Uint8Array.of(0, length), record.subarray(5, 5 + length))
        const pair = established(role, (wire) => wire.data(never, { damage: cut }), options)
        expectRefused(pair, role, 'badRecordMac', 'badRecordMac')
      }
    })

    test(`PITFALLS 20: ${role}: ${suite}: as much content as a record may have, and one byte more`, () => {
      const most = established(role, (wire) => wire.data(new Uint8Array(16_384)), options)
      expectEstablished(most)
      assert.is(most[role].data.length, 16_384)
      const more = established(role, (wire) => wire.data(new Uint8Array(16_385)), options)
      expectRefused(more, role, 'recordOverflow', 'recordOverflow')
    })

    test(`PITFALLS 20: ${role}: ${suite}: record_size_limit, and one byte more`, () => {
      const limited = { ...options, recordSizeLimit: 100 }
      const most = established(role, (wire) => wire.data(new Uint8Array(100)), limited)
      assert.is(most[role].data.length, 100)
      const more = established(role, (wire) => wire.data(new Uint8Array(101)), limited)
      expectRefused(more, role, 'recordOverflow', 'recordOverflow')
    })
  }

function recordLengths(role: 'client' | 'server', options: object): readonly number[] {
  const lengths: number[] = []
  established(
    role,
    (wire) =>
      wire.data(never, {
        damage(record) {
          lengths.push(record.length)
          return record
        },
      }),
    options,
  )
  return lengths
}

for (const role of roles) {
  const first = role === 'client' ? messageType.serverHello : messageType.clientHello

  test(`PITFALLS 18: ${role}: application data before there are keys`, () => {
    for (const type of [first, messageType.serverHelloDone, messageType.clientKeyExchange])
      for (const where of [before, after]) {
        const pair = facing12(
          role,
          where(type, (wire) => wire.data(never)),
        ).pair.run()
        if (pair[role].fault === undefined) continue
        expectRefused(pair, role, 'unexpectedData', 'unexpectedMessage')
        assert.is(pair[role].info, undefined)
      }
    const pair = facing12(
      role,
      before(first, (wire) => wire.data(never)),
    ).pair.run()
    expectRefused(pair, role, 'unexpectedData', 'unexpectedMessage')
  })

  test(`PITFALLS 19: ${role}: a message in fragments of any size is fine, and several in a record are`, () => {
    const types = Object.values(messageType)
    const script = combine(...types.map((type) => split(type, [1, 2, 1])))
    expectEstablished(facing12(role, script).pair.run())
  })

  const interlopers: readonly (readonly [string, (wire: Wire) => void, FaultCode])[] = [
    ['application data', (wire) => wire.data(never), 'interleavedRecord'],
    ['empty application data', (wire) => wire.data(new Uint8Array(0)), 'interleavedRecord'],
    ['a warning alert', (wire) => wire.alert(1, alert.userCanceled), 'interleavedRecord'],
    ['a fatal alert', (wire) => wire.alert(2, alert.handshakeFailure), 'interleavedRecord'],
    ['change_cipher_spec', (wire) => wire.changeCipherSpec(), 'interleavedRecord'],
    [
      'an empty fragment',
      (wire) => wire.record(contentType.handshake, new Uint8Array(0)),
      'emptyRecord',
    ],
  ]

  for (const [name, act, code] of interlopers)
    test(`PITFALLS 19: ${role}: ${name} inside a fragmented Finished`, () => {
      const script = on(messageType.finished, ({ raw }, wire) => {
        wire.record(contentType.handshake, raw.subarray(0, 10))
        act(wire)
        wire.record(contentType.handshake, raw.subarray(10))
        return raw
      })
      const pair = facing12(role, script).pair.run()
      expectRefused(pair, role, code, 'unexpectedMessage')
      assert.is(pair[role].info, undefined)
    })

  test(`PITFALLS 19: ${role}: empty records, as many as the bound and one more`, () => {
    const empty = (count: number) => (wire: Wire) => {
      for (let i = 0; i < count; i++) wire.data(new Uint8Array(0))
    }
    const some = established(role, (wire) => {
      empty(32)(wire)
      wire.data(text('x'))
      empty(32)(wire)
    })
    expectEstablished(some)
    assert.equal(some[role].data, text('x'))
    expectRefused(established(role, empty(33)), role, 'tooManyEmptyRecords', 'unexpectedMessage')
    // Warnings between them do not start the count anew.
    const mixed = established(role, (wire) => {
      for (let i = 0; i < 3; i++) {
        empty(11)(wire)
        wire.alert(1, alert.unrecognizedName)
      }
    })
    expectRefused(mixed, role, 'tooManyEmptyRecords', 'unexpectedMessage')
  })

  test(`PITFALLS 19: ${role}: empty handshake records, and alerts of another length`, () => {
    const nothing = new Uint8Array(0)
    const handshake = established(role, (wire) => wire.record(contentType.handshake, nothing))
    expectRefused(handshake, role, 'emptyRecord', 'unexpectedMessage')
    const plain = facing12(
      role,
      before(first, (wire) => wire.record(contentType.handshake, nothing)),
    ).pair.run()
    expectRefused(plain, role, 'emptyRecord', 'unexpectedMessage')
    for (const content of [
      nothing,
      Uint8Array.of(2),
      Uint8Array.of(1, 0, 0),
      Uint8Array.of(1, 0, 1, 0),
    ]) {
      const pair = established(role, (wire) => wire.record(contentType.alert, content))
      expectRefused(pair, role, 'badAlert', 'decodeError')
    }
  })

  test(`PITFALLS 20: ${role}: a header that says more than 2^14 + 2048, before any of it has come`, () => {
    for (const suite of Object.values(suites)) {
      const pair = established(role, (wire) => wire.raw(Uint8Array.of(23, 3, 3, 0x48, 0x01)), suite)
      expectRefused(pair, role, 'recordOverflow', 'recordOverflow')
    }
  })

  test(`PITFALLS 20: ${role}: a plaintext record of more than 2^14`, () => {
    const sized = (length: number) =>
      facing12(
        role,
        on(first, ({ raw }, wire) => {
          wire.record(contentType.handshake, concat(raw, new Uint8Array(length - raw.length)))
          return raw
        }),
      ).pair.run()
    expectRefused(sized(16_385), role, 'recordOverflow', 'recordOverflow')
    // One byte less is a record, though not one that may be there.
    assert.is.not(sized(16_384)[role].fault?.code, 'recordOverflow')
  })

  test(`PITFALLS 20: ${role}: max_fragment_length, and one byte more`, () => {
    const client = { maxFragmentLength: 512 }
    const most = later12(role, (wire) => wire.data(new Uint8Array(512)), client)
    assert.is(most[role].data.length, 512)
    const more = later12(role, (wire) => wire.data(new Uint8Array(513)), client)
    expectRefused(more, role, 'recordOverflow', 'recordOverflow')
  })

  test(`PITFALLS 20: ${role}: a handshake message longer than the limit, before any of it has come`, () => {
    const header = Uint8Array.of(messageType.certificate, 1, 0, 1)
    const script = before(messageType.clientKeyExchange, (wire) =>
      wire.record(contentType.handshake, header),
    )
    const other = before(messageType.certificate, (wire) =>
      wire.record(contentType.handshake, header),
    )
    const pair = facing12(role, role === 'server' ? script : other).pair.run()
    expectRefused(pair, role, 'messageTooLong', 'decodeError')
    // In a renegotiation as well, where nobody counts.
    const late = established(role, (wire) => wire.record(contentType.handshake, header))
    expectRefused(late, role, 'messageTooLong', 'decodeError')
  })

  test(`${role}: content types that do not exist, in plaintext or under keys`, () => {
    for (const type of [0, 19, 24, 25, 26, 255]) {
      const sealed = established(role, (wire) => wire.record(type, never))
      expectRefused(sealed, role, 'unknownContentType', 'unexpectedMessage')
      const plain = facing12(
        role,
        before(first, (wire) => wire.record(type, never)),
      ).pair.run()
      expectRefused(plain, role, 'unknownContentType', 'unexpectedMessage')
    }
  })

  test(`${role}: a version in a header that is not the one agreed on (RFC 5246 6.2.1)`, () => {
    for (const version of [0x0300, 0x0301, 0x0302, 0x0304, 0x0203, 0xfefd]) {
      const pair = established(role, (wire) => wire.data(never, { version }))
      expectRefused(pair, role, 'badRecordVersion', 'protocolVersion')
    }
    const script = (version: number): Script =>
      on(
        role === 'client' ? messageType.certificate : messageType.clientKeyExchange,
        (message, wire) => wire.message(message.type, message.body, { version }),
      )
    expectEstablished(facing12(role, script(0x0303)).pair.run())
    for (const version of [0x0301, 0x0302, 0x0304])
      expectRefused(
        facing12(role, script(version)).pair.run(),
        role,
        'badRecordVersion',
        'protocolVersion',
      )
  })

  test(`${role}: the version in the header of a hello is nobody's business, but for the major one`, () => {
    const script = (version: number) =>
      on(first, (message, wire) => wire.message(message.type, message.body, { version }))
    for (const version of [0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x03ff])
      expectEstablished(facing12(role, script(version)).pair.run())
    for (const version of [0x0203, 0x0403, 0x0000]) {
      const pair = facing12(role, script(version)).pair.run()
      expectRefused(pair, role, 'badRecordVersion', 'protocolVersion')
    }
  })
}

test('PITFALLS 24: the nonce of each record is another one', () => {
  const pair = connect12().run()
  for (let i = 0; i < 300; i++) pair.client.send(text('x'))
  for (let i = 0; i < 300; i++) {
    pair.client.send(text('x'))
    pair.run()
  }
  const nonces = recordsOf(pair.client.transmitted)
    .filter(({ type }) => type === 23)
    .map(({ fragment }) => fragment.subarray(0, 8).join())
  assert.ok(nonces.length > 256)
  assert.is(new Set(nonces).size, nonces.length)
})

test('PITFALLS 24: nothing is sealed when the sequence numbers are used up', () => {
  const pair = connect12().run()
  const exported = pair.client.connection.export()
  const left = (records: number) => {
    const writeSequence = 2 ** 48 - 1 - records
    const moved = { ...exported, records: { ...exported.records, writeSequence } }
    return importClient(moved, clientConfig(only12({})), pair.now)
  }
  const kinds = (connection: Connection) => {
    const list: string[] = []
    for (let output = connection.poll(); output.kind !== 'idle'; output = connection.poll())
      list.push(output.kind === 'failed' ? output.fault.code : output.kind)
    return list
  }
  const last = left(1)
  last.send(text('x'))
  assert.equal(kinds(last), ['established', 'transmit'])
  last.send(text('y'))
  // Not even an alert.
  assert.equal(kinds(last), ['sequenceExhausted'])
})

test.run()
