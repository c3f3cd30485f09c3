/** What a test says about how a connection ended. */
import * as assert from 'uvu/assert'
import type { FaultCode } from '#src/fault.js'
import type { Pair, Side } from '#src/testing.js'
import { type AlertName, alert, nameOf } from '#src/wire/registry.js'
import { lastAlert } from './records.js'

/** Both have established, and nothing failed. */
export function expectEstablished({ client, server }: Pair): void {
  for (const side of [client, server]) {
    assert.is(side.fault?.message, undefined, `${side.connection.role}: ${side.fault?.message}`)
    assert.ok(side.info, `${side.connection.role} is in state ${side.connection.state}`)
  }
}

/**
 * This side failed with this code, told the other one by this alert, and delivered nothing.
 * @param alertName undefined: no alert was sent.
 */
export function expectFault(
  pair: Pair,
  role: 'client' | 'server',
  code: FaultCode,
  alertName: AlertName | undefined,
): void {
  const side = pair[role]
  const { fault } = side
  assert.is(fault?.code, code, `${role}: ${fault?.code} (${fault?.detail}), not ${code}`)
  const number = alertName === undefined ? undefined : alert[alertName]
  assert.is(fault?.alert, number)
  assert.is(side.data.length + side.earlyData.length, 0, 'something was delivered')
  assert.equal(
    lastAlert(side.transmitted),
    number === undefined ? undefined : [2, number],
    'the alert on the wire',
  )
}

/** As `expectFault`, and the connection was never established. */
export function expectRefusal(
  pair: Pair,
  role: 'client' | 'server',
  code: FaultCode,
  alertName: AlertName | undefined,
): void {
  expectFault(pair, role, code, alertName)
  assert.is(pair[role].info, undefined, 'it was established')
}

/** The alert that the other side received. */
export function alertAt(side: Side): string | undefined {
  const { fault } = side
  return fault?.code === 'alertReceived' ? nameOf(alert, fault.alert ?? -1) : undefined
}
