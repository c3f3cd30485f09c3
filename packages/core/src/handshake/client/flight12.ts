/**
 * TLS 1.2, client: our flight, and the end of the handshake (RFC 5246 7.3).
 *
 *   [Certificate], ClientKeyExchange, [CertificateVerify], change_cipher_spec, Finished  -------->
 *   <--------  [NewSessionTicket], change_cipher_spec, Finished: on to connected12.ts
 */
import { fits12 } from '../../crypto/scheme.js'
import type { Credential, ExternalPsk } from '../../decision.js'
import { Fault } from '../../fault.js'
import type { RecordKeys } from '../../layer/layer.js'
import { decode, encode, type Value } from '../../wire/codec.js'
import {
  type CertificateRequest12,
  clientCertificateType,
  digitallySigned,
  newSessionTicket12,
} from '../../wire/message12.js'
import { messageType } from '../../wire/registry.js'
import {
  askCredential,
  type ChosenCredential,
  credentialKey,
  sign,
  signingScheme,
  type VerifiedPeer,
  verifyPeer,
} from '../authenticate.js'
import { certificateMessage12, checkPskIdentity } from '../authenticate12.js'
import { ask, type Context, type Step, state, type Table } from '../context.js'
import { demandVersion } from '../externalPsk.js'
import { checkFinished, connectionKeys, deriveMainSecret, sendFinished } from '../secrets12.js'
import { isSigned, keyKind, usesPsk } from '../suites12.js'
import { connectClient12 } from './connected12.js'
import { makeClientKeyExchange } from './keyExchange12.js'
import type { ServerFlight12 } from './serverFlight12.js'

/** The server is verified, or a PSK will show who it is. */
interface Answering extends ServerFlight12 {
  readonly peer: VerifiedPeer | undefined
  readonly psk: ExternalPsk | undefined
}

/** Our Finished is on its way. */
interface Finishing extends Answering {
  readonly secret: Uint8Array
  readonly readKeys: RecordKeys
  readonly clientVerifyData: Uint8Array
  readonly ticket: Ticket | undefined
}

type Ticket = Value<typeof newSessionTicket12>

/** The whole flight of the server's has come, and its signature is right. */
export function answer12(flight: ServerFlight12, context: Context): Step {
  const { settings, suite, presented, offer, previous } = flight
  const proceed = (peer: VerifiedPeer | undefined) =>
    choosePsk(flight, (psk) => {
      checkPskIdentity(previous?.info, psk)
      return sendCertificate({ ...flight, peer, psk }, context)
    })
  if (presented === undefined) return proceed(undefined)
  return verifyPeer(
    settings.verify,
    {
      role: 'server',
      name: settings.serverName,
      requiredKeyUsage: isSigned(suite) ? 'digitalSignature' : 'keyEncipherment',
      certificateSignatureSchemes: offer.settings.schemes.map(({ id }) => id),
      time: context.time.unix,
    },
    presented,
    proceed,
  )
}

/** RFC 4279 section 5.2: the hint may say which. */
function choosePsk(
  { suite, settings, exchange }: ServerFlight12,
  then: (psk: ExternalPsk | undefined) => Step,
): Step {
  if (!usesPsk(suite)) return then(undefined)
  const known = settings.psks.find(({ version }) => version === 'tls12')
  if (known !== undefined) return then(known)
  const { choosePsk: policy } = settings.config
  if (policy === undefined) throw new Fault('noPskMode', suite.name)
  return ask({ kind: 'pskHint', hint: exchange.hint }, policy, (psk: ExternalPsk | undefined) => {
    if (psk === undefined) throw new Fault('noPskMode', 'choosePsk has none for this server')
    return then(demandVersion(psk, 'tls12'))
  })
}

