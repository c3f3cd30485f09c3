/**
 * From what a caller configures to what the handshake works with: names resolved to the provider's entries, defaults
 * filled in, and everything wrong refused with its name, value and remedy.
 */
import { ascii } from './bytes.js'
import type {
  ClientConfig,
  ClientHelloProfile,
  CommonConfig,
  Limits,
  ServerConfig,
  ServerOverrides,
  Verification,
} from './config.js'
import type { CryptoProvider, NamedGroup, Random } from './crypto/provider.js'
import type { ExternalPsk } from './decision.js'
import { OptionError } from './fault.js'
import { usesPsk } from './handshake/suites12.js'
import type { SpokenVersion, VersionForClients, VersionForServers } from './handshake/version.js'
import { checkClient, checkOverrides, checkServer } from './options-check.js'
import { offeredOf } from './options-profile.js'
import {
  inOrder,
  pick,
  type Selection,
  type SuiteSelection,
  select,
  spoken,
} from './options-selection.js'
import { protocolVersion } from './wire/registry.js'

interface CommonSettings extends Selection {
  readonly crypto: CryptoProvider
  readonly random: Random
  readonly alpn: readonly Uint8Array[]
  readonly credentials: CommonConfig['credentials']
  readonly psks: NonNullable<CommonConfig['psks']>
  readonly pskWithoutDiffieHellman: boolean
  readonly certificateAuthorities: readonly Uint8Array[]
  readonly requestStaple: boolean
  readonly requestScts: boolean
  /** Plaintext bytes of content, without the type byte; undefined: not negotiated. */
  readonly recordSizeLimit: number | undefined
  readonly sessionContext: string | undefined
  readonly limits: Limits
}

export interface ClientSettings extends CommonSettings {
  readonly role: 'client'
  readonly versions: readonly VersionForClients[]
  readonly config: ClientConfig
  readonly verify: Verification
  readonly serverName: string | undefined
  readonly keyShares: readonly NamedGroup[]
}

export interface ServerSettings extends CommonSettings {
  readonly role: 'server'
  readonly versions: readonly VersionForServers[]
  readonly config: ServerConfig
  readonly verify: Verification | undefined
}

export type Settings = ClientSettings | ServerSettings

const defaultLimits: Limits = {
  maxBuffered: 65_536,
  maxQueued: 65_536,
  handshakeMessage: 65_536,
  handshakeTotal: 262_144,
  tickets: 32,
  keyUpdates: 32,
  chain: 10,
}

export function clientSettings(config: ClientConfig): ClientSettings {
  checkClient(config)
  const all = commonSettings(config, true)
  checkClientPsks12(all, config.choosePsk !== undefined)
  const common = onOffer(all, config.profile)
  return {
    role: 'client',
    config,
    verify: config.verify,
    serverName: config.serverName === false ? undefined : normalizeName(config.serverName),
    keyShares: keyShares(config, common.groups),
    ...common,
    versions: ofThem(config.versions, common.versions),
  }
}

export function serverSettings(config: ServerConfig): ServerSettings {
  checkServer(config)
  const common = commonSettings(config, false)
  checkServerPsks12(common, config)
  return {
    role: 'server',
    config,
    verify: config.verify,
    ...common,
    versions: ofThem(config.versions, common.versions),
  }
}

/** Those of `all` that are left, as `all` has them. */
function ofThem<V extends SpokenVersion>(
  all: readonly V[],
  left: readonly SpokenVersion[],
): readonly V[] {
  const ours = all.filter((version) => left.includes(version))
  // The list itself where it is whole: each connection has settings.
  return ours.length === all.length ? all : ours
}

/** What a profile leaves of the settings. */
function onOffer(common: CommonSettings, profile: ClientHelloProfile | undefined): CommonSettings {
  if (profile === undefined) return common
  return {
    ...common,
    ...offeredSuites(common, profile),
    groups: offeredOf('supportedGroups', common.groups, profile),
    schemes: offeredOf('signatureAlgorithms', common.schemes, profile),
  }
}

/** Where a profile lists numbers, they decide, about the versions too. */
function offeredSuites(
  { suites, suites12, suiteIds, versions }: CommonSettings,
  profile: ClientHelloProfile | undefined,
): SuiteSelection {
  if (profile?.cipherSuites === undefined) return { versions, suites, suites12, suiteIds }
  const ids = offeredOf('cipherSuites', [...suites, ...suites12], profile).map(({ id }) => id)
  return spoken(versions, inOrder(ids, suites), inOrder(ids, suites12), ids)
}

