/** The suite that every transport passes. Runs on Bun; prints a line of JSON for each case. */
import { transportCases } from '@sanstls/transport-web/testing'
import { harness } from '../../support/harness.js'

for (const { name, run } of transportCases) {
  try {
    await run(harness)
    console.log(JSON.stringify({ name }))
  } catch (error) {
    const failure = error instanceof Error ? `${error.stack}` : String(error)
    console.log(JSON.stringify({ name, failure }))
  }
}
console.log('DONE')
process.exit(0)