function sendCertificate(fields: Answering, context: Context): Step {
  const { request, settings, transcript } = fields
  if (request === undefined) {
    transcript.forgetMessages()
    return sendKeyExchange(fields, undefined, context)
  }
  const { supportedSignatureAlgorithms: schemes } = request
  const kinds = requestedKinds(request)
  const choose = (credential: Credential): ChosenCredential | undefined => {
    const kind = keyKind(credentialKey(credential).type)
    if (kind === undefined || !kinds.includes(kind)) return undefined
    const scheme = signingScheme(credential, settings, schemes, fits12)
    return scheme === undefined ? undefined : { credential, scheme }
  }
  return askCredential(
    settings,
    {
      role: 'client',
      serverName: settings.serverName,
      signatureSchemes: schemes,
      certificateSignatureSchemes: schemes,
      certificateAuthorities: request.certificateAuthorities,
      keyKinds: kinds,
    },
    choose,
    (chosen) => {
      const body = certificateMessage12(chosen?.credential.chain ?? [])
      transcript.add(context.send(messageType.certificate, body))
      return sendKeyExchange(fields, chosen, context)
    },
  )
}

function requestedKinds({ certificateTypes }: CertificateRequest12): ('ecdsa' | 'rsa')[] {
  const { ecdsaSign, rsaSign } = clientCertificateType
  return [
    ...(certificateTypes.includes(ecdsaSign) ? (['ecdsa'] as const) : []),
    ...(certificateTypes.includes(rsaSign) ? (['rsa'] as const) : []),
  ]
}

function sendKeyExchange(
  fields: Answering,
  chosen: ChosenCredential | undefined,
  context: Context,
): Step {
  const { suite, settings, exchange, psk, presented, offer, transcript } = fields
  const { body, premaster } = makeClientKeyExchange(
    suite,
    exchange,
    psk,
    presented?.key,
    settings,
    offer.hello.legacyVersion,
    (length) => context.random(length),
  )
  transcript.add(context.send(messageType.clientKeyExchange, body))
  const secret = deriveMainSecret(fields, premaster)
  if (chosen === undefined) return finish(fields, secret, context)
  const messages = transcript.messages()
  transcript.forgetMessages()
  return sign(chosen, messages, context, (signature) => {
    const verify = encode(digitallySigned, { algorithm: chosen.scheme.id, signature })
    transcript.add(context.send(messageType.certificateVerify, verify))
    return finish(fields, secret, context)
  })
}

function finish(fields: Answering, secret: Uint8Array, context: Context): Step {
  const { previous, expectsTicket } = fields
  const keys = connectionKeys(fields, secret, context)
  // Nothing goes under keys that the server has not confirmed, whatever it said before.
  if (previous !== undefined) context.holdData(true)
  const clientVerifyData = sendFinished(fields, secret, 'client', keys.client, context)
  const next: Finishing = {
    ...fields,
    secret,
    readKeys: keys.server,
    clientVerifyData,
    ticket: undefined,
  }
  if (!expectsTicket) return waitFinished(next, context)
  return state('waitNewSessionTicket', newSessionTicketTable, next, previous)
}

/** RFC 5077 3.3: a server that said that it would send a ticket does. */
const newSessionTicketTable: Table<Finishing> = {
  [messageType.newSessionTicket](fields, message, context) {
    const ticket = decode(newSessionTicket12, message.body)
    fields.transcript.add(message.raw)
    return waitFinished({ ...fields, ticket }, context)
  },
}

function waitFinished(fields: Finishing, context: Context): Step {
  context.expectChangeCipherSpec(fields.readKeys)
  return state('waitFinished', finishedTable, fields, fields.previous)
}

const finishedTable: Table<Finishing> = {
  [messageType.finished](fields, message, context) {
    const { secret, clientVerifyData, exchange, scheme } = fields
    const serverVerifyData = checkFinished(fields, secret, 'server', message)
    return connectClient12(
      {
        ...fields,
        finished: { client: clientVerifyData, server: serverVerifyData },
        first: 'client',
        group: exchange.agreement?.group,
        scheme,
        expiresBy: Number.POSITIVE_INFINITY,
      },
      context,
    )
  },
}
