/**
 * `npm run bench [-- --quick] [--only TEXT] [--json FILE]`: speed, memory and size beside node:tls and node-forge, in one
 * run, interleaved. Figures of different runs or machines do not compare; ratios within a run do.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { aeadPeers, aeadReference } from './bench/aead.mjs'
import { makeChain } from './bench/certificates.mjs'
import { curvePeers, curveReference } from './bench/curve.mjs'
import { median, rates, ratio } from './bench/measure.mjs'
import { loadPeer, peerNames } from './bench/peers.mjs'
import { bundleSizes, importTimes } from './bench/size.mjs'
import { x509Peers, x509Reference } from './bench/x509.mjs'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
})
const rounds = options.quick ? 3 : 9
const milliseconds = options.quick ? 200 : 600
const reference = 'node:tls'

const chain = makeChain()
const peers = []
for (const name of peerNames) peers.push(await loadPeer(name, chain))
const fair = peers.filter(({ name }) => name !== 'node-forge')
const report = { node: process.version, rows: [] }

/** Equal work first: version, suite, group, chain and tickets. */
async function assertEqual(resumed) {
  const facts = []
  for (const peer of fair) {
    const first = await peer.handshake()
    facts.push((resumed ? await peer.handshake(first.session) : first).facts)
  }
  const [expected] = facts
  for (const [index, fact] of facts.entries())
    if (JSON.stringify(fact) !== JSON.stringify(expected))
      throw new Error(
        `bench: ${fair[index].name} negotiated ${JSON.stringify(fact)}, not ${JSON.stringify(expected)}`,
      )
  if (expected.resumed !== resumed) throw new Error('bench: resumption is not as wanted')
  return expected
}

function show(title, unit, results, facts) {
  console.log(`\n${title} (${unit}; median of ${rounds} rounds, ratio to ${reference})`)
  if (facts !== undefined)
    console.log(
      `  ${facts.version}, ${facts.suite}, ${facts.group}, chain of ${facts.chain}, ${facts.tickets} tickets`,
    )
  for (const [name, values] of results) {
    const relative = ratio(results, name, reference)
    const note =
      name === 'node-forge' ? '  (TLS 1.1, RSA-2048, AES-128-CBC-SHA: another suite)' : ''
    console.log(
      `  ${name.padEnd(16)} ${median(values).toFixed(1).padStart(12)}  ${relative.toFixed(2).padStart(7)}${note}`,
    )
    report.rows.push({ title, unit, name, median: median(values), ratio: relative, values, facts })
  }
}

function wanted(title) {
  return title.includes(options.only)
}

async function handshakes() {
  const title = 'full handshakes'
  if (!wanted(title)) return
  const facts = await assertEqual(false)
  const run = async (peer) => close((await peer.handshake()).pair)
  show(title, 'pairs/s', await rates(peers, { rounds, milliseconds, run }), facts)
}

async function resumptions() {
  const title = 'resumed handshakes'
  if (!wanted(title)) return
  const facts = await assertEqual(true)
  const sessions = new Map()
  for (const peer of fair) sessions.set(peer.name, (await peer.handshake()).session)
  const run = async (peer) => {
    const { pair } = await peer.handshake(sessions.get(peer.name))
    close(pair)
  }
  show(title, 'pairs/s', await rates(fair, { rounds, milliseconds, run }), facts)
}

async function transfers(title, size, times, unit, perCall) {
  if (!wanted(title)) return
  const facts = await assertEqual(false)
  const pairs = new Map()
  for (const peer of peers) pairs.set(peer.name, await peer.open())
  const bytes = new Uint8Array(size).fill(7)
  const run = (peer) => peer.send(pairs.get(peer.name), bytes, times)
  show(title, unit, await rates(peers, { rounds, milliseconds, run, perCall }), facts)
}

async function certificates() {
  const title = 'chains of three certificates'
  if (!wanted(title)) return
  const verifiers = await x509Peers(chain)
  const results = await rates(verifiers, { rounds, milliseconds, run: (peer) => peer.run() })
  compare(title, 'chains/s, parsed and verified', results, x509Reference)
}

/** Shows results beside another reference than node:tls. */
function compare(title, unit, results, base) {
  console.log(`\n${title} (${unit}; median of ${rounds} rounds, ratio to ${base})`)
  for (const [name, values] of results) {
    const relative = ratio(results, name, base)
    const middle = median(values)
    console.log(
      `  ${name.padEnd(24)} ${middle.toFixed(1).padStart(10)}  ${relative.toFixed(2).padStart(7)}`,
    )
    report.rows.push({ title, unit, name, median: middle, ratio: relative, values })
  }
}

async function curves() {
  for (const { name, peers: operations } of curvePeers(chain.pkcs8)) {
    const title = `curves: ${name}`
    if (!wanted(title)) continue
    const run = (peer) => peer.run()
    const results = await rates(operations, { rounds, milliseconds: milliseconds / 2, run })
    compare(title, 'per second', results, curveReference)
  }
}

/** Each of the records is sealed and opened once. */
async function records(size) {
  for (const { name: cipher, peers: ciphers } of await aeadPeers(size)) {
    const title = `${cipher}, records of ${size} bytes`
    if (!wanted(title)) continue
    // Short calls: so that reading the clock does not count.
    const times = Math.ceil(16_384 / size)
    const run = (peer) => {
      for (let i = 0; i < times; i++) peer.run()
    }
    const perCall = (times * size) / 2 ** 20
    const results = await rates(ciphers, { rounds, milliseconds: milliseconds / 2, run, perCall })
    compare(title, 'MiB/s, sealed and opened', results, aeadReference)
  }
}

function close({ client, server }) {
  client.destroy?.()
  server.destroy?.()
  client.abort?.()
  server.abort?.()
}

function memory() {
  const title = 'resident memory per idle pair'
  if (!wanted(title)) return
  const file = fileURLToPath(new URL('./bench/memory.mjs', import.meta.url))
  const count = options.quick ? 200 : 1000
  const repeats = options.quick ? 1 : 3
  const results = new Map(peerNames.map((name) => [name, []]))
  for (let repeat = 0; repeat < repeats; repeat++)
    for (const name of peerNames) {
      const text = execFileSync(process.execPath, ['--expose-gc', file, name, String(count)], {
        encoding: 'utf8',
      })
      results.get(name).push(Number(text) / 1024)
    }
  show(title, 'KiB', results)
}

async function sizes() {
  if (wanted('bundle size')) {
    console.log('\nbundle size (bytes, minified; and gzip)')
    for (const { name, minified, gzip } of await bundleSizes()) {
      console.log(
        `  ${name.padEnd(44)} ${String(minified).padStart(8)} ${String(gzip).padStart(8)}`,
      )
      report.rows.push({ title: 'bundle size', name, minified, gzip })
    }
  }
  if (!wanted('import time')) return
  console.log('\nimport time (ms, median of fresh processes)')
  for (const { name, milliseconds: time } of await importTimes(options.quick ? 3 : 9)) {
    console.log(`  ${name.padEnd(44)} ${time.toFixed(1).padStart(8)}`)
    report.rows.push({ title: 'import time', name, milliseconds: time })
  }
}

await handshakes()
await resumptions()
await transfers('bulk, 16 KiB writes', 16_384, 64, 'MiB/s', 1)
await transfers('small records, 64 bytes', 64, 500, 'writes/s', 500)
for (const size of [16_384, 1_350, 64]) await records(size)
await curves()
await certificates()
memory()
await sizes()
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`)
process.exit(0)
