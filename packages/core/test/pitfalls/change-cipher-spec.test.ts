// PITFALLS 9, 18 and 19, where TLS 1.2 is spoken: change_cipher_spec, and what may stand around it (RFC 5246 7.1).
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { concat } from '#src/bytes.js'
import type { FaultCode } from '#src/fault.js'
import {
  after,
  before,
  combine,
  omit,
  on,
  type Pair,
  type Script,
  trustEveryone,
  type Wire,
} from '#src/testing.js'
import { handshakeBytes } from '#src/wire/message.js'
import { alert, contentType, messageType } from '#src/wire/registry.js'
import { clientCredential, connect, demand, text } from '../support/connect.js'
import { expectRefused, never, type Role, roles } from '../support/facing.js'
import { earlier12, facing12, later12 } from '../support/facing12.js'
import { expectEstablished } from '../support/outcome.js'
import { plainMessages, recordsOf } from '../support/records.js'
import { again, bothVersions, only12, ticketKeys } from '../support/tls12.js'

const { clientHello, clientKeyExchange, finished, serverHello, serverHelloDone } = messageType
const one = Uint8Array.of(1)
const renegotiation = { renegotiation: { peerMayStart: true } }
const tickets = { tickets: { keys: ticketKeys } }
const session = demand(connect(only12({}), only12(tickets)).run().client.sessions[0])

/** The last message of a peer's before its change_cipher_spec. */
const last: Readonly<Record<Role, number>> = { client: clientKeyExchange, server: serverHelloDone }

function peerOf(role: Role): Role {
  return role === 'client' ? 'server' : 'client'
}

function expectNever(pair: Pair, role: Role, code: FaultCode): void {
  expectRefused(pair, role, code, 'unexpectedMessage')
  assert.is(pair[role].info, undefined)
}

