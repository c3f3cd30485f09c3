/** What can be wrong with a configuration. Each check names the option, the value and the remedy. */
import type { ClientConfig, CommonConfig, ServerConfig, Verification } from './config.js'
import type { Credential, ExternalPsk } from './decision.js'
import { OptionError } from './fault.js'

const commonNames = [
  'versions',
  'crypto',
  'random',
  'suites',
  'groups',
  'signatureSchemes',
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
  'preference',
  'cookie',
])

const weekSeconds = 604_800

export function checkClient(config: ClientConfig): void {
  checkNames(config, clientNames, 'client')
  checkCommon(config)
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
    if (session.peer?.dangerouslyUnverified && !isDangerous(verify))
      throw new OptionError(
        'session',
        'a session with an unverified peer',
        'Nobody verified the peer of this session; connect without it.',
      )
  }
  if (config.earlyData === true && session === undefined)
    throw new OptionError('earlyData', true, 'Early data needs a session.')
  checkRange('ticketRequest.newSession', config.ticketRequest?.newSession, 0, 255)
  checkRange('ticketRequest.resumption', config.ticketRequest?.resumption, 0, 255)
  const { maxFragmentLength } = config
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
  const { clientAuthentication = 'none', verify, tickets, earlyData, cookie } = config
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
  if (tickets !== undefined) {
    if ((tickets.keys === undefined) === (tickets.store === undefined))
      throw new OptionError(
        'tickets',
        tickets,
        'Give either keys (stateless) or a store (stateful).',
      )
    if (tickets.keys !== undefined) {
      if (tickets.keys.keys.length === 0)
        throw new OptionError('tickets.keys', 'no keys', 'Give at least one ticket key.')
      for (const { name, key } of tickets.keys.keys) {
        checkBytes('tickets.keys.name', name, 16)
        checkBytes('tickets.keys.key', key, 32)
      }
    }
    checkRange('tickets.count', tickets.count, 0, 8)
    checkRange('tickets.lifetime', tickets.lifetime, 1, weekSeconds)
  }
  if (earlyData !== undefined) {
    checkRange('earlyData.maxBytes', earlyData.maxBytes, 1, 2 ** 32 - 1)
    if (typeof earlyData.replay !== 'function' && earlyData.replay !== 'decide')
      throw new OptionError(
        'earlyData.replay',
        earlyData.replay,
        "Early data can be replayed by anyone: give a replay policy, or 'decide'.",
      )
    if (tickets === undefined && noPsk)
      throw new OptionError('earlyData', 'set', 'Early data needs tickets or psks.')
  }
  if (cookie !== undefined) {
    if (cookie.keys.length === 0) throw new OptionError('cookie.keys', 'no keys', 'Give a key.')
    for (const key of cookie.keys) checkBytes('cookie.keys', key, 32)
    checkRange('cookie.lifetime', cookie.lifetime, 1, 3_600_000)
  }
}

function checkCommon(config: CommonConfig): void {
  if (!Array.isArray(config.versions) || config.versions.length === 0)
    throw new OptionError('versions', config.versions, 'Name the protocol versions: [tls13].')
  if (config.crypto === undefined || !Array.isArray(config.crypto.suites))
    throw new OptionError('crypto', config.crypto, 'Give a CryptoProvider, such as noble.')
  if (typeof config.random !== 'function')
    throw new OptionError('random', config.random, 'Give a function that returns random bytes.')
  for (const option of ['suites', 'groups', 'signatureSchemes'] as const) {
    const names = config[option]
    if (names === undefined) continue
    if (!Array.isArray(names) || names.length === 0)
      throw new OptionError(option, names, 'Name at least one, or leave the option out.')
    if (new Set(names).size !== names.length)
      throw new OptionError(option, names, 'A name stands twice.')
  }
  for (const protocol of config.alpn ?? [])
    if (typeof protocol !== 'string' || !/^[\0-\x7f]{1,255}$/.test(protocol))
      throw new OptionError('alpn', protocol, 'Protocol names have 1 to 255 ASCII characters.')
  for (const psk of config.psks ?? []) checkPsk(psk)
  for (const name of config.certificateAuthorities ?? [])
    if (!(name instanceof Uint8Array) || name.length === 0)
      throw new OptionError('certificateAuthorities', name, 'Give DER-encoded names.')
  checkRange('recordSizeLimit', config.recordSizeLimit, 64, 16_384)
  const { credentials, limits } = config
  if (
    credentials !== undefined &&
    credentials !== 'decide' &&
    typeof credentials !== 'function' &&
    !Array.isArray(credentials)
  )
    throw new OptionError('credentials', credentials, "Give an array, a policy, or 'decide'.")
  if (limits !== undefined) checkLimits(limits)
}

