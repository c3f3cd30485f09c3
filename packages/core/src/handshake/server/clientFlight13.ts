/**
 * TLS 1.3, server: the client's flight (RFC 9846 4.5, 4.6).
 *
 *   [EndOfEarlyData], [Certificate, [CertificateVerify]], Finished  -------->  on to connected13.ts
 */
import { equalConstantTime, noBytes, wipe } from '../../bytes.js'
import type { SignatureScheme } from '../../crypto/scheme.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import { finishedMac, type MainStage, trafficKeys13 } from '../../schedule/tls13.js'
import { decode } from '../../wire/codec.js'
import { extensionTable } from '../../wire/extension.js'
import { endOfEarlyData } from '../../wire/message.js'
import { alert, messageType } from '../../wire/registry.js'
import {
  checkCertificateVerify,
  type PresentedPeer,
  readCertificate,
  resumedPeer,
  type VerifiedPeer,
  verifyPeer,
} from '../authenticate.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { connectServer } from './connected13.js'
import { limitReceiving, type ServerKeys } from './flight13.js'
import type { Negotiated } from './hello13.js'

/** What is known after our Finished. */
export interface ServerFinished extends Negotiated, ServerKeys {
  /** A client certificate was asked for. */
  readonly requested: boolean
  readonly ownCertificate: Uint8Array | undefined
  /** Most plaintext bytes in a record of the client's. */
  readonly receiveLimit: number | undefined
  readonly main: MainStage
  /** The transcript's hash after our Finished. */
  readonly applicationHash: Uint8Array
}

interface WithWrite {
  readonly fields: ServerFinished
  readonly write: Uint8Array
}

interface WithPresented extends WithWrite {
  readonly presented: PresentedPeer
}

interface Authenticated extends WithWrite {
  readonly presented: PresentedPeer | undefined
  readonly scheme: SignatureScheme | undefined
}

export function waitClientFlight(
  fields: ServerFinished,
  write: Uint8Array,
  explicitEnd: boolean,
): Step {
  if (fields.earlySecret !== undefined && explicitEnd)
    return state('waitEndOfEarlyData', waitEndOfEarlyDataTable, { fields, write })
  return afterEarlyData({ fields, write })
}

const waitEndOfEarlyDataTable: Table<WithWrite> = {
  [messageType.endOfEarlyData](next, message, context) {
    const { transcript, suite, clientSecret } = next.fields
    decode(endOfEarlyData, message.body)
    transcript.add(message.raw)
    const { labelPrefix } = context.layer.traits
    context.setEarlyRead(undefined)
    context.installRead('handshake', trafficKeys13(suite, labelPrefix, clientSecret))
    limitReceiving(next.fields, context)
    return afterEarlyData(next)
  },
}

function afterEarlyData(next: WithWrite): Step {
  if (next.fields.requested) return state('waitCertificate', waitCertificateTable, next)
  return waitFinished({ presented: undefined, scheme: undefined, ...next })
}

const waitCertificateTable: Table<WithWrite> = {
  [messageType.certificate](next, message) {
    const { settings, transcript } = next.fields
    const presented = readCertificate(message.body, noBytes, solicited(settings), settings)
    transcript.add(message.raw)
    if (presented === undefined) {
      refuseAnonymous(settings)
      return waitFinished({ presented, scheme: undefined, ...next })
    }
    return state('waitCertificateVerify', waitCertificateVerifyTable, { presented, ...next })
  },
}

/** The extensions of Certificate that our CertificateRequest asked for. */
export function solicited(settings: ServerSettings): ReadonlySet<number> {
  const types = new Set<number>()
  if (settings.requestStaple) types.add(extensionTable.statusRequest.type)
  if (settings.requestScts) types.add(extensionTable.signedCertificateTimestamp.type)
  return types
}

export function refuseAnonymous(
  { config }: ServerSettings,
  description: number = alert.certificateRequired,
): void {
  if (config.clientAuthentication === 'require')
    throw new Fault('noPeerCertificate', 'the Certificate message is empty', { alert: description })
}

const waitCertificateVerifyTable: Table<WithPresented> = {
  [messageType.certificateVerify](next, message) {
    const { settings, transcript } = next.fields
    const hash = transcript.hash()
    const scheme = checkCertificateVerify(message.body, next.presented, 'client', hash, settings)
    transcript.add(message.raw)
    return waitFinished({ scheme, ...next })
  },
}

function waitFinished(fields: Authenticated): Step {
  return state('waitFinished', waitFinishedTable, fields)
}

const waitFinishedTable: Table<Authenticated> = {
  [messageType.finished]({ fields, write, presented, scheme }, message, context) {
    const { suite, transcript, clientSecret, settings } = fields
    const { labelPrefix } = context.layer.traits
    const expected = finishedMac(suite.hash, labelPrefix, clientSecret, transcript.hash())
    if (!equalConstantTime(expected, message.body)) throw new Fault('badFinished', "the client's")
    transcript.add(message.raw)
    const complete = (peer: VerifiedPeer | undefined) => {
      wipe(fields.clientSecret, fields.serverSecret, fields.earlySecret)
      return connectServer({ write, peer, scheme, ...fields }, context)
    }
    if (presented !== undefined) return verifyClient(settings, presented, context, complete)
    const session = fields.psk?.session
    return complete(
      session?.peer === undefined ? undefined : resumedPeer(session.peer, session.expires),
    )
  },
}

/** In the handshake, or after it. */
export function verifyClient(
  settings: ServerSettings,
  presented: PresentedPeer,
  context: Context,
  then: (peer: VerifiedPeer) => Step,
): Step {
  if (settings.verify === undefined)
    throw new Fault('internalError', 'a client certificate that nobody can verify')
  return verifyPeer(
    settings.verify,
    {
      role: 'client',
      name: undefined,
      requiredKeyUsage: 'digitalSignature',
      certificateSignatureSchemes: settings.schemes.map(({ id }) => id),
      time: context.time.unix,
    },
    presented,
    then,
  )
}
