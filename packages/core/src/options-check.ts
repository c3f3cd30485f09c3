/** What can be wrong with a configuration. Each check names the option, the value and the remedy. */
import type {
  ClientConfig,
  CommonConfig,
  ServerConfig,
  ServerOverrides,
  Verification,
} from './config.js'
import { OptionError } from './fault.js'
import type { SpokenVersion } from './handshake/version.js'
import {
  checkCookie,
  checkDhParameters,
  checkEarlyData,
  checkRenegotiation,
  checkTickets,
} from './options-features.js'
import { checkProfile } from './options-profile.js'
import {
  checkCredential,
  checkFlag,
  checkFunction,
  checkPolicy,
  checkPsk,
  checkRange,
  checkSession,
  demandRange,
} from './options-values.js'
import { acceptsAnyone, acceptsStored } from './verification.js'
import { signalingSuite } from './wire/registry.js'

const commonNames = [
  'versions',
  'crypto',
  'random',
  'suites',
  'groups',
  'signatureSchemes',
  'signingSchemes',
  'alpn',
  'credentials',
  'psks',
  'pskWithoutDiffieHellman',
  'certificateAuthorities',
  'requestStaple',
  'requestScts',
  'recordSizeLimit',
  'recordPadding',
  'sessionContext',
  'limits',
  'extendedMainSecret',
  'encryptThenMac',
  'renegotiation',
  'observe',
  'verify',
  'earlyData',
]
const clientNames = new Set([
  ...commonNames,
  'serverName',
  'sendServerName',
  'keyShares',
  'session',
  'middleboxCompatibility',
  'ticketRequest',
  'postHandshakeAuth',
  'maxFragmentLength',
  'requireRenegotiationInfo',
  'fallbackScsv',
  'choosePsk',
  'minDhBits',
  'profile',
])
const serverNames = new Set([
  ...commonNames,
  'clientAuthentication',
  'configure',
  'lookupPsk',
  'requirePsk',
  'tickets',
  'halfRttData',
  'pskHint',
  'dhParameters',
  'preference',
  'cookie',
])

const clientFlags = [
  'earlyData',
  'sendServerName',
  'middleboxCompatibility',
  'postHandshakeAuth',
  'requireRenegotiationInfo',
  'fallbackScsv',
] as const
const commonFlags = ['pskWithoutDiffieHellman', 'requestStaple', 'requestScts'] as const

/** What a `configure` decision may change; the rest was in use before it was asked. */
const overrideNames = new Set([
  'suites',
  'groups',
  'signatureSchemes',
  'signingSchemes',
  'alpn',
  'credentials',
  'psks',
  'pskHint',
  'dhParameters',
  'verify',
  'clientAuthentication',
  'certificateAuthorities',
  'tickets',
  'earlyData',
  'sessionContext',
  'requestStaple',
  'requestScts',
  'preference',
  'recordSizeLimit',
])

export function checkClient(config: ClientConfig): void {
  checkNames(config, clientNames, 'client')
  checkCommon(config)
  checkVersions(config.versions, 'client')
  const { serverName, verify, session } = config
  if (serverName !== false && (typeof serverName !== 'string' || !isName(serverName)))
    throw new OptionError(
      'serverName',
      serverName,
      'Give the host name or IP address of the server (A-labels for international names), or false.',
    )
  if (verify === undefined)
    throw new OptionError(
      'verify',
      verify,
      "A client must verify its server: give a verifier, { pinnedKeys }, or 'decide'.",
    )
  checkVerification(verify)
  if (session !== undefined) {
    const name = serverName === false ? undefined : serverName.toLowerCase().replace(/\.$/, '')
    if (session.serverName !== name)
      throw new OptionError(
        'session',
        session.serverName,
        `The session is for another server than ${String(name)}; keep sessions apart by name.`,
      )
    if (session.context !== config.sessionContext)
      throw new OptionError(
        'session',
        session.context,
        'The session was made under another sessionContext.',
      )
    if (session.peer !== undefined && !acceptsStored(verify, session.peer))
      throw new OptionError(
        'session',
        'a session with a peer that `verify` does not accept',
        'Nobody verified the peer of this session, or its key is not pinned; connect without it.',
      )
    if (
      session.peer === undefined &&
      (config.psks ?? []).length === 0 &&
      config.choosePsk === undefined &&
      !acceptsAnyone(verify)
    )
      throw new OptionError(
        'session',
        'a session of a PSK',
        'No certificate authenticated the peer of this session, a PSK did; connect without it, or with `psks`.',
      )
  }
  if (session !== undefined) checkSession(session)
  if (config.profile !== undefined) checkProfile(config.profile, config.versions)
  if (config.earlyData === true && session === undefined)
    throw new OptionError('earlyData', true, 'Early data needs a session.')
  for (const option of clientFlags) checkFlag(option, config[option])
  const { maxFragmentLength, ticketRequest, choosePsk } = config
  if (choosePsk !== undefined) checkPolicy('choosePsk', choosePsk)
  checkRange('minDhBits', config.minDhBits, 1024, 8192)
  if (
    config.fallbackScsv &&
    config.profile?.cipherSuites?.includes(signalingSuite.fallback) === false
  )
    throw new OptionError(
      'fallbackScsv',
      true,
      'profile.cipherSuites says exactly what is sent: it needs 0x5600 too.',
    )
  if (ticketRequest !== undefined) {
    demandRange('ticketRequest.newSession', ticketRequest.newSession, 0, 255)
    demandRange('ticketRequest.resumption', ticketRequest.resumption, 0, 255)
  }
  if (maxFragmentLength !== undefined && ![512, 1024, 2048, 4096].includes(maxFragmentLength))
    throw new OptionError('maxFragmentLength', maxFragmentLength, 'Use 512, 1024, 2048 or 4096.')
  if (maxFragmentLength !== undefined && config.recordSizeLimit !== undefined)
    throw new OptionError(
      'maxFragmentLength',
      maxFragmentLength,
      'recordSizeLimit supersedes it (RFC 8449); give one of the two.',
    )
  if (Array.isArray(config.credentials)) for (const one of config.credentials) checkCredential(one)
}

