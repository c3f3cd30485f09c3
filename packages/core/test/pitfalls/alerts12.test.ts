// PITFALLS 21, 22 and 42, where TLS 1.2 is spoken: alerts that are warnings or not, and ends that are none.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { before } from '#src/testing.js'
import { alert, contentType, messageType } from '#src/wire/registry.js'
import { serverCredential, text } from '../support/connect.js'
import { expectRefused, never, roles } from '../support/facing.js'
import { earlier12, facing12, later12 } from '../support/facing12.js'
import { expectEstablished } from '../support/outcome.js'
import { connect12 } from '../support/tls12.js'

for (const role of roles) {
  const first = role === 'client' ? messageType.serverHello : messageType.clientHello

  test(`PITFALLS 21: ${role}: an alert that is not a warning ends the connection`, () => {
    for (const description of [...Object.values(alert), 41, 200])
      for (const level of [2, 0, 77]) {
        if (description === alert.closeNotify || description === alert.userCanceled) continue
        const pair = later12(role, (wire) => {
          wire.alert(level, description)
          wire.data(never)
        })
        assert.is(pair[role].fault?.code, 'alertReceived')
        assert.is(pair[role].fault?.alert, description)
        assert.is(pair[role].data.length, 0)
        // What ended by an alert is not answered by another one (RFC 5246 7.2.2).
        assert.is(pair[role].events.at(-1)?.kind, 'failed')
      }
  })

  test(`PITFALLS 21: ${role}: a warning is passed over (RFC 5246 7.2), in the handshake as after it`, () => {
    for (const description of [...Object.values(alert), 41, 200]) {
      if (description === alert.closeNotify) continue
      const pair = later12(role, (wire) => {
        wire.alert(1, description)
        wire.data(text('x'))
      })
      expectEstablished(pair)
      assert.equal(pair[role].data, text('x'))
    }
    for (const type of [first, messageType.finished]) {
      const script = before(type, (wire) => wire.alert(1, alert.unrecognizedName))
      expectEstablished(facing12(role, script).pair.run())
    }
  })

  test(`PITFALLS 21: ${role}: warnings, as many as bearable and one more`, () => {
    for (const description of [alert.userCanceled, alert.noRenegotiation, alert.unrecognizedName]) {
      const some = (count: number) =>
        later12(role, (wire) => {
          for (let i = 0; i < count; i++) wire.alert(1, description)
        })
      expectEstablished(some(4))
      expectRefused(some(5), role, 'tooManyWarnings', 'unexpectedMessage')
      const early = (count: number) =>
        facing12(
          role,
          before(first, (wire) => {
            for (let i = 0; i < count; i++) wire.alert(1, description)
          }),
        ).pair.run()
      expectEstablished(early(4))
      expectRefused(early(5), role, 'tooManyWarnings', 'unexpectedMessage')
    }
    // Data between them starts the count anew, and records that hold none do not.
    const spaced = (bytes: Uint8Array) =>
      later12(role, (wire) => {
        for (let i = 0; i < 8; i++) {
          wire.alert(1, alert.unrecognizedName)
          wire.data(bytes)
        }
      })
    expectEstablished(spaced(text('x')))
    expectRefused(spaced(new Uint8Array(0)), role, 'tooManyWarnings', 'unexpectedMessage')
  })

  test(`PITFALLS 21: ${role}: an alert in the handshake, before keys and under them`, () => {
    for (const type of [first, messageType.finished]) {
      const script = before(type, (wire) => wire.alert(2, alert.handshakeFailure))
      const pair = facing12(role, script).pair.run()
      assert.is(pair[role].fault?.code, 'alertReceived')
      assert.is(pair[role].fault?.alert, alert.handshakeFailure)
      assert.is(pair[role].info, undefined)
    }
  })

  test(`PITFALLS 21: ${role}: no_renegotiation means nothing where nobody asked`, () => {
    const options = { renegotiation: { peerMayStart: true } }
    const pair = later12(role, (wire) => wire.alert(1, alert.noRenegotiation), options, options)
    expectEstablished(pair)
    assert.not(pair[role].events.some(({ kind }) => kind === 'renegotiationRefused'))
    // Even where somebody did, an error is one.
    const { pair: asked, peer } = facing12(role, {}, options, options)
    asked.run()
    peer.wire.alert(2, alert.noRenegotiation)
    asked[role].connection.renegotiate()
    assert.is(asked.run()[role].fault?.code, 'alertReceived')
  })
}

