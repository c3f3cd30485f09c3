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

function outputs({ client, server }: Pair): unknown {
  return { client: normalized(client.events), server: normalized(server.events) }
}

for (const scenario of scenarios) {
  const { name } = scenario
  test(`${name}: however the streams are cut, the outputs are the same`, () => {
    const whole = outputs(perform(scenario))
    fc.assert(
      fc.property(sizes, sizes, (up, down) => {
        const links = { toServer: link(up), toClient: link(down) }
        assert.equal(outputs(perform(scenario, { links })), whole)
      }),
      { numRuns: 10 },
    )
  })

  test(`${name}: byte by byte`, () => {
    const links = { toServer: link([1]), toClient: link([1]) }
    assert.equal(outputs(perform(scenario, { links })), outputs(perform(scenario)))
  })
}

test.run()
