// The native provider, opt-in entries included, against what every provider must do, with noble as its peer.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { NamedGroup, Random } from '@sanstls/core'
import { conformance } from '@sanstls/core/testing/conformance'
import { test } from 'uvu'
import { aeads, allNative, allNoble, runtime } from './everything.js'

const directory =
  process.env.SANSTLS_VECTORS ??
  fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url))
const all = process.env.SANSTLS_RUNS === 'all'
const isThere = existsSync(`${directory}/wycheproof`)

const random: Random = (length) => Uint8Array.from(randomBytes(length))

/** The randomness that leads to a given private key; the message of an encapsulation is drawn elsewhere. */
function fix(group: NamedGroup, kind: 'privateKey' | 'message', value: Uint8Array) {
  if (kind === 'message') return undefined
  if (!scalarGroups.has(group.id)) return () => value.slice()
  // A scalar d comes from a number that is d - 1 modulo the order less one (FIPS 186-5 A.2.1).
  const d = BigInt(`0x${Buffer.from(value).toString('hex')}`)
  return (length: number) =>
    Uint8Array.from(Buffer.from((d - 1n).toString(16).padStart(2 * length, '0'), 'hex'))
}

/** The groups whose private keys are scalars. */
const scalarGroups = new Set([23, 24, 25, 31, 32, 33])

const load = (file: string): unknown => {
  const path = `${directory}/wycheproof/${file}`
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
}

if (!isThere) console.log(`SKIP wycheproof: no vectors in ${directory} (SANSTLS_VECTORS)`)
else if (!all) console.log('wycheproof: slow families are sampled; SANSTLS_RUNS=all runs all')

const counts = new Map<string, number>()
for (const { name, run } of conformance(allNative, random, {
  aeads: aeads.filter((aead) => aead.available()),
  reference: allNoble,
  // Other runtimes lack the larger RSA keys, RSA keys for PSS only, and hashes too short for a curve.
  partial: !runtime.startsWith('Node'),
  fix,
  all,
  ...(isThere && { load }),
})) {
  test(name, () => {
    const start = performance.now()
    const count = run()
    if (process.env.SANSTLS_TIMES !== undefined) {
      console.log(`${name}: ${count} in ${(performance.now() - start).toFixed(0)} ms`)
    }
    const kind = name.startsWith('wycheproof') ? 'Wycheproof vectors' : 'checks'
    counts.set(kind, (counts.get(kind) ?? 0) + count)
  })
}

test.after(() => {
  const total = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ')
  console.log(`node:crypto of ${runtime}: ${total}`)
})
test.run()
