/**
 * TLS 1.2, client: after the handshake (RFC 5246 7.4.1.1).
 *
 *   <--------  HelloRequest: another handshake begins with ClientHello, where the configuration allows it
 */
import { copyBytes, noBytes } from '../../bytes.js'
import { serverEndPoint } from '../../crypto/end-point.js'
import type { CipherSuite12, NamedGroup } from '../../crypto/provider.js'
import type { SignatureScheme } from '../../crypto/scheme.js'
import type { ExternalPsk } from '../../decision.js'
import type { ExportedConnection } from '../../exported.js'
import type { ClientSettings } from '../../options.js'
import type { ConnectionInfo } from '../../output.js'
import { longestTicket } from '../../session.js'
import { decode, type Value } from '../../wire/codec.js'
import { helloRequest, type newSessionTicket12 } from '../../wire/message12.js'
import { messageType } from '../../wire/registry.js'
import { restoredPeer, storedPeer, type VerifiedPeer } from '../authenticate.js'
import {
  type Agreed12,
  type Announce,
  Connected12,
  directionKeys,
  importAgreed,
  type Role12,
} from '../connected12.js'
import { type Context, type State, type Step, state, type Table } from '../context.js'
import { named } from '../named.js'
import { spokenVersion } from '../version.js'
import { startClient } from './hello.js'
import type { Negotiated12 } from './serverFlight12.js'

/** Where the server does not say, ms. */
const defaultLifetime = 7_200_000
/** RFC 9846 4.7.1, for all versions. */
const longestLifetime = 604_800_000
/** RFC 5246 F.1.4: for session ids. */
const longestForId = 86_400_000

/** What the handshake has come to. */
export interface Completed12 extends Negotiated12 {
  readonly secret: Uint8Array
  readonly finished: Agreed12['finished']
  readonly first: Agreed12['first']
  readonly peer: VerifiedPeer | undefined
  readonly psk: ExternalPsk | undefined
  readonly group: NamedGroup | undefined
  readonly scheme: SignatureScheme | undefined
  readonly ticket: Value<typeof newSessionTicket12> | undefined
  /** Unix ms: a session does not outlive the one that it goes on from. */
  readonly expiresBy: number
}

interface Idle {
  readonly settings: ClientSettings
  readonly connected: Connected12
}

export function connectClient12(fields: Completed12, context: Context): Step {
  const { settings, suite, secret, randoms, finished, first, peer, previous } = fields
  const info = connectionInfo(fields, context)
  const agreed: Agreed12 = { info, suite, secret, randoms, finished, first, peer }
  const announce = announcing(fields)
  const role = roleOf(settings, peer, () => connected)
  const connected: Connected12 =
    previous ?? new Connected12(agreed, role, settings.config, announce)
  return previous === undefined ? role.idle() : previous.replace(agreed, role, context, announce)
}

/** Apart from the role, which lasts as long as the connection: this holds the handshake's memory. */
function announcing(fields: Completed12): Announce {
  return (context) => emitSession(fields, context)
}

function roleOf(
  settings: ClientSettings,
  peer: VerifiedPeer | undefined,
  connected: () => Connected12,
): Role12 {
  return {
    endPoint() {
      const [certificate] = peer?.chain ?? []
      return certificate === undefined
        ? undefined
        : serverEndPoint(certificate, settings.crypto.hashes)
    },
    begin({ clientAuthentication }) {
      if (clientAuthentication !== undefined)
        throw new Error('renegotiate: clientAuthentication is for servers')
      return (context) => renegotiate(settings, connected(), context)
    },
    idle: () => waitMessages({ settings, connected: connected() }),
  }
}

function waitMessages(idle: Idle): State {
  return state('connected', connectedTable, idle, idle.connected)
}

const connectedTable: Table<Idle> = {
  [messageType.helloRequest](idle, message, context) {
    decode(helloRequest, message.body)
    const { settings, connected } = idle
    return connected.peerStarts(context)
      ? renegotiate(settings, connected, context)
      : waitMessages(idle)
  },
}

/** The version stays (RFC 9846 4.2.1), and so do name and verification. */
function renegotiate(settings: ClientSettings, connected: Connected12, context: Context): State {
  const versions = settings.versions.filter(
    (version) => spokenVersion(version, context).id === connected.info.version.id,
  )
  const only12 = {
    ...settings,
    versions,
    suites: [],
    suiteIds: settings.suites12.map(({ id }) => id),
  }
  connected.holdData(context)
  return startClient(only12, context, connected)
}

function connectionInfo(fields: Completed12, context: Context): ConnectionInfo {
  const { version, suite, group, scheme, settings, peer, psk, session } = fields
  return {
    role: 'client',
    version: spokenVersion(version, context),
    suite: named(suite),
    group: named(group),
    signatureScheme: named(scheme),
    alpn: fields.alpn,
    serverName: settings.serverName,
    resumed: session !== undefined,
    pskIdentity: psk?.identity,
    earlyData: 'none',
    peer,
    helloRetried: false,
    tls12: {
      sessionId: fields.sessionId,
      extendedMainSecret: fields.extendedMainSecret,
      encryptThenMac: fields.encryptThenMac,
      secureRenegotiation: fields.secureRenegotiation,
    },
  }
}

/** A ticket, or the server's session id, is worth keeping. */
function emitSession(fields: Completed12, context: Context): void {
  const { settings, suite, secret, version, session, peer, alpn } = fields
  const { ticket = noBytes, ticketLifetimeHint = 0 } = fields.ticket ?? {}
  const { limits } = settings
  // Who resumed by an id has the session already.
  const hasTicket = ticket.length > 0 && ticket.length <= longestTicket && limits.tickets > 0
  if (!hasTicket && (session !== undefined || fields.sessionId.length === 0)) return
  const received = context.time.unix
  const hinted = ticketLifetimeHint * 1000
  const lifetime = Math.min(
    hinted === 0 ? defaultLifetime : hinted,
    hasTicket ? longestLifetime : longestForId,
  )
  context.emit({
    kind: 'session',
    session: {
      version: spokenVersion(version, context).id,
      suite: suite.id,
      hash: suite.hash.name,
      secret: copyBytes(secret),
      extendedMainSecret: fields.extendedMainSecret,
      ticket: hasTicket ? copyBytes(ticket) : noBytes,
      sessionId: hasTicket ? noBytes : fields.sessionId,
      ageAdd: 0,
      received,
      expires: Math.min(received + lifetime, fields.expiresBy, peer?.expires ?? fields.expiresBy),
      maxEarlyData: 0,
      serverName: settings.serverName,
      alpn,
      context: settings.sessionContext,
      peer: storedPeer(peer),
    },
  })
}

/** After an export: renegotiation goes on. */
export function restoreClient12(
  exported: ExportedConnection,
  settings: ClientSettings,
  suite: CipherSuite12,
  context: Context,
): State {
  const { info, peerExpires } = exported
  const peer = info.peer === undefined ? undefined : restoredPeer(info.peer, peerExpires)
  const agreed = importAgreed(exported, suite, peer)
  const random = (length: number) => context.random(length)
  context.installRecordKeys(
    directionKeys(agreed, 'server', random),
    directionKeys(agreed, 'client', random),
  )
  const role = roleOf(settings, peer, () => connected)
  const connected: Connected12 = new Connected12(agreed, role, settings.config)
  return role.idle()
}
