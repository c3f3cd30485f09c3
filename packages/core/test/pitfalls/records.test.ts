// PITFALLS 18 and 19: records in plaintext, and messages across records.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { FaultCode } from '#src/fault.js'
import {
  before,
  combine,
  edit,
  on,
  type Script,
  split,
  trustEveryone,
  type Wire,
} from '#src/testing.js'
import { handshakeBytes } from '#src/wire/message.js'
import { alert, contentType, messageType } from '#src/wire/registry.js'
import {
  clientCredential,
  connect,
  connectToScript,
  demand,
  scriptConnects,
  text,
} from '../support/connect.js'
import {
  earlier,
  expectRefused,
  facing,
  later,
  never,
  type Role,
  roles,
} from '../support/facing.js'
import { expectEstablished } from '../support/outcome.js'

const plaintexts: readonly (readonly [string, (wire: Wire) => void])[] = [
  ['application data', (wire) => wire.plaintext(contentType.applicationData, never)],
  ['a fatal alert', (wire) => wire.plaintext(contentType.alert, Uint8Array.of(2, 40))],
  ['close_notify', (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, 0))],
  ['user_canceled', (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, 90))],
  [
    'KeyUpdate',
    (wire) =>
      wire.plaintext(
        contentType.handshake,
        handshakeBytes(messageType.keyUpdate, Uint8Array.of(0)),
      ),
  ],
  [
    'NewSessionTicket',
    (wire) =>
      wire.plaintext(
        contentType.handshake,
        handshakeBytes(messageType.newSessionTicket, new Uint8Array(20)),
      ),
  ],
]

for (const role of roles)
  for (const [name, act] of plaintexts) {
    const [code, told] =
      name === 'application data'
        ? (['badRecordMac', 'badRecordMac'] as const)
        : (['plaintextRecord', 'unexpectedMessage'] as const)

    test(`PITFALLS 18: ${role}: ${name} in plaintext once established`, () => {
      expectRefused(later(role, act), role, code, told)
    })

    test(`PITFALLS 18: ${role}: ${name} in plaintext in the handshake, under keys`, () => {
      // Behind a record of the peer's that was protected; see below for a client that has none yet.
      const script = before(messageType.finished, act)
      const { pair } = facing(
        role,
        script,
        { credentials: [clientCredential] },
        { clientAuthentication: 'require', verify: trustEveryone },
      )
      pair.run()
      expectRefused(pair, role, code, told)
      assert.is(pair[role].info, undefined)
    })
  }

test('PITFALLS 18: a client that could make no keys may say so in plaintext, and no more than that', () => {
  const alerts = (level: number, description: number) =>
    earlier('server', (wire) =>
      wire.plaintext(contentType.alert, Uint8Array.of(level, description)),
    )
  const fatal = alerts(2, alert.decodeError)
  assert.is(fatal.server.fault?.code, 'alertReceived')
  assert.is(fatal.server.info, undefined)
  const end = alerts(1, alert.closeNotify)
  assert.is(end.server.fault?.code, 'closedDuringHandshake')
  assert.not(end.server.peerClosed)
  const other = earlier('server', (wire) => wire.plaintext(contentType.handshake, never))
  expectRefused(other, 'server', 'plaintextRecord', 'unexpectedMessage')
})

for (const role of roles)
  test(`PITFALLS 18: ${role}: Finished in plaintext`, () => {
    const script = on(messageType.finished, (message, wire) => {
      wire.handshake(message.raw, { level: 'initial' })
      return message.raw
    })
    expectRefused(facing(role, script).pair.run(), role, 'plaintextRecord', 'unexpectedMessage')
  })

test('PITFALLS 18: the server flight in plaintext', () => {
  const script: Script = {
    handshake(message, wire) {
      wire.handshake(message.raw, { level: 'initial' })
      return message.raw
    },
  }
  expectRefused(
    connectToScript(script).pair.run(),
    'client',
    'plaintextRecord',
    'unexpectedMessage',
  )
})