/** PSK suites of TLS 1.2 and a PSK for them go together. @throws {OptionError} */
function checkClientPsks12({ suites12, psks }: CommonSettings, chooses: boolean): void {
  const pskSuite = suites12.find(usesPsk)
  const ours = psks.filter(isFor12)
  const psk = chooses || ours.length > 0
  if (psk && pskSuite === undefined) throw unusedPsk(chooses ? 'choosePsk' : 'psks')
  if (!psk && pskSuite !== undefined)
    throw new OptionError(
      'suites',
      pskSuite.name,
      "It needs a PSK: give psks with version 'tls12', or choosePsk.",
    )
  if (ours.length > 1)
    throw new OptionError(
      'psks',
      'several for TLS 1.2',
      'A client has one to use there; to choose by what the server hints, give choosePsk.',
    )
}

/** A `configure` decision may name suites that use them. @throws {OptionError} */
function checkServerPsks12({ suites12, psks }: CommonSettings, { configure }: ServerConfig): void {
  if (configure === undefined && psks.some(isFor12) && !suites12.some(usesPsk))
    throw unusedPsk('psks')
}

function isFor12({ version }: ExternalPsk): boolean {
  return version === 'tls12'
}

function unusedPsk(option: string): OptionError {
  return new OptionError(
    option,
    'for TLS 1.2',
    'Name suites that use it in `suites`, such as TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256.',
  )
}

/** For transports that carry TLS 1.3 only. @throws {OptionError} */
export function demandTls13({ versions }: CommonConfig, transport: string): void {
  const older = versions.find(({ id }) => id < protocolVersion.tls13)
  if (older !== undefined)
    throw new OptionError('versions', older.name, `${transport} is spoken as of TLS 1.3: [tls13].`)
}

/** The settings for one client, after a `configure` decision. @throws {OptionError} */
export function overrideSettings(
  settings: ServerSettings,
  overrides: ServerOverrides,
): ServerSettings {
  checkOverrides(overrides)
  return serverSettings({ ...settings.config, ...given(overrides) })
}

/** An option that is there but undefined is one that was not given: it neither lifts a limit nor a demand. */
function given<T extends object>(options: T): T {
  // Leaving options out does not change the others.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

/** One for all. */
const none: readonly never[] = []

function commonSettings(config: CommonConfig, requestStaple: boolean): CommonSettings {
  const { versions, suites, suites12, suiteIds, groups, schemes, signingSchemes } = select(config)
  return {
    versions,
    suites,
    suites12,
    suiteIds,
    groups,
    schemes,
    signingSchemes,
    crypto: config.crypto,
    random: config.random,
    alpn: config.alpn === undefined ? none : config.alpn.map(encodeProtocol),
    credentials: config.credentials,
    psks: config.psks ?? none,
    pskWithoutDiffieHellman: config.pskWithoutDiffieHellman ?? false,
    certificateAuthorities: config.certificateAuthorities ?? none,
    requestStaple: config.requestStaple ?? requestStaple,
    requestScts: config.requestScts ?? false,
    recordSizeLimit: config.recordSizeLimit,
    sessionContext: config.sessionContext,
    limits:
      config.limits === undefined ? defaultLimits : { ...defaultLimits, ...given(config.limits) },
  }
}

/** One share for the first group; a hybrid comes with the share of its classical half, which most servers know. */
function keyShares(config: ClientConfig, groups: readonly NamedGroup[]): readonly NamedGroup[] {
  if (config.keyShares !== undefined) {
    const wanted = pick('keyShares', config.keyShares, groups)
    // RFC 9846 4.3.8: in the order of supported_groups.
    return groups.filter((group) => wanted.includes(group))
  }
  const first = groups[0]
  if (first === undefined) return []
  const classical = first.name.includes('MLKEM')
    ? groups.find((group) => !group.name.includes('MLKEM'))
    : undefined
  return classical === undefined ? [first] : [first, classical]
}

function encodeProtocol(protocol: string): Uint8Array {
  return ascii(protocol)
}

/** Names compare without case; a trailing dot means the root, which is not sent (RFC 6066 section 3). */
function normalizeName(name: string): string {
  const lower = name.toLowerCase()
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}
