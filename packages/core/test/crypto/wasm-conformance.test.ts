// The provider in WebAssembly against what every provider must do, and against noble.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { NamedGroup, Random } from '#src/crypto/provider.js'
import { noble } from '#src/noble.js'
import { conformance } from '#src/testing/conformance.js'
import { wasm } from '#src/wasm.js'

const directory =
  process.env.SANSTLS_VECTORS ??
  fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url))
const isThere = existsSync(`${directory}/wycheproof`)

const random: Random = (length) => Uint8Array.from(randomBytes(length))

const load = (file: string): unknown => {
  const path = `${directory}/wycheproof/${file}`
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

/** The randomness that leads to a given private key: that of noble's groups. */
function fix(group: NamedGroup, kind: 'privateKey' | 'message', value: Uint8Array): Random {
  if (kind === 'message' || group.name !== 'secp256r1') return () => value.slice()
  // A scalar d comes from a number that is d - 1 modulo the order less one (FIPS 186-5 A.2.1).
  const d = BigInt(`0x${Buffer.from(value).toString('hex')}`)
  return (length) =>
    Uint8Array.from(Buffer.from((d - 1n).toString(16).padStart(2 * length, '0'), 'hex'))
}

if (!isThere) console.log(`SKIP wycheproof: no vectors in ${directory} (SANSTLS_VECTORS)`)

test('there is something to test', () => {
  assert.equal(
    wasm.suites.map(({ aead }) => aead.name),
    ['AES-128-GCM', 'AES-256-GCM', 'ChaCha20-Poly1305'],
  )
  assert.equal(
    wasm.groups.map(({ name }) => name),
    ['X25519MLKEM768', 'x25519', 'secp256r1', 'SecP256r1MLKEM768'],
  )
})

const cases = conformance(wasm, random, {
  reference: noble,
  partial: true,
  fix,
  all: process.env.SANSTLS_RUNS === 'all',
  ...(isThere && { load }),
})

// Some cases are about private keys of other kinds, which are for another provider.
for (const { name, run } of cases.filter((entry) => !/^keys|sig_gen/.test(entry.name))) {
  test(name, () => {
    run()
  })
}

test.run()
