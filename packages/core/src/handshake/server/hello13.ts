/**
 * TLS 1.3, server: the hellos (RFC 9846 4.2).
 *
 *   ClientHello (+ early data)  -------->
 *                               <--------  HelloRetryRequest: statelessly under a cookie, where one is configured
 *   ClientHello                 -------->  chooses everything, then on to flight13.ts
 */
import { equal } from '../../bytes.js'
import type { CipherSuite, HashAlgorithm, NamedGroup } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import { Transcript } from '../../schedule/transcript.js'
import { extensionTable } from '../../wire/extension.js'
import { messageType, namedGroup, nameOf, protocolVersion } from '../../wire/registry.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { chooseGroup, common } from '../negotiate.js'
import { chooseAlpn } from './alpn.js'
import { serverFlight } from './flight13.js'
import {
  type ReceivedClientHello,
  readClientHello,
  type ServerVersion,
  sameExcept,
} from './hello.js'
import { type SelectedPsk, selectPsk } from './psk.js'
import { type Retry, resumeFromCookie, sendRetryRequest } from './retry13.js'

/** What was chosen for the handshake. */
export interface Negotiated {
  readonly settings: ServerSettings
  readonly received: ReceivedClientHello
  readonly suite: CipherSuite
  /** Undefined under psk_ke. */
  readonly group: NamedGroup | undefined
  readonly clientShare: Uint8Array | undefined
  readonly psk: SelectedPsk | undefined
  readonly alpn: string | undefined
  /** Without the ClientHello. */
  readonly transcript: Transcript
  readonly helloRetried: boolean
  /** Early data was offered before a HelloRetryRequest. */
  readonly earlyDataRefused: boolean
}

export const server13: ServerVersion = {
  clientHello(received, settings, context) {
    const { cookie } = settings.config
    const sent = received.extensions.cookie
    if (cookie === undefined || sent === undefined)
      return negotiate(received, settings, undefined, context)
    refuseEarlyData(received)
    return negotiate(
      received,
      settings,
      resumeFromCookie(sent, received, settings, context),
      context,
    )
  },
}

function negotiate(
  received: ReceivedClientHello,
  settings: ServerSettings,
  retry: Retry | undefined,
  context: Context,
): Step {
  checkClientHello(received, context)
  // Before the answer goes out, so that the alert comes in its place.
  context.layer.demandBoundary?.()
  context.layer.setChangeCipherSpec('drop')
  const suites = commonSuites(received, settings, retry)
  const alpn = chooseAlpn(received, settings, context)
  if (settings.config.cookie !== undefined && retry === undefined)
    return sendRetry(
      received,
      settings,
      pickSuite(suites, undefined),
      undefined,
      undefined,
      context,
    )
  context.setVersion(received.version)
  const modes = received.extensions.pskKeyExchangeModes ?? []
  const usable = modes.includes(1) || (modes.includes(0) && settings.pskWithoutDiffieHellman)
  const search = {
    received,
    settings,
    suites,
    alpn,
    before: retry?.transcript,
    chosen: retry?.psk,
    context,
  }
  const proceed = (psk: SelectedPsk | undefined) =>
    withPsk(received, settings, suites, retry, alpn, psk, context)
  return usable ? selectPsk(search, proceed) : proceed(undefined)
}

/** Checks that need no choice (RFC 9846 4.2.2, 4.3.8, 4.3.11, 9.2). */
function checkClientHello(
  { hello, list, extensions }: ReceivedClientHello,
  context: Context,
): void {
  const { traits } = context.layer
  // RFC 9846 4.2.2: it says TLS 1.2, or the hello is refused with protocol_version.
  if (hello.legacyVersion !== traits.wireVersion(protocolVersion.tls12))
    throw new Fault('noCommonVersion', `legacy_version is 0x${hello.legacyVersion.toString(16)}`)
  if (hello.legacyCompressionMethods.length !== 1 || hello.legacyCompressionMethods[0] !== 0)
    throw new Fault('illegalCompression', 'legacy_compression_methods is not just null')
  // RFC 9147 5.3: only DTLS has one, and only DTLS 1.2 fills it.
  if (hello.legacyCookie !== undefined && hello.legacyCookie.length > 0)
    throw new Fault('illegalParameter', 'legacy_cookie is not empty')
  if (traits.refusesSessionId && hello.legacySessionId.length > 0)
    throw new Fault('illegalParameter', 'legacy_session_id must be empty on this transport')
  const { preSharedKey, supportedGroups, keyShare, signatureAlgorithms } = extensions
  if (preSharedKey !== undefined) {
    if (list[list.length - 1]?.type !== extensionTable.preSharedKey.type)
      throw new Fault('extensionNotLast', `${list.length} extensions`)
    if (preSharedKey.identities.length !== preSharedKey.binders.length)
      throw new Fault(
        'binderCountMismatch',
        `${preSharedKey.identities.length} identities, ${preSharedKey.binders.length} binders`,
      )
    if (extensions.pskKeyExchangeModes === undefined)
      throw new Fault('missingExtension', 'psk_key_exchange_modes')
  } else {
    if (signatureAlgorithms === undefined)
      throw new Fault('missingExtension', 'signature_algorithms')
    if (supportedGroups === undefined) throw new Fault('missingExtension', 'supported_groups')
  }
  if ((supportedGroups === undefined) !== (keyShare === undefined))
    throw new Fault('missingExtension', 'supported_groups and key_share go together')
  checkShares(
    (keyShare ?? []).map(({ group }) => group),
    supportedGroups ?? [],
  )
}