function checkLimits(limits: NonNullable<CommonConfig['limits']>): void {
  const least: Record<string, number> = {
    // A buffer must hold one record of the largest size.
    maxBuffered: 16_645,
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
    if ('pinnedKeys' in verify) {
      if (!Array.isArray(verify.pinnedKeys) || verify.pinnedKeys.length === 0)
        throw new OptionError('verify.pinnedKeys', verify.pinnedKeys, 'Pin at least one key.')
      for (const key of verify.pinnedKeys)
        if (!(key instanceof Uint8Array))
          throw new OptionError('verify.pinnedKeys', key, 'Give DER SubjectPublicKeyInfo bytes.')
      return
    }
    if ('dangerouslyAcceptAnyPeer' in verify && verify.dangerouslyAcceptAnyPeer === true) return
  }
  throw new OptionError('verify', verify, "Give a verifier, { pinnedKeys }, or 'decide'.")
}

function isDangerous(verify: Verification): boolean {
  return typeof verify === 'object' && 'dangerouslyAcceptAnyPeer' in verify
}

function checkCredential(credential: Credential): void {
  if (!Array.isArray(credential?.chain) || credential.chain.length === 0)
    throw new OptionError(
      'credentials.chain',
      credential?.chain,
      'Give DER certificates, the end-entity first.',
    )
  for (const one of credential.chain)
    if (!(one instanceof Uint8Array) || one.length === 0)
      throw new OptionError('credentials.chain', one, 'Certificates are DER bytes.')
  const { key } = credential
  if (key !== 'decide' && typeof key?.sign !== 'function')
    throw new OptionError('credentials.key', key, "Give a SigningKey, or 'decide'.")
}

function checkPsk(psk: ExternalPsk): void {
  if (
    !(psk?.identity instanceof Uint8Array) ||
    psk.identity.length === 0 ||
    psk.identity.length > 65_000
  )
    throw new OptionError('psks.identity', psk?.identity, 'An identity has 1 to 65,000 bytes.')
  // RFC 9257 section 6: at least 128 bits of entropy.
  if (!(psk.key instanceof Uint8Array) || psk.key.length < 16)
    throw new OptionError(
      'psks.key',
      psk.key,
      'A key has at least 16 random bytes; a password will not do.',
    )
  if (psk.hash !== undefined && psk.hash !== 'sha256' && psk.hash !== 'sha384')
    throw new OptionError('psks.hash', psk.hash, "Use 'sha256' or 'sha384'.")
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

function checkBytes(option: string, value: Uint8Array, length: number): void {
  if (!(value instanceof Uint8Array) || value.length !== length)
    throw new OptionError(option, value, `${length} bytes are needed.`)
}

function checkRange(option: string, value: unknown, min: number, max: number): void {
  if (value === undefined) return
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw new OptionError(option, value, `Use a whole number from ${min} to ${max}.`)
}

/** A host name in A-labels, or an IP address: no spaces, controls or empty labels. */
function isName(name: string): boolean {
  if (name.length === 0 || name.length > 254) return false
  if (/^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(name)) return true
  return /^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i.test(
    name,
  )
}
