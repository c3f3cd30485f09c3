/** Names, numbers and parts of cipher suites, from and to each other. */
import type { CryptoProvider } from '../crypto/provider.js'
import { preferredSuites } from './selection.js'
import { type Suite, suites } from './table.js'

/** What has suites: a provider of cryptography. */
export type SuiteProvider = Pick<CryptoProvider, 'suites' | 'suites12'>

/**
 * A suite by what it consists of, as Erlang's `ssl` describes suites (`#{key_exchange, cipher, mac, prf}`). Hashes are
 * called as elsewhere here, and `prf` always names one: it is SHA-256 where Erlang has `default_prf`.
 */
export interface SuiteParts extends Pick<Suite, 'cipher' | 'mac' | 'prf'> {
  readonly keyExchange: Suite['exchange']
}

/** Finds a suite by its IANA number, its IANA name, or OpenSSL's name, which may be in lower case, as Node shows it. */
export function findSuite(suite: number | string): Suite | undefined {
  return suites.find(({ id, name, openSslName }) =>
    typeof suite === 'number'
      ? id === suite
      : name === suite || openSslName === suite || openSslName.toLowerCase() === suite,
  )
}

/** The IANA name (`TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`) of what `findSuite` finds; undefined for another suite. */
export function suiteName(suite: number | string): string | undefined {
  return findSuite(suite)?.name
}

/** OpenSSL's name (`ECDHE-RSA-AES128-GCM-SHA256`) of what `findSuite` finds; undefined for another suite. */
export function openSslName(suite: number | string): string | undefined {
  return findSuite(suite)?.openSslName
}

/** The IANA number (0xc02f) of what `findSuite` finds; undefined for another suite. */
export function suiteId(suite: number | string): number | undefined {
  return findSuite(suite)?.id
}

/** The parts of what `findSuite` finds; undefined for another suite. */
export function suiteParts(suite: number | string): SuiteParts | undefined {
  const found = findSuite(suite)
  return found === undefined ? undefined : partsOf(found)
}

/** The IANA name of the suite with these parts; undefined where there is none. */
export function suiteFromParts(parts: SuiteParts): string | undefined {
  const found = suites.find((suite) => {
    const { keyExchange, cipher, mac, prf } = partsOf(suite)
    return (
      keyExchange === parts.keyExchange &&
      cipher === parts.cipher &&
      mac === parts.mac &&
      prf === parts.prf
    )
  })
  return found?.name
}

function partsOf({ exchange, cipher, mac, prf }: Suite): SuiteParts {
  return { keyExchange: exchange, cipher, mac, prf }
}

/**
 * The IANA names of all suites known here: those that TLS 1.2 can use, in OpenSSL's order of preference, or those of
 * TLS 1.3; without a version, those of TLS 1.3 and then the others.
 */
export function suiteNames(version?: 'TLS 1.2' | 'TLS 1.3'): string[] {
  const of13 = suites.filter(({ minVersion }) => minVersion === 'TLS 1.3')
  return [
    ...(version === 'TLS 1.2' ? [] : of13),
    ...(version === 'TLS 1.3' ? [] : preferredSuites()),
  ].map(({ name }) => name)
}

/**
 * The IANA names of the suites that a provider has for a version, in its order of preference. `default`: those in use
 * where `config.suites` says nothing. `all`: those that it can name, opt-in ones of TLS 1.2 included.
 *
 * Suites for a configuration are plain arrays of such names: filter, extend and reorder them as arrays,
 * `supportedSuites(noble, 'TLS 1.2').filter((name) => suiteParts(name)?.keyExchange === 'ecdhe_ecdsa')`.
 */
export function supportedSuites(
  provider: SuiteProvider,
  version: 'TLS 1.2' | 'TLS 1.3',
  which: 'default' | 'all' = 'default',
): string[] {
  if (version === 'TLS 1.3') return provider.suites.map(({ name }) => name)
  const suites12 = provider.suites12 ?? []
  return suites12.filter(({ optIn }) => which === 'all' || !optIn).map(({ name }) => name)
}

/** All suites that a provider has as `tls.getCiphers()` of Node names them: like OpenSSL, in lower case, sorted. */
export function lowerCaseNames(provider: SuiteProvider): string[] {
  return [...provider.suites, ...(provider.suites12 ?? [])]
    .map(({ id, name }) => (openSslName(id) ?? name).toLowerCase())
    .sort()
}
