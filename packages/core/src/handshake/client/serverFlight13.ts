/**
 * TLS 1.3, client: the server's flight and our answer (RFC 9846 4.4, 4.5).
 *
 *   <--------  EncryptedExtensions, [CertificateRequest], [Certificate, CertificateVerify], Finished
 *   [EndOfEarlyData], [Certificate, [CertificateVerify]], Finished  -------->
 */
import { equalConstantTime, noBytes } from '../../bytes.js'
import type { CipherSuite, NamedGroup } from '../../crypto/provider.js'
import type { SignatureScheme } from '../../crypto/scheme.js'
import { Fault } from '../../fault.js'
import type { ClientSettings } from '../../options.js'
import { finishedMac, type HandshakeStage, trafficKeys13 } from '../../schedule/tls13.js'
import type { Transcript } from '../../schedule/transcript.js'
import { decode, encode } from '../../wire/codec.js'
import { checkSolicited, type ExtensionsOf, readExtensions } from '../../wire/extension.js'
import {
  certificateRequest,
  encryptedExtensions,
  endOfEarlyData,
  handshakeBytes,
} from '../../wire/message.js'
import { messageType } from '../../wire/registry.js'
import {
  certificateMessage,
  checkCertificateVerify,
  chooseCredential,
  type PresentedPeer,
  readCertificate,
  resumedPeer,
  signHandshake,
  type VerifiedPeer,
  verifyPeer,
} from '../authenticate.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { takeParameters } from '../transportParameters.js'
import type { SpokenVersion } from '../version.js'
import { connectClient } from './connected13.js'
import type { Offer } from './offer.js'
import type { OfferedPsk } from './psk.js'
import { applyRecordSize, checkAlpn } from './serverAnswers.js'

/** What is known after ServerHello. */
export interface AfterServerHello {
  readonly settings: ClientSettings
  readonly version: SpokenVersion
  readonly offer: Offer
  readonly suite: CipherSuite
  readonly group: NamedGroup | undefined
  readonly psk: OfferedPsk | undefined
  readonly pskIndex: number | undefined
  readonly helloRetried: boolean
  readonly transcript: Transcript
  readonly stage: HandshakeStage
  readonly clientSecret: Uint8Array
  readonly serverSecret: Uint8Array
}

interface AfterExtensions extends AfterServerHello {
  readonly alpn: string | undefined
  readonly earlyDataAccepted: boolean
}

/** What the server wants to know of us. */
export interface Requested {
  readonly context: Uint8Array
  readonly extensions: ExtensionsOf<'certificateRequest'>
}

interface WithRequest extends AfterExtensions {
  readonly requested: Requested | undefined
}

interface WithPresented extends WithRequest {
  readonly presented: PresentedPeer
}

export interface Authenticated extends WithRequest {
  readonly presented: PresentedPeer | undefined
  readonly scheme: SignatureScheme | undefined
}

export function waitEncryptedExtensions(fields: AfterServerHello): Step {
  return state('waitEncryptedExtensions', waitEncryptedExtensionsTable, fields)
}

const waitEncryptedExtensionsTable: Table<AfterServerHello> = {
  [messageType.encryptedExtensions](fields, message, context) {
    const { settings, offer, transcript, suite, clientSecret } = fields
    const list = decode(encryptedExtensions, message.body).extensions
    const extensions = readExtensions('encryptedExtensions', list)
    checkSolicited(list, offer.offered, 'EncryptedExtensions')
    transcript.add(message.raw)
    takeParameters(extensions.quicTransportParameters, context)
    const alpn = checkAlpn(extensions.alpn, settings, context)
    // RFC 8449 section 4: the content type counts.
    const { recordSizeLimit } = settings
    applyRecordSize(extensions, settings, { typeLength: 1, receive: recordSizeLimit }, context)
    const earlyDataAccepted = extensions.earlyData === true
    if (earlyDataAccepted) checkEarlyData(fields, alpn)
    else if (offer.earlyData) {
      const { labelPrefix, endOfEarlyData: explicitEnd } = context.layer.traits
      context.setEarlyWrite(0)
      context.setEarlyExporter(undefined)
      if (explicitEnd)
        context.installWrite('handshake', trafficKeys13(suite, labelPrefix, clientSecret))
      context.emit({ kind: 'earlyDataRejected' })
    }
    const next: AfterExtensions = { alpn, earlyDataAccepted, ...fields }
    if (fields.psk === undefined)
      return state('waitCertificateOrCertificateRequest', waitCertificateOrRequestTable, next)
    return waitFinished({ requested: undefined, presented: undefined, scheme: undefined, ...next })
  },
}

/** RFC 9846 4.3.10: the server may only take it under the first PSK, its suite and its protocol. */
function checkEarlyData(
  { psk, pskIndex, suite }: AfterServerHello,
  alpn: string | undefined,
): void {
  const session = psk?.session
  if (pskIndex !== 0 || session === undefined)
    throw new Fault('illegalEarlyData', 'without the first PSK')
  if (session.suite !== suite.id)
    throw new Fault('illegalEarlyData', "under another suite than the session's")
  if (session.alpn !== alpn)
    throw new Fault('illegalEarlyData', "under another application protocol than the session's")
}

const waitCertificateOrRequestTable: Table<AfterExtensions> = {
  [messageType.certificateRequest](fields, message) {
    fields.transcript.add(message.raw)
    const requested = readRequest(message.body)
    // RFC 9846 4.4.2: the context is for requests after the handshake.
    if (requested.context.length > 0)
      throw new Fault('illegalParameter', 'certificate_request_context is not empty')
    return state('waitCertificate', waitCertificateTable, { requested, ...fields })
  },
  [messageType.certificate](fields, message) {
    return handleCertificate({ requested: undefined, ...fields }, message.raw, message.body)
  },
}

