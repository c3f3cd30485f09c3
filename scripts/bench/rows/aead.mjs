/**
 * Records sealed and opened by the AEADs of the providers that need no runtime's, by the bare calls of node:crypto, and by
 * @noble/ciphers called the ordinary way: what a program that uses it by itself would have.
 */
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { noble } from '@sanstls/core/noble'
import { wasm } from '@sanstls/core/wasm'
import { rates } from '../measure.mjs'
import { bareCalls } from '../node-crypto.mjs'

const reference = '@noble/ciphers'

export async function run(bench) {
  for (const size of [16_384, 1_350, 64]) await records(bench, size)
}

/** Each of the records is sealed and opened once. */
async function records({ wanted, report, measuring }, size) {
  for (const { name, peers } of await aeadPeers(size)) {
    const title = `${name}, records of ${size} bytes`
    if (!wanted(title)) continue
    // Short calls: so that reading the clock does not count.
    const times = Math.ceil(16_384 / size)
    const perCall = (times * size) / 2 ** 20
    const results = await rates(peers, {
      ...measuring,
      milliseconds: measuring.milliseconds / 2,
      perCall,
      run(peer) {
        for (let i = 0; i < times; i++) peer.run()
      },
    })
    report.add({ title, unit: 'MiB/s, sealed and opened', results, reference })
  }
}

/** Of each AEAD, peers that seal `size` bytes and open them again. */
async function aeadPeers(size) {
  // A dependency of the package, not of the workspace.
  const resolver = createRequire(new URL('../../../packages/core/package.json', import.meta.url))
  const load = (file) => import(pathToFileURL(resolver.resolve(`@noble/ciphers/${file}`)).href)
  const { gcm } = await load('aes.js')
  const { chacha20poly1305 } = await load('chacha.js')
  const ordinary = { 'AES-128-GCM': gcm, 'AES-256-GCM': gcm, 'ChaCha20-Poly1305': chacha20poly1305 }
  return Object.entries(ordinary).map(([name, cipher]) => {
    const peers = Object.entries({ wasm, noble }).map(([label, { suites }]) =>
      ours(label, suites.find(({ aead }) => aead.name === name).aead, size),
    )
    const [{ key }] = peers
    const text = new Uint8Array(size).fill(7)
    // Not our provider's: where its buffers are given back, the code of all others is slower (docs/performance.md).
    const bare = { name: 'node:crypto', run: bareCalls(name.toLowerCase(), key, nonce, aad, text) }
    return { name, peers: [...peers, bare, theirs(cipher, key, size)] }
  })
}

const nonce = new Uint8Array(12).fill(1)
const aad = new Uint8Array(5).fill(2)
const nothing = new Uint8Array(0)

function ours(name, aead, size) {
  const key = new Uint8Array(aead.keyLength).fill(3)
  const prepared = aead.create(key)
  const text = new Uint8Array(size).fill(7)
  const record = new Uint8Array(size + aead.tagLength)
  return {
    name,
    key,
    run() {
      prepared.seal(nonce, aad, text, nothing, record, 0)
      if (prepared.open(nonce, aad, record)?.length !== size) throw new Error('bench: not opened')
    },
  }
}

function theirs(cipher, key, size) {
  const text = new Uint8Array(size).fill(7)
  return {
    name: reference,
    run() {
      const record = cipher(key, nonce, aad).encrypt(text)
      if (cipher(key, nonce, aad).decrypt(record).length !== size)
        throw new Error('bench: not opened')
    },
  }
}
