/**
 * Records sealed and opened by the AEADs of the providers alone, beside @noble/ciphers called the ordinary way: what a
 * program that uses it by itself would have.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { noble } from '@sanstls/core/noble'
import { native } from '@sanstls/transport-node/crypto'
import { rates } from '../measure.mjs'

const names = ['AES-128-GCM', 'AES-256-GCM', 'ChaCha20-Poly1305']
const sizes = [
  [64, '64 B'],
  [1350, '1350 B'],
  [16_384, '16 KiB'],
]
const providers = { 'sanstls/noble': noble, 'sanstls/native': native }
const reference = '@noble/ciphers'

const nonce = new Uint8Array(12).fill(1)
const aad = new Uint8Array(5).fill(2)
const nothing = new Uint8Array(0)

export async function run({ wanted, report, measuring }) {
  const ordinary = await loadCiphers()
  for (const name of names)
    for (const [size, label] of sizes) {
      const title = `${name}, ${label}`
      if (!wanted(title)) continue
      const peers = [
        ...Object.entries(providers).map(([peer, crypto]) => ours(peer, crypto, name, size)),
        theirs(ordinary[name], keyLength(name), size),
      ]
      const results = await rates(peers, { ...measuring, run: (peer) => peer.run() })
      report.add({ title, unit: 'records/s, sealed and opened', results, reference })
    }
}

async function loadCiphers() {
  // A dependency of the package, not of the workspace.
  const resolver = createRequire(new URL('../../../packages/core/package.json', import.meta.url))
  const load = (file) => import(pathToFileURL(resolver.resolve(`@noble/ciphers/${file}`)).href)
  const { gcm } = await load('aes.js')
  const { chacha20poly1305 } = await load('chacha.js')
  return { 'AES-128-GCM': gcm, 'AES-256-GCM': gcm, 'ChaCha20-Poly1305': chacha20poly1305 }
}

const keyLength = (name) => (name === 'AES-128-GCM' ? 16 : 32)

function ours(peer, crypto, name, size) {
  const { aead } = crypto.suites.find((suite) => suite.aead.name === name)
  const key = aead.create(new Uint8Array(aead.keyLength).fill(3))
  const text = new Uint8Array(size).fill(7)
  const record = new Uint8Array(text.length + aead.tagLength)
  return {
    name: peer,
    run() {
      key.seal(nonce, aad, text, nothing, record, 0)
      if (key.open(nonce, aad, record)?.length !== text.length) throw new Error('bench: not opened')
    },
  }
}

function theirs(cipher, length, size) {
  const key = new Uint8Array(length).fill(3)
  const text = new Uint8Array(size).fill(7)
  return {
    name: reference,
    run() {
      const record = cipher(key, nonce, aad).encrypt(text)
      if (cipher(key, nonce, aad).decrypt(record).length !== text.length)
        throw new Error('bench: not opened')
    },
  }
}
