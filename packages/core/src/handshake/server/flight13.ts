/**
 * TLS 1.3, server: our flight (RFC 9846 4.2.3, 4.4, 4.5).
 *
 *   <--------  ServerHello, EncryptedExtensions, [CertificateRequest], [Certificate, CertificateVerify], Finished
 */
import { ascii, noBytes } from '../../bytes.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import {
  EarlyStage,
  exportKeyingMaterial,
  finishedMac,
  type HandshakeStage,
  trafficKeys13,
} from '../../schedule/tls13.js'
import { encode } from '../../wire/codec.js'
import { type ExtensionsOf, nonEmpty, writeExtensions } from '../../wire/extension.js'
import { certificateRequest, encryptedExtensions, serverHello } from '../../wire/message.js'
import { messageType, protocolVersion } from '../../wire/registry.js'
import { certificateMessage, chooseCredential, signHandshake } from '../authenticate.js'
import type { Context, Step } from '../context.js'
import { serverRandom } from '../downgrade.js'
import { keylog } from '../keylog.js'
import { takeParameters } from '../transportParameters.js'
import { type ServerFinished, waitClientFlight } from './clientFlight13.js'
import { decideEarlyData } from './earlyData.js'
import type { Negotiated } from './hello13.js'
import { recordSizes } from './recordSizes.js'
import { sendChangeCipherSpec, skipLimit } from './retry13.js'

export interface ServerKeys {
  readonly stage: HandshakeStage
  readonly clientSecret: Uint8Array
  readonly serverSecret: Uint8Array
  /** Undefined where early data is not taken. */
  readonly earlySecret: Uint8Array | undefined
}

export function serverFlight(negotiated: Negotiated, context: Context): Step {
  return decideEarlyData(negotiated, context, (accepted) =>
    sendFlight(negotiated, accepted, context),
  )
}

function sendFlight(negotiated: Negotiated, earlyData: boolean, context: Context): Step {
  const keys = sendServerHello(negotiated, earlyData, context)
  const receiveLimit = sendEncryptedExtensions(negotiated, earlyData, context)
  const { settings, psk, transcript } = negotiated
  const requested = psk === undefined && (settings.config.clientAuthentication ?? 'none') !== 'none'
  if (requested)
    transcript.add(context.send(messageType.certificateRequest, requestBody(settings, noBytes)))
  const finish = (certificate: Uint8Array | undefined) =>
    sendFinished(
      { requested, ownCertificate: certificate, receiveLimit, ...keys, ...negotiated },
      context,
    )
  return psk === undefined ? authenticateServer(negotiated, context, finish) : finish(undefined)
}

function sendServerHello(
  { settings, received, suite, group, clientShare, psk, transcript, helloRetried }: Negotiated,
  earlyData: boolean,
  context: Context,
): ServerKeys {
  const { hello, message } = received
  const { traits } = context.layer
  const random = serverRandom(received.version, settings.versions, context)
  const answer =
    group === undefined || clientShare === undefined
      ? undefined
      : group.encapsulate(clientShare, (length) => context.random(length))
  if (group !== undefined && answer === undefined) throw new Fault('invalidKeyShare', group.name)
  transcript.add(message.raw)

  const early = new EarlyStage(suite.hash, traits.labelPrefix, psk?.secret)
  let earlySecret: Uint8Array | undefined
  if (earlyData) {
    const transcriptHash = transcript.hash()
    earlySecret = early.clientTraffic(transcriptHash)
    const exporterSecret = early.exporter(transcriptHash)
    keylog(context, 'CLIENT_EARLY_TRAFFIC_SECRET', hello.random, earlySecret)
    keylog(context, 'EARLY_EXPORTER_SECRET', hello.random, exporterSecret)
    context.setEarlyExporter((label, exporterContext, length) =>
      exportKeyingMaterial(
        suite.hash,
        traits.labelPrefix,
        exporterSecret,
        label,
        exporterContext,
        length,
      ),
    )
  }

  const body = encode(serverHello, {
    legacyVersion: traits.wireVersion(protocolVersion.tls12),
    random,
    legacySessionIdEcho: traits.middleboxCompatibility ? hello.legacySessionId : noBytes,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    extensions: writeExtensions('serverHello', {
      keyShare:
        group === undefined || answer === undefined
          ? undefined
          : { group: group.id, keyExchange: answer.share },
      preSharedKey: psk?.index,
      supportedVersions: traits.wireVersion(received.version.id),
    }),
  })
  transcript.add(context.send(messageType.serverHello, body))
  // After a HelloRetryRequest it has been sent.
  if (!helloRetried) sendChangeCipherSpec(received, context)

  const stage = early.handshake(answer?.secret)
  const transcriptHash = transcript.hash()
  const clientSecret = stage.traffic('client', transcriptHash)
  const serverSecret = stage.traffic('server', transcriptHash)
  keylog(context, 'CLIENT_HANDSHAKE_TRAFFIC_SECRET', hello.random, clientSecret)
  keylog(context, 'SERVER_HANDSHAKE_TRAFFIC_SECRET', hello.random, serverSecret)
  context.installWrite('handshake', trafficKeys13(suite, traits.labelPrefix, serverSecret))
  return { stage, clientSecret, serverSecret, earlySecret }
}