export function checkServer(config: ServerConfig): void {
  checkNames(config, serverNames, 'server')
  checkCommon(config)
  checkVersions(config.versions, 'server')
  const { clientAuthentication = 'none', verify, tickets, earlyData, cookie } = config
  const { configure, lookupPsk, requirePsk, halfRttData, preference } = config
  if (!['none', 'request', 'require'].includes(clientAuthentication))
    throw new OptionError(
      'clientAuthentication',
      clientAuthentication,
      "Use 'none', 'request' or 'require'.",
    )
  if (verify !== undefined) checkVerification(verify)
  if (clientAuthentication !== 'none' && verify === undefined)
    throw new OptionError(
      'verify',
      verify,
      'Client certificates are asked for: say how to verify them.',
    )
  if (Array.isArray(config.credentials)) for (const one of config.credentials) checkCredential(one)
  if (
    clientAuthentication === 'require' &&
    ((config.psks ?? []).length > 0 || config.lookupPsk !== undefined)
  )
    throw new OptionError(
      'clientAuthentication',
      clientAuthentication,
      "A client with a PSK presents no certificate in TLS 1.3; use 'request', or no external PSKs.",
    )
  const noCredential =
    config.credentials === undefined ||
    (Array.isArray(config.credentials) && config.credentials.length === 0)
  const noPsk = (config.psks ?? []).length === 0 && config.lookupPsk === undefined
  if (noCredential && noPsk && config.configure === undefined)
    throw new OptionError(
      'credentials',
      config.credentials,
      'A server must authenticate itself: give credentials, psks, or a configure policy.',
    )
  // An override may bring what a session or a PSK needs.
  if (requirePsk === true && noPsk && tickets === undefined && configure === undefined)
    throw new OptionError('requirePsk', true, 'Give psks or lookupPsk.')
  if (preference !== undefined && preference !== 'server' && preference !== 'client')
    throw new OptionError('preference', preference, "Use 'server' or 'client'.")
  checkFlag('requirePsk', requirePsk)
  checkFlag('halfRttData', halfRttData)
  if (configure !== undefined) checkPolicy('configure', configure)
  if (lookupPsk !== undefined) checkPolicy('lookupPsk', lookupPsk)
  if (tickets !== undefined) checkTickets(tickets)
  if (earlyData !== undefined) checkEarlyData(earlyData, config)
  if (cookie !== undefined) checkCookie(cookie)
  const { pskHint, dhParameters } = config
  if (pskHint !== undefined && !(pskHint instanceof Uint8Array && pskHint.length <= 65_535))
    throw new OptionError('pskHint', pskHint, 'Give at most 65,535 bytes.')
  if (dhParameters !== undefined) checkDhParameters(dhParameters, config.crypto)
}

export function checkOverrides(overrides: ServerOverrides): void {
  checkNames(overrides, overrideNames, 'configure decision')
}

function checkVersions(versions: readonly SpokenVersion[], role: 'client' | 'server'): void {
  const other = versions.find((version) => !Object.hasOwn(version, role))
  if (other !== undefined)
    throw new OptionError('versions', other.name, `It is not for ${role}s: tls13 is, and tls12.`)
}

