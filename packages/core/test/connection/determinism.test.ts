import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { normalized, perform, scenarios } from '../support/scenarios.js'

const asked = new Set<string>()

for (const scenario of scenarios) {
  test(`${scenario.name}: the same seed gives the same outputs`, () => {
    const [one, other] = [perform(scenario), perform(scenario)]
    assert.equal(normalized(other.client.events), normalized(one.client.events))
    assert.equal(normalized(other.server.events), normalized(one.server.events))
  })

  test(`${scenario.name}: another seed gives other bytes`, () => {
    const [one, other] = [perform(scenario), perform(scenario, { seed: 'other' })]
    assert.not.equal(other.client.transmitted, one.client.transmitted)
    assert.not.equal(other.server.transmitted, one.server.transmitted)
  })

  test(`${scenario.name}: answers that come later change nothing but timing`, () => {
    const [inline, late] = [perform(scenario), perform(scenario, { late: true })]
    for (const event of [...late.client.events, ...late.server.events])
      if (event.kind === 'decide') asked.add(event.decision.kind)
    assert.equal(normalized(late.client.events), normalized(inline.client.events))
    assert.equal(normalized(late.server.events), normalized(inline.server.events))
  })
}

test('all kinds of decisions were among them', () => {
  const kinds = ['configure', 'credential', 'psk', 'replay', 'session', 'sign', 'verify']
  assert.equal([...asked].sort(), kinds)
})

test.run()
