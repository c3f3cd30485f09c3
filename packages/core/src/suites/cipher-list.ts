/** Cipher lists in the syntax of OpenSSL (`openssl-ciphers`), as of version 3.0. */
import { OptionError } from '../fault.js'
import { both, keyword, type Selector, selectorOf, selects } from './keywords.js'
import { findSuite, type SuiteProvider, suiteNames, supportedSuites } from './names.js'
import { Selection } from './selection.js'
import type { Suite } from './table.js'

export interface CipherListOptions {
  /** Only suites that it has are returned. Default: all that are known here. */
  readonly provider?: SuiteProvider
}

/**
 * The suites of TLS 1.2 and older that a list in the syntax of OpenSSL names, by their IANA names and in OpenSSL's order:
 * for `config.suites`. Those of TLS 1.3 are not a list's to choose, and their names are passed over: see
 * `parseCipherSuites`.
 *
 * Whatever the list matches is named, suites included that are otherwise opt-in: `DEFAULT` and `HIGH` have CBC and RSA
 * key exchange. Words that are unknown or match nothing are passed over. Beyond OpenSSL 3.0, and like newer ones, names
 * of suites may be IANA's, and OpenSSL's in lower case, as `tls.getCiphers()` of Node shows them. Unlike newer ones, and
 * like OpenSSL 3.0, CCM_8 counts as strong as CCM for `@STRENGTH` and `@SECLEVEL`.
 * @throws {OptionError} where the list is malformed or names no suite.
 */
export function parseCipherList(list: string, options: CipherListOptions = {}): string[] {
  if (typeof list !== 'string')
    throw new OptionError('ciphers', list, 'Give a cipher list, such as "ECDHE+AESGCM".')
  const { provider } = options
  const known = knownSuites('TLS 1.2', provider)
  const chosen = choose(list).filter((name) => known.includes(name))
  if (chosen.length === 0)
    throw new OptionError(
      'ciphers',
      list,
      provider === undefined
        ? 'It names no cipher suite of TLS 1.2.'
        : 'It names no cipher suite of TLS 1.2 that the crypto provider has.',
    )
  return chosen
}

/**
 * The suites of TLS 1.3 in a list of names with colons between, as `SSL_CTX_set_ciphersuites` of OpenSSL takes it: for
 * `config.suites`. Names may be in lower case; unknown ones are passed over. An empty list names none.
 * @throws {OptionError} where there are names, but none of a suite.
 */
export function parseCipherSuites(list: string, options: CipherListOptions = {}): string[] {
  if (typeof list !== 'string')
    throw new OptionError('ciphersuites', list, 'Give names, such as "TLS_AES_128_GCM_SHA256".')
  const { provider } = options
  const known = knownSuites('TLS 1.3', provider)
  const names = list.split(':').map((name) => name.trim().toUpperCase())
  const chosen = names.filter((name) => known.includes(name))
  if (chosen.length === 0 && list !== '')
    throw new OptionError(
      'ciphersuites',
      list,
      provider === undefined
        ? 'It names no cipher suite of TLS 1.3.'
        : 'It names no cipher suite of TLS 1.3 that the crypto provider has.',
    )
  return [...new Set(chosen)]
}

function knownSuites(version: 'TLS 1.2' | 'TLS 1.3', provider: CipherListOptions['provider']) {
  return provider === undefined ? suiteNames(version) : supportedSuites(provider, version, 'all')
}

/** A list that begins with one of these is no more than that (RFC 6460). */
const suiteB: readonly (readonly [string, string])[] = [
  ['SUITEB128ONLY', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['SUITEB128C2', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['SUITEB128', 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['SUITEB192', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
]

function choose(list: string): string[] {
  const [, rules] = suiteB.find(([word]) => list.startsWith(word)) ?? [list, list]
  const selection = new Selection()
  const level = apply(rules, selection)
  const allowed = selection.chosen().filter((suite) => isAllowed(suite, level))
  return allowed.map(({ name }) => name)
}

const separators = /[:;, ]*/y
const untilSeparator = /[^:;, ]*/y
const sign = /[-+!@]?/y
const plus = /\+?/y
const wordOfList = /[\w.=-]*/y

/** Applies the rules of a list, one after the other. @returns the security level that it sets. */
function apply(list: string, selection: Selection): number {
  let at = 0
  let level = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [taken = ''] = pattern.exec(list) ?? []
    at += taken.length
    return taken
  }
  const takeWord = (): string => {
    const word = take(wordOfList)
    if (word === '')
      throw new OptionError('ciphers', list, `A word is missing after ${at} of its characters.`)
    return word
  }
  // Only at the beginning does it mean anything.
  if (list.startsWith('DEFAULT')) {
    apply('ALL:!COMPLEMENTOFDEFAULT:!eNULL', selection)
    at = 'DEFAULT'.length
  }
  for (take(separators); at < list.length; take(separators)) {
    const rule = take(sign)
    if (rule === '@') {
      const command = takeWord()
      const [, digit] = /^SECLEVEL=([0-5])$/.exec(command) ?? []
      if (digit !== undefined) level = Number(digit)
      else if (command === 'STRENGTH') selection.sortByStrength()
      else throw new OptionError('ciphers', list, `There is no command @${command}.`)
      take(untilSeparator)
      continue
    }
    let selector = find(takeWord())
    while (selector !== undefined && take(plus) !== '') {
      const other = find(takeWord())
      selector = other === undefined ? undefined : both(selector, other)
    }
    if (selector === undefined) take(untilSeparator)
    else select(selection, rule, selector)
  }
  return level
}

/** @returns undefined for a word that is unknown. */
function find(word: string): Selector | undefined {
  const suite = findSuite(word)
  if (suite?.minVersion === 'TLS 1.3') return undefined
  return suite === undefined ? keyword(word) : selectorOf(suite)
}

function select(selection: Selection, rule: string, selector: Selector): void {
  const test = (suite: Suite): boolean => selects(selector, suite)
  if (rule === '!') selection.kill(test)
  else if (rule === '-') selection.remove(test)
  else if (rule === '+') selection.moveToEnd(test)
  else selection.add(test)
}

/** Bits of strength that each security level demands. */
const levels = [0, 80, 112, 128, 192, 256] as const

/** The rules about anonymous servers, MD5 and RC4 have nothing here to exclude. */
function isAllowed({ keyExchange, mac, strength }: Suite, level: number): boolean {
  const bits = levels[level] ?? 0
  if (strength < bits) return false
  if (bits > 160 && mac === 'sha1') return false
  const isForwardSecret = keyExchange !== 'rsa' && keyExchange !== 'rsaPsk' && keyExchange !== 'psk'
  return level < 3 || isForwardSecret
}
