/**
 * TLS 1.3, client: the hellos (RFC 9846 4.2).
 *
 *   ClientHello (+ early data)  -------->
 *                               <--------  HelloRetryRequest
 *   ClientHello                 -------->
 *                               <--------  ServerHello: on to serverFlight13.ts
 */
import { equal } from '../../bytes.js'
import type { CipherSuite, KeyPair, NamedGroup } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import type { TrafficKeys } from '../../layer/layer.js'
import type { ClientSettings } from '../../options.js'
import { EarlyStage, exportKeyingMaterial, trafficKeys13 } from '../../schedule/tls13.js'
import { Transcript } from '../../schedule/transcript.js'
import { checkSolicited, extensionTable, readExtensions } from '../../wire/extension.js'
import type { ServerHello } from '../../wire/message.js'
import { messageType, namedGroup, nameOf } from '../../wire/registry.js'
import type { Context, Step } from '../context.js'
import { keylog } from '../keylog.js'
import type { ClientVersion, ReceivedServerHello, WaitServerHello } from './hello.js'
import { waitServerHello } from './hello.js'
import {
  buildClientHello,
  type Offer,
  type OfferBase,
  type OfferVariant,
  offeredTypes,
} from './offer.js'
import { binder, type OfferedPsk, offeredPsks } from './psk.js'
import { waitEncryptedExtensions } from './serverFlight13.js'

export const client13: ClientVersion = {
  sendClientHello(base, context) {
    const { settings } = base
    const psks = offeredPsks(settings, context)
    const keyPairs = generate(settings.keyShares, context)
    const variant: OfferVariant = {
      keyPairs,
      groupAsked: false,
      psks,
      cookie: undefined,
      earlyData: offersEarlyData(settings, psks[0]),
      earlyDataRefused: false,
    }
    return send(base, variant, context, undefined)
  },

  helloRetryRequest({ hello, message }, fields, context) {
    const { settings, offer } = fields
    const list = hello.extensions ?? []
    const extensions = readExtensions('helloRetryRequest', list)
    // The cookie is the one extension that nobody has to ask for (RFC 9846 4.3).
    checkSolicited(
      list.filter(({ type }) => type !== extensionTable.cookie.type),
      offer.offered,
      'HelloRetryRequest',
    )
    const suite = checkHello(hello, fields)
    context.layer.demandBoundary?.()
    const { keyShare: group, cookie } = extensions
    if (group === undefined && cookie === undefined)
      throw new Fault('pointlessHelloRetryRequest', 'neither a group nor a cookie')
    const transcript = Transcript.afterRetry(suite.hash, suite.hash.hash(offer.raw))
    transcript.add(message.raw)

    if (offer.earlyData) {
      context.layer.uninstallWrite()
      context.setEarlyWrite(0)
      context.setEarlyExporter(undefined)
      context.emit({ kind: 'earlyDataRejected' })
    } else sendChangeCipherSpec(offer, context)
    const variant: OfferVariant = {
      groupAsked: group !== undefined,
      keyPairs: group === undefined ? offer.keyPairs : retryShare(group, offer, context),
      // RFC 9846 4.2.2: PSKs that do not go with the suite are left out.
      psks: offeredPsks(settings, context, suite.hash),
      cookie,
      earlyData: false,
      earlyDataRefused: offer.earlyData,
    }
    const second = send(offer, variant, context, transcript)
    context.flush()
    transcript.add(second.raw)
    const version = settings.versions.find(({ client }) => client === client13)
    if (version === undefined) throw new Fault('internalError', 'TLS 1.3 is not configured')
    return waitServerHello({
      settings,
      offer: second,
      retry: { version, suite, group, transcript },
      previous: undefined,
    })
  },

  serverHello(received, fields, context) {
    return serverHello13(received, fields, context)
  },
}

