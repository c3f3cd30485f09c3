/**
 * TLS 1.3, server: after the handshake (RFC 9846 4.7).
 *
 *   <--------  NewSessionTicket, KeyUpdate, [CertificateRequest]
 *   KeyUpdate, [Certificate, [CertificateVerify], Finished]  -------->
 */
import { equalConstantTime, noBytes, wipe } from '../../bytes.js'
import type { SignatureScheme } from '../../crypto/scheme.js'
import type { ExportedConnection } from '../../exported.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import type { ConnectionInfo } from '../../output.js'
import { finishedMac, resumptionPsk, trafficKeys13 } from '../../schedule/tls13.js'
import type { Transcript } from '../../schedule/transcript.js'
import type { ServerSessionState } from '../../session.js'
import { encodeState } from '../../session-codec.js'
import { encode } from '../../wire/codec.js'
import { writeExtensions } from '../../wire/extension.js'
import { newSessionTicket } from '../../wire/message.js'
import { messageType } from '../../wire/registry.js'
import {
  checkCertificateVerify,
  type PresentedPeer,
  readCertificate,
  storedPeer,
  type VerifiedPeer,
} from '../authenticate.js'
import { Connected13, restoreConnected } from '../connected13.js'
import { callPolicy } from '../consult.js'
import { type Context, type State, type Step, state, type Table } from '../context.js'
import { keylog } from '../keylog.js'
import { named } from '../named.js'
import { spokenVersion } from '../version.js'
import { refuseAnonymous, type ServerFinished, solicited, verifyClient } from './clientFlight13.js'
import { requestBody, ticketCount } from './flight13.js'
import { sealTicket } from './ticket.js'

const defaultLifetime = 7200

export interface CompletedServer extends ServerFinished {
  readonly write: Uint8Array
  readonly peer: VerifiedPeer | undefined
  readonly scheme: SignatureScheme | undefined
}

interface Authentication {
  readonly settings: ServerSettings
  /** Through the client's Finished. */
  readonly transcript: Transcript
}

/** The client's Finished is right and it is verified where it must be: installs the application keys and completes. */
export function connectServer(fields: CompletedServer, context: Context): Step {
  const { suite, main, applicationHash, transcript, settings, received, write } = fields
  const { ownCertificate } = fields
  const { labelPrefix: prefix } = context.layer.traits
  const { random } = received.hello
  const read = main.traffic('client', applicationHash)
  const exporter = main.exporter(applicationHash)
  const resumptionSecret = main.resumption(transcript.hash())
  main.wipe()
  keylog(context, 'CLIENT_TRAFFIC_SECRET_0', random, read)
  keylog(context, 'EXPORTER_SECRET', random, exporter)
  context.setEarlyRead(undefined)
  context.setEarlyExporter(undefined)
  context.installRead('application', trafficKeys13(suite, prefix, read))
  // RFC 9846 4.4.2: not where an external PSK has authenticated us.
  const mayRequest =
    received.extensions.postHandshakeAuth === true &&
    settings.verify !== undefined &&
    fields.psk?.kind !== 'external'
  const connected = new Connected13(
    connectionInfo(fields, context),
    { suite, prefix, read, write, exporter, resumption: noBytes },
    settings,
    {
      serverCertificate: ownCertificate,
      peerExpires: fields.peer?.expires,
      request: mayRequest
        ? (later: Context) => requestAuthentication(connected, { settings, transcript }, later)
        : undefined,
    },
  )
  sendTickets(fields, resumptionSecret, context)
  wipe(resumptionSecret)
  context.flush()
  return waitMessages(connected)
}

/** After an export: key updates go on. */
export function restoreServer(
  exported: ExportedConnection,
  settings: ServerSettings,
  context: Context,
): State {
  const { peerExpires } = exported
  return waitMessages(restoreConnected(exported, settings, context, { peerExpires }))
}

function connectionInfo(fields: CompletedServer, context: Context): ConnectionInfo {
  const { received, suite, group, scheme, psk, alpn, peer, helloRetried, earlySecret } = fields
  const { version, serverName, extensions } = received
  const offered = extensions.earlyData !== undefined || fields.earlyDataRefused
  const refused = offered ? 'rejected' : 'none'
  return {
    role: 'server',
    version: spokenVersion(version, context),
    suite: named(suite),
    group: named(group),
    signatureScheme: named(scheme),
    alpn,
    serverName,
    resumed: psk?.kind === 'resumption',
    pskIdentity: psk?.kind === 'external' ? psk.identity : undefined,
    earlyData: earlySecret !== undefined ? 'accepted' : refused,
    peer,
    helloRetried,
    tls12: undefined,
  }
}

function sendTickets(
  fields: CompletedServer,
  resumptionSecret: Uint8Array,
  context: Context,
): void {
  const { settings, psk, received } = fields
  const { tickets } = settings.config
  // A client that cannot resume with Diffie-Hellman, nor we without, has no use for tickets.
  const modes = received.extensions.pskKeyExchangeModes ?? []
  const usable = modes.includes(1) || (modes.includes(0) && settings.pskWithoutDiffieHellman)
  if (tickets === undefined || !usable) return
  const wanted = received.extensions.ticketRequest
  const count = ticketCount(settings, psk?.kind === 'resumption', wanted)
  for (let index = 0; index < count; index++) sendTicket(fields, index, resumptionSecret, context)
}

