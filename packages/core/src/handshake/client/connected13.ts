/**
 * TLS 1.3, client: after the handshake (RFC 9846 4.7).
 *
 *   <--------  NewSessionTicket, KeyUpdate, [CertificateRequest]
 *   KeyUpdate, [Certificate, [CertificateVerify], Finished]  -------->
 */
import { noBytes, wipe } from '../../bytes.js'
import { serverEndPoint } from '../../crypto/end-point.js'
import type { ExportedConnection } from '../../exported.js'
import { Fault } from '../../fault.js'
import type { ClientSettings } from '../../options.js'
import type { ConnectionInfo } from '../../output.js'
import { finishedMac, type MainStage, resumptionPsk, trafficKeys13 } from '../../schedule/tls13.js'
import type { Transcript } from '../../schedule/transcript.js'
import { longestTicket } from '../../session.js'
import { decode } from '../../wire/codec.js'
import { readExtensions } from '../../wire/extension.js'
import { newSessionTicket } from '../../wire/message.js'
import { messageType } from '../../wire/registry.js'
import { restoredPeer, type VerifiedPeer } from '../authenticate.js'
import { Connected13, restoreConnected } from '../connected13.js'
import { type Context, type State, type Step, state, type Table } from '../context.js'
import { keylog } from '../keylog.js'
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

interface ConnectedClient {
  readonly fields: Pick<CompletedClient, 'settings' | 'suite' | 'version' | 'alpn' | 'peer'>
  readonly connected: Connected13
  readonly resumptionSecret: Uint8Array
  /** Through our Finished; kept where the server may ask for authentication. */
  readonly transcript: Transcript | undefined
  readonly counts: { tickets: number }
}

/** Our Finished is queued: installs the application keys and completes. */
export function connectClient(fields: CompletedClient, context: Context): Step {
  const { suite, main, applicationHash, transcript, settings, offer, peer } = fields
  const { labelPrefix: prefix } = context.layer.traits
  const write = main.traffic('client', applicationHash)
  const read = main.traffic('server', applicationHash)
  const exporter = main.exporter(applicationHash)
  const resumptionSecret = main.resumption(transcript.hash())
  main.wipe()
  wipe(fields.clientSecret, fields.serverSecret)
  keylog(context, 'CLIENT_TRAFFIC_SECRET_0', offer.random, write)
  keylog(context, 'SERVER_TRAFFIC_SECRET_0', offer.random, read)
  keylog(context, 'EXPORTER_SECRET', offer.random, exporter)
  context.installRead('application', trafficKeys13(suite, prefix, read))
  context.installWrite('application', trafficKeys13(suite, prefix, write))
  context.flush()
  const counts = { tickets: 0 }
  const connected = new Connected13(
    connectionInfo(fields, context),
    { suite, prefix, read, write, exporter },
    settings.limits.keyUpdates,
    {
      endPoint: () => endPoint(settings, peer),
      resumption: resumptionSecret,
      tickets: () => counts.tickets,
      peerExpires: peer?.expires,
    },
  )
  // Only what is needed from here on, so that the handshake's memory can go.
  const { version, alpn } = fields
  return waitMessages({
    fields: { settings, suite, version, alpn, peer },
    connected,
    resumptionSecret,
    transcript: settings.config.postHandshakeAuth ? transcript : undefined,
    counts,
  })
}

/** After an export: tickets and key updates go on. */
export function restoreClient(
  exported: ExportedConnection,
  settings: ClientSettings,
  context: Context,
): State {
  const { info, keys, peerExpires } = exported
  const version = settings.versions.find(({ id }) => id === info.version.id)
  if (version === undefined) throw new Fault('internalError', 'the configuration lacks the version')
  const peer = info.peer === undefined ? undefined : restoredPeer(info.peer, peerExpires)
  const counts = { tickets: keys.tickets }
  const resumptionSecret = keys.resumption.slice()
  const { connected, suite } = restoreConnected(exported, settings, context, {
    endPoint: () => endPoint(settings, peer),
    resumption: resumptionSecret,
    tickets: () => counts.tickets,
    peerExpires,
  })
  const fields = { settings, suite, version, alpn: info.alpn, peer }
  return waitMessages({ fields, connected, resumptionSecret, transcript: undefined, counts })
}

