/** Runs the cases against one peer, and notes what came of each for the table of live peers. */
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CryptoProvider } from '@sanstls/core'
import { suite } from 'uvu'
import type { Peer } from './peer.js'
import { inScope, type Scope } from './scope.js'
import { closeShared } from './shared.js'

/** One connection or a few, and what must be true of them. */
export interface Case {
  /** The row of the table. */
  readonly area: string
  /** Within its area; together with our role it tells cases apart. */
  readonly item: string
  /** Our role. */
  readonly ours: 'client' | 'server'
  run(scope: Scope): Promise<void>
}

/** What is spoken. */
export type Protocol = 'TLS 1.3' | 'TLS 1.2'

export interface Setting {
  readonly protocol: Protocol
  readonly peer: Peer
  readonly crypto: CryptoProvider
}

interface Result extends Pick<Case, 'area' | 'item' | 'ours'> {
  readonly protocol: Protocol
  readonly peer: string
  readonly version: string
  readonly provider: string
  readonly passed: boolean
}

/** ms for one case. */
const limit = Number(process.env.SANSTLS_LIVE_TIMEOUT ?? 60_000)
/** Only the cases whose name contains this. */
const filter = process.env.SANSTLS_LIVE_FILTER ?? ''
const results: Result[] = []

process.on('exit', () => {
  const folder = process.env.SANSTLS_LIVE_RESULTS
  if (folder !== undefined)
    writeFileSync(join(folder, `${basename(process.argv[1] ?? '')}.json`), JSON.stringify(results))
})

export type CaseBuilder = (setting: Setting) => readonly Case[]

/** Makes a suite for each provider of ours; where the peer is missing, says so and makes an empty one. */
export function runCases(
  protocol: Protocol,
  peer: Pick<Peer, 'name' | 'detect'>,
  providers: readonly (readonly [CryptoProvider, readonly Case[]])[],
): void {
  const detected = peer.detect()
  if ('missing' in detected) {
    console.log(`SKIP ${peer.name}: ${detected.missing}`)
    suite(peer.name).run()
    return
  }
  const { version } = detected
  if (filter !== '') console.log(`SKIP ${peer.name}: cases without ${filter} in their name`)
  for (const [crypto, cases] of providers) {
    const test = suite(`${protocol}, ${peer.name} ${version}, ${crypto.name}`)
    for (const { area, item, ours, run } of cases) {
      const result = { protocol, peer: peer.name, version, provider: crypto.name, area, item, ours }
      const name = `our ${ours}: ${area}: ${item}`
      if (!name.includes(filter)) continue
      test(name, async () => {
        try {
          await inScope(limit, run)
          results.push({ ...result, passed: true })
        } catch (error) {
          results.push({ ...result, passed: false })
          throw error
        }
      })
    }
    test.after(closeShared)
    test.run()
  }
}
