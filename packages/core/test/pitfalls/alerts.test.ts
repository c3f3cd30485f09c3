// PITFALLS 21 and 22: alerts, and ends that are none.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { alert, contentType } from '#src/wire/registry.js'
import { text } from '../support/connect.js'
import { earlier, expectRefused, later, never, roles } from '../support/facing.js'
import { expectEstablished } from '../support/outcome.js'

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

test.run()
