// PITFALLS 18 to 25: records that may not be there.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { ClientConfig, ServerConfig } from '#src/config.js'
import type { FaultCode } from '#src/fault.js'
import {
  after,
  before,
  combine,
  createNullCrypto,
  edit,
  on,
  type Pair,
  type Script,
  split,
  trustEveryone,
  type Wire,
} from '#src/testing.js'
import { handshakeBytes } from '#src/wire/message.js'
import { type AlertName, alert, contentType, messageType } from '#src/wire/registry.js'
import {
  clientCredential,
  connect,
  connectToScript,
  demand,
  scriptConnects,
  text,
} from '../support/connect.js'
import { expectEstablished, expectFault } from '../support/outcome.js'
import { recordsOf } from '../support/records.js'

const never = text('never')
const roles = ['client', 'server'] as const
type Role = (typeof roles)[number]

/** A pair in which the side of this role is the real one. */
function facing(role: Role, script: Script, client = {}, server = {}) {
  return role === 'client'
    ? connectToScript(script, client, server)
    : scriptConnects(script, client, server)
}

/** What the scripted peer does once both have established. */
function later(
  role: Role,
  act: (wire: Wire) => void,
  client: Partial<ClientConfig> = {},
  server: Partial<ServerConfig> = {},
): Pair {
  const { pair, peer } = facing(role, {}, client, server)
  pair.run()
  expectEstablished(pair)
  act(peer.wire)
  return pair.run()
}

/** What the peer does just before its Finished, under handshake keys. */
function earlier(role: Role, act: (wire: Wire) => void): Pair {
  return facing(role, before(messageType.finished, act)).pair.run()
}

function expectRefused(pair: Pair, role: Role, code: FaultCode, name: AlertName): void {
  expectFault(pair, role, code, name)
  const kinds = pair[role].events.map(({ kind }) => kind)
  // PITFALLS 21: the alert, then the error, then nothing.
  assert.equal(kinds.slice(-2), ['transmit', 'failed'])
  assert.not(pair[role].peerClosed)
}

// 18

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

// 19

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

// 20

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

// 21

for (const role of roles) {
  test(`PITFALLS 21: ${role}: every alert but two ends the connection, at whatever level`, () => {
    for (const [name, description] of Object.entries(alert)) {
      if (name === 'closeNotify' || name === 'userCanceled') continue
      for (const level of [1, 2, 0, 77]) {
        const pair = later(role, (wire) => {
          wire.alert(level, description)
          wire.data(never)
        })
        // RFC 9846 6.2: upon an error alert, no further data is sent or received.
        assert.is(pair[role].fault?.code, 'alertReceived')
        assert.is(pair[role].fault?.alert, description)
        assert.is(pair[role].data.length, 0)
      }
    }
  })

  test(`PITFALLS 21: ${role}: an alert of an unknown number ends the connection`, () => {
    const pair = later(role, (wire) => wire.alert(1, 200))
    assert.is(pair[role].fault?.code, 'alertReceived')
    assert.is(pair[role].fault?.alert, 200)
  })

  test(`PITFALLS 21: ${role}: an alert in the handshake`, () => {
    const pair = earlier(role, (wire) => wire.alert(2, alert.handshakeFailure))
    assert.is(pair[role].fault?.code, 'alertReceived')
    assert.is(pair[role].info, undefined)
  })

  test(`PITFALLS 21: ${role}: user_canceled, as often as bearable and once more`, () => {
    const some = (count: number) =>
      later(role, (wire) => {
        for (let i = 0; i < count; i++) wire.alert(1, alert.userCanceled)
      })
    expectEstablished(some(4))
    expectRefused(some(5), role, 'tooManyWarnings', 'unexpectedMessage')
  })

  test(`PITFALLS 21: ${role}: two alerts in one record`, () => {
    const pair = later(role, (wire) => wire.record(contentType.alert, Uint8Array.of(1, 0, 2, 40)))
    expectRefused(pair, role, 'badAlert', 'decodeError')
  })
}

// 22

for (const role of roles) {
  const other = role === 'client' ? 'server' : 'client'
  test(`PITFALLS 22: ${role}: the end of the transport is no end of the data`, () => {
    const pair = later(role, (wire) => wire.data(text('half')))
    pair[other].end()
    pair.run()
    assert.is(pair[role].fault?.code, 'truncated')
    assert.not(pair[role].peerClosed)
  })

  test(`PITFALLS 22: ${role}: nor is it inside a record, or after a forged close_notify`, () => {
    for (const cut of [3, 5, 20]) {
      const damage = (record: Uint8Array) => record.subarray(0, cut)
      const pair = later(role, (wire) => wire.data(never, { damage }))
      pair[other].end()
      pair.run()
      assert.is(pair[role].fault?.code, 'truncated')
      assert.is(pair[role].data.length, 0)
    }
    const forged = later(role, (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, 0)))
    assert.not(forged[role].peerClosed)
    assert.ok(forged[role].fault)
  })

  test(`PITFALLS 22: ${role}: close_notify in the handshake is a failure`, () => {
    const pair = earlier(role, (wire) => wire.alert(1, alert.closeNotify))
    assert.is(pair[role].fault?.code, 'closedDuringHandshake')
    assert.not(pair[role].peerClosed)
  })

  test(`PITFALLS 22: ${role}: what follows close_notify is not delivered`, () => {
    const pair = later(role, (wire) => {
      wire.alert(1, alert.closeNotify)
      wire.data(never)
    })
    assert.ok(pair[role].peerClosed)
    assert.is(pair[role].data.length, 0)
  })
}

// 24

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

// 25

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