for (const role of roles) {
  const other = role === 'client' ? 'server' : 'client'

  test(`PITFALLS 22: ${role}: the end of the transport is no end of the data`, () => {
    const pair = later12(role, (wire) => wire.data(text('half')))
    pair[other].end()
    pair.run()
    assert.is(pair[role].fault?.code, 'truncated')
    assert.not(pair[role].peerClosed)
  })

  test(`PITFALLS 22: ${role}: nor is it inside a record, or after a forged close_notify`, () => {
    for (const cut of [3, 5, 12, 20]) {
      const damage = (record: Uint8Array) => record.subarray(0, cut)
      const pair = later12(role, (wire) => wire.data(never, { damage }))
      pair[other].end()
      pair.run()
      assert.is(pair[role].fault?.code, 'truncated')
      assert.is(pair[role].data.length, 0)
    }
    const forged = later12(role, (wire) => wire.plaintext(contentType.alert, Uint8Array.of(1, 0)))
    assert.not(forged[role].peerClosed)
    assert.is(forged[role].fault?.code, 'badRecordMac')
  })

  test(`PITFALLS 22: ${role}: close_notify in the handshake is a failure, in plaintext or not`, () => {
    const sealed = earlier12(role, (wire) => wire.alert(1, alert.closeNotify))
    const first = role === 'client' ? messageType.serverHello : messageType.clientHello
    const plain = facing12(
      role,
      before(first, (wire) => wire.alert(1, alert.closeNotify)),
    ).pair.run()
    for (const pair of [sealed, plain]) {
      assert.is(pair[role].fault?.code, 'closedDuringHandshake')
      assert.not(pair[role].peerClosed)
    }
  })

  test(`PITFALLS 22: ${role}: what follows close_notify is not delivered`, () => {
    const pair = later12(role, (wire) => {
      wire.alert(1, alert.closeNotify)
      wire.data(never)
    })
    assert.ok(pair[role].peerClosed)
    assert.is(pair[role].data.length, 0)
  })

  test(`PITFALLS 42: ${role}: close_notify of the peer's loses nothing that is still to be written`, () => {
    const pair = connect12(
      { limits: { maxQueued: 65_536 } },
      { limits: { maxQueued: 65_536 } },
    ).run()
    pair[role].send(new Uint8Array(60_000).fill(9))
    pair[other].connection.close()
    pair.run()
    assert.ok(pair[role].peerClosed)
    assert.is(pair[other].data.length, 60_000)
    pair[role].send(text('still here'))
    pair.run()
    assert.is(pair[other].data.length, 60_010)
    pair[role].connection.close()
    pair.run()
    for (const side of [pair.client, pair.server])
      assert.equal(side.events.slice(-1), [{ kind: 'closed' }])
  })

  test(`PITFALLS 42: ${role}: what was queued goes before close_notify, and nothing behind it`, () => {
    const pair = connect12()
    pair[role].send(new Uint8Array(30_000).fill(9))
    pair.run()
    pair[role].send(text('last words'))
    pair[role].connection.close()
    pair.run()
    assert.is(pair[other].data.length, 30_010)
    assert.ok(pair[other].peerClosed)
    const before = pair[role].transmitted.length
    pair[other].send(text('an answer'))
    pair.run()
    assert.equal(pair[role].data, text('an answer'))
    assert.is(pair[role].transmitted.length, before)
  })
}

test('PITFALLS 22: the end of the transport in a renegotiation is no end of the data either', () => {
  const options = { renegotiation: { peerMayStart: true } }
  const pair = connect12(options, { ...options, credentials: 'decide' }).run()
  pair.server.answer('credential', serverCredential)
  pair.run().client.connection.renegotiate()
  pair.run()
  assert.is(pair.server.decisions[0]?.kind, 'credential')
  pair.server.end()
  pair.run()
  assert.is(pair.client.fault?.code, 'truncated')
  assert.not(pair.client.peerClosed)
})

test.run()
