/**
 * TLS 1.2, server: the client's flight, and the end of the handshake (RFC 5246 7.3).
 *
 *   [Certificate], ClientKeyExchange, [CertificateVerify], change_cipher_spec, Finished  -------->
 *   <--------  [NewSessionTicket], change_cipher_spec, Finished: on to connected12.ts
 */
import type { SignatureScheme } from '../../crypto/scheme.js'
import type { ExternalPsk } from '../../decision.js'
import { Fault } from '../../fault.js'
import type { RecordKeys } from '../../layer/layer.js'
import { decode } from '../../wire/codec.js'
import { digitallySigned } from '../../wire/message12.js'
import { alert, messageType } from '../../wire/registry.js'
import type { PresentedPeer, VerifiedPeer } from '../authenticate.js'
import {
  checkIdentity,
  checkPskIdentity,
  checkSigned12,
  readCertificate12,
} from '../authenticate12.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { checkFinished, connectionKeys, deriveMainSecret, sendFinished } from '../secrets12.js'
import { keyKind } from '../suites12.js'
import { refuseAnonymous, verifyClient } from './clientFlight13.js'
import { connectServer12 } from './connected12.js'
import type { ServerFlight12 } from './flight12.js'
import { readClientKeyExchange } from './keyExchange12.js'
import { sendTicket12 } from './ticket12.js'

interface WithPresented extends ServerFlight12 {
  readonly presented: PresentedPeer | undefined
}

interface WithSecret extends WithPresented {
  readonly secret: Uint8Array
  readonly psk: ExternalPsk | undefined
  /** Of the client's signature. */
  readonly clientScheme: SignatureScheme | undefined
}

interface WithKeys extends WithSecret {
  readonly keys: { readonly client: RecordKeys; readonly server: RecordKeys }
}

export function waitClientFlight12(flight: ServerFlight12): Step {
  if (flight.requested)
    return state('waitClientCertificate', certificateTable, flight, flight.previous)
  checkNoLoss(flight)
  return waitClientKeyExchange({ ...flight, presented: undefined })
}

/** A client that was not asked again is still who it was; one under a PSK suite has no certificate. */
function checkNoLoss({ previous, suite }: ServerFlight12): void {
  if (suite.authentication === 'psk') checkIdentity(previous?.peer, undefined)
}

const certificateTable: Table<ServerFlight12> = {
  [messageType.certificate](fields, message) {
    const { settings, transcript, previous } = fields
    const presented = readCertificate12(message.body, settings)
    if (presented !== undefined && keyKind(presented.key.type) === undefined)
      throw new Fault('mismatchedCertificate', presented.key.type)
    checkIdentity(previous?.peer, presented)
    // certificate_required is an alert of TLS 1.3 (RFC 5246 7.4.6).
    if (presented === undefined) refuseAnonymous(settings, alert.handshakeFailure)
    transcript.add(message.raw)
    return waitClientKeyExchange({ ...fields, presented })
  },
}

function waitClientKeyExchange(fields: WithPresented): Step {
  return state('waitClientKeyExchange', keyExchangeTable, fields, fields.previous)
}

const keyExchangeTable: Table<WithPresented> = {
  [messageType.clientKeyExchange](fields, message, context) {
    return readClientKeyExchange(message.body, fields, context, (premaster, psk) => {
      checkPskIdentity(fields.previous?.info, psk)
      fields.transcript.add(message.raw)
      const secret = deriveMainSecret(fields, premaster)
      const next: WithSecret = { ...fields, secret, psk, clientScheme: undefined }
      if (fields.presented === undefined) return waitFinished(next, context)
      return state('waitCertificateVerify', certificateVerifyTable, next, fields.previous)
    })
  },
}

const certificateVerifyTable: Table<WithSecret> = {
  [messageType.certificateVerify](fields, message, context) {
    const { presented, transcript, settings } = fields
    if (presented === undefined) throw new Fault('internalError', 'no certificate to verify')
    const signed = decode(digitallySigned, message.body)
    const content = transcript.messages()
    const clientScheme = checkSigned12(signed, presented.key, content, settings)
    transcript.add(message.raw)
    return waitFinished({ ...fields, clientScheme }, context)
  },
}

function waitFinished(fields: WithSecret, context: Context): Step {
  fields.transcript.forgetMessages()
  const keys = connectionKeys(fields, fields.secret, context)
  context.expectChangeCipherSpec(keys.client)
  return state('waitFinished', finishedTable, { ...fields, keys }, fields.previous)
}

const finishedTable: Table<WithKeys> = {
  [messageType.finished](fields, message, context) {
    const { secret, settings, presented, previous } = fields
    const client = checkFinished(fields, secret, 'client', message)
    // The client waits for us now.
    context.layer.demandBoundary?.()
    const complete = (peer: VerifiedPeer | undefined) => finish(fields, client, peer, context)
    // Who was not asked again in a renegotiation is still who it was.
    if (presented === undefined) return complete(previous?.peer)
    return verifyClient(settings, presented, context, complete)
  },
}

function finish(
  fields: WithKeys,
  client: Uint8Array,
  peer: VerifiedPeer | undefined,
  context: Context,
): Step {
  const { secret, keys, parameters, clientScheme, sendsTicket, credential } = fields
  const completed = {
    ...fields,
    peer,
    ownCertificate: credential?.chain[0],
    resumed: false,
    expiresBy: Number.POSITIVE_INFINITY,
    group: parameters?.group,
    scheme: clientScheme,
  }
  if (sendsTicket) sendTicket12(completed, context)
  const server = sendFinished(fields, secret, 'server', keys.server, context)
  return connectServer12({ ...completed, finished: { client, server }, first: 'client' }, context)
}