function send(
  base: OfferBase,
  variant: OfferVariant,
  context: Context,
  before: Transcript | undefined,
): Offer {
  const bind = binder(variant.psks, context, before)
  const { hello, body } = buildClientHello(base, variant, context, bind)
  const raw = context.send(messageType.clientHello, body)
  const { settings, random, sessionId, grease, offers13, parts12 } = base
  // After a HelloRetryRequest the base is an offer itself, of which nothing more may stay.
  const fixed = { settings, random, sessionId, grease, offers13, parts12 }
  const earlyKeys = variant.earlyData
    ? startEarlyData({ raw, ...fixed, ...variant }, context)
    : undefined
  return { hello, raw, offered: offeredTypes(hello), earlyKeys, ...fixed, ...variant }
}

function generate(groups: readonly NamedGroup[], context: Context): ReadonlyMap<number, KeyPair> {
  const random = (length: number) => context.random(length)
  return new Map(groups.map((group) => [group.id, group.generate(random)]))
}

/** RFC 9846 4.2.4: the group must be one that we support and sent no share for. */
function retryShare(id: number, offer: Offer, context: Context): ReadonlyMap<number, KeyPair> {
  const group = offer.settings.groups.find((candidate) => candidate.id === id)
  if (group === undefined)
    throw new Fault('unofferedGroup', `HelloRetryRequest for ${nameOf(namedGroup, id)}`)
  if (offer.keyPairs.has(id))
    throw new Fault(
      'pointlessHelloRetryRequest',
      `${group.name}, for which a share was sent already`,
    )
  for (const pair of offer.keyPairs.values()) pair.wipe()
  return generate([group], context)
}

function offersEarlyData(settings: ClientSettings, first: OfferedPsk | undefined): boolean {
  const session = first?.session
  if (settings.config.earlyData !== true || session === undefined) return false
  if (session.maxEarlyData === 0 || !settings.suites.some(({ id }) => id === session.suite))
    return false
  // RFC 9846 4.3.10: early data speaks the protocol of the session, which must be on offer again.
  return session.alpn === undefined || settings.config.alpn?.includes(session.alpn) === true
}

function startEarlyData(
  offer: OfferBase & OfferVariant & Pick<Offer, 'raw'>,
  context: Context,
): TrafficKeys {
  const { settings } = offer
  const psk = offer.psks[0]
  const session = psk?.session
  const suite = settings.suites.find(({ id }) => id === session?.suite)
  if (psk === undefined || session === undefined || suite === undefined)
    throw new Fault('internalError', 'early data without a session')
  const { labelPrefix } = context.layer.traits
  const early = new EarlyStage(suite.hash, labelPrefix, psk.secret)
  const transcriptHash = suite.hash.hash(offer.raw)
  const secret = early.clientTraffic(transcriptHash)
  const exporterSecret = early.exporter(transcriptHash)
  early.wipe()
  keylog(context, 'CLIENT_EARLY_TRAFFIC_SECRET', offer.random, secret)
  keylog(context, 'EARLY_EXPORTER_SECRET', offer.random, exporterSecret)
  const keys = trafficKeys13(suite, labelPrefix, secret)
  sendChangeCipherSpec(offer, context)
  context.installWrite('earlyData', keys)
  context.setEarlyWrite(session.maxEarlyData)
  context.setEarlyExporter((label, exporterContext, length) =>
    exportKeyingMaterial(suite.hash, labelPrefix, exporterSecret, label, exporterContext, length),
  )
  return keys
}

/** RFC 9846 E.4: once, before the first protected record or the second ClientHello. */
function sendChangeCipherSpec(offer: Pick<Offer, 'sessionId'>, context: Context): void {
  if (offer.sessionId.length > 0) context.layer.sendChangeCipherSpec()
}

/** What ServerHello and HelloRetryRequest have in common. Returns the suite. */
function checkHello(hello: ServerHello, { offer, retry, settings }: WaitServerHello): CipherSuite {
  if (!equal(hello.legacySessionIdEcho, offer.sessionId))
    throw new Fault('illegalParameter', 'legacy_session_id_echo is not what was sent')
  if (hello.legacyCompressionMethod !== 0)
    throw new Fault(
      'illegalCompression',
      `legacy_compression_method is ${hello.legacyCompressionMethod}`,
    )
  const suite = settings.suites.find(({ id }) => id === hello.cipherSuite)
  if (suite === undefined || !offer.hello.cipherSuites.includes(hello.cipherSuite))
    throw new Fault('unofferedSuite', `suite 0x${hello.cipherSuite.toString(16)}`)
  if (retry !== undefined && retry.suite !== suite)
    throw new Fault(
      'unofferedSuite',
      `${suite.name}, not ${retry.suite.name} of the HelloRetryRequest`,
    )
  return suite
}