for (const role of roles) {
  const first = role === 'client' ? serverHello : clientHello

  test(`${role}: change_cipher_spec before the first hello, or right behind it`, () => {
    for (const where of [before, after]) {
      const script = where(first, (wire) => wire.changeCipherSpec())
      expectNever(facing12(role, script).pair.run(), role, 'badChangeCipherSpec')
    }
  })

  test(`${role}: change_cipher_spec twice`, () => {
    // The second one is protected by the keys that the first one brought into use.
    expectNever(
      earlier12(role, (wire) => wire.changeCipherSpec()),
      role,
      'badChangeCipherSpec',
    )
    const plain = earlier12(role, (wire) => wire.plaintext(contentType.changeCipherSpec, one))
    expectRefused(plain, role, 'badRecordMac', 'badRecordMac')
    const script: Script = {
      changeCipherSpec(wire) {
        wire.changeCipherSpec()
        wire.changeCipherSpec()
      },
    }
    expectRefused(facing12(role, script).pair.run(), role, 'badRecordMac', 'badRecordMac')
  })

  test(`${role}: change_cipher_spec left out`, () => {
    const script: Script = { changeCipherSpec: () => undefined }
    // Finished comes under keys that nobody has announced.
    expectNever(facing12(role, script).pair.run(), role, 'unexpectedMessage')
    const plain = combine(
      script,
      on(finished, (message, wire) => {
        wire.handshake(message.raw, { level: 'initial' })
        return message.raw
      }),
    )
    expectNever(facing12(role, plain).pair.run(), role, 'unexpectedMessage')
  })

  test(`${role}: change_cipher_spec of another value or length`, () => {
    for (const content of [
      [],
      [0],
      [2],
      [1, 1],
      [1, 0],
      [0xff],
      new Array<number>(16_384).fill(1),
    ]) {
      const script: Script = {
        changeCipherSpec: (wire) => wire.changeCipherSpec(Uint8Array.from(content)),
      }
      expectNever(facing12(role, script).pair.run(), role, 'badChangeCipherSpec')
    }
  })

  test(`${role}: Finished before change_cipher_spec`, () => {
    for (const level of ['initial', 'application'] as const) {
      const script: Script = {
        changeCipherSpec: () => undefined,
        handshake(message, wire) {
          if (message.type !== finished) return undefined
          wire.handshake(message.raw, { level })
          wire.plaintext(contentType.changeCipherSpec, one)
          return message.raw
        },
      }
      expectNever(facing12(role, script).pair.run(), role, 'unexpectedMessage')
    }
  })

  test(`${role}: a handshake record between the last message and change_cipher_spec`, () => {
    const messages = [
      handshakeBytes(last[peerOf(role)], new Uint8Array(0)),
      handshakeBytes(messageType.helloRequest, new Uint8Array(0)),
      handshakeBytes(99, text('x')),
    ]
    for (const raw of messages) {
      const script: Script = {
        changeCipherSpec(wire) {
          wire.handshake(raw)
          wire.changeCipherSpec()
        },
      }
      // A client has answered by then, and waits for change_cipher_spec as the server does.
      expectNever(facing12(role, script).pair.run(), role, 'unexpectedMessage')
    }
  })

  test(`${role}: change_cipher_spec inside a handshake message, or before the rest of one`, () => {
    // The peer's last message before it, cut in two.
    const script = on(last[peerOf(role)], ({ raw }, wire) => {
      wire.record(contentType.handshake, raw.subarray(0, 3))
      wire.changeCipherSpec()
      wire.record(contentType.handshake, raw.subarray(3))
      return raw
    })
    expectNever(facing12(role, script).pair.run(), role, 'interleavedRecord')
  })

  test(`${role}: bytes of another message before change_cipher_spec`, () => {
    for (const rest of [one, handshakeBytes(finished, new Uint8Array(12))]) {
      const script = on(last[peerOf(role)], ({ raw }, wire) => {
        wire.handshake(concat(raw, rest))
        return raw
      })
      const pair = facing12(role, script).pair.run()
      expectNever(pair, role, 'keyChangeStraddled')
      // It is refused before it is answered.
      if (role === 'client') assert.is(plainMessages(pair.client.transmitted).length, 1)
    }
  })

  test(`${role}: bytes of another message behind one that is to be answered`, () => {
    const answers: readonly (readonly [type: number, plain: number, client: object])[] =
      role === 'client'
        ? [[finished, 1, { session }]]
        : [
            [clientHello, 0, {}],
            [finished, 4, {}],
          ]
    for (const [type, plain, client] of answers) {
      const script = on(type, ({ raw }, wire) => {
        wire.handshake(concat(raw, one))
        return raw
      })
      const { pair } = facing12(role, script, client, again(tickets))
      pair.run()
      expectNever(pair, role, 'keyChangeStraddled')
      // It is refused before it is answered: nothing more has gone out but the alert.
      assert.is(plainMessages(pair[role].transmitted).length, plain)
      assert.is(recordsOf(pair[role].transmitted).filter(({ type }) => type === 20).length, 0)
    }
  })

  test(`${role}: Finished that begins before change_cipher_spec`, () => {
    // Its header in plaintext, the rest under keys.
    const header = on(last[peerOf(role)], (message, wire) => {
      wire.handshake(concat(message.raw, Uint8Array.of(finished, 0, 0, 12)))
      return message.raw
    })
    const rest = on(finished, (message, wire) => {
      wire.handshake(message.raw.subarray(4))
      return message.raw
    })
    expectNever(facing12(role, combine(header, rest)).pair.run(), role, 'keyChangeStraddled')
  })

  test(`${role}: anything but Finished behind change_cipher_spec`, () => {
    const data = earlier12(role, (wire) => wire.data(never))
    expectNever(data, role, 'unexpectedData')
    const empty = earlier12(role, (wire) => wire.data(new Uint8Array(0)))
    expectNever(empty, role, 'unexpectedData')
    for (const type of [messageType.helloRequest, clientHello, serverHello, 99]) {
      const pair = earlier12(role, (wire) => void wire.message(type, new Uint8Array(0)))
      expectNever(pair, role, 'unexpectedMessage')
    }
  })

  test(`${role}: records in plaintext behind change_cipher_spec`, () => {
    const acts: readonly ((wire: Wire) => void)[] = [
      (wire) => wire.plaintext(contentType.applicationData, never),
      (wire) => wire.plaintext(contentType.alert, Uint8Array.of(2, alert.handshakeFailure)),
      (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, alert.closeNotify)),
      (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, alert.noRenegotiation)),
      (wire) => wire.plaintext(contentType.handshake, handshakeBytes(finished, new Uint8Array(12))),
    ]
    for (const act of acts) {
      const pair = earlier12(role, act)
      expectRefused(pair, role, 'badRecordMac', 'badRecordMac')
      assert.is(pair[role].info, undefined)
    }
    const script = on(finished, (message, wire) => {
      wire.handshake(message.raw, { level: 'initial' })
      return message.raw
    })
    expectRefused(facing12(role, script).pair.run(), role, 'badRecordMac', 'badRecordMac')
  })

  test(`${role}: change_cipher_spec in a connection that is established`, () => {
    for (const options of [{}, renegotiation]) {
      const sealed = later12(role, (wire) => wire.changeCipherSpec(), options, options)
      expectRefused(sealed, role, 'badChangeCipherSpec', 'unexpectedMessage')
      const plain = later12(
        role,
        (wire) => wire.plaintext(contentType.changeCipherSpec, one),
        options,
        options,
      )
      expectRefused(plain, role, 'badRecordMac', 'badRecordMac')
    }
  })

  test(`${role}: in a resumption, all the same`, () => {
    const offer = { session }
    const server = again(tickets)
    const resume = (script: Script) => facing12(role, script, offer, server).pair.run()
    expectEstablished(resume({}))
    expectNever(resume({ changeCipherSpec: () => undefined }), role, 'unexpectedMessage')
    const early = before(role === 'client' ? serverHello : clientHello, (wire) =>
      wire.changeCipherSpec(),
    )
    expectNever(resume(early), role, 'badChangeCipherSpec')
    const data = before(finished, (wire) => wire.data(never))
    expectNever(resume(data), role, 'unexpectedData')
    const plain = before(finished, (wire) => wire.plaintext(contentType.applicationData, never))
    expectRefused(resume(plain), role, 'badRecordMac', 'badRecordMac')
  })

  test(`${role}: in a renegotiation, change_cipher_spec and Finished under the keys of their time`, () => {
    const renegotiated = (script: Script) => {
      const { pair } = facing12(role, script, renegotiation, renegotiation)
      pair.run()
      pair.client.connection.renegotiate()
      return pair.run()
    }
    let times = 0
    const second = (act: (wire: Wire) => void): Script => ({
      changeCipherSpec(wire) {
        times++
        if (times % 2 === 0) act(wire)
        else wire.changeCipherSpec()
      },
    })
    const plain = renegotiated(second((wire) => wire.plaintext(contentType.changeCipherSpec, one)))
    expectRefused(plain, role, 'badRecordMac', 'badRecordMac')
    const missing = renegotiated(second(() => undefined))
    expectRefused(missing, role, 'badRecordMac', 'badRecordMac')
    // Under the old keys, Finished is a handshake record in place of change_cipher_spec.
    const old = renegotiated(
      combine(
        second(() => undefined),
        on(
          finished,
          (message, wire) => {
            wire.handshake(message.raw, { level: 'previous' })
            return message.raw
          },
          2,
        ),
      ),
    )
    expectRefused(old, role, 'unexpectedMessage', 'unexpectedMessage')
    const stale = renegotiated(
      on(
        finished,
        (message, wire) => {
          wire.handshake(message.raw, { level: 'previous' })
          return message.raw
        },
        2,
      ),
    )
    expectRefused(stale, role, 'badRecordMac', 'badRecordMac')
    const data = renegotiated(before(finished, (wire) => wire.data(never), 2))
    expectRefused(data, role, 'unexpectedData', 'unexpectedMessage')
  })
}

