/** Our names and cipher lists against those of OpenSSL's command line, and of Node. */
import { spawnSync } from 'node:child_process'
import { getCiphers } from 'node:tls'
import { OptionError } from '@sanstls/core'
import { noble } from '@sanstls/core/noble'
import {
  findSuite,
  lowerCaseNames,
  parseCipherList,
  type Suite,
  suites,
} from '@sanstls/core/suites'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openssl } from './peers/openssl.js'
import { temporaryFile } from './support/authority.js'

const detected = openssl.detect()

/** What the system's configuration may set must not count. */
const environment = { ...process.env, OPENSSL_CONF: temporaryFile('', 'cnf') }

/** The lines of `openssl ciphers`, without those of TLS 1.3; none where it refuses the list. */
function linesOf(list: string, ...options: readonly string[]): readonly string[] {
  const { status, stdout, stderr, error } = spawnSync(
    'openssl',
    ['ciphers', '-V', '-stdname', ...options, '--', list],
    { encoding: 'utf8', env: environment, timeout: 20_000 },
  )
  if (error !== undefined) throw error
  if (status !== 0 && !stderr.startsWith('Error in cipher list')) throw new Error(stderr)
  return status === 0
    ? stdout.split('\n').filter((line) => line !== '' && !line.includes(' TLSv1.3 '))
    : []
}

/** The IANA names of what a list names. */
function namesOf(list: string): readonly string[] {
  // Only then it applies security levels.
  const options = list.includes('SECLEVEL') ? ['-s', '-psk'] : []
  return linesOf(list, ...options).map((line) => line.split(' - ')[1]?.trim() ?? '')
}

/** What newer versions do otherwise, and so is compared, or left out, as they do it. */
const newer =
  'missing' in detected
    ? undefined
    : {
        ianaNames: namesOf('TLS_RSA_WITH_AES_128_CBC_SHA').length > 0,
        anyCase: namesOf('aes128-sha').length > 0,
        // They may then stand elsewhere, and nothing else does for that.
        shortTagsAreWeak: namesOf('AES128-CCM8:AES128-SHA:@STRENGTH')[0]?.endsWith('SHA') ?? false,
      }

/** The suites that both have. */
const common = new Set(
  'missing' in detected
    ? []
    : namesOf('ALL').filter((name) => {
        const known = findSuite(name)
        return known !== undefined && !(newer?.shortTagsAreWeak && known.cipher.endsWith('_ccm_8'))
      }),
)

function ours(list: string): readonly string[] {
  try {
    return parseCipherList(list)
  } catch (error) {
    if (error instanceof OptionError) return []
    throw error
  }
}

function compare(list: string): void {
  const [our, their] = [ours(list), namesOf(list)].map((names) =>
    names.filter((name) => common.has(name)),
  )
  assert.equal(our, their, list)
}

const keywords = [
  ...['ALL', 'COMPLEMENTOFALL', 'COMPLEMENTOFDEFAULT', 'HIGH', 'MEDIUM', 'LOW', 'FIPS'],
  ...['kRSA', 'kDHE', 'kEDH', 'DH', 'kECDHE', 'kEECDH', 'ECDH', 'kPSK', 'kECDHEPSK', 'kDHEPSK'],
  ...['kRSAPSK', 'kSRP', 'aRSA', 'aECDSA', 'ECDSA', 'aDSS', 'DSS', 'aPSK', 'aSRP', 'aNULL'],
  ...['RSA', 'DHE', 'EDH', 'ECDHE', 'EECDH', 'ADH', 'AECDH', 'PSK', 'SRP'],
  ...['AES', 'AES128', 'AES256', 'AESGCM', 'AESCCM', 'AESCCM8', 'CHACHA20', 'CBC', '3DES'],
  ...['ARIA', 'ARIAGCM', 'ARIA128', 'ARIA256', 'CAMELLIA', 'CAMELLIA128', 'CAMELLIA256'],
  ...['NULL', 'eNULL', 'MD5', 'SHA', 'SHA1', 'SHA256', 'SHA384'],
  ...['TLSv1.2', 'TLSv1.0', 'TLSv1', 'SSLv3'],
]
const unknown = [
  ...['TLSv1.1', 'TLSv1.3', 'DEFAULT', 'SHA512', 'RC4', 'SEED', 'kFOO', 'AES128-', '=.'],
  ...(newer?.anyCase ? [] : ['aes', 'Ecdhe']),
]
const commands = ['@STRENGTH', ...['0', '1', '2', '3', '4', '5'].map((n) => `@SECLEVEL=${n}`)]
const malformed = [
  '@FOO',
  '@SECLEVEL=6',
  '@SECLEVEL=',
  '@',
  '!',
  '+',
  '-',
  'AES+',
  '!!AES',
  'A/B',
  '~',
]
const names = suites
  .filter(({ name }) => common.has(name))
  .flatMap(({ name, openSslName }) => [
    openSslName,
    ...(newer?.ianaNames ? [name] : []),
    ...(newer?.anyCase ? [openSslName.toLowerCase()] : []),
  ])

