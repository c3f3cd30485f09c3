/** Data over established connections in memory: a client that sends, a server that receives. */
import { bulkWarmUp, rates } from '../measure.mjs'
import { assertEqual, memoryPeers } from '../peers.mjs'

const fair = ['sanstls/native', 'sanstls/noble', 'sanstls/wasm', 'node:tls']
const forgeNote = 'AES-128-CBC-SHA: other work'

export async function run(bench) {
  await transfers(bench, 'bulk in memory', 16_384, 64, 'MiB/s', 1)
  await transfers(bench, 'bursts of 64-byte writes in memory', 64, 500, 'writes/s', 500)
}

async function transfers({ wanted, report, chain, measuring }, title, size, times, unit, perCall) {
  if (!wanted(title)) return
  const peers = await memoryPeers([...fair, 'node-forge'], chain)
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
    notes: { 'node-forge': forgeNote },
  })
  for (const peer of peers) peer.close(pairs.get(peer.name))
}