function sendEncryptedExtensions(
  { settings, received, alpn, transcript, psk }: Negotiated,
  earlyData: boolean,
  context: Context,
): number | undefined {
  const { extensions, serverName } = received
  takeParameters(extensions.quicTransportParameters, context)
  const { tickets, recordSizeLimit: configured } = settings.config
  const resumed = psk?.kind === 'resumption'
  // RFC 8449 section 4: in TLS 1.3 the content type counts.
  const sizes = recordSizes(extensions, configured, 1)
  const wanted = extensions.ticketRequest
  const values: ExtensionsOf<'encryptedExtensions'> = {
    serverName: serverName === undefined || resumed ? undefined : true,
    maxFragmentLength: sizes.maxFragmentLength,
    alpn: alpn === undefined ? undefined : [ascii(alpn)],
    recordSizeLimit: sizes.recordSizeLimit,
    earlyData: earlyData || undefined,
    ticketRequest:
      wanted === undefined || tickets === undefined
        ? undefined
        : { expectedCount: ticketCount(settings, resumed, wanted) },
    quicTransportParameters: context.layer.transportParameters,
  }
  const list = writeExtensions('encryptedExtensions', values)
  transcript.add(
    context.send(
      messageType.encryptedExtensions,
      encode(encryptedExtensions, { extensions: list }),
    ),
  )
  if (sizes.send !== undefined) context.layer.setSendLimit(sizes.send)
  return sizes.receive
}

/** How many tickets this client gets (RFC 9149 section 3). */
export function ticketCount(
  { config }: ServerSettings,
  resumed: boolean,
  wanted: { readonly newSessionCount: number; readonly resumptionCount: number } | undefined,
): number {
  if (config.tickets === undefined) return 0
  if (wanted === undefined) return config.tickets.count ?? 2
  return Math.min(resumed ? wanted.resumptionCount : wanted.newSessionCount, 8)
}

export function requestBody(settings: ServerSettings, requestContext: Uint8Array): Uint8Array {
  return encode(certificateRequest, {
    certificateRequestContext: requestContext,
    extensions: writeExtensions('certificateRequest', {
      signatureAlgorithms: settings.schemes.map(({ id }) => id),
      statusRequest: settings.requestStaple ? noBytes : undefined,
      signedCertificateTimestamp: settings.requestScts || undefined,
      certificateAuthorities: nonEmpty(settings.certificateAuthorities),
    }),
  })
}

function authenticateServer(
  { settings, received, transcript }: Negotiated,
  context: Context,
  finish: (certificate: Uint8Array | undefined) => Step,
): Step {
  const { extensions, serverName } = received
  const schemes = extensions.signatureAlgorithms ?? []
  return chooseCredential(
    settings,
    {
      role: 'server',
      serverName,
      signatureSchemes: schemes,
      certificateSignatureSchemes: extensions.signatureAlgorithmsCert ?? schemes,
      certificateAuthorities: extensions.certificateAuthorities ?? [],
    },
    (chosen) => {
      if (chosen === undefined) {
        // Of a list, none fits; a policy may have had none at all.
        if (!Array.isArray(settings.credentials))
          throw new Fault('noCredential', serverName ?? 'no server name')
        throw new Fault('noCommonSignature', `the client accepts ${schemes.length} schemes`)
      }
      const wanted = {
        staple: extensions.statusRequest !== undefined,
        scts: extensions.signedCertificateTimestamp === true,
      }
      const body = certificateMessage(chosen.credential, noBytes, wanted)
      transcript.add(context.send(messageType.certificate, body))
      return signHandshake(chosen, 'server', transcript.hash(), context, (verifyBody) => {
        transcript.add(context.send(messageType.certificateVerify, verifyBody))
        return finish(chosen.credential.chain[0])
      })
    },
  )
}

function sendFinished(
  fields: Omit<ServerFinished, 'main' | 'applicationHash'>,
  context: Context,
): Step {
  const { suite, transcript, serverSecret, stage, settings, requested, received } = fields
  const { labelPrefix, endOfEarlyData } = context.layer.traits
  const verifyData = finishedMac(suite.hash, labelPrefix, serverSecret, transcript.hash())
  transcript.add(context.send(messageType.finished, verifyData))
  const main = stage.main()
  const applicationHash = transcript.hash()
  const write = main.traffic('server', applicationHash)
  keylog(context, 'SERVER_TRAFFIC_SECRET_0', received.hello.random, write)
  context.installWrite('application', trafficKeys13(suite, labelPrefix, write))
  context.flush()

  const handshakeKeys = trafficKeys13(suite, labelPrefix, fields.clientSecret)
  const { earlySecret } = fields
  if (earlySecret !== undefined) {
    context.installRead('earlyData', trafficKeys13(suite, labelPrefix, earlySecret))
    context.setEarlyRead(fields.psk?.session?.maxEarlyData)
    // Without an EndOfEarlyData both keys are in use at once; the layer tells their records apart.
    if (!endOfEarlyData) {
      context.installRead('handshake', handshakeKeys)
      limitReceiving(fields, context)
    }
  } else {
    context.installRead('handshake', handshakeKeys)
    limitReceiving(fields, context)
    if (received.extensions.earlyData !== undefined)
      context.layer.skipEarlyData({ kind: 'untilOpened', limit: skipLimit(settings) })
  }
  if (settings.config.halfRttData && !requested) context.setHalfRtt()
  return waitClientFlight({ main, applicationHash, ...fields }, write, endOfEarlyData)
}

/** RFC 8449: a client that sends early data does not know our limit yet. */
export function limitReceiving(
  { receiveLimit }: Pick<ServerFinished, 'receiveLimit'>,
  context: Context,
): void {
  if (receiveLimit !== undefined) context.layer.setReceiveLimit(receiveLimit)
}
