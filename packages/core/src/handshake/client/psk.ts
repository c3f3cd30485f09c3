/** What a client offers in pre_shared_key: a session's ticket, and external PSKs (RFC 9846 4.3.11). */
import type { HashAlgorithm } from '../../crypto/provider.js'
import type { ClientSettings } from '../../options.js'
import { EarlyStage } from '../../schedule/tls13.js'
import type { Transcript } from '../../schedule/transcript.js'
import type { Session } from '../../session.js'
import { protocolVersion } from '../../wire/registry.js'
import type { Context } from '../context.js'
import { spokenVersion } from '../version.js'
import type { Bind } from './offer.js'

export interface OfferedPsk {
  readonly kind: 'external' | 'resumption'
  readonly identity: Uint8Array
  readonly secret: Uint8Array
  readonly hash: HashAlgorithm
  readonly obfuscatedTicketAge: number
  /** The session, for a resumption. */
  readonly session: Session | undefined
}

/** The PSKs that can be used now: unexpired, and with a hash that one of our suites has. */
export function offeredPsks(
  settings: ClientSettings,
  context: Context,
  hash?: HashAlgorithm,
): readonly OfferedPsk[] {
  const { session } = settings.config
  const { unix } = context.time
  const hashes = new Map(settings.suites.map((suite) => [suite.hash.name, suite.hash]))
  const psks: OfferedPsk[] = []
  if (session !== undefined && session.ticket.length > 0 && session.expires > unix) {
    const known = hashes.get(session.hash)
    if (known !== undefined && speaks(settings, session.version, context))
      psks.push({
        kind: 'resumption',
        identity: session.ticket,
        secret: session.secret,
        hash: known,
        // RFC 9846 4.3.11.1: the age in ms plus ticket_age_add, modulo 2^32.
        obfuscatedTicketAge:
          (Math.max(0, Math.floor(unix - session.received)) + session.ageAdd) % 2 ** 32,
        session,
      })
  }
  for (const { identity, key, hash: name = 'sha256', version = 'tls13' } of settings.psks) {
    if (version !== 'tls13') continue
    const known = hashes.get(name)
    if (known === undefined) continue
    psks.push({
      kind: 'external',
      identity,
      secret: key,
      hash: known,
      obfuscatedTicketAge: 0,
      session: undefined,
    })
  }
  return hash === undefined ? psks : psks.filter((psk) => psk.hash.name === hash.name)
}

/** Sessions of TLS 1.2 resume in other ways. */
function speaks({ versions }: ClientSettings, version: number, context: Context): boolean {
  return versions.some(
    (known) => known.id >= protocolVersion.tls13 && spokenVersion(known, context).id === version,
  )
}

/** Makes the binders; `before` is the transcript before this ClientHello, after a HelloRetryRequest. */
export function binder(
  psks: readonly OfferedPsk[],
  context: Context,
  before: Transcript | undefined,
): Bind {
  return (truncated) =>
    psks.map(({ kind, secret, hash }) => {
      const early = new EarlyStage(hash, context.layer.traits.labelPrefix, secret)
      const covered = before === undefined ? hash.hash(truncated) : before.hashWith(truncated)
      const value = early.binder(kind, covered)
      early.wipe()
      return value
    })
}
