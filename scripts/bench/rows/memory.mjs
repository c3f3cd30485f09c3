/** Resident memory of idle connections, beyond that of their sockets. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { assertEqual } from '../peers.mjs'

const fair = ['sanstls/native', 'sanstls/noble', 'node:tls']
const plain = 'sockets'

export async function run({ wanted, report, quick, chain }) {
  const title = 'memory per idle pair'
  if (!wanted(title)) return
  const count = quick ? 400 : 2000
  const results = new Map(fair.map((name) => [name, []]))
  const facts = new Map()
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const names = round % 2 === 0 ? [plain, ...fair] : [...fair].reverse().concat(plain)
    const sizes = new Map()
    for (const name of names) {
      const measured = await measure(name, count, chain)
      sizes.set(name, measured.bytes / 1024)
      facts.set(name, measured.facts)
    }
    for (const name of fair) results.get(name).push(sizes.get(name) - sizes.get(plain))
  }
  report.add({
    title,
    unit: `KiB beyond the sockets, of ${count}`,
    results,
    reference: 'node:tls',
    facts: assertEqual(
      fair.map((name) => facts.get(name)),
      fair,
    ),
  })
}

async function measure(name, count, chain) {
  const file = fileURLToPath(new URL('../memory.mjs', import.meta.url))
  const options = { serialization: 'advanced', execArgv: ['--expose-gc'] }
  const child = fork(file, [name, String(count)], options)
  child.send(chain)
  const [measured] = await once(child, 'message')
  await once(child, 'exit')
  return measured
}
