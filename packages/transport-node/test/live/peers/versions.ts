/** A peer that speaks TLS 1.2 in the place of 1.3. */
import type { Abilities, Feature, Peer, PeerOptions } from '../support/peer.js'

interface In12 {
  readonly suites: readonly string[] | Readonly<Record<'client' | 'server', readonly string[]>>
  readonly groups: readonly string[]
  /** What it can do beyond what it does in TLS 1.3, in either role. */
  readonly common: readonly Feature[]
  readonly server: readonly Feature[]
  readonly client: readonly Feature[]
  /** What it cannot do as a server, though it can in TLS 1.3. */
  readonly notServer?: readonly Feature[]
  /** Where it is not handshake_failure(40). */
  readonly noCertificate?: number
}

const of13: ReadonlySet<Feature> = new Set<Feature>([
  'cookieAlone',
  'earlyData',
  'earlyDataAndRetry',
  'keyUpdate',
  'postHandshakeAuth',
  'pskKe',
  'showsEarlyData',
  'singleUseTickets',
  'withoutMiddleboxCompatibility',
])

export function speaking12(peer: Peer, { suites, groups, ...more }: In12): Peer {
  const abilities = (role: 'client' | 'server'): Abilities => {
    const not = role === 'server' ? (more.notServer ?? []) : []
    const kept = [...peer[role].features].filter((one) => !of13.has(one) && !not.includes(one))
    return {
      ...peer[role],
      suites: 'client' in suites ? suites[role] : suites,
      groups,
      features: new Set([...kept, ...more.common, ...more[role]]),
    }
  }
  const { reconnect } = peer
  const only12 = (options: PeerOptions): PeerOptions => ({ versions: ['TLS 1.2'], ...options })
  return {
    ...peer,
    server: abilities('server'),
    client: abilities('client'),
    noCertificate: more.noCertificate ?? 40,
    serve: (scope, options) => peer.serve(scope, only12(options)),
    connect: (scope, port, options) => peer.connect(scope, port, only12(options)),
    ...(reconnect && {
      reconnect: (scope, port, options) => reconnect(scope, port, only12(options)),
    }),
  }
}