function checkCommon(config: CommonConfig): void {
  if (!Array.isArray(config.versions) || config.versions.length === 0)
    throw new OptionError('versions', config.versions, 'Name the protocol versions: [tls13].')
  if (config.crypto === undefined || !Array.isArray(config.crypto.suites))
    throw new OptionError('crypto', config.crypto, 'Give a CryptoProvider, such as noble.')
  if (typeof config.random !== 'function')
    throw new OptionError('random', config.random, 'Give a function that returns random bytes.')
  for (const option of ['suites', 'groups', 'signatureSchemes', 'signingSchemes'] as const) {
    const names = config[option]
    if (names === undefined) continue
    if (!Array.isArray(names) || names.length === 0)
      throw new OptionError(option, names, 'Name at least one, or leave the option out.')
    if (new Set(names).size !== names.length)
      throw new OptionError(option, names, 'A name stands twice.')
  }
  for (const option of commonFlags) checkFlag(option, config[option])
  for (const option of ['observe', 'recordPadding'] as const)
    if (config[option] !== undefined) checkFunction(option, config[option])
  if (config.alpn !== undefined && !Array.isArray(config.alpn))
    throw new OptionError('alpn', config.alpn, "Give an array: ['h2'].")
  for (const protocol of config.alpn ?? [])
    if (typeof protocol !== 'string' || !/^[\0-\x7f]{1,255}$/.test(protocol))
      throw new OptionError('alpn', protocol, 'Protocol names have 1 to 255 ASCII characters.')
  for (const psk of config.psks ?? []) checkPsk(psk)
  for (const name of config.certificateAuthorities ?? [])
    if (!(name instanceof Uint8Array) || name.length === 0)
      throw new OptionError('certificateAuthorities', name, 'Give DER-encoded names.')
  checkRange('recordSizeLimit', config.recordSizeLimit, 64, 16_384)
  const { credentials, limits, sessionContext } = config
  if (sessionContext !== undefined && typeof sessionContext !== 'string')
    throw new OptionError('sessionContext', sessionContext, 'Give a string.')
  if (
    credentials !== undefined &&
    credentials !== 'decide' &&
    typeof credentials !== 'function' &&
    !Array.isArray(credentials)
  )
    throw new OptionError('credentials', credentials, "Give an array, a policy, or 'decide'.")
  if (limits !== undefined) checkLimits(limits)
  for (const option of ['extendedMainSecret', 'encryptThenMac'] as const) {
    const value = config[option]
    if (value !== undefined && value !== 'require' && value !== 'prefer')
      throw new OptionError(option, value, "Use 'require' or 'prefer'.")
  }
  if (config.renegotiation !== undefined) checkRenegotiation(config.renegotiation)
}

function checkLimits(limits: NonNullable<CommonConfig['limits']>): void {
  const least: Record<string, number> = {
    // A buffer must hold one record of the largest size (RFC 5246 6.2.3).
    maxBuffered: 18_437,
    maxQueued: 1024,
    handshakeMessage: 512,
    handshakeTotal: 1024,
    tickets: 0,
    keyUpdates: 1,
    chain: 1,
  }
  const most: Record<string, number> = { handshakeMessage: 262_144, chain: 100 }
  for (const [name, value] of Object.entries(limits)) {
    const min = least[name]
    if (min === undefined)
      throw new OptionError(`limits.${name}`, value, `Known are ${Object.keys(least).join(', ')}.`)
    checkRange(`limits.${name}`, value, min, most[name] ?? Number.MAX_SAFE_INTEGER)
  }
}

function checkVerification(verify: Verification): void {
  if (verify === 'decide' || typeof verify === 'function') return
  if (typeof verify === 'object' && verify !== null) {
    // Two ways at once contradict each other, even where one of them is `false`.
    if (Object.keys(verify).length !== 1)
      throw new OptionError(
        'verify',
        verify,
        "Give one of a verifier, { pinnedKeys }, or 'decide'.",
      )
    if ('pinnedKeys' in verify) {
      if (!Array.isArray(verify.pinnedKeys) || verify.pinnedKeys.length === 0)
        throw new OptionError('verify.pinnedKeys', verify.pinnedKeys, 'Pin at least one key.')
      for (const key of verify.pinnedKeys)
        if (!(key instanceof Uint8Array))
          throw new OptionError('verify.pinnedKeys', key, 'Give DER SubjectPublicKeyInfo bytes.')
      return
    }
    if (acceptsAnyone(verify)) return
  }
  throw new OptionError('verify', verify, "Give a verifier, { pinnedKeys }, or 'decide'.")
}

function checkNames(config: object, known: ReadonlySet<string>, role: string): void {
  for (const [name, value] of Object.entries(config))
    if (!known.has(name) && value !== undefined)
      throw new OptionError(
        name,
        value,
        `A ${role} has no such option; it has ${[...known].join(', ')}.`,
      )
}

/** A host name in A-labels, or an IP address: no spaces, controls or empty labels. */
function isName(name: string): boolean {
  if (name.length === 0 || name.length > 254) return false
  if (/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(name)) return true
  return /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i.test(
    name,
  )
}
