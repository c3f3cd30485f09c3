/**
 * TLS 1.3, client: after the handshake (RFC 9846 4.7).
 *
 *   <--------  NewSessionTicket, KeyUpdate, [CertificateRequest]
 *   KeyUpdate, [Certificate, [CertificateVerify], Finished]  -------->
 */
import { copyBytes, noBytes, wipe } from '../../bytes.js'
import type { ExportedConnection } from '../../exported.js'
import { Fault } from '../../fault.js'
import type { ClientSettings } from '../../options.js'
import type { ConnectionInfo } from '../../output.js'
import { finishedMac, type MainStage, trafficKeys13 } from '../../schedule/tls13.js'
import type { Transcript } from '../../schedule/transcript.js'
import { longestTicket } from '../../session.js'
import { decode } from '../../wire/codec.js'
import { readExtensions } from '../../wire/extension.js'
import { newSessionTicket } from '../../wire/message.js'
import { messageType } from '../../wire/registry.js'
import { storedPeer, type VerifiedPeer } from '../authenticate.js'
import { Connected13, restoreConnected } from '../connected13.js'
import { type Context, type State, type Step, state, type Table } from '../context.js'
import { keylog } from '../keylog.js'
import { named } from '../named.js'
import { spokenVersion } from '../version.js'
import { type Authenticated, authenticateClient, readRequest } from './serverFlight13.js'

/** RFC 9846 4.7.1: a week. */
const maxTicketLifetime = 604_800

export interface CompletedClient extends Authenticated {
  readonly main: MainStage
  /** The transcript's hash after the server's Finished. */
  readonly applicationHash: Uint8Array
  readonly peer: VerifiedPeer | undefined
}

/** Only what is needed from here on, so that the handshake's memory can go. */
interface ConnectedClient {
  readonly connected: Connected13
  readonly maxTickets: number
  readonly sessionContext: string | undefined
  /** Where the server may ask for authentication. */
  readonly authentication: Authentication | undefined
}

interface Authentication {
  readonly settings: ClientSettings
  /** Through our Finished. */
  readonly transcript: Transcript
}

/** Our Finished is queued: installs the application keys and completes. */
export function connectClient(fields: CompletedClient, context: Context): Step {
  const { suite, main, applicationHash, transcript, settings, offer, peer } = fields
  const { labelPrefix: prefix } = context.layer.traits
  const write = main.traffic('client', applicationHash)
  const read = main.traffic('server', applicationHash)
  const exporter = main.exporter(applicationHash)
  const resumption = main.resumption(transcript.hash())
  main.wipe()
  wipe(fields.clientSecret, fields.serverSecret)
  keylog(context, 'CLIENT_TRAFFIC_SECRET_0', offer.random, write)
  keylog(context, 'SERVER_TRAFFIC_SECRET_0', offer.random, read)
  keylog(context, 'EXPORTER_SECRET', offer.random, exporter)
  context.installRead('application', trafficKeys13(suite, prefix, read))
  context.installWrite('application', trafficKeys13(suite, prefix, write))
  context.flush()
  const connected = new Connected13(
    connectionInfo(fields, context),
    { suite, prefix, read, write, exporter, resumption },
    settings,
    {
      serverCertificate: peer?.chain[0],
      peerExpires: peer?.expires,
    },
  )
  const authentication = settings.config.postHandshakeAuth ? { settings, transcript } : undefined
  return connectedWith(connected, settings, authentication)
}

/** After an export: tickets and key updates go on. */
export function restoreClient(
  exported: ExportedConnection,
  settings: ClientSettings,
  context: Context,
): State {
  const { info, peerExpires } = exported
  const connected = restoreConnected(exported, settings, context, {
    serverCertificate: info.peer?.chain[0],
    peerExpires,
  })
  return connectedWith(connected, settings, undefined)
}

function connectedWith(
  connected: Connected13,
  { limits, sessionContext }: ClientSettings,
  authentication: Authentication | undefined,
): State {
  return waitMessages({ connected, maxTickets: limits.tickets, sessionContext, authentication })
}