function endPoint(
  settings: ClientSettings,
  peer: VerifiedPeer | undefined,
): Uint8Array | undefined {
  const certificate = peer?.chain[0]
  return certificate === undefined ? undefined : serverEndPoint(certificate, settings.crypto.hashes)
}

function connectionInfo(fields: CompletedClient, context: Context): ConnectionInfo {
  const { version, suite, group, scheme, psk, settings, peer } = fields
  return {
    role: 'client',
    version: spokenVersion(version, context),
    suite: { id: suite.id, name: suite.name },
    group: group === undefined ? undefined : { id: group.id, name: group.name },
    signatureScheme: scheme === undefined ? undefined : { id: scheme.id, name: scheme.name },
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
  const table = fields.transcript === undefined ? connectedTable : connectedAuthTable
  return state('connected', table, fields, fields.connected)
}

const connectedTable: Table<ConnectedClient> = {
  [messageType.newSessionTicket](client, message, context) {
    const { fields, counts, resumptionSecret } = client
    const { settings, suite, peer } = fields
    const ticket = decode(newSessionTicket, message.body)
    const extensions = readExtensions('newSessionTicket', ticket.extensions)
    if (ticket.ticketLifetime > maxTicketLifetime)
      throw new Fault('illegalParameter', `ticket_lifetime ${ticket.ticketLifetime}`)
    // RFC 9846 4.7.1: who does not want a ticket ignores it.
    if (counts.tickets >= settings.limits.tickets) return waitMessages(client)
    counts.tickets++
    if (ticket.ticketLifetime === 0 || ticket.ticket.length > longestTicket)
      return waitMessages(client)
    const { labelPrefix, maxEarlyData } = context.layer.traits
    if (maxEarlyData !== undefined && (extensions.earlyData ?? maxEarlyData) !== maxEarlyData)
      throw new Fault('illegalParameter', `max_early_data_size ${extensions.earlyData}`)
    const received = context.time.unix
    const expires = Math.min(
      received + ticket.ticketLifetime * 1000,
      peer?.expires ?? Number.POSITIVE_INFINITY,
    )
    context.emit({
      kind: 'session',
      session: {
        version: spokenVersion(fields.version, context).id,
        suite: suite.id,
        hash: suite.hash.name,
        secret: resumptionPsk(suite.hash, labelPrefix, resumptionSecret, ticket.ticketNonce),
        extendedMainSecret: true,
        ticket: ticket.ticket.slice(),
        sessionId: noBytes,
        ageAdd: ticket.ticketAgeAdd,
        received,
        expires,
        maxEarlyData: extensions.earlyData ?? 0,
        serverName: settings.serverName,
        alpn: fields.alpn,
        context: settings.sessionContext,
        peer:
          peer === undefined
            ? undefined
            : {
                chain: peer.chain,
                publicKey: peer.publicKey,
                dangerouslyUnverified: peer.dangerouslyUnverified,
              },
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
    const { fields, connected } = client
    const { suite, settings } = fields
    if (client.transcript === undefined)
      throw new Fault('unexpectedMessage', 'CertificateRequest after the handshake')
    const requested = readRequest(message.body)
    if (requested.context.length === 0)
      throw new Fault('illegalParameter', 'certificate_request_context is empty')
    connected.certificateRequested()
    const transcript = client.transcript.clone()
    transcript.add(message.raw)
    return authenticateClient(
      settings,
      requested,
      transcript,
      context,
      () => {
        const { labelPrefix } = context.layer.traits
        const secret = connected.writeSecret
        const verifyData = finishedMac(suite.hash, labelPrefix, secret, transcript.hash())
        context.send(messageType.finished, verifyData)
        context.flush()
        return waitMessages(client)
      },
      connected,
    )
  },
}
