/**
 * TLS 1.3, server: after the handshake (RFC 9846 4.7).
 *
 *   <--------  NewSessionTicket, KeyUpdate, [CertificateRequest]
 *   KeyUpdate, [Certificate, [CertificateVerify], Finished]  -------->
 */
import { equalConstantTime, wipe } from '../../bytes.js'
import { serverEndPoint } from '../../crypto/end-point.js'
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
  type VerifiedPeer,
} from '../authenticate.js'
import { Connected13, restoreConnected } from '../connected13.js'
import { callPolicy } from '../consult.js'
import {
  type Connected,
  type Context,
  type State,
  type Step,
  state,
  type Table,
} from '../context.js'
import { keylog } from '../keylog.js'
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

interface ConnectedServer {
  readonly fields: Pick<CompletedServer, 'settings' | 'suite'>
  readonly connected: Connected13
  /** Through the client's Finished; kept where we may ask for authentication. */
  readonly transcript: Transcript | undefined
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
    { suite, prefix, read, write, exporter },
    settings.limits.keyUpdates,
    {
      endPoint: () => endPoint(ownCertificate, settings),
      peerExpires: fields.peer?.expires,
      request: mayRequest
        ? (later: Context) => requestAuthentication(connectedFields, later)
        : undefined,
    },
  )
  // Only what is needed from here on, so that the handshake's memory can go.
  const connectedFields: ConnectedServer = {
    fields: { settings, suite },
    connected,
    transcript: mayRequest ? transcript : undefined,
  }
  sendTickets(fields, resumptionSecret, context)
  wipe(resumptionSecret)
  context.flush()
  return waitMessages(connectedFields)
}

/** After an export: key updates go on. */
export function restoreServer(
  exported: ExportedConnection,
  settings: ServerSettings,
  context: Context,
): State {
  const { peerExpires } = exported
  const { connected, suite } = restoreConnected(exported, settings, context, { peerExpires })
  return waitMessages({ fields: { settings, suite }, connected, transcript: undefined })
}

function endPoint(
  ownCertificate: Uint8Array | undefined,
  settings: ServerSettings,
): Uint8Array | undefined {
  if (ownCertificate === undefined) return undefined
  return serverEndPoint(ownCertificate, settings.crypto.hashes)
}

function connectionInfo(fields: CompletedServer, context: Context): ConnectionInfo {
  const { received, suite, group, scheme, psk, alpn, peer, helloRetried, earlySecret } = fields
  const { version, serverName, extensions } = received
  const offered = extensions.earlyData !== undefined || fields.earlyDataRefused
  const refused = offered ? 'rejected' : 'none'
  return {
    role: 'server',
    version: spokenVersion(version, context),
    suite: { id: suite.id, name: suite.name },
    group: group === undefined ? undefined : { id: group.id, name: group.name },
    signatureScheme: scheme === undefined ? undefined : { id: scheme.id, name: scheme.name },
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
    peer:
      peer === undefined
        ? undefined
        : {
            chain: peer.chain,
            publicKey: peer.publicKey,
            dangerouslyUnverified: peer.dangerouslyUnverified,
          },
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

function waitMessages(server: ConnectedServer): State {
  return state('connected', connectedTable, server, server.connected)
}

const connectedTable: Table<ConnectedServer> = {
  [messageType.keyUpdate](server, message, context) {
    server.connected.keyUpdateReceived(message.body, context)
    return waitMessages(server)
  },
}

interface WaitAuthentication {
  readonly server: ConnectedServer
  readonly requestContext: Uint8Array
  readonly transcript: Transcript
}

/** RFC 9846 4.7.2. One request at a time. */
function requestAuthentication(server: ConnectedServer, context: Context): State {
  const { fields, connected } = server
  if (server.transcript === undefined)
    throw new Error('requestClientCertificate: the client did not offer post_handshake_auth')
  const requestContext = context.random(16)
  const transcript = server.transcript.clone()
  const body = requestBody(fields.settings, requestContext)
  transcript.add(context.send(messageType.certificateRequest, body))
  context.flush()
  return state(
    'waitPostHandshakeCertificate',
    waitPostCertificateTable,
    { server, requestContext, transcript },
    connected,
  )
}

const waitPostCertificateTable: Table<WaitAuthentication> = {
  [messageType.keyUpdate](wait, message, context) {
    const { connected } = wait.server
    connected.keyUpdateReceived(message.body, context)
    return state('waitPostHandshakeCertificate', waitPostCertificateTable, wait, connected)
  },
  [messageType.certificate](wait, message) {
    const { server, transcript, requestContext } = wait
    const { settings } = server.fields
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
      server.connected,
    )
  },
}

const waitPostCertificateVerifyTable: Table<WaitAuthentication & { presented: PresentedPeer }> = {
  [messageType.certificateVerify](wait, message) {
    const { server, transcript, presented } = wait
    checkCertificateVerify(
      message.body,
      presented,
      'client',
      transcript.hash(),
      server.fields.settings,
    )
    transcript.add(message.raw)
    return waitPostFinished(wait)
  },
}

type WaitPostFinished = WaitAuthentication & { readonly presented: PresentedPeer | undefined }

function waitPostFinished(wait: WaitPostFinished): State {
  return state('waitPostHandshakeFinished', waitPostFinishedTable, wait, wait.server.connected)
}

const waitPostFinishedTable: Table<WaitPostFinished> = {
  [messageType.finished]({ server, transcript, presented }, message, context) {
    const { suite, settings } = server.fields
    const { labelPrefix } = context.layer.traits
    const secret = server.connected.readSecret
    const expected = finishedMac(suite.hash, labelPrefix, secret, transcript.hash())
    if (!equalConstantTime(expected, message.body))
      throw new Fault('badFinished', "the client's, after the handshake")
    const complete = (peer: VerifiedPeer | undefined) => {
      server.connected.authenticated(peer)
      context.emit({ kind: 'peerAuthenticated', peer })
      return waitMessages(server)
    }
    if (presented === undefined) return complete(undefined)
    const connected: Connected = server.connected
    return verifyClient(settings, presented, context, complete, connected)
  },
}
