/** What must hold of a connection whatever its peer does. */
import * as assert from 'uvu/assert'
import type { Pair, Side } from '#src/testing.js'
import { alive } from './alive.js'
import { lastAlert } from './records.js'
import { perform, scenarios } from './scenarios.js'

/** How many cases to try; SANSTLS_FUZZ chooses. */
export const cases = Number(process.env.SANSTLS_FUZZ ?? 20_000)
const seed = Number(process.env.SANSTLS_SEED ?? 20261120)
/** Only this case, of those that a failure has named. */
const only = process.env.SANSTLS_FUZZ_CASE

/** What may be alive more after all the cases than after the first ones, bytes. */
const growth = 8_000_000

/** Runs a share of the cases; a failure names the one. Nothing may be left of them in memory. */
export async function fuzz(share: number, run: (name: string) => void): Promise<void> {
  if (only !== undefined) {
    run(only)
    return
  }
  const count = Math.ceil(cases * share)
  let before = 0
  for (let index = 0; index < count; index++) {
    if (index === Math.floor(count / 10)) before = await alive()
    const name = `${seed} ${index}`
    try {
      run(name)
    } catch (error) {
      console.log(`SANSTLS_FUZZ_CASE='${name}' runs this case alone`)
      throw error
    }
  }
  const more = (await alive()) - before
  assert.ok(more < growth, `${more} bytes are left`)
}

/** The bodies of all messages that the scenarios have. */
export function collectBodies(): readonly Uint8Array[] {
  const bodies = new Map<string, Uint8Array>()
  for (const scenario of scenarios) {
    const observe = (observation: { kind: string; bytes?: Uint8Array }) => {
      const { kind, bytes } = observation
      if (kind === 'message' && bytes !== undefined)
        bodies.set(`${bytes[0]} ${bytes.length}`, bytes.subarray(4))
    }
    perform({ ...scenario, client: { ...scenario.client, observe } })
  }
  return [...bodies.values()]
}

/** Nothing is delivered but by an established connection, nothing follows an end, and no failure is an internal one. */
export function checkSide(side: Side): void {
  let established = false
  let over = false
  for (const { kind } of side.events) {
    assert.not(over, `${kind} after the end`)
    if (kind === 'established') {
      assert.not(established, 'established twice')
      established = true
    }
    if (
      kind === 'data' ||
      kind === 'session' ||
      kind === 'peerClosed' ||
      kind === 'peerAuthenticated'
    )
      assert.ok(established, `${kind} before established`)
    if (kind === 'earlyData') assert.not(established, 'early data after established')
    if (kind === 'failed' || kind === 'closed') over = true
  }
  const { fault } = side
  if (fault === undefined) return
  assert.is.not(fault.class, 'internal', fault.message)
  assert.is.not(fault.class, 'misuse', fault.message)
  assert.is(side.connection.state, 'failed')
}

/** Both sides, and that the tested one says why it fails. */
export function checkPair(pair: Pair, tested: 'client' | 'server'): void {
  checkSide(pair.client)
  checkSide(pair.server)
  const { fault, transmitted } = pair[tested]
  if (fault !== undefined && fault.class !== 'alertReceived' && fault.class !== 'transport')
    assert.equal(lastAlert(transmitted), [2, fault.alert])
}