function serverHello13(
  { hello, message }: ReceivedServerHello,
  fields: WaitServerHello,
  context: Context,
): Step {
  const { settings, offer, retry } = fields
  const list = hello.extensions ?? []
  const extensions = readExtensions('serverHello', list)
  checkSolicited(list, offer.offered, 'ServerHello')
  const suite = checkHello(hello, fields)
  const { preSharedKey: index, keyShare } = extensions
  const psk = index === undefined ? undefined : offer.psks[index]
  if (index !== undefined && psk === undefined)
    throw new Fault('unofferedPsk', `PSK ${index} of ${offer.psks.length}`)
  if (psk !== undefined && psk.hash.name !== suite.hash.name)
    throw new Fault('mismatchedPskHash', `${psk.hash.name} with ${suite.name}`)
  if (psk === undefined && keyShare === undefined)
    throw new Fault('missingExtension', 'ServerHello has neither key_share nor pre_shared_key')
  // RFC 9846 4.3.11: the modes that were offered decide, and what does not agree with them is illegal.
  if (keyShare === undefined && !settings.pskWithoutDiffieHellman)
    throw new Fault('unofferedPskMode', 'key_share is missing')
  if (retry?.group !== undefined && keyShare?.group !== retry.group)
    throw new Fault('unofferedGroup', 'another group than in the HelloRetryRequest')
  const shared = keyShare === undefined ? undefined : agree(keyShare, offer)

  const transcript = retry?.transcript ?? new Transcript(suite.hash, [offer.raw])
  transcript.add(message.raw)
  const { labelPrefix } = context.layer.traits
  const stage = new EarlyStage(suite.hash, labelPrefix, psk?.secret).handshake(shared?.secret)
  const transcriptHash = transcript.hash()
  const clientSecret = stage.traffic('client', transcriptHash)
  const serverSecret = stage.traffic('server', transcriptHash)
  keylog(context, 'CLIENT_HANDSHAKE_TRAFFIC_SECRET', offer.random, clientSecret)
  keylog(context, 'SERVER_HANDSHAKE_TRAFFIC_SECRET', offer.random, serverSecret)
  context.installRead('handshake', trafficKeys13(suite, labelPrefix, serverSecret))
  // With early data under way, our keys change when the server has said what becomes of it; where nothing marks its end
  // both keys are in use at once, and the layer keeps them apart.
  if (!offer.earlyData || !context.layer.traits.endOfEarlyData) {
    if (retry === undefined) sendChangeCipherSpec(offer, context)
    context.installWrite('handshake', trafficKeys13(suite, labelPrefix, clientSecret))
  }
  const version = settings.versions.find(({ client }) => client === client13)
  if (version === undefined) throw new Fault('internalError', 'TLS 1.3 is not configured')
  return waitEncryptedExtensions({
    settings,
    version,
    offer,
    suite,
    group: shared?.group,
    psk,
    pskIndex: index,
    helloRetried: retry !== undefined,
    transcript,
    stage,
    clientSecret,
    serverSecret,
  })
}

function agree(
  { group, keyExchange }: { readonly group: number; readonly keyExchange: Uint8Array },
  offer: Offer,
): { readonly group: NamedGroup; readonly secret: Uint8Array } {
  const pair = offer.keyPairs.get(group)
  const known = offer.settings.groups.find(({ id }) => id === group)
  if (pair === undefined || known === undefined)
    throw new Fault('unofferedGroup', `no share for ${nameOf(namedGroup, group)} was sent`)
  const secret = pair.decapsulate(keyExchange)
  if (secret === undefined) throw new Fault('invalidKeyShare', known.name)
  for (const each of offer.keyPairs.values()) each.wipe()
  return { group: known, secret }
}