/** Lists as people write them. */
const usual = [
  'DEFAULT',
  'DEFAULT:@SECLEVEL=0',
  'DEFAULT@SECLEVEL=2',
  'DEFAULT:!RC4:!aNULL',
  'DEFAULT!AES:kPSK',
  'DEFAULTAES:AES',
  'AES128-SHA:DEFAULT',
  'HIGH:!aNULL:!MD5',
  'HIGH:!aNULL:!kRSA:!PSK:!SRP:!MD5:!RC4',
  'ALL:!ADH:@STRENGTH',
  'ALL:COMPLEMENTOFALL',
  'ALL:-AES:+ECDHE:AES:@STRENGTH',
  'EECDH+AESGCM:EDH+AESGCM',
  'EECDH+AESGCM:EDH+AESGCM:AES256+EECDH:AES256+EDH',
  'ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20:ECDHE+AES256:DHE+AES256:!aNULL:!eNULL',
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256:HIGH:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!MD5:!PSK:!SRP:!CAMELLIA',
  'kEECDH:kEDH:kRSA:!3DES:+SHA:+PSK',
  'PSK:-kPSK:kPSK+AESGCM',
  'TLSv1.2:!kRSA',
  'SSLv3:TLSv1:-AES',
  'SUITEB128',
  'SUITEB128ONLY',
  'SUITEB128C2',
  'SUITEB192',
  'SUITEB192:AES128-SHA',
  'SUITEB128X',
  'AES128-SHA:SUITEB192',
  'RSA+AES128!AES256,kPSK;+AES DHE',
  'RSA+PSK!AES128:ALL',
  'AES128-SHA+SSLv3:AES128-SHA+TLSv1.2:AES128-SHA+AES256-SHA:kRSA+AES128-SHA',
  'AES128-SHA+TLSv1.2!AES256:RSA+SHA1',
  '+AES256:RSA+SHA1',
  '-AES128:RSA+SHA1',
  'ECDHE:@STRENGTH!AES:+AES256',
  'constructor:AES128-SHA',
  'AES128-SHA+COMPLEMENTOFDEFAULT:AES128-CCM+COMPLEMENTOFDEFAULT:AES128-CCM+FIPS:HIGH+FIPS',
  '',
  ':',
  ' ',
]

/** Not those that OpenSSL may have been built without: what is written after unknown words is skipped. */
const gluable = keywords.filter((one) => !/3DES|ARIA|CAMELLIA|MD5|SRP|DSS/.test(one))

const word = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...keywords) },
  { weight: 3, arbitrary: fc.constantFrom('AES128-SHA', ...names) },
  { weight: 1, arbitrary: fc.constantFrom(...unknown) },
)
const sign = fc.constantFrom('', '', '', '!', '-', '-', '+', '+')
const joined = (one: fc.Arbitrary<string>) =>
  fc
    .tuple(sign, fc.array(one, { minLength: 1, maxLength: 3 }))
    .map(([prefix, words]) => prefix + words.join('+'))
const rule = fc.oneof(
  { weight: 12, arbitrary: joined(word) },
  { weight: 2, arbitrary: fc.constantFrom(...commands) },
)
/** Rules without anything between them. */
const glued = fc
  .array(joined(fc.constantFrom(...gluable, ...unknown)), { minLength: 2, maxLength: 3 })
  .map((rules) => rules.join('!'))
const separator = fc.constantFrom(':', ':', ':', ',', ' ', ';', '::', ' : ')
const separated = (one: fc.Arbitrary<string>, maxLength: number) =>
  fc
    .array(fc.tuple(one, separator), { minLength: 1, maxLength })
    .map((items) => items.flat().slice(0, -1).join(''))
