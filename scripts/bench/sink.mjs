/** A server in a process of its own that takes data and answers each batch. `node sink.mjs PEER BATCH`, forked. */
import { once } from 'node:events'
import { tcpPeer } from './peers.mjs'
import { answerBatches } from './rows/tcp.mjs'

const [, , name, batch] = process.argv
const [chain] = await once(process, 'message')
const peer = await tcpPeer(name, chain)
const { port } = await peer.serve((link) => {
  process.send({ agreed: link.agreed })
  answerBatches(link, Number(batch))
})
process.send({ port })
