/** Runs the shared suite on Bun: the command in `SANSTLS_BUN`, or `bun`. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const onBun = suite('transport on Bun')

const command = process.env.SANSTLS_BUN ?? 'bun'
const version = spawnSync(command, ['--version'], { encoding: 'utf8' })
if (version.status !== 0) {
  console.log(`SKIP Bun: ${command} does not run; install the npm package bun, or set SANSTLS_BUN`)
} else {
  const script = fileURLToPath(new URL('bun/run.js', import.meta.url))
  const { stdout, stderr } = spawnSync(command, [script], { encoding: 'utf8', timeout: 120_000 })
  const lines = stdout.split('\n')
  const reports = lines.filter((line) => line.startsWith('{"name"')).map((line) => JSON.parse(line))
  onBun(`the suite ran to its end on ${version.stdout.trim()}`, () => {
    assert.ok(reports.length > 20 && lines.includes('DONE'), stdout + stderr)
  })
  for (const { name, failure } of reports) {
    onBun(name, () => {
      if (failure !== undefined) throw new Error(failure)
    })
  }
}

onBun.run()
