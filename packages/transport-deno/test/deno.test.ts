/** Runs the suite on Deno itself, in a process of its own, and reports each case here. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const onDeno = suite('transport on Deno')

/** What `run-on-deno.ts` prints, a line each. */
interface Report {
  readonly name: string
  readonly failure?: string
}

const script = join(dirname(fileURLToPath(import.meta.url)), 'run-on-deno.js')
const { reports, rest } = await run()

onDeno('the suite ran to its end', () => {
  assert.ok(reports.length > 25, `${reports.length} cases; ${rest}`)
  assert.ok(rest.includes('DONE'), rest)
})

for (const { name, failure } of reports) {
  onDeno(name, () => {
    if (failure !== undefined) throw new Error(failure)
  })
}

onDeno.run()

async function run(): Promise<{ reports: Report[]; rest: string }> {
  // The package's own entry may fetch a binary; this file finds the one that was installed.
  const bin = join(dirname(createRequire(import.meta.url).resolve('deno/package.json')), 'bin.cjs')
  const child = spawn(process.execPath, [bin, 'run', '--no-remote', '-A', script], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  await once(child, 'close')
  const lines = output.split('\n')
  const isReport = (line: string) => line.startsWith('{"name"')
  return {
    reports: lines.filter(isReport).map((line) => JSON.parse(line)),
    rest: lines.filter((line) => !isReport(line)).join('\n'),
  }
}