for (const role of roles)
  test(`PITFALLS 18: ${role}: application data under handshake keys`, () => {
    const pair = earlier(role, (wire) => wire.data(never))
    expectRefused(pair, role, 'unexpectedData', 'unexpectedMessage')
    assert.is(pair[role].info, undefined)
  })

for (const role of roles)
  test(`PITFALLS 18: ${role}: application data before there are keys`, () => {
    const type = role === 'client' ? messageType.serverHello : messageType.clientHello
    const { pair } = facing(
      role,
      before(type, (wire) => wire.data(never)),
    )
    expectRefused(pair.run(), role, 'unexpectedData', 'unexpectedMessage')
  })

for (const role of roles)
  test(`PITFALLS 18: ${role}: a record that was changed, anywhere`, () => {
    for (const at of [0, 1, 5, 10, -1]) {
      const damage = (record: Uint8Array) => {
        const changed = record.slice()
        const index = at < 0 ? changed.length + at : at
        changed[index] = (changed[index] ?? 0) ^ 0x10
        return changed
      }
      const pair = later(role, (wire) => wire.data(never, { damage }))
      assert.ok(pair[role].fault)
      assert.is(pair[role].data.length, 0)
      if (at >= 5 || at < 0) expectRefused(pair, role, 'badRecordMac', 'badRecordMac')
    }
  })

for (const role of roles)
  test(`PITFALLS 18: ${role}: a record sent twice, or left out`, () => {
    const twice = later(role, (wire) => wire.data(text('x'), { damage: (r) => concat(r, r) }))
    assert.is(twice[role].fault?.code, 'badRecordMac')
    assert.equal(twice[role].data, text('x'))
    const out = later(role, (wire) => {
      wire.data(never, { damage: () => new Uint8Array(0) })
      wire.data(never)
    })
    expectRefused(out, role, 'badRecordMac', 'badRecordMac')
  })

/** Sends a message with the beginning of another one behind it, in the same record. */
function straddle(type: number, rest: Uint8Array): Script {
  return on(type, (message, wire) => {
    wire.handshake(concat(message.raw, rest))
    return message.raw
  })
}

const leftovers = [
  ['one byte', Uint8Array.of(messageType.certificate)],
  [
    'half a message',
    handshakeBytes(messageType.encryptedExtensions, new Uint8Array(9)).subarray(0, 9),
  ],
  ['a whole message', handshakeBytes(messageType.encryptedExtensions, Uint8Array.of(0, 0))],
] as const

for (const [name, rest] of leftovers) {
  const straddled: readonly (readonly [Role, string, number])[] = [
    ['client', 'ServerHello', messageType.serverHello],
    ['client', "the server's Finished", messageType.finished],
    ['server', 'ClientHello', messageType.clientHello],
    ['server', "the client's Finished", messageType.finished],
  ]
  for (const [role, message, type] of straddled)
    test(`PITFALLS 19: ${role}: ${name} behind ${message}, across a change of keys`, () => {
      const pair = facing(role, straddle(type, rest)).pair.run()
      expectRefused(pair, role, 'keyChangeStraddled', 'unexpectedMessage')
      assert.is(pair[role].info, undefined)
    })

  for (const role of roles)
    test(`PITFALLS 19: ${role}: ${name} behind KeyUpdate`, () => {
      const update = handshakeBytes(messageType.keyUpdate, Uint8Array.of(0))
      const pair = later(role, (wire) => wire.handshake(concat(update, rest)))
      expectRefused(pair, role, 'keyChangeStraddled', 'unexpectedMessage')
    })
}

test('PITFALLS 19: bytes behind EndOfEarlyData', () => {
  const keys = { keys: [{ name: new Uint8Array(16), key: new Uint8Array(32) }] }
  const server = { tickets: { keys }, earlyData: { maxBytes: 100, replay: () => true } }
  const session = demand(connect({}, server).run().client.sessions[0])
  const script = straddle(messageType.endOfEarlyData, Uint8Array.of(20))
  const { pair } = scriptConnects(script, { session, earlyData: true }, server)
  expectRefused(pair.run(), 'server', 'keyChangeStraddled', 'unexpectedMessage')
})

