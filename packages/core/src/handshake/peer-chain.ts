/** The certificates of the latest peers: all connections to one server hold one copy of its chain. */
import { copyBytes, equal, noBytes } from '../bytes.js'
import type { Peer } from '../output.js'
import type { PresentedPeer } from './authenticate.js'

export type KnownPeer = Pick<Peer, 'chain' | 'publicKey'>

/** How many chains are kept, of a few KB each. */
const most = 16
/** The latest first. */
const latest: KnownPeer[] = []

/** What is kept of a peer's certificates: copies, so that the message that they came in can go. */
export function keptPeer({ chain, key }: PresentedPeer): KnownPeer {
  const at = latest.findIndex((known) => equalChains(known.chain, chain))
  const kept = latest[at] ?? {
    chain: Object.freeze(chain.map((certificate) => copyBytes(certificate))),
    publicKey: copyBytes(key.spki),
  }
  if (at !== 0) {
    if (at > 0) latest.splice(at, 1)
    else if (latest.length === most) latest.pop()
    latest.unshift(kept)
  }
  return kept
}

function equalChains(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  return (
    a.length === b.length &&
    a.every((certificate, index) => equal(certificate, b[index] ?? noBytes))
  )
}