/** RFC 9846 4.3.8: a share at most for each supported group, in the same order. */
function checkShares(shares: readonly number[], supported: readonly number[]): void {
  let from = 0
  for (const share of shares) {
    const index = supported.indexOf(share, from)
    if (index < 0)
      throw new Fault(
        'illegalKeyShares',
        `the share for ${nameOf(namedGroup, share)} is not in supported_groups, stands twice or is out of order`,
      )
    from = index + 1
  }
}

function commonSuites(
  { hello }: ReceivedClientHello,
  settings: ServerSettings,
  retry: Retry | undefined,
): readonly CipherSuite[] {
  const offered = hello.cipherSuites
  if (retry !== undefined) {
    if (!offered.includes(retry.suite.id))
      throw new Fault('changedClientHello', 'the suite of the HelloRetryRequest is gone')
    return [retry.suite]
  }
  const suites = common(settings.suites, offered, settings.config.preference ?? 'server')
  if (suites.length === 0)
    throw new Fault('noCommonSuite', `the client offers ${offered.length} others`)
  return suites
}

function pickSuite(suites: readonly CipherSuite[], hash: HashAlgorithm | undefined): CipherSuite {
  const suite =
    hash === undefined ? suites[0] : suites.find((candidate) => candidate.hash.name === hash.name)
  if (suite === undefined) throw new Fault('noCommonSuite', 'for the hash of the PSK')
  return suite
}

function withPsk(
  received: ReceivedClientHello,
  settings: ServerSettings,
  suites: readonly CipherSuite[],
  retry: Retry | undefined,
  alpn: string | undefined,
  psk: SelectedPsk | undefined,
  context: Context,
): Step {
  const { extensions } = received
  if (psk === undefined) {
    requireCertificates(received, settings)
  }
  const suite = pickSuite(suites, psk?.hash)
  const helloRetried = retry !== undefined
  const transcript = retry?.transcript ?? new Transcript(suite.hash)
  const earlyDataRefused = retry?.earlyDataRefused ?? false
  const chosenSoFar = {
    settings,
    received,
    suite,
    psk,
    alpn,
    transcript,
    helloRetried,
    earlyDataRefused,
  }
  const modes = extensions.pskKeyExchangeModes ?? []
  const wantsDiffieHellman = psk === undefined || modes.includes(1)
  const pskAlone = () =>
    serverFlight({ group: undefined, clientShare: undefined, ...chosenSoFar }, context)
  const mayUsePskAlone = psk !== undefined && settings.pskWithoutDiffieHellman && modes.includes(0)
  const shares = extensions.keyShare ?? []
  const supported = extensions.supportedGroups ?? []
  if (!wantsDiffieHellman || (psk !== undefined && extensions.keyShare === undefined)) {
    if (!mayUsePskAlone) throw new Fault('missingExtension', 'key_share, for psk_dhe_ke')
    return pskAlone()
  }
  const chosen = groupFor(shares, supported, settings, retry)
  // RFC 9846 4.3.9: both modes are on offer, and the other one has no group.
  if (chosen === undefined && mayUsePskAlone) return pskAlone()
  if (chosen === undefined)
    throw new Fault(
      'noCommonGroup',
      `the client offers ${supported.map((id) => nameOf(namedGroup, id)).join(', ')}`,
    )
  if (chosen.retry) return sendRetry(received, settings, suite, chosen.group, psk, context)
  const { group } = chosen
  const clientShare = shares.find((share) => share.group === group.id)?.keyExchange
  return serverFlight({ group, clientShare, ...chosenSoFar }, context)
}