const beginning = fc.constantFrom('', '', '', 'DEFAULT:', 'DEFAULT', 'ALL:', ':')

const test = suite('cipher lists of OpenSSL')
if ('missing' in detected) console.log(`SKIP cipher lists of OpenSSL: ${detected.missing}`)
else addCases()
test.run()

function addCases(): void {
  test('has all suites of ours but those of RFC 8442', () => {
    const strong = suites.filter(({ cipher }) => !cipher.endsWith('_ccm_8'))
    const wanted = strong.filter(({ minVersion }) => minVersion !== 'TLS 1.3')
    const missing = wanted.filter(({ name }) => !common.has(name))
    assert.equal(
      missing.map(({ name }) => name),
      [
        'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
        'TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384',
        'TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256',
      ],
    )
  })

  test('says of each suite what our table says', () => {
    let told = 0
    for (const line of linesOf('ALL')) {
      const [, high, low, name, openSslName, rest] =
        /^\s*0x(..),0x(..) - (\S+)\s+- (\S+)\s+(.*)$/.exec(line) ?? []
      const known = findSuite(name ?? '')
      if (known === undefined) continue
      assert.is(known.id, Number.parseInt(`${high}${low}`, 16))
      assert.is(known.openSslName, openSslName)
      assert.is(rest?.trim().replace(/\s+/g, ' '), described(known))
      told++
    }
    assert.is(told, 73)
  })

  for (const list of usual) test(`reads ${JSON.stringify(list)} as we do`, () => compare(list))

  test('reads each word as we do, with each sign', () => {
    for (const one of [...keywords, ...unknown, ...malformed, ...commands])
      for (const prefix of ['', '!', '-', '+']) compare(`kRSA:PSK:AESGCM:${prefix}${one}:ECDHE`)
  })

  test('reads each name as we do', () => {
    for (const one of names) for (const list of [one, `ALL:-${one}:ALL`]) compare(list)
  })

  test('reads lists of chance as we do', () => {
    property(fc.tuple(beginning, separated(rule, 8)), 300)
  })

  test('reads lists without separators as we do', () => {
    property(fc.tuple(beginning, separated(fc.oneof(glued, rule), 4)), 150)
  })

  test('reads lists with something malformed as we do', () => {
    const part = fc.oneof({ weight: 3, arbitrary: rule }, fc.constantFrom(...malformed))
    property(fc.tuple(beginning, separated(part, 4)), 100)
  })

  test('has our names in lower case among those of Node', () => {
    const nodes = getCiphers()
    for (const name of lowerCaseNames({ suites: noble.suites })) assert.ok(nodes.includes(name))
    for (const name of nodes)
      if (findSuite(name.toUpperCase()) !== undefined)
        assert.is(findSuite(name), findSuite(name.toUpperCase()))
    assert.ok(nodes.some((name) => findSuite(name)?.minVersion === 'TLS 1.2'))
  })
}

function property(parts: fc.Arbitrary<[string, string]>, numRuns: number): void {
  fc.assert(
    fc.property(parts, ([start, rest]) => compare(start + rest)),
    { seed: Number(process.env.SANSTLS_SEED ?? 20261120), numRuns },
  )
}

const exchanges: Readonly<Record<string, string>> = { ecdhe: 'ECDH', dhe: 'DH' }

/** A suite as `openssl ciphers -v` writes it. */
function described({ keyExchange, authentication, cipher, mac, strength, minVersion }: Suite) {
  const exchange = exchanges[keyExchange] ?? keyExchange.toUpperCase()
  const [, mode = ''] = /^aes_\d+_(\w+)$/.exec(cipher) ?? []
  const encryption =
    cipher === 'chacha20_poly1305'
      ? 'CHACHA20/POLY1305'
      : `AES${mode === 'cbc' ? '' : mode.toUpperCase().replace('_', '')}`
  const versions = { 'TLS 1.2': 'TLSv1.2', 'TLS 1.0': 'TLSv1', 'SSL 3.0': 'SSLv3', 'TLS 1.3': '' }
  return [
    versions[minVersion],
    `Kx=${exchange}`,
    `Au=${authentication.toUpperCase()}`,
    `Enc=${encryption}(${strength})`,
    `Mac=${mac.toUpperCase()}`,
  ].join(' ')
}
