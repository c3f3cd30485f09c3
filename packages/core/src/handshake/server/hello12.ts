/**
 * TLS 1.2, server: the hello (RFC 5246 7.4.1).
 *
 *   ClientHello  -------->  resumes a session (resume12.ts), or chooses suite and credential, then on to flight12.ts
 */
import { equal, noBytes } from '../../bytes.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import type { ServerSessionState } from '../../session.js'
import { decodeState } from '../../session-codec.js'
import { signalingSuite } from '../../wire/registry.js'
import type { Connected12 } from '../connected12.js'
import { ask, type Context, type Step } from '../context.js'
import { newestVersion } from '../downgrade.js'
import { takeParameters } from '../transportParameters.js'
import { chooseAlpn } from './alpn.js'
import { chooseSuite, mayUse } from './choice12.js'
import { sendFlight } from './flight12.js'
import type { ReceivedClientHello, ServerVersion } from './hello.js'
import { resume12 } from './resume12.js'
import { sessionFits } from './session.js'
import { openTicket } from './ticket.js'

/** What the ClientHello has settled, apart from suite and credential. */
export interface Settled {
  readonly settings: ServerSettings
  readonly received: ReceivedClientHello
  /** The connection that is renegotiated. */
  readonly previous: Connected12 | undefined
  readonly extendedMainSecret: boolean
  readonly secureRenegotiation: boolean
  readonly alpn: string | undefined
}

export const server12: ServerVersion = {
  clientHello: (received, settings, context) => hello12(received, settings, undefined, context),
}

/** @param previous the connection that is renegotiated. */
export function hello12(
  received: ReceivedClientHello,
  settings: ServerSettings,
  previous: Connected12 | undefined,
  context: Context,
): Step {
  context.setVersion(received.version)
  // Before the answer goes out, so that the alert comes in its place.
  context.layer.demandBoundary?.()
  checkClientHello(received, settings)
  takeParameters(received.extensions.quicTransportParameters, context)
  const settled: Settled = {
    settings,
    received,
    previous,
    extendedMainSecret: checkExtendedMainSecret(received, settings),
    secureRenegotiation: checkRenegotiationInfo(received, previous),
    alpn: chooseAlpn(received, settings, context),
  }
  checkUnchanged(settled)
  const full = () =>
    chooseSuite(settled, (choice) => sendFlight({ ...settled, ...choice }, context))
  return previous === undefined ? findSession(settled, context, full) : full()
}

function checkClientHello(
  { hello, version, extensions }: ReceivedClientHello,
  settings: ServerSettings,
): void {
  if (!hello.legacyCompressionMethods.includes(0))
    throw new Fault('illegalCompression', 'legacy_compression_methods lacks null')
  // RFC 7507 section 3.
  if (hello.cipherSuites.includes(signalingSuite.fallback)) {
    const newest = newestVersion(settings.versions)
    if (newest.id > version.id) throw new Fault('inappropriateFallback', `to ${version.name}`)
  }
  // RFC 8422 5.1.2.
  if (extensions.ecPointFormats?.includes(0) === false)
    throw new Fault('illegalParameter', 'ec_point_formats lacks the uncompressed one')
}

function checkExtendedMainSecret(
  { extensions }: ReceivedClientHello,
  { config }: ServerSettings,
): boolean {
  const extended = extensions.extendedMainSecret === true
  if (!extended && config.extendedMainSecret !== 'prefer')
    throw new Fault('extendedMainSecretMissing', 'in ClientHello')
  return extended
}

/** RFC 5746 3.6, 3.7. Whether the client has it. */
function checkRenegotiationInfo(
  { hello, extensions: { renegotiationInfo: info } }: ReceivedClientHello,
  previous: Connected12 | undefined,
): boolean {
  const signalled = hello.cipherSuites.includes(signalingSuite.renegotiationInfo)
  if (previous !== undefined && (signalled || info === undefined))
    throw new Fault('badRenegotiationInfo', signalled ? 'the signaling suite' : 'it is missing')
  if (info === undefined) return signalled
  if (!equal(info, previous?.finished.client ?? noBytes))
    throw new Fault('badRenegotiationInfo', `${info.length} bytes`)
  return true
}

/** Those who use the connection have settled on these. */
function checkUnchanged({ previous, received, alpn, extendedMainSecret }: Settled): void {
  if (previous === undefined) return
  if (received.serverName !== previous.info.serverName)
    throw new Fault('changedInRenegotiation', 'another server_name')
  previous.demandSame(alpn, extendedMainSecret)
}

/** By ticket, or by session id (RFC 5077 3.4, RFC 5246 7.4.1.2). */
function findSession(settled: Settled, context: Context, full: () => Step): Step {
  const { settings, received } = settled
  const { tickets } = settings.config
  const ticket = received.extensions.sessionTicket
  const { legacySessionId } = received.hello
  const found = (state: ServerSessionState | undefined): Step =>
    state !== undefined && mayResume(state, settled, context)
      ? resume12(settled, state, context)
      : full()
  if (tickets?.keys !== undefined && ticket !== undefined && ticket.length > 0)
    return found(openTicket(tickets.keys, ticket, settings.crypto))
  if (tickets?.store === undefined || legacySessionId.length !== sessionIdLength) return full()
  return ask(
    { kind: 'session', ticket: legacySessionId, once: false, time: context.time.unix },
    tickets.store.take,
    (saved: Uint8Array | undefined) => found(saved === undefined ? undefined : decodeState(saved)),
  )
}

/** Ours have all the same. */
export const sessionIdLength = 32

function mayResume(session: ServerSessionState, settled: Settled, context: Context): boolean {
  const { received, settings, alpn, extendedMainSecret } = settled
  if (!sessionFits(session, received, settings, alpn, context)) return false
  const suite = settings.suites12.find(({ id }) => id === session.suite)
  if (suite === undefined || !received.hello.cipherSuites.includes(suite.id)) return false
  if (!mayUse(suite, settings)) return false
  // RFC 7627 5.3: what the session had must not get lost; what it lacked takes a full handshake.
  if (session.extendedMainSecret && !extendedMainSecret)
    throw new Fault('extendedMainSecretMissing', 'the session to be resumed has it')
  if (session.extendedMainSecret !== extendedMainSecret) return false
  // RFC 7366 3.1: for this connection it may be decided anew, but never for the worse.
  return suite.records.kind !== 'cbc' || encryptsThenMac(settled, suite.records.kind) !== undefined
}

/**
 * Whether records of CBC suites are encrypted first (RFC 7366); undefined where the client lacks what the configuration
 * demands, or, in a renegotiation, what it had before (RFC 7366 3.1).
 */
export function encryptsThenMac(
  { received, settings, previous }: Pick<Settled, 'received' | 'settings' | 'previous'>,
  kind: 'aead' | 'cbc',
): boolean | undefined {
  if (kind === 'aead') return false
  if (received.extensions.encryptThenMac === true) return true
  const demanded =
    settings.config.encryptThenMac !== 'prefer' || previous?.encryptedThenMac === true
  return demanded ? undefined : false
}
