// Every state against every message that it does not accept: unexpected_message, and nothing delivered.
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { handshakeBytes, messageName } from '#src/wire/message.js'
import { alert, messageType } from '#src/wire/registry.js'
import { demand, text } from '../support/connect.js'
import { expectEstablished } from '../support/outcome.js'
import { lastAlert } from '../support/records.js'
import { perform, scenarios } from '../support/scenarios.js'
import { scenarios12 } from '../support/scenarios12.js'
import { scenarios13 } from '../support/scenarios13.js'
import { type Station, stations } from '../support/stations.js'

type Protocol = Station['protocol']

/** For each version: a body for each type, as some correct connection had it; and one for types that none has. */
const bodies: Readonly<Record<Protocol, Map<number, Uint8Array>>> = {
  tls13: collectBodies('tls13', 10),
  tls12: collectBodies('tls12', 12),
}

function collectBodies(protocol: Protocol, real: number): Map<number, Uint8Array> {
  const seen = new Map<number, Uint8Array>()
  for (const scenario of protocol === 'tls13' ? scenarios13 : scenarios12) {
    const observe = (observation: { kind: string; type?: number; bytes?: Uint8Array }) => {
      if (observation.kind === 'message' && observation.bytes !== undefined)
        seen.set(observation.type ?? -1, observation.bytes.subarray(4))
    }
    perform({ ...scenario, client: { ...scenario.client, observe } })
  }
  assert.is(seen.size, real, `each message of ${protocol} was seen`)
  for (const type of [...Object.values(messageType), 6, 7, 99, 255])
    if (!seen.has(type)) seen.set(type, text('some body'))
  return seen
}

for (const { name, protocol, tested, state, accepts, established, visit } of stations) {
  test(`${name}: a peer that does nothing wrong gets through`, () => {
    const pair = visit((wire, message) => {
      return message === undefined ? undefined : wire.send(message)
    })
    expectEstablished(pair)
  })

  for (const [type, body] of bodies[protocol]) {
    if (accepts.includes(type)) continue
    test(`${name}: ${messageName(type)} is unexpected`, () => {
      const pair = visit((wire) => {
        wire.message(type, body)
        wire.data(text('never'))
        return undefined
      })
      const { fault, data, earlyData, info } = pair[tested]
      assert.is(fault?.code, 'unexpectedMessage', `${fault?.code}: ${fault?.detail}`)
      assert.is(fault?.detail, `${messageName(type)} in state ${state}`)
      assert.equal(lastAlert(pair[tested].transmitted), [2, alert.unexpectedMessage])
      assert.is(data.length, 0)
      assert.ok(earlyData.length === 0 || earlyData.length === 5)
      assert.is(info !== undefined, established)
    })
  }

  test(`${name}: a message of no length is judged like any other`, () => {
    const pair = visit((wire) => {
      wire.handshake(handshakeBytes(99, new Uint8Array(0)))
      return undefined
    })
    assert.is(pair[tested].fault?.code, 'unexpectedMessage')
  })
}

test('every state of the handshake is among them', () => {
  const seen = new Set(stations.map(({ tested, state }) => `${tested} ${state}`))
  for (const scenario of scenarios) {
    for (const role of ['client', 'server'] as const) {
      const observe = (observation: { kind: string; name?: string }) => {
        if (observation.kind === 'state') assert.ok(seen.has(`${role} ${demand(observation.name)}`))
      }
      const { client, server } = scenario
      perform(
        role === 'client'
          ? { ...scenario, client: { ...client, observe } }
          : { ...scenario, server: () => ({ ...server?.(), observe }) },
      )
    }
  }
})

test.run()
