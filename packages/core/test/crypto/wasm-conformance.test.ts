// The provider in WebAssembly against what every provider must do, and against noble.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Random } from '#src/crypto/provider.js'
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

if (!isThere) console.log(`SKIP wycheproof: no vectors in ${directory} (SANSTLS_VECTORS)`)

test('there is something to test', () => {
  assert.equal(
    wasm.suites.map(({ aead }) => aead.name),
    ['AES-128-GCM', 'AES-256-GCM', 'ChaCha20-Poly1305'],
  )
})

const cases = conformance(wasm, random, {
  reference: noble,
  partial: true,
  ...(isThere && { load }),
})

// Some cases are about private keys, which are for another provider.
for (const { name, run } of cases.filter((entry) => !/^keys|sig_gen/.test(entry.name))) {
  test(name, () => {
    run()
  })
}

test.run()
