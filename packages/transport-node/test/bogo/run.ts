/**
 * Runs BoringSSL's protocol tests, whose compiled runner BOGO_RUNNER names, against our shim, and counts.
 *
 *   BOGO_RUNNER=… npm run bogo [-- --test <globs> --loose --verbose --workers <n> --include-disabled]
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startWorker } from './worker.js'

const { values: options } = parseArgs({
  options: {
    test: { type: 'string', default: '' },
    workers: { type: 'string', default: '2' },
    /** Any error will do where one is expected; alerts are still checked. */
    loose: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    'include-disabled': { type: 'boolean', default: false },
  },
})
const besides = (name: string) => fileURLToPath(new URL(`../../test/bogo/${name}`, import.meta.url))

interface Config {
  readonly DisabledTests: Readonly<Record<string, string>>
}

interface Line {
  readonly verdict: string
  readonly name: string
}

process.exitCode = await main()

async function main(): Promise<number> {
  const runner = process.env.BOGO_RUNNER
  if (runner === undefined || !existsSync(runner)) {
    console.log('SKIP BoringSSL protocol tests: BOGO_RUNNER names no compiled test runner')
    return runner === undefined ? 0 : 1
  }
  const disabled = options.test === '' ? await countDisabled(runner) : []
  const token = randomBytes(16).toString('hex')
  const worker = await startWorker(token)
  const lines = await run(runner, { BOGO_PORT: `${worker.port}`, BOGO_TOKEN: token }, [
    ...(options.test === '' ? [] : ['-test', options.test]),
    ...(options.loose ? ['-loose-errors'] : []),
    ...(options['include-disabled'] ? ['-include-disabled'] : []),
  ])
  worker.close()
  const count = (verdict: string) => lines.filter((line) => line.verdict === verdict).length
  const failed = count('FAILED')
  if (failed > 0) console.log('')
  for (const { verdict, name } of lines) if (verdict === 'FAILED') console.log(`failed: ${name}`)
  console.log(`\n${count('PASSED')} passed, ${failed} failed`)
  print('not run, because we lack what they need', worker.unimplemented)
  printDisabled(disabled)
  return failed > 0 || lines.length === 0 ? 1 : 0
}

interface Disabled {
  readonly pattern: string
  readonly reason: string
  count: number
}

/** How many tests each pattern disables. One that matches nothing of its own is a mistake. */
async function countDisabled(runner: string): Promise<readonly Disabled[]> {
  const config = JSON.parse(readFileSync(besides('config.json'), 'utf8')) as Config
  const list = Object.entries(config.DisabledTests).map(([pattern, reason]) => ({
    pattern,
    reason,
    count: 0,
  }))
  const patterns = list.map(({ pattern }) => pattern)
  if (patterns.length === 0) return list
  const selected = ['-test', patterns.join(';'), '-include-disabled']
  const names = await run(runner, { BOGO_LIST: '1' }, selected, false)
  for (const { name } of names) {
    const first = list.find(({ pattern }) => matches(pattern, name))
    if (first !== undefined) first.count++
  }
  for (const { pattern, count } of list)
    if (count === 0) console.log(`no test matches the disabled ${pattern}`)
  return list
}

/** Globs as the runner reads them: `*`, `?` and `[…]`. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*')
  return new RegExp(`^${source.replace(/\?/g, '.')}$`).test(name)
}

/** Runs the runner; returns its verdicts. */
function run(
  runner: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
  show = true,
): Promise<readonly Line[]> {
  const child = spawn(
    runner,
    [
      '-shim-path',
      besides('launcher.sh'),
      '-shim-config',
      besides('config.json'),
      '-allow-unimplemented',
      '-pipe',
      '-num-workers',
      options.workers,
      '-test.timeout',
      '2h',
      ...args,
    ],
    {
      // Keys and certificates lie beside the runner's source or in its temporary folder.
      cwd: process.env.BOGO_SOURCE ?? dirname(runner),
      env: { ...process.env, ...environment, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const lines: Line[] = []
  let printing = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [, verdict, name] = line.match(/^(PASSED|FAILED|UNIMPLEMENTED) \((.+)\)$/) ?? []
    if (verdict !== undefined && name !== undefined) {
      lines.push({ verdict, name })
      printing = verdict === 'FAILED'
    }
    if (show && (printing || options.verbose)) console.log(line)
  })
  return new Promise((resolve) => child.on('close', () => resolve(lines)))
}

/** By reason, and under each reason by pattern. */
function printDisabled(list: readonly Disabled[]): void {
  const sums = new Map<string, number>()
  for (const { reason, count } of list) sums.set(reason, (sums.get(reason) ?? 0) + count)
  const entry = (count: number, text: string) => `  ${`${count}`.padStart(6)}  ${text}`
  console.log(`${list.reduce((total, { count }) => total + count, 0)} disabled`)
  for (const [reason, sum] of [...sums].sort(([, a], [, b]) => b - a)) {
    console.log(entry(sum, reason))
    for (const { pattern, reason: its, count } of list)
      if (its === reason) console.log(`      ${entry(count, pattern)}`)
  }
}

function print(title: string, counts: ReadonlyMap<string, number>): void {
  const sum = [...counts.values()].reduce((total, count) => total + count, 0)
  console.log(`${sum} ${title}`)
  for (const [reason, count] of [...counts].sort(([, a], [, b]) => b - a))
    console.log(`  ${`${count}`.padStart(6)}  ${reason}`)
}
