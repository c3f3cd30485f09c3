import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Pair, StreamLink } from '#src/testing.js'
import { configure } from '../support/property.js'
import { normalized, perform, scenarios } from '../support/scenarios.js'

configure()

/** Chunks of these sizes in turn. */
function link(sizes: readonly number[]): StreamLink {
  let index = 0
  return new StreamLink({ chunk: () => sizes[index++ % sizes.length] ?? 1 })
}

const sizes = fc.array(
  fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20_000 })),
  {
    minLength: 1,
    maxLength: 20,
  },
)

function outputs(pair: Pair, settles: boolean): unknown {
  const [client, server] = [normalized(pair.client.events), normalized(pair.server.events)]
  if (!settles) return { client, server }
  const withoutBytes = (list: readonly unknown[]) =>
    list.filter((event) => (event as { kind: string }).kind !== 'transmit')
  return { client: withoutBytes(client), server: withoutBytes(server) }
}

for (const scenario of scenarios) {
  const { name, settles = false } = scenario
  test(`${name}: however the streams are cut, the outputs are the same`, () => {
    const whole = outputs(perform(scenario), settles)
    fc.assert(
      fc.property(sizes, sizes, (up, down) => {
        const links = { toServer: link(up), toClient: link(down) }
        assert.equal(outputs(perform(scenario, { links }), settles), whole)
      }),
      { numRuns: 10 },
    )
  })

  test(`${name}: byte by byte`, () => {
    const links = { toServer: link([1]), toClient: link([1]) }
    assert.equal(
      outputs(perform(scenario, { links }), settles),
      outputs(perform(scenario), settles),
    )
  })
}

test.run()
