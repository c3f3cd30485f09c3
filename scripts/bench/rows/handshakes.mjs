/** Handshakes in memory: a pair of connections of ours, beside two TLSSockets over a pair of Duplex streams. */
import { handshakeWarmUp, rates } from '../measure.mjs'
import { assertEqual, memoryPeers } from '../peers.mjs'

const fair = ['sanstls/native', 'sanstls/noble', 'sanstls/wasm', 'node:tls']
const forgeNote = 'TLS 1.1, RSA-2048, AES-128-CBC-SHA: other work'

export async function run(bench) {
  await handshakes(bench, 'full handshakes', { forge: true })
  await handshakes(bench, 'handshakes, chain known', { chainKnown: true })
  await handshakes(bench, 'resumed handshakes', { resumed: true })
}

async function handshakes({ wanted, report, chain, measuring }, title, options) {
  if (!wanted(title)) return
  const { forge = false, chainKnown = false, resumed = false } = options
  const peers = await memoryPeers(forge ? [...fair, 'node-forge'] : fair, chain, { chainKnown })
  const sessions = new Map()
  if (resumed) for (const peer of peers) sessions.set(peer.name, (await peer.handshake()).session)
  const perform = (peer) => peer.handshake(sessions.get(peer.name))
  const facts = []
  for (const peer of peers.filter(({ name }) => fair.includes(name)))
    facts.push((await perform(peer)).facts)
  const agreed = assertEqual(facts, fair)
  if (agreed.resumed !== resumed) throw new Error('bench: resumption is not as wanted')
  const results = await rates(peers, {
    ...measuring,
    warmUp: handshakeWarmUp(measuring),
    run: async (peer) => peer.close((await perform(peer)).pair),
  })
  report.add({
    title,
    unit: 'pairs/s',
    results,
    reference: 'node:tls',
    facts: agreed,
    notes: { 'node-forge': forgeNote },
  })
}
