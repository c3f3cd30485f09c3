/**
 * TLS 1.3, server: the hellos (RFC 9846 4.1).
 *
 *   ClientHello (+ early data)  -------->
 *                               <--------  HelloRetryRequest: statelessly under a cookie, where one is configured
 *   ClientHello                 -------->  chooses everything, then on to flight13.ts
 */
import { equal, latin1, noBytes } from '../../bytes.js'
import type { CipherSuite, HashAlgorithm, NamedGroup } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import { Transcript } from '../../schedule/transcript.js'
import { encode } from '../../wire/codec.js'
import { extensionTable, writeExtensions } from '../../wire/extension.js'
import { handshakeBytes, helloRetryRequestRandom, serverHello } from '../../wire/message.js'
import { messageType, namedGroup, nameOf, protocolVersion } from '../../wire/registry.js'
import { type Context, type Step, state, type Table } from '../context.js'
import { choose, chooseGroup } from '../negotiate.js'
import { openCookie, sealCookie } from './cookie.js'
import { serverFlight } from './flight13.js'
import {
  type ReceivedClientHello,
  readClientHello,
  type ServerVersion,
  sameExcept,
} from './hello.js'
import { type SelectedPsk, selectPsk } from './psk.js'

/** What a HelloRetryRequest has fixed. */
interface Retry {
  /** The first ClientHello offered early data, which a HelloRetryRequest refuses. */
  readonly earlyDataRefused: boolean
  readonly suite: CipherSuite
  /** The group asked for; undefined where only a cookie was. */
  readonly group: number | undefined
  /** Up to and including the HelloRetryRequest. */
  readonly transcript: Transcript
}

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
  context.layer.setChangeCipherSpec('drop')
  const suites = commonSuites(received, settings, retry)
  const alpn = chooseAlpn(received, settings)
  if (settings.config.cookie !== undefined && retry === undefined)
    return sendRetry(received, settings, pickSuite(suites, undefined), undefined, context)
  const modes = received.extensions.pskKeyExchangeModes ?? []
  const usable = modes.includes(1) || (modes.includes(0) && settings.pskWithoutDiffieHellman)
  const search = { received, settings, suites, alpn, before: retry?.transcript, context }
  const proceed = (psk: SelectedPsk | undefined) =>
    withPsk(received, settings, suites, retry, alpn, psk, context)
  return usable ? selectPsk(search, proceed) : proceed(undefined)
}

/** Checks that need no choice (RFC 9846 4.1.2, 4.2.8, 4.2.11, 9.2). */
function checkClientHello(
  { hello, list, extensions }: ReceivedClientHello,
  context: Context,
): void {
  if (hello.legacyCompressionMethods.length !== 1 || hello.legacyCompressionMethods[0] !== 0)
    throw new Fault('illegalParameter', 'legacy_compression_methods is not just null')
  if (!context.layer.traits.middleboxCompatibility && hello.legacySessionId.length > 0)
    throw new Fault('illegalParameter', 'legacy_session_id must be empty on this transport')
  const { preSharedKey, supportedGroups, keyShare, signatureAlgorithms } = extensions
  if (preSharedKey !== undefined) {
    if (list[list.length - 1]?.type !== extensionTable.preSharedKey.type)
      throw new Fault('extensionNotLast', `${list.length} extensions`)
    if (preSharedKey.identities.length !== preSharedKey.binders.length)
      throw new Fault('illegalParameter', 'as many binders as identities are needed')
    if (extensions.pskKeyExchangeModes === undefined)
      throw new Fault('missingExtension', 'psk_key_exchange_modes')
  } else {
    if (signatureAlgorithms === undefined)
      throw new Fault('missingExtension', 'signature_algorithms')
    if (supportedGroups === undefined) throw new Fault('missingExtension', 'supported_groups')
  }
  if (extensions.earlyData !== undefined && preSharedKey === undefined)
    throw new Fault('illegalParameter', 'early_data without pre_shared_key')
  if ((supportedGroups === undefined) !== (keyShare === undefined))
    throw new Fault('missingExtension', 'supported_groups and key_share go together')
  checkShares(
    (keyShare ?? []).map(({ group }) => group),
    supportedGroups ?? [],
  )
}

