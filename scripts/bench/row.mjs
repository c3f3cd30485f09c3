/** Measures one row in a process of its own: `node row.mjs FILE TITLE`, forked. What it adds to a report goes to the parent. */
import { once } from 'node:events'
import { clocks } from './measure.mjs'

const [, , file, title] = process.argv
const [{ quick, cpu, chain }] = await once(process, 'message')
const measuring = { rounds: quick ? 3 : 9, milliseconds: quick ? 200 : 600 }
const rows = []
const { run } = await import(`./rows/${file}.mjs`)
await run({
  wanted: (other) => other === title,
  report: { add: (row) => rows.push(row) },
  quick,
  cpu,
  chain,
  measuring: { ...measuring, clock: cpu ? clocks.cpu : clocks.wall },
  /** For what happens in several processes. */
  wall: { ...measuring, clock: clocks.wall },
})
for (const row of rows) await new Promise((sent) => process.send(row, sent))
process.exit(0)
