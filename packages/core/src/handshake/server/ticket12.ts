/** TLS 1.2, server: sessions that go on later, by ticket (RFC 5077 3.3) or by session id (RFC 5246 7.4.1.3). */
import { copyBytes, noBytes } from '../../bytes.js'
import type { ServerSessionState } from '../../session.js'
import { encodeState } from '../../session-codec.js'
import { encode } from '../../wire/codec.js'
import { newSessionTicket12 } from '../../wire/message12.js'
import { messageType } from '../../wire/registry.js'
import { storedPeer, type VerifiedPeer } from '../authenticate.js'
import { callPolicy } from '../consult.js'
import type { Context } from '../context.js'
import type { Settled12 } from '../secrets12.js'
import { spokenVersion } from '../version.js'
import type { Settled } from './hello12.js'
import { sealTicket } from './ticket.js'

/** Seconds. */
const defaultLifetime = 7200

export interface Resumable12 extends Settled, Settled12 {
  readonly secret: Uint8Array
  readonly peer: VerifiedPeer | undefined
  /** Unix ms: a session does not outlive the one that it goes on from. */
  readonly expiresBy: number
}

/** Whether there is to be a ticket: the configuration gives them, and the client takes them (RFC 5077 3.2). */
export function givesTicket({ settings, received }: Settled): boolean {
  const { tickets } = settings.config
  return (
    tickets?.keys !== undefined &&
    tickets.count !== 0 &&
    received.extensions.sessionTicket !== undefined
  )
}

/** NewSessionTicket goes before change_cipher_spec. An empty one is none, where none can be made after all. */
export function sendTicket12(session: Resumable12, context: Context): void {
  const { settings, transcript } = session
  const keys = settings.config.tickets?.keys
  const state = stateOf(session, context)
  const seconds = Math.floor((state.expires - state.issued) / 1000)
  const sealed =
    keys === undefined || seconds <= 0
      ? undefined
      : sealTicket(keys, state, settings.crypto, (length) => context.random(length))
  const fits = sealed !== undefined && sealed.length <= 65_535
  const body = encode(newSessionTicket12, {
    ticketLifetimeHint: fits ? seconds : 0,
    ticket: fits ? sealed : noBytes,
  })
  transcript.add(context.send(messageType.newSessionTicket, body))
}

/** Saves the session under its id, once the handshake is complete. */
export function saveSession12(session: Resumable12, sessionId: Uint8Array, context: Context): void {
  const store = session.settings.config.tickets?.store
  if (store === undefined || sessionId.length === 0) return
  const state = stateOf(session, context)
  if (state.expires <= state.issued) return
  callPolicy('tickets.store.save', () =>
    store.save(copyBytes(sessionId), encodeState(state), state.expires),
  )
}

function stateOf(
  { settings, received, suite, secret, peer, alpn, extendedMainSecret, expiresBy }: Resumable12,
  context: Context,
): ServerSessionState {
  const issued = context.time.unix
  const lifetime = (settings.config.tickets?.lifetime ?? defaultLifetime) * 1000
  return {
    version: spokenVersion(received.version, context).id,
    suite: suite.id,
    hash: suite.hash.name,
    secret,
    extendedMainSecret,
    ageAdd: 0,
    issued,
    // A session never outlives the verification that it stands for.
    expires: Math.min(issued + lifetime, expiresBy, peer?.expires ?? expiresBy),
    maxEarlyData: 0,
    serverName: received.serverName,
    alpn,
    context: settings.sessionContext,
    peer: storedPeer(peer),
  }
}