export function readRequest(body: Uint8Array): Requested {
  const request = decode(certificateRequest, body)
  const extensions = readExtensions('certificateRequest', request.extensions)
  if (extensions.signatureAlgorithms === undefined)
    throw new Fault('missingExtension', 'CertificateRequest without signature_algorithms')
  return { context: request.certificateRequestContext, extensions }
}

const waitCertificateTable: Table<WithRequest> = {
  [messageType.certificate](fields, message) {
    return handleCertificate(fields, message.raw, message.body)
  },
}

function handleCertificate(fields: WithRequest, raw: Uint8Array, body: Uint8Array): Step {
  const { offer, settings, transcript } = fields
  const presented = readCertificate(body, noBytes, offer.offered, settings)
  if (presented === undefined) throw new Fault('emptyServerCertificate', 'no certificate')
  transcript.add(raw)
  return state('waitCertificateVerify', waitCertificateVerifyTable, { presented, ...fields })
}

const waitCertificateVerifyTable: Table<WithPresented> = {
  [messageType.certificateVerify](fields, message) {
    const { transcript, presented, settings } = fields
    const scheme = checkCertificateVerify(
      message.body,
      presented,
      'server',
      transcript.hash(),
      settings,
    )
    transcript.add(message.raw)
    return waitFinished({ scheme, ...fields })
  },
}

function waitFinished(fields: Authenticated): Step {
  return state('waitFinished', waitFinishedTable, fields)
}

const waitFinishedTable: Table<Authenticated> = {
  [messageType.finished](fields, message, context) {
    const { suite, transcript, serverSecret, settings, presented, offer } = fields
    const { labelPrefix } = context.layer.traits
    const expected = finishedMac(suite.hash, labelPrefix, serverSecret, transcript.hash())
    if (!equalConstantTime(expected, message.body)) throw new Fault('badFinished', "the server's")
    transcript.add(message.raw)
    // Before our own flight: the server reads an alert behind it with other keys.
    context.layer.demandBoundary?.()
    if (presented === undefined) return answer(fields, resumed(fields), context)
    return verifyPeer(
      settings.verify,
      {
        role: 'server',
        name: settings.serverName,
        requiredKeyUsage: 'digitalSignature',
        certificateSignatureSchemes: offer.settings.schemes.map(({ id }) => id),
        time: context.time.unix,
      },
      presented,
      (peer) => answer(fields, peer, context),
    )
  },
}

/** Whom the PSK stands for: the peer of its session, or nobody with a certificate. */
function resumed({ psk }: Authenticated): VerifiedPeer | undefined {
  if (psk === undefined) throw new Fault('internalError', 'neither a certificate nor a PSK')
  const { session } = psk
  if (session?.peer === undefined) return undefined
  return resumedPeer(session.peer, session.expires)
}

function answer(fields: Authenticated, peer: VerifiedPeer | undefined, context: Context): Step {
  const { suite, transcript, clientSecret, stage, earlyDataAccepted, requested } = fields
  const { labelPrefix, endOfEarlyData: explicitEnd } = context.layer.traits
  const main = stage.main()
  const applicationHash = transcript.hash()
  if (earlyDataAccepted) {
    context.setEarlyWrite(0)
    context.setEarlyExporter(undefined)
    if (explicitEnd) {
      transcript.add(context.send(messageType.endOfEarlyData, encode(endOfEarlyData, {})))
      context.installWrite('handshake', trafficKeys13(suite, labelPrefix, clientSecret))
    }
  }
  const finish = (): Step => {
    const verifyData = finishedMac(suite.hash, labelPrefix, clientSecret, transcript.hash())
    transcript.add(context.send(messageType.finished, verifyData))
    return connectClient({ main, applicationHash, peer, ...fields }, context)
  }
  if (requested === undefined) return finish()
  return authenticateClient(fields.settings, requested, transcript, context, finish)
}

/** Certificate and CertificateVerify, in the handshake or after it. */
export function authenticateClient(
  settings: ClientSettings,
  { context: requestContext, extensions }: Requested,
  transcript: Transcript,
  context: Context,
  then: () => Step,
): Step {
  const schemes = extensions.signatureAlgorithms ?? []
  return chooseCredential(
    settings,
    {
      role: 'client',
      serverName: settings.serverName,
      signatureSchemes: schemes,
      certificateSignatureSchemes: extensions.signatureAlgorithmsCert ?? schemes,
      certificateAuthorities: extensions.certificateAuthorities ?? [],
    },
    (chosen) => {
      const wanted = {
        staple: extensions.statusRequest !== undefined,
        scts: extensions.signedCertificateTimestamp === true,
      }
      const body = certificateMessage(chosen?.credential, requestContext, wanted)
      if (chosen === undefined) {
        transcript.add(context.send(messageType.certificate, body))
        return then()
      }
      return signHandshake(
        chosen,
        'client',
        transcript.hashWith(handshakeBytes(messageType.certificate, body)),
        context,
        (verifyBody) => {
          // Sent together: after the handshake nothing may stand between them (RFC 9846 4.7.2).
          transcript.add(context.send(messageType.certificate, body))
          transcript.add(context.send(messageType.certificateVerify, verifyBody))
          return then()
        },
      )
    },
  )
}
