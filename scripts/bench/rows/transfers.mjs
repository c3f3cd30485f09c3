/** Data over established connections in memory: a client that sends, a server that receives. */
import { bulkWarmUp, rates } from '../measure.mjs'
import { assertEqual, memoryPeers } from '../peers.mjs'

const native = ['sanstls/native', 'node:tls']
/** In a process of their own: where node:crypto's buffers are given back, their code is slower (docs/performance.md). */
const without = ['sanstls/noble', 'sanstls/wasm', 'node:tls']
const forge = 'node-forge'
const forgeNote = 'AES-128-CBC-SHA: other work'

export async function run(bench) {
  const bulk = { size: 16_384, times: 64, unit: 'MiB/s', perCall: 1 }
  const bursts = { size: 64, times: 500, unit: 'writes/s', perCall: 500 }
  await transfers(bench, 'bulk in memory', bulk, native)
  await transfers(bench, 'bulk in memory, without node:crypto', bulk, without, [forge])
  await transfers(bench, 'bursts of 64-byte writes in memory', bursts, native)
  const title = 'bursts of 64-byte writes in memory, without node:crypto'
  await transfers(bench, title, bursts, without, [forge])
}

/** `fair` must agree on the same; `others` are measured beside them. */
async function transfers({ wanted, report, chain, measuring }, title, work, fair, others = []) {
  if (!wanted(title)) return
  const { size, times, unit, perCall } = work
  const peers = await memoryPeers([...fair, ...others], chain)
  const facts = []
  const pairs = new Map()
  for (const peer of peers) {
    const handshake = await peer.handshake()
    if (fair.includes(peer.name)) facts.push(handshake.facts)
    pairs.set(peer.name, handshake.pair)
  }
  const bytes = new Uint8Array(size).fill(7)
  const results = await rates(peers, {
    ...measuring,
    warmUp: bulkWarmUp(measuring),
    perCall,
    run: (peer) => peer.send(pairs.get(peer.name), bytes, times),
  })
  report.add({
    title,
    unit,
    results,
    reference: 'node:tls',
    facts: assertEqual(facts, fair),
    notes: { [forge]: forgeNote },
  })
  for (const peer of peers) peer.close(pairs.get(peer.name))
}
