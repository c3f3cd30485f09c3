/**
 * TLS 1.2, server: our flight (RFC 5246 7.3).
 *
 *   <--------  ServerHello, [Certificate], [CertificateStatus], [ServerKeyExchange], [CertificateRequest],
 *              ServerHelloDone: on to clientFlight12.ts
 */
import { concat, copyBytes, noBytes } from '../../bytes.js'
import type { KeyPair } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import type { Randoms } from '../../schedule/tls12.js'
import { Transcript12 } from '../../schedule/transcript12.js'
import { encode } from '../../wire/codec.js'
import type { ExtensionsOf } from '../../wire/extension.js'
import { writeExtensions } from '../../wire/extension.js'
import { serverHello } from '../../wire/message.js'
import {
  certificateRequest12,
  certificateStatus,
  clientCertificateType,
  digitallySigned,
  serverHelloDone,
} from '../../wire/message12.js'
import { messageType, protocolVersion } from '../../wire/registry.js'
import { sign } from '../authenticate.js'
import { certificateMessage12, signedParameters } from '../authenticate12.js'
import type { Context, Step } from '../context.js'
import { serverRandom } from '../downgrade.js'
import type { Settled12 } from '../secrets12.js'
import { exchangeOf, usesCertificate, usesPsk } from '../suites12.js'
import type { Choice12 } from './choice12.js'
import { waitClientFlight12 } from './clientFlight12.js'
import { type Settled, sessionIdLength } from './hello12.js'
import { makeParameters } from './keyExchange12.js'
import { answerAlpn, answerRecordSizes } from './serverHello12.js'
import { givesTicket } from './ticket12.js'

/** What is known once the flight is sent. */
export interface ServerFlight12 extends Settled, Choice12, Settled12 {
  readonly keyPair: KeyPair | undefined
  /** A client certificate was asked for. */
  readonly requested: boolean
  readonly sessionId: Uint8Array
  readonly sendsTicket: boolean
}

export function sendFlight(chosen: Settled & Choice12, context: Context): Step {
  const { settings, suite, parameters, credential, scheme, previous } = chosen
  previous?.holdData(context)
  const hello = sendServerHello(chosen, context)
  const { transcript, randoms } = hello
  if (credential !== undefined) {
    const { chain, staple } = credential
    transcript.add(context.send(messageType.certificate, certificateMessage12(chain)))
    if (staplesFor(chosen) && staple !== undefined) {
      const body = encode(certificateStatus, { statusType: undefined, response: staple })
      transcript.add(context.send(messageType.certificateStatus, body))
    }
  }
  const random = (length: number) => context.random(length)
  const { bytes, keyPair } = makeParameters(suite, parameters, settings.config.pskHint, random)
  const { clientAuthentication = 'none' } = settings.config
  const requested = clientAuthentication !== 'none' && usesCertificate(suite) && !usesPsk(suite)
  const finish = (): Step => {
    if (requested)
      transcript.add(context.send(messageType.certificateRequest, certificateRequest(settings)))
    else transcript.forgetMessages()
    transcript.add(context.send(messageType.serverHelloDone, encode(serverHelloDone, {})))
    context.flush()
    return waitClientFlight12({ ...chosen, ...hello, keyPair, requested })
  }
  if (bytes === undefined) return finish()
  if (credential === undefined || scheme === undefined) {
    transcript.add(context.send(messageType.serverKeyExchange, bytes))
    return finish()
  }
  return sign({ credential, scheme }, signedParameters(randoms, bytes), context, (signature) => {
    const signed = encode(digitallySigned, { algorithm: scheme.id, signature })
    transcript.add(context.send(messageType.serverKeyExchange, concat(bytes, signed)))
    return finish()
  })
}

function staplesFor({ received, credential }: Settled & Choice12): boolean {
  return received.extensions.statusRequest !== undefined && credential?.staple !== undefined
}

function sendServerHello(
  chosen: Settled & Choice12,
  context: Context,
): Settled12 & Pick<ServerFlight12, 'sessionId' | 'sendsTicket'> {
  const { settings, received, suite, encryptThenMac, extendedMainSecret, credential } = chosen
  const { extensions } = received
  const { tickets } = settings.config
  const sendsTicket = givesTicket(chosen)
  // RFC 5077 3.4: a server that sends a ticket has no session id.
  const sessionId =
    tickets?.store !== undefined && tickets.count !== 0
      ? copyBytes(context.random(sessionIdLength))
      : noBytes
  const random = serverRandom(received.version, settings.versions, context)
  const values: ExtensionsOf<'serverHello12'> = {
    ...answerRenegotiationInfo(chosen),
    ...(extendedMainSecret ? { extendedMainSecret: true } : {}),
    ...(encryptThenMac ? { encryptThenMac: true } : {}),
    ...(received.serverName === undefined ? {} : { serverName: true }),
    ...(extensions.ecPointFormats !== undefined && exchangeOf(suite) === 'ecdhe'
      ? { ecPointFormats: [0] }
      : {}),
    ...answerAlpn(chosen),
    ...answerRecordSizes(chosen, context),
    ...(staplesFor(chosen) ? { statusRequest: true } : {}),
    ...(extensions.signedCertificateTimestamp === true &&
    credential?.scts !== undefined &&
    credential.scts.length > 0
      ? { signedCertificateTimestamp: credential.scts }
      : {}),
    ...(sendsTicket ? { sessionTicket: true } : {}),
  }
  const list = writeExtensions('serverHello12', values)
  const body = encode(serverHello, {
    legacyVersion: context.layer.traits.wireVersion(protocolVersion.tls12),
    random,
    legacySessionIdEcho: sessionId,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    // RFC 5246 7.4.1.3: left out where there are none.
    extensions: list.length === 0 ? undefined : list,
  })
  const raw = context.send(messageType.serverHello, body)
  const randoms: Randoms = { client: copyBytes(received.hello.random), server: random }
  const transcript = new Transcript12(suite.hash, [received.message.raw, raw])
  return {
    suite,
    extendedMainSecret,
    encryptThenMac,
    randoms,
    transcript,
    sessionId,
    sendsTicket,
  }
}

/** RFC 5746 3.6, 3.7. */
export function answerRenegotiationInfo({ secureRenegotiation, previous }: Settled): {
  readonly renegotiationInfo?: Uint8Array
} {
  if (!secureRenegotiation) return {}
  if (previous === undefined) return { renegotiationInfo: noBytes }
  const { client, server } = previous.finished
  return { renegotiationInfo: concat(client, server) }
}

function certificateRequest({ schemes, certificateAuthorities }: ServerSettings): Uint8Array {
  const usable = schemes.filter(({ handshake }) => handshake !== 'tls13')
  const { ecdsaSign, rsaSign } = clientCertificateType
  if (usable.length === 0)
    throw new Fault('noCommonSignature', 'no scheme for client certificates is of TLS 1.2')
  const isRsa = (type: string) => type === 'rsa' || type === 'rsaPss'
  const types = [
    ...(usable.some(({ keyType }) => !isRsa(keyType)) ? [ecdsaSign] : []),
    ...(usable.some(({ keyType }) => isRsa(keyType)) ? [rsaSign] : []),
  ]
  return encode(certificateRequest12, {
    certificateTypes: Uint8Array.from(types),
    supportedSignatureAlgorithms: usable.map(({ id }) => id),
    certificateAuthorities,
  })
}
