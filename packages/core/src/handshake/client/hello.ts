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
import { messageType, protocolVersion } from '../../wire/registry.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { checkDowngrade, newestVersion } from '../downgrade.js'
import type { Version } from '../version.js'
import { drawGrease } from './grease.js'
import type { Offer, OfferBase } from './offer.js'

/** What a version does for a client. */
export interface ClientVersion {
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
}

export interface Retry {
  readonly version: Version
  readonly suite: CipherSuite
  readonly group: number | undefined
  /** Up to and including the HelloRetryRequest. */
  readonly transcript: Transcript
}

export function startClient(settings: ClientSettings, context: Context): Step {
  const newest = newestVersion(settings.versions)
  const random = context.random(32)
  const compatibility =
    context.layer.traits.middleboxCompatibility && settings.config.middleboxCompatibility !== false
  const base: OfferBase = {
    settings,
    random,
    sessionId: compatibility ? context.random(32) : noBytes,
    grease: settings.config.profile?.grease ? drawGrease(context) : undefined,
  }
  const offer = newest.client.sendClientHello(base, context)
  context.flush()
  return waitServerHello({ settings, offer, retry: undefined })
}

export function waitServerHello(fields: WaitServerHello): Step {
  return state('waitServerHello', waitServerHelloTable, fields)
}

const waitServerHelloTable: Table<WaitServerHello> = {
  [messageType.serverHello](fields, message, context) {
    const hello = decode(serverHello, message.body)
    const isRetry = equal(hello.random, helloRetryRequestRandom)
    const version = chosenVersion(hello, fields, context)
    context.layer.setVersion(version.id)
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
  { settings, retry }: WaitServerHello,
  context: Context,
): Version {
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
    checkDowngrade(hello.random, version, settings.versions)
    return version
  }
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
