/**
 * `npm run bench [-- --quick] [--only TEXT] [--cpu] [--json FILE] [--check]`: speed, memory and size beside node:tls and
 * other TLS in JavaScript, in one run, interleaved. Figures of different runs or machines do not compare; ratios within
 * a run do. `--only` takes the rows whose title contains one of the texts, separated by `|`. `--cpu` goes by the time
 * that the processor spends on this process, for a machine that others use too. `--check` fails where what
 * `bench/targets.mjs` owes is missed.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { makeChain } from './bench/certificates.mjs'
import { clocks } from './bench/measure.mjs'
import { Report } from './bench/report.mjs'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    cpu: { type: 'boolean', default: false },
    json: { type: 'string' },
    check: { type: 'boolean', default: false },
  },
})

const only = options.only.split('|')
const report = new Report()
const bench = {
  report,
  quick: options.quick,
  wanted: (title) => only.some((text) => title.includes(text)),
  chain: makeChain(),
  measuring: {
    rounds: options.quick ? 3 : 9,
    milliseconds: options.quick ? 200 : 600,
    clock: options.cpu ? clocks.cpu : clocks.wall,
  },
  /** For what happens in several processes. */
  wall: {
    rounds: options.quick ? 3 : 9,
    milliseconds: options.quick ? 200 : 600,
    clock: clocks.wall,
  },
}
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
for (const file of files) await (await import(`./bench/rows/${file}.mjs`)).run(bench)

report.summary()
if (options.json !== undefined) {
  const { rows } = report
  const plain = rows.map(({ values: _, ...row }) => row)
  const text = JSON.stringify({ node: process.version, cpu: options.cpu, rows: plain }, null, 2)
  writeFileSync(options.json, `${text}\n`)
}
const complaints = options.check ? report.complaints(options.only === '') : []
for (const complaint of complaints) console.error(`bench: ${complaint}`)
process.exit(complaints.length > 0 ? 1 : 0)