const interlopers: readonly (readonly [string, (wire: Wire) => void, FaultCode])[] = [
  ['application data', (wire) => wire.data(never), 'interleavedRecord'],
  ['empty application data', (wire) => wire.data(new Uint8Array(0)), 'interleavedRecord'],
  ['a warning alert', (wire) => wire.alert(1, alert.userCanceled), 'interleavedRecord'],
  ['change_cipher_spec', (wire) => wire.changeCipherSpec(), 'interleavedRecord'],
  [
    'an empty fragment',
    (wire) => wire.record(contentType.handshake, new Uint8Array(0)),
    'emptyRecord',
  ],
]

for (const role of roles)
  for (const [name, act, code] of interlopers)
    test(`PITFALLS 19: ${role}: ${name} inside a fragmented message`, () => {
      const script = on(messageType.finished, ({ raw }, wire) => {
        wire.record(contentType.handshake, raw.subarray(0, 10))
        act(wire)
        wire.record(contentType.handshake, raw.subarray(10))
        return raw
      })
      expectRefused(facing(role, script).pair.run(), role, code, 'unexpectedMessage')
    })

for (const role of roles)
  test(`PITFALLS 19: ${role}: a message in fragments of any size is fine`, () => {
    const types = [messageType.clientHello, messageType.serverHello, messageType.finished]
    const script = combine(...types.map((type) => split(type, [1, 2, 1, 5])))
    expectEstablished(facing(role, script).pair.run())
  })

for (const role of roles)
  test(`PITFALLS 19: ${role}: empty records, as many as the bound and one more`, () => {
    const empty = (count: number) => (wire: Wire) => {
      for (let i = 0; i < count; i++) wire.data(new Uint8Array(0))
    }
    const some = later(role, (wire) => {
      empty(32)(wire)
      wire.data(text('x'))
      empty(32)(wire)
    })
    expectEstablished(some)
    assert.equal(some[role].data, text('x'))
    expectRefused(later(role, empty(33)), role, 'tooManyEmptyRecords', 'unexpectedMessage')
  })

for (const role of roles)
  test(`PITFALLS 19: ${role}: empty handshake and alert records`, () => {
    const nothing = new Uint8Array(0)
    const handshake = later(role, (wire) => wire.record(contentType.handshake, nothing))
    expectRefused(handshake, role, 'emptyRecord', 'unexpectedMessage')
    for (const content of [
      nothing,
      Uint8Array.of(2),
      Uint8Array.of(1, 0, 0),
      Uint8Array.of(1, 0, 1, 0),
    ])
      expectRefused(
        later(role, (wire) => wire.record(contentType.alert, content)),
        role,
        'badAlert',
        'decodeError',
      )
  })

test('a header of another protocol', () => {
  for (const role of roles) {
    const pair = later(role, (wire) => wire.raw(text('GET / HTTP/1.1\r\n')))
    assert.is(pair[role].fault?.code, 'unknownContentType')
    const version = later(role, (wire) => wire.raw(Uint8Array.of(23, 2, 0, 0, 1, 0)))
    expectRefused(version, role, 'badRecordVersion', 'protocolVersion')
  }
})

test('the version in a header is otherwise nobody’s business', () => {
  for (const role of roles) {
    const pair = later(role, (wire) => wire.data(text('x'), { version: 0x03ff }))
    // It is covered by the additional data all the same (RFC 9846 5.2).
    assert.equal(pair[role].data, text('x'))
  }
})

test('a handshake in edits that change nothing', () => {
  const script = edit(messageType.finished, (body) => body)
  for (const role of roles) expectEstablished(facing(role, script).pair.run())
})

test.run()
