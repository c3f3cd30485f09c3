// Runs every compiled test file as a process of its own and sums what uvu counted.
//
//   node scripts/test.mjs [--live [--record]] [--lint] [--filter <substring of the path>]
//
// --live    run only the tests under live/ (peers outside this repository); without it they are
//           left out
// --record  write what came of the live tests into docs/conformance.md
// --lint    run the linter and scripts/check.mjs too; each counts as one failed when it fails
//
// SANSTLS_SEED and SANSTLS_RUNS choose the seed and the number of runs of the property tests.
// SANSTLS_LIVE_FILTER chooses live cases by a part of their name, SANSTLS_LIVE_TIMEOUT is ms for each.
// A line that begins with `SKIP ` in a test's output says what was left out and why.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { recordLivePeers } from './live-peers.mjs'

const concurrency = 2
const fileTimeout = 600_000
const root = fileURLToPath(new URL('..', import.meta.url))
const { values: options } = parseArgs({
  options: {
    live: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    lint: { type: 'boolean', default: false },
    filter: { type: 'string', default: '' },
  },
})
const environment = { SANSTLS_SEED: '20261120', ...process.env, NO_COLOR: '1' }
delete environment.FORCE_COLOR

process.exitCode = await main()

async function main() {
  if (!options.record) return runTests()
  if (!options.live || options.filter !== '') {
    console.error('--record goes with --live, and with all of its tests')
    return 1
  }
  const results = mkdtempSync(join(tmpdir(), 'sanstls-results-'))
  environment.SANSTLS_LIVE_RESULTS = results
  try {
    const code = await runTests()
    recordLivePeers(results)
    return code
  } finally {
    rmSync(results, { recursive: true })
  }
}

async function runTests() {
  const files = findTests()
  const jobs = files.map((file) => () => runTest(file))
  if (options.lint) {
    jobs.unshift(
      () =>
        runCheck('biome', [
          join('node_modules', '@biomejs', 'biome', 'bin', 'biome'),
          'check',
          '--error-on-warnings',
        ]),
      () => runCheck('scripts/check.mjs', [join('scripts', 'check.mjs')]),
    )
  }
  const results = await inParallel(jobs)
  if (files.length === 0) console.log(`no ${options.live ? 'live ' : ''}tests found`)

  const skips = results.flatMap(({ name, skips }) => skips.map((skip) => `  ${name}: ${skip}`))
  if (skips.length > 0) console.log(`\nskipped\n${skips.join('\n')}`)
  const failures = results.filter((result) => result.failed > 0)
  if (failures.length > 0) {
    console.log(`\nfailed (SANSTLS_SEED=${environment.SANSTLS_SEED})`)
    for (const { name, failed, reason } of failures) {
      console.log(`  ${name}: ${reason ?? `${failed} failed`}`)
    }
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`)
  const nothingRan = files.length === 0 && !options.live
  return sum('failed') > 0 || nothingRan ? 1 : 0
}

function findTests() {
  const found = []
  for (const name of readdirSync(join(root, 'packages')).sort()) {
    let paths = []
    try {
      paths = readdirSync(join(root, 'packages', name, 'build'), { recursive: true })
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
    for (const path of paths.sort()) {
      const isLive = path.split(sep).includes('live')
      const file = join('packages', name, 'build', path)
      if (path.endsWith('.test.js') && isLive === options.live && file.includes(options.filter)) {
        found.push(file)
      }
    }
  }
  return found
}

async function inParallel(jobs) {
  const results = []
  const queue = [...jobs]
  const work = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const result = await job()
      results.push(result)
      report(result)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  return results
}

function report({ name, counted, passed, failed, reason, seconds, output }) {
  const verdict = failed > 0 ? 'FAIL' : 'ok  '
  const counts = counted ? `  ${passed} passed` : ''
  console.log(`${verdict} ${seconds.toFixed(1).padStart(6)} s  ${name}${counts}`)
  if (failed > 0) console.log(indent(reason ? `${output}\n${reason}` : output))
}

async function runCheck(name, args) {
  const result = await run(name, args)
  const reason = result.ended === '' ? undefined : result.ended
  return { ...result, counted: false, passed: 0, failed: reason ? 1 : 0, reason, skips: [] }
}

async function runTest(file) {
  const name = file.replace(`${sep}build${sep}`, sep).replaceAll(sep, '/').replace('packages/', '')
  const result = await run(name, ['--enable-source-maps', file])
  const counts = [...result.output.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)$/gm)].at(-1)
  // A bullet of uvu's may stand before what the test itself prints.
  const skips = [...result.output.matchAll(/^(?:.*(?:[•✘] | {2}))?SKIP (.+)$/gm)].map((m) => m[1])
  const [total, passed] = counts ? [Number(counts[1]), Number(counts[2])] : [0, 0]
  let failed = total - passed
  let reason
  if (!counts) reason = `printed no counts (${result.ended || 'ended early'})`
  else if (failed === 0 && result.ended !== '') reason = `all passed, yet ${result.ended}`
  else if (total === 0 && skips.length === 0) reason = 'holds no tests'
  if (reason) failed += 1
  return { ...result, counted: counts !== undefined, passed, failed, reason, skips }
}

/** Runs Node on `args`; `ended` says what was wrong with how it ended, or is empty. */
function run(name, args) {
  return new Promise((resolve) => {
    const started = performance.now()
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    })
    const chunks = []
    let ended = ''
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    const timer = setTimeout(() => {
      ended = `killed after ${fileTimeout / 1000} s`
      killGroup(child)
    }, fileTimeout)
    child.on('error', (error) => {
      ended = error.message
    })
    child.on('exit', (code, signal) => {
      if (ended === '' && code !== 0) ended = signal ? `ended by ${signal}` : `exit code ${code}`
      // What a test left running would otherwise hold the pipes open for ever.
      setTimeout(() => killGroup(child), 1000).unref()
    })
    child.on('close', () => {
      clearTimeout(timer)
      const text = Buffer.concat(chunks).toString('utf8')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colours are made of
      const output = text.replace(/\x1b\[[0-9;]*m/g, '')
      resolve({ name, output, ended, seconds: (performance.now() - started) / 1000 })
    })
  })
}

function killGroup(child) {
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

function indent(text) {
  return text.trimEnd().replace(/^/gm, '    ')
}