test('a client that offers both versions has dropped none for TLS 1.2', () => {
  // What a middlebox is shown has no place there, before the ServerHello or behind it.
  for (const where of [before, after])
    for (const client of [bothVersions, only12({})]) {
      const script = where(serverHello, (wire) => wire.changeCipherSpec())
      const { pair } = facing12('client', script, client)
      expectNever(pair.run(), 'client', 'badChangeCipherSpec')
    }
  const { pair } = facing12(
    'server',
    after(clientHello, (wire) => wire.changeCipherSpec()),
    bothVersions,
    bothVersions,
  )
  expectEstablished(pair.run())
})

test('a ticket that was announced comes before change_cipher_spec', () => {
  for (const offer of [{}, { session }]) {
    const script = omit(messageType.newSessionTicket)
    const pair = facing12('client', script, offer, again(tickets)).pair.run()
    expectNever(pair, 'client', 'badChangeCipherSpec')
  }
  // And one that was not is not taken for Finished.
  const extra = before(
    finished,
    (wire) => void wire.message(messageType.newSessionTicket, new Uint8Array(6)),
  )
  expectNever(facing12('client', extra).pair.run(), 'client', 'unexpectedMessage')
})

test('a server that waits for CertificateVerify takes no change_cipher_spec', () => {
  const asked = { clientAuthentication: 'require', verify: trustEveryone } as const
  const client = { credentials: [clientCredential] }
  const script = before(messageType.certificateVerify, (wire) => wire.changeCipherSpec())
  expectNever(facing12('server', script, client, asked).pair.run(), 'server', 'badChangeCipherSpec')
})

test.run()
