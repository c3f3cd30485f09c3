/**
 * `npm run bench [-- --quick] [--only TEXT] [--cpu] [--json FILE] [--check]`: speed, memory and size beside node:tls and
 * other TLS in JavaScript, in one run, interleaved. Each row has a process of its own, so that it does not depend on
 * those before it. Figures of different runs or machines do not compare; ratios within a run do. `--only` takes the rows
 * whose title contains one of the texts, separated by `|`. `--cpu` goes by the time that the processor spends on this
 * process, for a machine that others use too. `--check` fails where what `bench/targets.mjs` owes is missed.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeChain } from './bench/certificates.mjs'
import { Report } from './bench/report.mjs'

const options = readOptions()
// Found out now, not when all is measured.
if (options.json !== undefined) {
  try {
    closeSync(openSync(options.json, 'a'))
  } catch (error) {
    refuse(`--json: ${error.message}`)
  }
}
const only = options.only.split('|')
const report = new Report()
const settings = { quick: options.quick, cpu: options.cpu, chain: makeChain() }
console.log(`Node ${process.version}; by ${options.cpu ? "the processor's time" : 'the clock'}`)

const files = [
  'handshakes',
  'transfers',
  'tcp',
  'records',
  'aead',
  'curve',
  'pure',
  'x509',
  'memory',
  'size',
]
const rows = []
for (const file of files) for (const title of await titles(file)) rows.push({ file, title })
for (const text of only)
  if (!rows.some(({ title }) => title.includes(text)))
    refuse(
      `no row has "${text}" in its title; there are:\n  ${rows.map(({ title }) => title).join('\n  ')}`,
    )
for (const { file, title } of rows)
  if (only.some((text) => title.includes(text))) await measure(file, title)

/** The rows of a file: each asks whether it is wanted before it does anything. */
async function titles(file) {
  const found = []
  const wanted = (title) => {
    found.push(title)
    return false
  }
  const { run } = await import(`./bench/rows/${file}.mjs`)
  await run({ wanted, ...settings })
  return found
}

async function measure(file, title) {
  const program = fileURLToPath(new URL('bench/row.mjs', import.meta.url))
  const child = fork(program, [file, title], { serialization: 'advanced' })
  let rows = 0
  child.on('message', (row) => {
    report.add(row)
    rows++
  })
  child.send(settings)
  // The channel ends after the last message, which may be later than the process.
  const [[code]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  if (code !== 0 || rows !== 1) throw new Error(`bench: "${title}" was not measured (${code})`)
}

report.summary()
if (options.json !== undefined) {
  const plain = report.rows.map(({ values: _, ...row }) => row)
  const text = JSON.stringify({ node: process.version, cpu: options.cpu, rows: plain }, null, 2)
  writeFileSync(options.json, `${text}\n`)
}
const complaints = options.check ? report.complaints(options.only === '') : []
for (const complaint of complaints) console.error(`bench: ${complaint}`)
process.exit(complaints.length > 0 ? 1 : 0)

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        cpu: { type: 'boolean', default: false },
        json: { type: 'string' },
        check: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    return refuse(
      `${error.message}; options are --quick, --only TEXT|TEXT, --cpu, --json FILE and --check`,
    )
  }
}

function refuse(why) {
  console.error(`bench: ${why}`)
  process.exit(2)
}
