/** What a configuration selects of its provider: names resolved to entries, found once for connections that are alike. */
import type { CommonConfig } from './config.js'
import type {
  CipherSuite,
  CipherSuite12,
  CryptoProvider,
  NamedGroup,
  SignatureAlgorithm,
} from './crypto/provider.js'
import { type SignatureScheme, signatureSchemes } from './crypto/scheme.js'
import { OptionError } from './fault.js'
import { exchangeOf } from './handshake/suites12.js'
import { protocolVersion } from './wire/registry.js'

/** A scheme that we can verify, with the code that does. */
export interface UsableScheme extends SignatureScheme {
  readonly verifier: SignatureAlgorithm
}

export interface SuiteSelection {
  readonly versions: CommonConfig['versions']
  /** Of TLS 1.3. */
  readonly suites: readonly CipherSuite[]
  readonly suites12: readonly CipherSuite12[]
  /** The numbers of both, in order of preference. */
  readonly suiteIds: readonly number[]
}

export interface Selection extends SuiteSelection {
  readonly groups: readonly NamedGroup[]
  readonly schemes: readonly UsableScheme[]
  /** What we sign with, in order of preference. */
  readonly signingSchemes: readonly SignatureScheme[]
}

const lists = ['versions', 'suites', 'groups', 'signatureSchemes', 'signingSchemes'] as const
type Asked = Pick<CommonConfig, (typeof lists)[number]>

/** The latest selections, by what was asked for. Connections share them: an idle one holds no lists of its own. */
const latest = new WeakMap<CryptoProvider, { readonly asked: Asked; readonly found: Selection }[]>()
const mostLatest = 8

/** @throws {OptionError} for what the provider lacks, and where no suite is left for any version. */
export function select(config: CommonConfig): Selection {
  const known = latest.get(config.crypto) ?? []
  for (const { asked, found } of known)
    if (lists.every((name) => sameItems(asked[name], config[name]))) return found
  const found = find(config)
  const { versions, suites, groups, signatureSchemes, signingSchemes } = config
  // Copies: the caller may change its own for the next connection.
  const asked = {
    versions: [...versions],
    suites: suites && [...suites],
    groups: groups && [...groups],
    signatureSchemes: signatureSchemes && [...signatureSchemes],
    signingSchemes: signingSchemes && [...signingSchemes],
  } as Asked
  latest.set(config.crypto, [{ asked, found }, ...known.slice(0, mostLatest - 1)])
  return found
}

function sameItems(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((item, index) => item === b[index])
}

function find(config: CommonConfig): Selection {
  const { crypto } = config
  const { versions, suites, suites12, suiteIds } = chooseSuites(config)
  return {
    versions,
    suites,
    suites12,
    suiteIds,
    groups: pick('groups', config.groups, crypto.groups),
    schemes: pick('signatureSchemes', config.signatureSchemes, usableSchemes(crypto)),
    signingSchemes: pick('signingSchemes', config.signingSchemes, signatureSchemes),
  }
}

/** @throws {OptionError} where no suite is left for any version. */
function chooseSuites({ versions, crypto, suites: names }: CommonConfig): SuiteSelection {
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

export function inOrder<T extends { readonly id: number }>(
  ids: readonly number[],
  list: readonly T[],
): readonly T[] {
  return ids.flatMap((id) => list.filter((entry) => entry.id === id))
}

/** Without a suite a version cannot be spoken. @throws {OptionError} */
export function spoken(
  versions: CommonConfig['versions'],
  suites: readonly CipherSuite[],
  suites12: readonly CipherSuite12[],
  suiteIds: readonly number[],
): SuiteSelection {
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

/** The schemes whose algorithm the provider has, in our order. */
function usableSchemes({ signatures }: CryptoProvider): readonly UsableScheme[] {
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

/** The entries of these names; without names, all but the opt-in ones. @throws {OptionError} */
export function pick<T extends { readonly name: string; readonly optIn?: boolean }>(
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
