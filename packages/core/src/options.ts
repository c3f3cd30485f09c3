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
import type {
  CipherSuite,
  CipherSuite12,
  CryptoProvider,
  NamedGroup,
  Random,
  SignatureAlgorithm,
} from './crypto/provider.js'
import { type SignatureScheme, signatureSchemes } from './crypto/scheme.js'
import type { ExternalPsk } from './decision.js'
import { OptionError } from './fault.js'
import { exchangeOf, usesPsk } from './handshake/suites12.js'
import type { SpokenVersion, VersionForClients, VersionForServers } from './handshake/version.js'
import { checkClient, checkOverrides, checkServer } from './options-check.js'
import { offeredOf } from './options-profile.js'
import { protocolVersion } from './wire/registry.js'

/** A scheme that we can verify, with the code that does. */
export interface UsableScheme extends SignatureScheme {
  readonly verifier: SignatureAlgorithm
}

interface CommonSettings {
  readonly versions: CommonConfig['versions']
  readonly crypto: CryptoProvider
  readonly random: Random
  /** Of TLS 1.3. */
  readonly suites: readonly CipherSuite[]
  readonly suites12: readonly CipherSuite12[]
  /** The numbers of both, in order of preference. */
  readonly suiteIds: readonly number[]
  readonly groups: readonly NamedGroup[]
  readonly schemes: readonly UsableScheme[]
  /** What we sign with, in order of preference. */
  readonly signingSchemes: readonly SignatureScheme[]
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
  return all.filter((version) => left.includes(version))
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
): Pick<CommonSettings, 'versions' | 'suites' | 'suites12' | 'suiteIds'> {
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

function commonSettings(config: CommonConfig, requestStaple: boolean): CommonSettings {
  const { crypto } = config
  const usable = usableSchemes(crypto)
  const { versions, suites, suites12, suiteIds } = chooseSuites(config)
  return {
    versions,
    suites,
    suites12,
    suiteIds,
    crypto,
    random: config.random,
    groups: pick('groups', config.groups, crypto.groups),
    schemes: pick('signatureSchemes', config.signatureSchemes, usable),
    signingSchemes: pick('signingSchemes', config.signingSchemes, signatureSchemes),
    alpn: (config.alpn ?? []).map(encodeProtocol),
    credentials: config.credentials,
    psks: config.psks ?? [],
    pskWithoutDiffieHellman: config.pskWithoutDiffieHellman ?? false,
    certificateAuthorities: config.certificateAuthorities ?? [],
    requestStaple: config.requestStaple ?? requestStaple,
    requestScts: config.requestScts ?? false,
    recordSizeLimit: config.recordSizeLimit,
    sessionContext: config.sessionContext,
    limits:
      config.limits === undefined ? defaultLimits : { ...defaultLimits, ...given(config.limits) },
  }
}

/** @throws {OptionError} where no suite is left for any version. */
function chooseSuites({
  versions,
  crypto,
  suites: names,
}: CommonConfig): Pick<CommonSettings, 'versions' | 'suites' | 'suites12' | 'suiteIds'> {
  const speaks13 = versions.some(({ id }) => id >= protocolVersion.tls13)
  const speaks12 = versions.some(({ id }) => id < protocolVersion.tls13)
  const all13 = speaks13 ? crypto.suites : []
  const all12 = speaks12 ? (crypto.suites12 ?? []) : []
  if (names === undefined) {
    const suites12 = all12.filter(({ optIn }) => !optIn)
    const ids = [...all13, ...suites12].map(({ id }) => id)
    return spoken(versions, all13, suites12, ids)
  }
  const known = [...crypto.suites, ...(crypto.suites12 ?? [])]
  const ids = pick('suites', names, known).map(({ id }) => id)
  const [suites, suites12] = [inOrder(ids, all13), inOrder(ids, all12)]
  checkExchanges(suites12, crypto)
  return spoken(
    versions,
    suites,
    suites12,
    ids.filter((id) => [...suites, ...suites12].some((suite) => suite.id === id)),
  )
}

/** @throws {OptionError} where the provider cannot do what a suite asks for. */
function checkExchanges(suites: readonly CipherSuite12[], crypto: CryptoProvider): void {
  for (const suite of suites) {
    const exchange = exchangeOf(suite)
    const lacks =
      (exchange === 'dhe' && crypto.finiteField === undefined && 'finiteField') ||
      (exchange === 'rsa' && crypto.rsaEncryption === undefined && 'rsaEncryption')
    if (lacks !== false)
      throw new OptionError('suites', suite.name, `The crypto provider lacks ${lacks} for it.`)
  }
}

function inOrder<T extends { readonly id: number }>(
  ids: readonly number[],
  list: readonly T[],
): readonly T[] {
  return ids.flatMap((id) => list.filter((entry) => entry.id === id))
}

/** Without a suite a version cannot be spoken. @throws {OptionError} */
function spoken(
  versions: CommonConfig['versions'],
  suites: readonly CipherSuite[],
  suites12: readonly CipherSuite12[],
  suiteIds: readonly number[],
): Pick<CommonSettings, 'versions' | 'suites' | 'suites12' | 'suiteIds'> {
  const left = versions.filter(({ id }) =>
    id >= protocolVersion.tls13 ? suites.length > 0 : suites12.length > 0,
  )
  if (left.length === 0)
    throw new OptionError(
      'suites',
      suiteIds,
      `None of them is for ${versions.map(({ name }) => name).join(' or ')}.`,
    )
  return { versions: left, suites, suites12, suiteIds }
}

/** Found once for each provider's list. */
const usableBy = new WeakMap<CryptoProvider['signatures'], readonly UsableScheme[]>()

/** The schemes whose algorithm the provider has, in our order. */
function usableSchemes({ signatures }: CryptoProvider): readonly UsableScheme[] {
  let usable = usableBy.get(signatures)
  if (usable === undefined) {
    usable = findUsable(signatures)
    usableBy.set(signatures, usable)
  }
  return usable
}

function findUsable(signatures: CryptoProvider['signatures']): readonly UsableScheme[] {
  const usable: UsableScheme[] = []
  for (const scheme of signatureSchemes) {
    const verifier = signatures.find((entry) => entry.name === scheme.algorithm)
    if (verifier === undefined) continue
    if (scheme.curve !== undefined && !supportsCurve(verifier, scheme)) continue
    usable.push({ ...scheme, verifier })
  }
  return usable
}

function supportsCurve(verifier: SignatureAlgorithm, scheme: SignatureScheme): boolean {
  const none = new Uint8Array(0)
  return verifier.supports({
    type: 'ec',
    ...(scheme.curve === undefined ? {} : { curve: scheme.curve }),
    algorithm: '1.2.840.10045.2.1',
    publicKey: none,
    spki: none,
  })
}

function pick<T extends { readonly name: string; readonly optIn?: boolean }>(
  option: string,
  names: readonly string[] | undefined,
  entries: readonly T[],
): readonly T[] {
  if (names === undefined) return entries.filter(({ optIn }) => optIn !== true)
  return names.map((name) => {
    const entry = entries.find((candidate) => candidate.name === name)
    if (entry === undefined)
      throw new OptionError(
        option,
        name,
        `The crypto provider has ${entries.map((known) => known.name).join(', ')}.`,
      )
    return entry
  })
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
