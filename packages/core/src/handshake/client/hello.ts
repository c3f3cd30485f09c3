/**
 * The client's hello stage, before the version is known.
 *
 *   ClientHello  -------->
 *                <--------  ServerHello or HelloRetryRequest: hands over to the version that it chose
 */
import { equal, noBytes } from '../../bytes.js'
import type { CipherSuite } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import type { HandshakeMessage } from '../../layer/layer.js'
import type { ClientSettings } from '../../options.js'
import type { Transcript } from '../../schedule/transcript.js'
import { decode } from '../../wire/codec.js'
import { extensionTable } from '../../wire/extension.js'
import { helloRetryRequestRandom, type ServerHello, serverHello } from '../../wire/message.js'
import { helloRequest } from '../../wire/message12.js'
import { alert, messageType, protocolVersion } from '../../wire/registry.js'
import type { Connected12 } from '../connected12.js'
import { type Context, type State, type Step, state, type Table } from '../context.js'
import { checkDowngrade, newestVersion } from '../downgrade.js'
import type { VersionForClients } from '../version.js'
import { drawGrease } from './grease.js'
import type { HelloParts, Offer, OfferBase } from './offer.js'

/** What a version does for a client. */
export interface ClientVersion {
  /** What it needs in a ClientHello, whichever version is the newest on offer. */
  parts?(settings: ClientSettings, context: Context, previous: Connected12 | undefined): HelloParts
  /** Sends the first ClientHello, with what this version needs in it. Asked of the newest version. */
  sendClientHello(base: OfferBase, context: Context): Offer
  /** Goes on with a ServerHello that chose this version. */
  serverHello(received: ReceivedServerHello, fields: WaitServerHello, context: Context): Step
  /** Goes on with a HelloRetryRequest; absent where the version has none. */
  helloRetryRequest?(received: ReceivedServerHello, fields: WaitServerHello, context: Context): Step
}

export interface ReceivedServerHello {
  readonly hello: ServerHello
  readonly message: HandshakeMessage
}

export interface WaitServerHello {
  readonly settings: ClientSettings
  readonly offer: Offer
  /** What a HelloRetryRequest has fixed. */
  readonly retry: Retry | undefined
  /** The connection that is renegotiated. */
  readonly previous: Connected12 | undefined
}

export interface Retry {
  readonly version: VersionForClients
  readonly suite: CipherSuite
  readonly group: number | undefined
  /** Up to and including the HelloRetryRequest. */
  readonly transcript: Transcript
}

/** @param previous the connection that is renegotiated; the settings then offer its version alone. */
export function startClient(
  settings: ClientSettings,
  context: Context,
  previous?: Connected12,
): State {
  const newest = newestVersion(settings.versions)
  const random = context.random(32)
  const offers13 = newest.id >= protocolVersion.tls13
  const parts12 = settings.versions
    .map(({ client }) => client.parts?.(settings, context, previous))
    .find((parts) => parts !== undefined)
  const compatibility =
    offers13 &&
    context.layer.traits.middleboxCompatibility &&
    settings.config.middleboxCompatibility !== false
  const base: OfferBase = {
    settings,
    random,
    sessionId: parts12?.sessionId ?? (compatibility ? context.random(32) : noBytes),
    grease: settings.config.profile?.grease ? drawGrease(context) : undefined,
    offers13,
    parts12,
  }
  const offer = newest.client.sendClientHello(base, context)
  context.flush()
  return waitServerHello({ settings, offer, retry: undefined, previous })
}

export function waitServerHello(fields: WaitServerHello): State {
  const { previous } = fields
  if (previous === undefined) return state('waitServerHello', waitServerHelloTable, fields)
  const refused: State['warned'] = (description, context) =>
    description === alert.noRenegotiation ? previous.refused(context, true) : undefined
  const table = { ...waitServerHelloTable, ...ignoreHelloRequest }
  return state('waitServerHello', table, fields, previous, refused)
}

/** RFC 5246 7.4.1.1: a client that has begun ignores it. */
const ignoreHelloRequest: Table<WaitServerHello> = {
  [messageType.helloRequest](fields, message) {
    decode(helloRequest, message.body)
    fields.previous?.helloRequestReceived()
    return waitServerHello(fields)
  },
}

const waitServerHelloTable: Table<WaitServerHello> = {
  [messageType.serverHello](fields, message, context) {
    const hello = decode(serverHello, message.body)
    const isRetry = equal(hello.random, helloRetryRequestRandom)
    const version = chosenVersion(hello, fields, context)
    context.setVersion(version)
    const received = { hello, message }
    if (!isRetry) return version.client.serverHello(received, fields, context)
    if (fields.retry !== undefined)
      throw new Fault('secondHelloRetryRequest', 'after the second ClientHello')
    if (version.client.helloRetryRequest === undefined)
      throw new Fault('illegalParameter', `a HelloRetryRequest in ${version.name}`)
    return version.client.helloRetryRequest(received, fields, context)
  },
}

/** RFC 9846 4.3.1: supported_versions where it stands, legacy_version otherwise. */
function chosenVersion(
  hello: ServerHello,
  { settings, retry, offer }: WaitServerHello,
  context: Context,
): VersionForClients {
  const { traits } = context.layer
  const chosen = hello.extensions?.find(
    ({ type }) => type === extensionTable.supportedVersions.type,
  )
  if (chosen === undefined) {
    // RFC 9846 4.2.4: whether we speak that version does not matter.
    if (retry !== undefined)
      throw new Fault('unofferedVersion', 'another version than in the HelloRetryRequest')
    const version = settings.versions.find(
      ({ id }) => id < protocolVersion.tls13 && traits.wireVersion(id) === hello.legacyVersion,
    )
    if (version === undefined)
      throw new Fault('noCommonVersion', `the server chose 0x${hello.legacyVersion.toString(16)}`)
    if (offer.earlyData) {
      // RFC 9846 E.3: such a server stumbles over the data; and it can read an alert only in plaintext.
      context.layer.uninstallWrite()
      throw new Fault('versionWithoutEarlyData', `it chose ${version.name}`)
    }
    checkDowngrade(hello.random, version, settings.versions)
    return version
  }
  if (!offer.offers13)
    throw new Fault('unsolicitedExtension', 'supported_versions, which was not offered')
  const number = decode(extensionTable.supportedVersions.serverHello, chosen.data)
  const version = settings.versions.find(
    ({ id }) => id >= protocolVersion.tls13 && traits.wireVersion(id) === number,
  )
  if (version === undefined)
    throw new Fault('unofferedVersion', `supported_versions says 0x${number.toString(16)}`)
  if (retry !== undefined && retry.version !== version)
    throw new Fault('unofferedVersion', 'another version than in the HelloRetryRequest')
  // RFC 9846 4.2.3: protocol_version too.
  if (hello.legacyVersion !== traits.wireVersion(protocolVersion.tls12))
    throw new Fault('noCommonVersion', `legacy_version is 0x${hello.legacyVersion.toString(16)}`)
  return version
}
