/** Records of 16 KiB, sealed and opened, beside the calls of node:crypto that this takes at least. */
import { randomBytes } from 'node:crypto'
import { native } from '@sanstls/transport-node/crypto'
import { rates } from '../measure.mjs'
import { bareCalls } from '../node-crypto.mjs'
import { memoryPeers } from '../peers.mjs'

const size = 16_384

export async function run({ wanted, report, chain, measuring }) {
  const title = 'records of 16 KiB'
  if (!wanted(title)) return
  const [whole] = await memoryPeers(['sanstls/native'], chain)
  const { pair, facts } = await whole.handshake()
  const text = new Uint8Array(size).fill(7)
  const inner = new Uint8Array(size + 1).fill(7)
  const bare = bareCalls('aes-128-gcm', randomBytes(16), randomBytes(12), randomBytes(5), inner)
  const peers = [
    { name: 'sanstls/native', run: () => whole.send(pair, text, 1) },
    { name: 'its AEAD alone', run: aeadAlone(text) },
    { name: 'node:crypto calls', run: bare },
  ]
  const results = await rates(peers, { ...measuring, run: (peer) => peer.run() })
  const reference = 'node:crypto calls'
  report.add({ title, unit: 'records/s, sealed and opened', results, reference, facts })
}

function aeadAlone(text) {
  const { aead } = native.suites.find(({ name }) => name === 'TLS_AES_128_GCM_SHA256')
  const key = aead.create(new Uint8Array(randomBytes(aead.keyLength)))
  const [nonce, aad, trailer] = [new Uint8Array(12), new Uint8Array(5), Uint8Array.of(23)]
  const record = new Uint8Array(size + 1 + aead.tagLength)
  return () => {
    key.seal(nonce, aad, text, trailer, record, 0)
    if (key.open(nonce, aad, record)?.length !== size + 1) throw new Error('bench: not opened')
  }
}
