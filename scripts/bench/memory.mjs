/**
 * Resident memory of idle connections over TCP, both ends in this process: `node --expose-gc memory.mjs PEER COUNT`, forked.
 * Prints bytes per pair. One process for each peer, since memory is not given back.
 */
import { once } from 'node:events'
import { tcpPeer } from './peers.mjs'

const [, , name, count] = process.argv
const [chain] = await once(process, 'message')
const peer = await tcpPeer(name, chain, true)
const links = []
const { port } = await peer.serve((link) => links.push(link))

async function open(wanted) {
  const before = links.length
  for (let i = 0; i < wanted; i++) links.push(await peer.dial(port))
  while (links.length < before + 2 * wanted) await new Promise((resolve) => setImmediate(resolve))
}

async function settle() {
  for (let i = 0; i < 6; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  return process.memoryUsage().rss
}

// What the first connections load and compile is not theirs.
await open(100)
const before = await settle()
await open(Number(count))
const after = await settle()
const { facts } = links.find((link) => link.facts !== undefined) ?? {}
process.send({ bytes: (after - before) / Number(count), facts })
process.exit(0)