function connectionInfo(fields: CompletedClient, context: Context): ConnectionInfo {
  const { version, suite, group, scheme, psk, settings, peer } = fields
  return {
    role: 'client',
    version: spokenVersion(version, context),
    suite: named(suite),
    group: named(group),
    signatureScheme: named(scheme),
    alpn: fields.alpn,
    serverName: settings.serverName,
    resumed: psk?.kind === 'resumption',
    pskIdentity: psk?.kind === 'external' ? psk.identity : undefined,
    earlyData: earlyDataOutcome(fields),
    peer,
    helloRetried: fields.helloRetried,
    tls12: undefined,
  }
}

function earlyDataOutcome({
  earlyDataAccepted,
  offer,
}: CompletedClient): ConnectionInfo['earlyData'] {
  if (earlyDataAccepted) return 'accepted'
  return offer.earlyData || offer.earlyDataRefused ? 'rejected' : 'none'
}

function waitMessages(fields: ConnectedClient): State {
  const table = fields.authentication === undefined ? connectedTable : connectedAuthTable
  return state('connected', table, fields, fields.connected)
}

const connectedTable: Table<ConnectedClient> = {
  [messageType.newSessionTicket](client, message, context) {
    const { connected, maxTickets, sessionContext } = client
    const { suite, info, peerExpires } = connected
    const ticket = decode(newSessionTicket, message.body)
    const extensions = readExtensions('newSessionTicket', ticket.extensions)
    if (ticket.ticketLifetime > maxTicketLifetime)
      throw new Fault('illegalParameter', `ticket_lifetime ${ticket.ticketLifetime}`)
    // RFC 9846 4.7.1: who does not want a ticket ignores it.
    if (connected.tickets >= maxTickets) return waitMessages(client)
    connected.tickets++
    if (ticket.ticketLifetime === 0 || ticket.ticket.length > longestTicket)
      return waitMessages(client)
    const { maxEarlyData } = context.layer.traits
    if (maxEarlyData !== undefined && (extensions.earlyData ?? maxEarlyData) !== maxEarlyData)
      throw new Fault('illegalParameter', `max_early_data_size ${extensions.earlyData}`)
    const received = context.time.unix
    const expires = Math.min(
      received + ticket.ticketLifetime * 1000,
      peerExpires ?? Number.POSITIVE_INFINITY,
    )
    context.emit({
      kind: 'session',
      session: {
        version: info.version.id,
        suite: suite.id,
        hash: suite.hash.name,
        secret: connected.ticketPsk(ticket.ticketNonce),
        extendedMainSecret: true,
        ticket: copyBytes(ticket.ticket),
        sessionId: noBytes,
        ageAdd: ticket.ticketAgeAdd,
        received,
        expires,
        maxEarlyData: extensions.earlyData ?? 0,
        serverName: info.serverName,
        alpn: info.alpn,
        context: sessionContext,
        peer: storedPeer(info.peer),
      },
    })
    return waitMessages(client)
  },

  [messageType.keyUpdate](client, message, context) {
    client.connected.keyUpdateReceived(message.body, context)
    return waitMessages(client)
  },
}

/** With authentication after the handshake, which the client has to offer (RFC 9846 4.7.2). */
const connectedAuthTable: Table<ConnectedClient> = {
  ...connectedTable,
  [messageType.certificateRequest](client, message, context) {
    const { connected, authentication } = client
    if (authentication === undefined)
      throw new Fault('unexpectedMessage', 'CertificateRequest after the handshake')
    const requested = readRequest(message.body)
    if (requested.context.length === 0)
      throw new Fault('illegalParameter', 'certificate_request_context is empty')
    connected.certificateRequested()
    const { settings } = authentication
    const transcript = authentication.transcript.clone()
    transcript.add(message.raw)
    return authenticateClient(settings, requested, transcript, context, () => {
      const { labelPrefix } = context.layer.traits
      const secret = connected.secret('write')
      const verifyData = finishedMac(connected.suite.hash, labelPrefix, secret, transcript.hash())
      wipe(secret)
      context.send(messageType.finished, verifyData)
      context.flush()
      return waitMessages(client)
    })
  },
}
