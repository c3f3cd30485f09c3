/** Resident memory per idle pair: one process per peer, since memory is not given back. `node --expose-gc memory.mjs PEER N`. */
import { makeChain } from './certificates.mjs'
import { loadPeer } from './peers.mjs'

const [, , name, count] = process.argv
const peer = await loadPeer(name, makeChain())
const pairs = []
const settle = async () => {
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return process.memoryUsage().rss
}
// What the first connections load and compile is not theirs.
for (let i = 0; i < 20; i++) await peer.open()
const before = await settle()
for (let i = 0; i < Number(count); i++) pairs.push(await peer.open())
const after = await settle()
console.log((after - before) / pairs.length)
process.exit(0)
