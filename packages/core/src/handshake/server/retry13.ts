/**
 * TLS 1.3, server: HelloRetryRequest (RFC 9846 4.2.4), with or without a cookie that lets the server forget.
 */
import { noBytes } from '../../bytes.js'
import type { CipherSuite, HashAlgorithm, NamedGroup } from '../../crypto/provider.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import { Transcript } from '../../schedule/transcript.js'
import { encode } from '../../wire/codec.js'
import { writeExtensions } from '../../wire/extension.js'
import { handshakeBytes, helloRetryRequestRandom, serverHello } from '../../wire/message.js'
import { messageType, protocolVersion } from '../../wire/registry.js'
import type { Context } from '../context.js'
import { chooseGroup } from '../negotiate.js'
import { openCookie, sealCookie } from './cookie.js'
import type { ReceivedClientHello } from './hello.js'
import type { SelectedPsk } from './psk.js'

/** What a HelloRetryRequest has fixed. */
export interface Retry {
  /** The first ClientHello offered early data, which a HelloRetryRequest refuses. */
  readonly earlyDataRefused: boolean
  readonly suite: CipherSuite
  /** The group asked for; undefined where only a cookie was. */
  readonly group: number | undefined
  /** Up to and including the HelloRetryRequest. */
  readonly transcript: Transcript
  readonly psk: SelectedPsk | undefined
}

/** Sends a HelloRetryRequest; with a cookie, nothing needs to be remembered of it. */
export function sendRetryRequest(
  received: ReceivedClientHello,
  settings: ServerSettings,
  suite: CipherSuite,
  forced: NamedGroup | undefined,
  psk: SelectedPsk | undefined,
  context: Context,
): Retry {
  const { message, extensions } = received
  const { cookie } = settings.config
  const helloHash = suite.hash.hash(message.raw)
  const group = forced ?? retryGroup(received, settings)
  const value = { suite: suite.id, group: group?.id ?? 0, helloHash }
  const body = retryBody(
    received,
    suite,
    group?.id,
    cookie === undefined
      ? undefined
      : sealCookie(cookie, value, context.time.unix, cookieHash(settings)),
    context,
  )
  const transcript = Transcript.afterRetry(suite.hash, helloHash)
  transcript.add(context.send(messageType.serverHello, body))
  sendChangeCipherSpec(received, context)
  context.flush('untimed')
  if (extensions.earlyData !== undefined)
    context.layer.skipEarlyData({ kind: 'untilClientHello', limit: skipLimit(settings) })
  return {
    suite,
    group: group?.id,
    transcript,
    psk,
    earlyDataRefused: extensions.earlyData !== undefined,
  }
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
      keyShare: group,
      cookie,
    }),
  })
}

/** Makes anew what a HelloRetryRequest had fixed, of which only the cookie remembers. */
export function resumeFromCookie(
  cookie: Uint8Array,
  received: ReceivedClientHello,
  settings: ServerSettings,
  context: Context,
): Retry {
  const { suites } = settings
  const { cookie: cookieConfig } = settings.config
  if (cookieConfig === undefined) throw new Fault('internalError', 'no cookie is configured')
  const hash = cookieHash(settings)
  const { suite: id, group, helloHash } = openCookie(cookieConfig, cookie, context.time.unix, hash)
  const suite = suites.find((candidate) => candidate.id === id)
  if (suite === undefined || helloHash.length !== suite.hash.outputLength)
    throw new Fault('badCookie', 'its suite is not configured any more')
  const groupId = group === 0 ? undefined : group
  const transcript = Transcript.afterRetry(suite.hash, helloHash)
  const body = retryBody(received, suite, groupId, cookie, context)
  transcript.add(handshakeBytes(messageType.serverHello, body))
  return { suite, group: groupId, transcript, psk: undefined, earlyDataRefused: false }
}

/** One hash for all cookies, since the suite is only known from within. */
function cookieHash({ crypto, suites }: ServerSettings): HashAlgorithm {
  const hash = crypto.hashes.find(({ name }) => name === 'sha256') ?? suites[0]?.hash
  if (hash === undefined) throw new Fault('internalError', 'no hash for cookies')
  return hash
}

/** RFC 9846 E.4: after the first of our messages, once. */
export function sendChangeCipherSpec({ hello }: ReceivedClientHello, context: Context): void {
  if (context.layer.traits.middleboxCompatibility && hello.legacySessionId.length > 0)
    context.layer.sendChangeCipherSpec()
}

/** Ciphertext of early data that we pass over: what a ticket of ours may allow, and the records' overhead. */
export function skipLimit({ config }: ServerSettings): number {
  return 65_536 + 2 * (config.earlyData?.maxBytes ?? 0)
}