/** RFC 9846 4.2.8: a share at most for each supported group, in the same order. */
function checkShares(shares: readonly number[], supported: readonly number[]): void {
  let from = 0
  for (const share of shares) {
    const index = supported.indexOf(share, from)
    if (index < 0)
      throw new Fault(
        'illegalParameter',
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
  const common = settings.suites.filter(({ id }) => offered.includes(id))
  if (common.length === 0)
    throw new Fault('noCommonSuite', `the client offers ${offered.length} others`)
  if (settings.config.preference !== 'client') return common
  return [...common].sort((a, b) => offered.indexOf(a.id) - offered.indexOf(b.id))
}

function pickSuite(suites: readonly CipherSuite[], hash: HashAlgorithm | undefined): CipherSuite {
  const suite =
    hash === undefined ? suites[0] : suites.find((candidate) => candidate.hash.name === hash.name)
  if (suite === undefined) throw new Fault('noCommonSuite', 'for the hash of the PSK')
  return suite
}

/** RFC 7301 3.2. */
function chooseAlpn(
  { extensions: { alpn: offered } }: ReceivedClientHello,
  { alpn: ours }: ServerSettings,
): string | undefined {
  if (offered === undefined || ours.length === 0) return undefined
  const found = ours.find((name) => offered.some((other) => equal(name, other)))
  if (found === undefined)
    throw new Fault('noCommonProtocol', `the client offers ${offered.map(latin1).join(', ')}`)
  return latin1(found)
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
  const common = {
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
  const shares = extensions.keyShare ?? []
  const supported = extensions.supportedGroups ?? []
  if (!wantsDiffieHellman || (psk !== undefined && extensions.keyShare === undefined)) {
    if (!settings.pskWithoutDiffieHellman || !modes.includes(0))
      throw new Fault('missingExtension', 'key_share, for psk_dhe_ke')
    return serverFlight({ ...common, group: undefined, clientShare: undefined }, context)
  }
  const chosen = groupFor(shares, supported, settings, retry)
  if (chosen === undefined)
    throw new Fault(
      'noCommonGroup',
      `the client offers ${supported.map((id) => nameOf(namedGroup, id)).join(', ')}`,
    )
  if (chosen.retry) return sendRetry(received, settings, suite, chosen.group, context)
  const { group } = chosen
  const clientShare = shares.find((share) => share.group === group.id)?.keyExchange
  return serverFlight({ ...common, group, clientShare }, context)
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
    // RFC 9846 4.1.2: the second ClientHello has one share, for the group asked for.
    if (ids.length !== 1 || ids[0] !== retry.group)
      throw new Fault(
        'changedClientHello',
        'the share is not for the group of the HelloRetryRequest',
      )
    const group = choose(settings.groups, ids, preference)
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
  context: Context,
): Step {
  const { message, extensions } = received
  const { cookie } = settings.config
  const helloHash = suite.hash.hash(message.raw)
  const group = forced ?? retryGroup(received, settings)
  const value = { suite: suite.id, group: group?.id ?? 0, helloHash }
  const body = retryBody(
    received,
    suite,
    group?.id,
    cookie === undefined ? undefined : sealCookie(cookie, value, context.time.unix, suite.hash),
    context,
  )
  const transcript = Transcript.afterRetry(suite.hash, helloHash)
  transcript.add(context.send(messageType.serverHello, body))
  sendChangeCipherSpec(received, context)
  context.flush()
  if (extensions.earlyData !== undefined)
    context.layer.skipEarlyData({ kind: 'untilClientHello', limit: skipLimit(settings) })
  return state('waitSecondClientHello', waitSecondClientHelloTable, {
    settings,
    first: received,
    retry: {
      suite,
      group: group?.id,
      transcript,
      earlyDataRefused: extensions.earlyData !== undefined,
    },
  })
}

/** With a cookie the HelloRetryRequest comes in any case; it asks for a group where it has to. */
function retryGroup(
  { extensions }: ReceivedClientHello,
  settings: ServerSettings,
): NamedGroup | undefined {
  const { keyShare, supportedGroups } = extensions
  if (keyShare === undefined || supportedGroups === undefined) return undefined
  const ids = keyShare.map(({ group }) => group)
  const preference = settings.config.preference ?? 'server'
  const chosen = chooseGroup(settings.groups, supportedGroups, ids, preference)
  return chosen?.retry === true ? chosen.group : undefined
}

function retryBody(
  { hello }: ReceivedClientHello,
  suite: CipherSuite,
  group: number | undefined,
  cookie: Uint8Array | undefined,
  context: Context,
): Uint8Array {
  const { traits } = context.layer
  return encode(serverHello, {
    legacyVersion: traits.wireVersion(protocolVersion.tls12),
    random: helloRetryRequestRandom,
    legacySessionIdEcho: traits.middleboxCompatibility ? hello.legacySessionId : noBytes,
    cipherSuite: suite.id,
    legacyCompressionMethod: 0,
    extensions: writeExtensions('helloRetryRequest', {
      supportedVersions: traits.wireVersion(protocolVersion.tls13),
      ...(group === undefined ? {} : { keyShare: group }),
      ...(cookie === undefined ? {} : { cookie }),
    }),
  })
}

/** Makes anew what a HelloRetryRequest had fixed, of which only the cookie remembers. */
function resumeFromCookie(
  cookie: Uint8Array,
  received: ReceivedClientHello,
  settings: ServerSettings,
  context: Context,
): Retry {
  const { suites } = settings
  // The MAC's hash is that of the suite, which the cookie names; so it is found by trying those we have.
  const hashes = [...new Map(suites.map((suite) => [suite.hash.name, suite.hash])).values()]
  const { suite: id, group, helloHash } = openWith(hashes, cookie, settings, context)
  const suite = suites.find((candidate) => candidate.id === id)
  if (suite === undefined || helloHash.length !== suite.hash.outputLength)
    throw new Fault('badCookie', 'its suite is not configured any more')
  const groupId = group === 0 ? undefined : group
  const transcript = Transcript.afterRetry(suite.hash, helloHash)
  const body = retryBody(received, suite, groupId, cookie, context)
  transcript.add(handshakeBytes(messageType.serverHello, body))
  return { suite, group: groupId, transcript, earlyDataRefused: false }
}

function openWith(
  hashes: readonly HashAlgorithm[],
  cookie: Uint8Array,
  { config }: ServerSettings,
  context: Context,
): ReturnType<typeof openCookie> {
  let refusal: unknown
  for (const hash of hashes) {
    try {
      if (config.cookie !== undefined)
        return openCookie(config.cookie, cookie, context.time.unix, hash)
    } catch (fault) {
      refusal = fault
    }
  }
  throw refusal ?? new Fault('badCookie', 'no hash to check it with')
}

interface WaitSecond {
  readonly settings: ServerSettings
  readonly first: ReceivedClientHello
  readonly retry: Retry
}

/** RFC 9846 4.1.2: what the second ClientHello may change. */
const changeable = new Set<number>([
  extensionTable.keyShare.type,
  extensionTable.earlyData.type,
  extensionTable.cookie.type,
  extensionTable.preSharedKey.type,
  extensionTable.padding.type,
])

const waitSecondClientHelloTable: Table<WaitSecond> = {
  [messageType.clientHello]({ settings, first, retry }, message, context) {
    const received = readClientHello(message, settings, context)
    const { hello, extensions, list } = received
    if (received.version !== first.version)
      throw new Fault('changedClientHello', 'supported_versions')
    if (extensions.earlyData !== undefined)
      throw new Fault('changedClientHello', 'early_data after a HelloRetryRequest')
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

/** RFC 9846 D.4: after the first of our messages, once. */
export function sendChangeCipherSpec({ hello }: ReceivedClientHello, context: Context): void {
  if (context.layer.traits.middleboxCompatibility && hello.legacySessionId.length > 0)
    context.layer.sendChangeCipherSpec()
}

/** Ciphertext of early data that we pass over: what a ticket of ours may allow, and the records' overhead. */
export function skipLimit({ config }: ServerSettings): number {
  return 65_536 + 2 * (config.earlyData?.maxBytes ?? 0)
}
