/**
 * TLS 1.2, client: the server's flight (RFC 5246 7.3).
 *
 *   <--------  [Certificate], [CertificateStatus], [ServerKeyExchange], [CertificateRequest], ServerHelloDone
 *              on to flight12.ts
 */
import type { CipherSuite12 } from '../../crypto/provider.js'
import type { SignatureScheme } from '../../crypto/scheme.js'
import { Fault } from '../../fault.js'
import type { ClientSettings } from '../../options.js'
import type { Randoms } from '../../schedule/tls12.js'
import type { Transcript12 } from '../../schedule/transcript12.js'
import type { Session } from '../../session.js'
import { decode } from '../../wire/codec.js'
import {
  type CertificateRequest12,
  certificateRequest12,
  certificateStatus,
  serverHelloDone,
} from '../../wire/message12.js'
import { messageType } from '../../wire/registry.js'
import type { PresentedPeer } from '../authenticate.js'
import { checkIdentity, readCertificate12 } from '../authenticate12.js'
import type { Connected12 } from '../connected12.js'
import { type Context, type Step, state, type Table } from '../context.js'
import {
  curveIsNamed,
  exchangeOf,
  isSigned,
  keyServes,
  usesCertificate,
  usesPsk,
} from '../suites12.js'
import type { SpokenVersion } from '../version.js'
import { answer12 } from './flight12.js'
import { readServerKeyExchange, type ServerExchange } from './keyExchange12.js'
import type { Offer } from './offer.js'

/** What is known after ServerHello. */
export interface Negotiated12 {
  readonly settings: ClientSettings
  readonly version: SpokenVersion
  readonly offer: Offer
  /** The connection that is renegotiated. */
  readonly previous: Connected12 | undefined
  readonly suite: CipherSuite12
  readonly extendedMainSecret: boolean
  readonly encryptThenMac: boolean
  readonly secureRenegotiation: boolean
  readonly alpn: string | undefined
  readonly sessionId: Uint8Array
  /** The session that goes on. */
  readonly session: Session | undefined
  readonly expectsTicket: boolean
  readonly expectsStatus: boolean
  readonly scts: readonly Uint8Array[]
  readonly randoms: Randoms
  readonly transcript: Transcript12
}

/** What the messages so far have said. */
export interface ServerFlight12 extends Negotiated12 {
  /** Undefined where a PSK alone authenticates the server. */
  readonly presented: PresentedPeer | undefined
  readonly exchange: ServerExchange
  readonly scheme: SignatureScheme | undefined
  readonly request: CertificateRequest12 | undefined
}

const noExchange: ServerExchange = { hint: undefined, agreement: undefined }

export function afterServerHello(negotiated: Negotiated12, _context: Context): Step {
  const { suite, previous } = negotiated
  const fields: ServerFlight12 = {
    ...negotiated,
    presented: undefined,
    exchange: noExchange,
    scheme: undefined,
    request: undefined,
  }
  if (usesCertificate(suite)) return waitFor('waitServerCertificate', certificateTable, fields)
  checkIdentity(previous?.peer, undefined)
  return waitServerKeyExchange(fields)
}

/** A state of this flight; in a renegotiation the connection stays what it is. */
function waitFor(name: string, table: Table<ServerFlight12>, fields: ServerFlight12): Step {
  return state(name, table, fields, fields.previous)
}

const certificateTable: Table<ServerFlight12> = {
  [messageType.certificate](fields, message) {
    const { settings, suite, transcript, previous, expectsStatus } = fields
    const presented = readCertificate12(message.body, settings)
    if (presented === undefined) throw new Fault('emptyServerCertificate', 'no certificate')
    if (!keyServes(suite, presented.key))
      throw new Fault('mismatchedCertificate', `${presented.key.type} under ${suite.name}`)
    if (
      !curveIsNamed(
        presented.key,
        settings.groups.map(({ id }) => id),
      )
    )
      throw new Fault('mismatchedCertificate', `${presented.key.curve}, which was not offered`)
    checkIdentity(previous?.peer, presented)
    transcript.add(message.raw)
    const next = { ...fields, presented: { ...presented, scts: fields.scts } }
    return expectsStatus ? waitCertificateStatus(next) : waitServerKeyExchange(next)
  },
}

/** RFC 6066 section 8: a server that said that it would may still leave it out. */
function waitCertificateStatus(fields: ServerFlight12): Step {
  const table = { ...certificateStatusTable, ...keyExchangeTables(fields) }
  return waitFor('waitCertificateStatus', table, fields)
}

const certificateStatusTable: Table<ServerFlight12> = {
  [messageType.certificateStatus](fields, message) {
    const { transcript, presented } = fields
    if (presented === undefined) throw new Fault('internalError', 'a status without a certificate')
    const { response } = decode(certificateStatus, message.body)
    transcript.add(message.raw)
    return waitServerKeyExchange({ ...fields, presented: { ...presented, staple: response } })
  },
}

function waitServerKeyExchange(fields: ServerFlight12): Step {
  return waitFor('waitServerKeyExchange', keyExchangeTables(fields), fields)
}

/** Where there are parameters, the message must come; where there may be a hint, it may; otherwise it may not. */
function keyExchangeTables({ suite }: ServerFlight12): Table<ServerFlight12> {
  const exchange = exchangeOf(suite)
  if (exchange === 'ecdhe' || exchange === 'dhe') return serverKeyExchangeTable
  const rest = requestTables(suite)
  return usesPsk(suite) ? { ...serverKeyExchangeTable, ...rest } : rest
}

const serverKeyExchangeTable: Table<ServerFlight12> = {
  [messageType.serverKeyExchange](fields, message) {
    const { suite, settings, randoms, presented, transcript } = fields
    const { exchange, scheme } = readServerKeyExchange(
      message.body,
      suite,
      settings,
      randoms,
      presented?.key,
    )
    if (isSigned(suite) !== (scheme !== undefined))
      throw new Fault('internalError', 'parameters without their signature')
    transcript.add(message.raw)
    const next = { ...fields, exchange, scheme }
    return waitFor('waitCertificateRequest', requestTables(suite), next)
  },
}

/** Only who has authenticated itself by a certificate may ask for one (RFC 5246 7.4.4, RFC 4279). */
function requestTables(suite: CipherSuite12): Table<ServerFlight12> {
  return usesCertificate(suite) && !usesPsk(suite)
    ? { ...certificateRequestTable, ...serverHelloDoneTable }
    : serverHelloDoneTable
}

const certificateRequestTable: Table<ServerFlight12> = {
  [messageType.certificateRequest](fields, message) {
    const request = decode(certificateRequest12, message.body)
    fields.transcript.add(message.raw)
    return waitFor('waitServerHelloDone', serverHelloDoneTable, { ...fields, request })
  },
}

const serverHelloDoneTable: Table<ServerFlight12> = {
  [messageType.serverHelloDone](fields, message, context) {
    decode(serverHelloDone, message.body)
    fields.transcript.add(message.raw)
    // The server waits for us now.
    context.layer.demandBoundary?.()
    return answer12(fields, context)
  },
}
