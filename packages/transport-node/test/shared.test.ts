/** The suite that every transport passes, over TCP. */
import { transportCases } from '@sanstls/transport-web/testing'
import { suite } from 'uvu'
import { harness, noSocketsLeft } from './support/harness.js'

const shared = suite('transport over TCP')

for (const { name, run } of transportCases) {
  shared(name, async () => {
    await run(harness)
    await noSocketsLeft()
  })
}

shared.run()
