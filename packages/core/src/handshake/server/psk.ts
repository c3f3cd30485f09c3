/**
 * Which of the offered PSKs a server takes (RFC 9846 4.3.11): tickets, external PSKs known beforehand, and ones that are
 * looked up. The first identity that serves is taken; its binder must then be right.
 */
import { equal, equalConstantTime } from '../../bytes.js'
import type { CipherSuite, HashAlgorithm } from '../../crypto/provider.js'
import type { ExternalPsk } from '../../decision.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import { EarlyStage } from '../../schedule/tls13.js'
import { Transcript } from '../../schedule/transcript.js'
import type { ServerSessionState } from '../../session.js'
import { decodeState } from '../../session-codec.js'
import { ask, type Context, type Step } from '../context.js'
import { demandVersion } from '../externalPsk.js'
import type { ReceivedClientHello } from './hello.js'
import { sessionFits } from './session.js'
import { openTicket } from './ticket.js'

/** Identities looked at; each may cost a look-up. */
const maxIdentities = 8

export interface SelectedPsk {
  readonly index: number
  readonly kind: 'external' | 'resumption'
  readonly secret: Uint8Array
  readonly hash: HashAlgorithm
  readonly session: ServerSessionState | undefined
  readonly identity: Uint8Array
  readonly binder: Uint8Array
  readonly obfuscatedTicketAge: number
}

interface Search {
  readonly received: ReceivedClientHello
  readonly settings: ServerSettings
  /** The suites that both sides have. */
  readonly suites: readonly CipherSuite[]
  readonly alpn: string | undefined
  /** The transcript before this ClientHello, after a HelloRetryRequest. */
  readonly before: Transcript | undefined
  /** What was chosen before a HelloRetryRequest. A store gives a session only once. */
  readonly chosen: SelectedPsk | undefined
  readonly context: Context
}

/** Finds a PSK, checks its binder, and goes on. */
export function selectPsk(search: Search, then: (psk: SelectedPsk | undefined) => Step): Step {
  return tryIdentity(search, 0, then)
}

function tryIdentity(
  search: Search,
  index: number,
  then: (psk: SelectedPsk | undefined) => Step,
): Step {
  const { received, settings, chosen, context } = search
  const { tickets, lookupPsk } = settings.config
  const identity = received.extensions.preSharedKey?.identities[index]?.identity
  if (identity === undefined || index >= maxIdentities) return then(undefined)
  const next = () => tryIdentity(search, index + 1, then)
  const external = (psk: ExternalPsk) => takeExternal(search, index, psk, then, next)
  const session = (state: ServerSessionState) => takeSession(search, index, state, then, next)

  // A PSK does not stand in for a certificate that is demanded (RFC 9846 4.4.2 allows only one of the two).
  const pskMayServe = settings.config.clientAuthentication !== 'require'
  const known = settings.psks.find(
    (psk) => psk.version !== 'tls12' && equal(psk.identity, identity),
  )
  if (known !== undefined && pskMayServe) return external(known)
  if (chosen?.session !== undefined && equal(chosen.identity, identity))
    return session(chosen.session)
  if (tickets?.keys !== undefined) {
    const state = openTicket(tickets.keys, identity, settings.crypto)
    if (state !== undefined) return session(state)
  }
  const lookUp = (): Step =>
    lookupPsk === undefined || !pskMayServe
      ? next()
      : ask(
          { kind: 'psk', version: 'tls13', identity, serverName: received.serverName },
          lookupPsk,
          (psk: ExternalPsk | undefined) =>
            psk === undefined ? next() : external(demandVersion(psk, 'tls13')),
        )
  if (tickets?.store === undefined) return lookUp()
  return ask(
    { kind: 'session', ticket: identity, once: true, time: context.time.unix },
    tickets.store.take,
    (saved: Uint8Array | undefined) => {
      const state = saved === undefined ? undefined : decodeState(saved)
      return state === undefined ? lookUp() : session(state)
    },
  )
}

function takeExternal(
  search: Search,
  index: number,
  { key, hash = 'sha256' }: ExternalPsk,
  then: (psk: SelectedPsk) => Step,
  next: () => Step,
): Step {
  return take(
    search,
    index,
    { kind: 'external', secret: key, hash, session: undefined },
    then,
    next,
  )
}

function takeSession(
  search: Search,
  index: number,
  session: ServerSessionState,
  then: (psk: SelectedPsk) => Step,
  next: () => Step,
): Step {
  const { received, settings, alpn, context } = search
  if (!sessionFits(session, received, settings, alpn, context)) return next()
  const { secret, hash } = session
  return take(search, index, { kind: 'resumption', secret, hash, session }, then, next)
}

function take(
  { received, suites, before, context }: Search,
  index: number,
  found: {
    readonly kind: 'external' | 'resumption'
    readonly secret: Uint8Array
    readonly hash: string
    readonly session: ServerSessionState | undefined
  },
  then: (psk: SelectedPsk) => Step,
  next: () => Step,
): Step {
  const hash = suites.find((suite) => suite.hash.name === found.hash)?.hash
  const { identities = [], binders = [] } = received.extensions.preSharedKey ?? {}
  const identity = identities[index]
  const binder = binders[index]
  if (hash === undefined || identity === undefined || binder === undefined) return next()
  const early = new EarlyStage(hash, context.layer.traits.labelPrefix, found.secret)
  const expected = early.binder(found.kind, truncatedHash(received, hash, before))
  early.wipe()
  // RFC 9846 4.3.11: no falling back to another identity once one was chosen.
  if (!equalConstantTime(expected, binder)) throw new Fault('badBinder', `identity ${index}`)
  return then({
    index,
    kind: found.kind,
    secret: found.secret,
    hash,
    session: found.session,
    identity: identity.identity,
    binder,
    obfuscatedTicketAge: identity.obfuscatedTicketAge,
  })
}

/** The hash up to the binders, which end the message (RFC 9846 4.3.11.2). */
function truncatedHash(
  { message, extensions }: ReceivedClientHello,
  hash: HashAlgorithm,
  before: Transcript | undefined,
): Uint8Array {
  const binders = extensions.preSharedKey?.binders ?? []
  const length = binders.reduce((sum, binder) => sum + 1 + binder.length, 2)
  const truncated = message.raw.subarray(0, message.raw.length - length)
  return (before ?? new Transcript(hash)).hashWith(truncated)
}