/** Without a PSK, a certificate must do; and a server that requires a PSK refuses here. */
function requireCertificates(
  { extensions }: ReceivedClientHello,
  { config, credentials, psks }: ServerSettings,
): void {
  const none =
    credentials === undefined || (typeof credentials === 'object' && credentials.length === 0)
  const onlyPsks = none && (psks.length > 0 || config.lookupPsk !== undefined)
  if (config.requirePsk ?? onlyPsks) {
    if (extensions.preSharedKey === undefined)
      throw new Fault('noPskMode', 'the client offers none')
    throw new Fault('unknownPskIdentity', 'none of the identities offered')
  }
  if (extensions.signatureAlgorithms === undefined)
    throw new Fault('missingExtension', 'signature_algorithms')
  if (extensions.supportedGroups === undefined)
    throw new Fault('missingExtension', 'supported_groups')
}

function groupFor(
  shares: readonly { readonly group: number }[],
  supported: readonly number[],
  settings: ServerSettings,
  retry: Retry | undefined,
): { readonly group: NamedGroup; readonly retry: boolean } | undefined {
  const ids = shares.map(({ group }) => group)
  const preference = settings.config.preference ?? 'server'
  if (retry?.group !== undefined) {
    // RFC 9846 4.2.2: the second ClientHello has one share, for the group asked for.
    if (ids.length !== 1 || ids[0] !== retry.group)
      throw new Fault(
        'changedClientHello',
        'the share is not for the group of the HelloRetryRequest',
      )
    const group = settings.groups.find(({ id }) => id === retry.group)
    return group === undefined ? undefined : { group, retry: false }
  }
  const chosen = chooseGroup(settings.groups, supported, ids, preference)
  if (chosen?.retry === true && retry !== undefined)
    throw new Fault('changedClientHello', 'a second HelloRetryRequest would be needed')
  return chosen
}

function sendRetry(
  received: ReceivedClientHello,
  settings: ServerSettings,
  suite: CipherSuite,
  forced: NamedGroup | undefined,
  psk: SelectedPsk | undefined,
  context: Context,
): Step {
  const retry = sendRetryRequest(received, settings, suite, forced, psk, context)
  if (settings.config.cookie !== undefined && context.layer.traits.forgetsAfterCookie)
    return context.restart()
  return state('waitSecondClientHello', waitSecondClientHelloTable, {
    settings,
    first: received,
    retry,
  })
}

interface WaitSecond {
  readonly settings: ServerSettings
  readonly first: ReceivedClientHello
  readonly retry: Retry
}

/** RFC 9846 4.2.2: the second ClientHello has none, whether we remember the first or not. */
function refuseEarlyData({ extensions }: ReceivedClientHello): void {
  if (extensions.earlyData !== undefined)
    throw new Fault('changedClientHello', 'early_data after a HelloRetryRequest')
}

/** RFC 9846 4.2.2: what the second ClientHello may change. */
const changeable = new Set<number>([
  extensionTable.keyShare.type,
  extensionTable.earlyData.type,
  extensionTable.cookie.type,
  extensionTable.preSharedKey.type,
  extensionTable.padding.type,
  // encrypted_client_hello is sealed anew (RFC 9849 6.1), for a server that knows it as for one that does not.
  0xfe0d,
])

const waitSecondClientHelloTable: Table<WaitSecond> = {
  [messageType.clientHello]({ settings, first, retry }, message, context) {
    const received = readClientHello(message, settings, context)
    const { hello, extensions, list } = received
    if (received.version !== first.version)
      throw new Fault('changedClientHello', 'supported_versions')
    refuseEarlyData(received)
    if (
      !equal(hello.random, first.hello.random) ||
      !equal(hello.legacySessionId, first.hello.legacySessionId) ||
      hello.cipherSuites.join() !== first.hello.cipherSuites.join() ||
      !equal(hello.legacyCompressionMethods, first.hello.legacyCompressionMethods) ||
      hello.legacyVersion !== first.hello.legacyVersion
    )
      throw new Fault('changedClientHello', 'a field before the extensions')
    if (!sameExcept(first.list, list, changeable))
      throw new Fault('changedClientHello', 'an extension that must stay')
    const { cookie } = settings.config
    if (cookie !== undefined) {
      if (extensions.cookie === undefined) throw new Fault('missingExtension', 'cookie')
      resumeFromCookie(extensions.cookie, received, settings, context)
    } else if (extensions.cookie !== undefined)
      throw new Fault('changedClientHello', 'a cookie that nobody sent')
    return negotiate(received, settings, retry, context)
  },
}