function sendTicket(
  fields: CompletedServer,
  index: number,
  resumptionSecret: Uint8Array,
  context: Context,
): void {
  const { settings, suite, received, alpn, peer } = fields
  const { tickets, earlyData } = settings.config
  if (tickets === undefined) return
  const issued = context.time.unix
  const lifetime = (tickets.lifetime ?? defaultLifetime) * 1000
  // A ticket never outlives the verification that it stands for.
  const expires = Math.min(issued + lifetime, peer?.expires ?? Number.POSITIVE_INFINITY)
  const ticketLifetime = Math.floor((expires - issued) / 1000)
  if (ticketLifetime <= 0) return
  const ticketNonce = Uint8Array.of(index)
  const [a = 0, b = 0, c = 0, d = 0] = context.random(4)
  const ticketAgeAdd = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
  const { labelPrefix, maxEarlyData } = context.layer.traits
  const stored: ServerSessionState = {
    version: spokenVersion(received.version, context).id,
    suite: suite.id,
    hash: suite.hash.name,
    secret: resumptionPsk(suite.hash, labelPrefix, resumptionSecret, ticketNonce),
    extendedMainSecret: true,
    ageAdd: ticketAgeAdd,
    issued,
    expires,
    maxEarlyData: earlyData === undefined ? 0 : (maxEarlyData ?? earlyData.maxBytes),
    serverName: received.serverName,
    alpn,
    context: settings.sessionContext,
    peer: storedPeer(peer),
  }
  const ticket = makeTicket(fields, stored, expires, context)
  if (ticket === undefined || ticket.length > 65_535) return
  const body = encode(newSessionTicket, {
    ticketLifetime,
    ticketAgeAdd,
    ticketNonce,
    ticket,
    extensions: writeExtensions(
      'newSessionTicket',
      stored.maxEarlyData === 0 ? {} : { earlyData: stored.maxEarlyData },
    ),
  })
  context.send(messageType.newSessionTicket, body)
}

function makeTicket(
  { settings }: CompletedServer,
  stored: ServerSessionState,
  expires: number,
  context: Context,
): Uint8Array | undefined {
  const { tickets } = settings.config
  const random = (length: number) => context.random(length)
  if (tickets?.keys !== undefined) return sealTicket(tickets.keys, stored, settings.crypto, random)
  const ticket = context.random(32)
  callPolicy('tickets.store.save', () => tickets?.store?.save(ticket, encodeState(stored), expires))
  return ticket
}

function waitMessages(connected: Connected13): State {
  return state('connected', connectedTable, connected, connected)
}

const connectedTable: Table<Connected13> = {
  [messageType.keyUpdate](connected, message, context) {
    connected.keyUpdateReceived(message.body, context)
    return waitMessages(connected)
  },
}

interface WaitAuthentication extends Authentication {
  readonly connected: Connected13
  readonly requestContext: Uint8Array
}

/** RFC 9846 4.7.2. One request at a time. */
function requestAuthentication(
  connected: Connected13,
  authentication: Authentication,
  context: Context,
): State {
  const { settings } = authentication
  const requestContext = context.random(16)
  const transcript = authentication.transcript.clone()
  const body = requestBody(settings, requestContext)
  transcript.add(context.send(messageType.certificateRequest, body))
  context.flush()
  return state(
    'waitPostHandshakeCertificate',
    waitPostCertificateTable,
    { connected, settings, requestContext, transcript },
    connected,
  )
}

const waitPostCertificateTable: Table<WaitAuthentication> = {
  [messageType.keyUpdate](wait, message, context) {
    const { connected } = wait
    connected.keyUpdateReceived(message.body, context)
    return state('waitPostHandshakeCertificate', waitPostCertificateTable, wait, connected)
  },
  [messageType.certificate](wait, message) {
    const { settings, transcript, requestContext } = wait
    const presented = readCertificate(message.body, requestContext, solicited(settings), settings)
    transcript.add(message.raw)
    if (presented === undefined) {
      refuseAnonymous(settings)
      return waitPostFinished({ ...wait, presented })
    }
    return state(
      'waitPostHandshakeCertificateVerify',
      waitPostCertificateVerifyTable,
      { ...wait, presented },
      wait.connected,
    )
  },
}

const waitPostCertificateVerifyTable: Table<WaitAuthentication & { presented: PresentedPeer }> = {
  [messageType.certificateVerify](wait, message) {
    const { settings, transcript, presented } = wait
    checkCertificateVerify(message.body, presented, 'client', transcript.hash(), settings)
    transcript.add(message.raw)
    return waitPostFinished(wait)
  },
}

type WaitPostFinished = WaitAuthentication & { readonly presented: PresentedPeer | undefined }

function waitPostFinished(wait: WaitPostFinished): State {
  return state('waitPostHandshakeFinished', waitPostFinishedTable, wait, wait.connected)
}

const waitPostFinishedTable: Table<WaitPostFinished> = {
  [messageType.finished]({ connected, settings, transcript, presented }, message, context) {
    const { hash } = connected.suite
    const { labelPrefix } = context.layer.traits
    const secret = connected.secret('read')
    const expected = finishedMac(hash, labelPrefix, secret, transcript.hash())
    wipe(secret)
    if (!equalConstantTime(expected, message.body))
      throw new Fault('badFinished', "the client's, after the handshake")
    const complete = (peer: VerifiedPeer | undefined) => {
      connected.authenticated(peer)
      context.emit({ kind: 'peerAuthenticated', peer })
      return waitMessages(connected)
    }
    if (presented === undefined) return complete(undefined)
    return verifyClient(settings, presented, context, complete)
  },
}
