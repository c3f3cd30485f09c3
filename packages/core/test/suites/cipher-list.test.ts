import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { OptionError } from '#src/fault.js'
import { noble } from '#src/noble.js'
import {
  findSuite,
  openSslName,
  parseCipherList,
  parseCipherSuites,
  suiteNames,
  suites,
} from '#src/suites.js'
import { configure } from '../support/property.js'
import { providerWith } from '../support/suites12.js'

configure()

/** What `openssl ciphers ALL` has of our suites, in its order. */
const preferred = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'DHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'DHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES256-CCM8',
  'ECDHE-ECDSA-AES256-CCM',
  'DHE-RSA-AES256-CCM8',
  'DHE-RSA-AES256-CCM',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'DHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES128-CCM8',
  'ECDHE-ECDSA-AES128-CCM',
  'DHE-RSA-AES128-CCM8',
  'DHE-RSA-AES128-CCM',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'DHE-RSA-AES256-SHA256',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'DHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'DHE-RSA-AES256-SHA',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'DHE-RSA-AES128-SHA',
  'RSA-PSK-AES256-GCM-SHA384',
  'DHE-PSK-AES256-GCM-SHA384',
  'RSA-PSK-CHACHA20-POLY1305',
  'DHE-PSK-CHACHA20-POLY1305',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'DHE-PSK-AES256-CCM8',
  'DHE-PSK-AES256-CCM',
  'AES256-GCM-SHA384',
  'AES256-CCM8',
  'AES256-CCM',
  'PSK-AES256-GCM-SHA384',
  'PSK-CHACHA20-POLY1305',
  'PSK-AES256-CCM8',
  'PSK-AES256-CCM',
  'RSA-PSK-AES128-GCM-SHA256',
  'DHE-PSK-AES128-GCM-SHA256',
  'DHE-PSK-AES128-CCM8',
  'DHE-PSK-AES128-CCM',
  'AES128-GCM-SHA256',
  'AES128-CCM8',
  'AES128-CCM',
  'PSK-AES128-GCM-SHA256',
  'PSK-AES128-CCM8',
  'PSK-AES128-CCM',
  'AES256-SHA256',
  'AES128-SHA256',
  'ECDHE-PSK-AES256-CBC-SHA384',
  'ECDHE-PSK-AES256-CBC-SHA',
  'RSA-PSK-AES256-CBC-SHA384',
  'DHE-PSK-AES256-CBC-SHA384',
  'RSA-PSK-AES256-CBC-SHA',
  'DHE-PSK-AES256-CBC-SHA',
  'AES256-SHA',
  'PSK-AES256-CBC-SHA384',
  'PSK-AES256-CBC-SHA',
  'ECDHE-PSK-AES128-CBC-SHA256',
  'ECDHE-PSK-AES128-CBC-SHA',
  'RSA-PSK-AES128-CBC-SHA256',
  'DHE-PSK-AES128-CBC-SHA256',
  'RSA-PSK-AES128-CBC-SHA',
  'DHE-PSK-AES128-CBC-SHA',
  'AES128-SHA',
  'PSK-AES128-CBC-SHA256',
  'PSK-AES128-CBC-SHA',
]

/** What a list names, as OpenSSL calls it. */
function chosen(list: string): string {
  return parseCipherList(list).map(openSslName).join(' ')
}

/** As `chosen`, without the suites that OpenSSL does not have. */
function known(list: string): string {
  return parseCipherList(list)
    .filter((name) => (findSuite(name)?.id ?? 0) < 0xd000)
    .map(openSslName)
    .join(' ')
}

const gives = (list: string, names: string): void =>
  test(`${list} gives ${names}`, () => assert.is(known(list), names))

const refuses = (list: string, reason: RegExp): void =>
  test(`refuses ${JSON.stringify(list)}`, () => {
    assert.throws(
      () => parseCipherList(list),
      (error: unknown) =>
        error instanceof OptionError &&
        error.option === 'ciphers' &&
        error.message.includes(JSON.stringify(list)) &&
        reason.test(error.message),
    )
  })

test('the order of preference is that of OpenSSL', () => {
  assert.equal(known('ALL').split(' '), preferred)
})

// Order and joining
gives(
  'ECDHE+AESGCM',
  'ECDHE-ECDSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-GCM-SHA384 ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-RSA-AES128-GCM-SHA256',
)
gives(
  'kRSA+AES+SHA256:kRSA+AESGCM',
  'AES256-SHA256 AES128-SHA256 AES256-GCM-SHA384 AES128-GCM-SHA256',
)
gives('AES128+aRSA+CHACHA20:RSA+SHA1', 'AES256-SHA AES128-SHA')
gives('RSA+SHA1:kPSK+AESGCM', 'AES256-SHA AES128-SHA PSK-AES256-GCM-SHA384 PSK-AES128-GCM-SHA256')

// What has been added stays where it is.
gives('AES128-SHA:RSA+SHA1', 'AES128-SHA AES256-SHA')
// + moves to the end what is there, and adds nothing.
gives('RSA+SHA1:+AES256:+PSK', 'AES128-SHA AES256-SHA')
gives('+AES256:RSA+SHA1', 'AES256-SHA AES128-SHA')
// - gives up, and leaves it to be added again, before others.
gives('RSA+SHA1:-AES256:kRSA+SHA1', 'AES128-SHA AES256-SHA')
gives('RSA+SHA1:-AES128:-AES256:RSA+SHA1', 'AES256-SHA AES128-SHA')
gives('AES128-SHA:-AES128-SHA:RSA+SHA1', 'AES128-SHA AES256-SHA')
gives('-AES128:RSA+SHA1', 'AES256-SHA AES128-SHA')
// ! is for good.
gives('!AES256:RSA+SHA1:AES256-SHA', 'AES128-SHA')
gives('RSA+SHA1:!AES128', 'AES256-SHA')

// Separators
gives('AES128-SHA,AES256-SHA', 'AES128-SHA AES256-SHA')
gives(' AES128-SHA  AES256-SHA;', 'AES128-SHA AES256-SHA')
gives('::AES128-SHA::!PSK!SRP:', 'AES128-SHA')

// Words that stand for nothing here, and words that stand for nothing at all
gives('RC4:3DES:MD5:aNULL:CAMELLIA+RSA:LOW:SRP:DSS:AES128-SHA', 'AES128-SHA')
gives('TLSv1.1:kGOST:RSA+FOO:CAMELLIA128-SHA:AES128-SHA:!BAR', 'AES128-SHA')
// A word that is unknown takes with it all that is written up to the separator.
gives('FOO!AES128:RSA+SHA1', 'AES256-SHA AES128-SHA')
gives('RSA+PSK!AES128:RSA+SHA1', 'AES256-SHA AES128-SHA')
gives('3DES!AES128:RSA+SHA1', 'AES256-SHA')
gives('RC4!AES128:RSA+SHA1', 'AES256-SHA AES128-SHA')
gives('constructor:toString:AES128-SHA', 'AES128-SHA')

// Case matters, but for whole names in lower case.
gives('ecdhe:AES128-SHA:Aes256-Sha', 'AES128-SHA')
gives('aes128-sha:aes256-sha', 'AES128-SHA AES256-SHA')
gives('RSA+SHA1:!aes128-sha', 'AES256-SHA')
// Names of the RFCs
gives('TLS_RSA_WITH_AES_128_CBC_SHA:RSA+SHA', 'AES128-SHA AES256-SHA')
gives('RSA+SHA:-TLS_RSA_WITH_AES_128_CBC_SHA', 'AES256-SHA')
// Suites of TLS 1.3 are not a list's to choose.
gives('TLS_AES_128_GCM_SHA256:tls_aes_256_gcm_sha384:AES128-SHA', 'AES128-SHA')
gives('TLS_AES_128_GCM_SHA256!AES256:RSA+SHA1', 'AES256-SHA AES128-SHA')

// A name chooses whatever the version; a version chooses those that are as old.
gives('TLSv1.2+AES128-SHA256', 'AES128-SHA256')
gives('AES128-SHA+TLSv1.2!AES256:RSA+SHA1', 'AES128-SHA')
gives('kRSA+SSLv3', 'AES256-SHA AES128-SHA')
gives('ECDHE+TLSv1+AES128', 'ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA')
gives('TLSv1.0+ECDHE+AES128', 'ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA')

gives(
  'FIPS+kPSK',
  'PSK-AES256-GCM-SHA384 PSK-AES128-GCM-SHA256 PSK-AES256-CBC-SHA384 PSK-AES256-CBC-SHA PSK-AES128-CBC-SHA256 PSK-AES128-CBC-SHA',
)

// Commands
gives('AES128-SHA:AES256-SHA:@STRENGTH', 'AES256-SHA AES128-SHA')
gives('AES128-SHA:AES256-SHA:@STRENGTH+whatever!AES:+AES256', 'AES128-SHA AES256-SHA')
gives('AES128-SHA:AES256-SHA:@STRENGTH!AES256', 'AES256-SHA AES128-SHA')
gives('AES128-SHA:@STRENGTH:AES256-SHA', 'AES128-SHA AES256-SHA')
gives('@SECLEVEL=2:RSA+SHA1', 'AES256-SHA AES128-SHA')
gives(
  '@SECLEVEL=3:RSA:kRSAPSK:kPSK:ECDHE+AES128+SHA1:kDHEPSK+AES128+SHA1',
  ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA', 'DHE-PSK-AES128-CBC-SHA'].join(' '),
)
gives('ECDHE+AES+aRSA:@SECLEVEL=4', 'ECDHE-RSA-AES256-GCM-SHA384 ECDHE-RSA-AES256-SHA384')
// The last one counts.
gives('@SECLEVEL=5:AES128-SHA:@SECLEVEL=0', 'AES128-SHA')

// Suite B is the whole of a list.
gives('SUITEB128', 'ECDHE-ECDSA-AES128-GCM-SHA256 ECDHE-ECDSA-AES256-GCM-SHA384')
gives('SUITEB128ONLY:AES128-SHA', 'ECDHE-ECDSA-AES128-GCM-SHA256')
gives('SUITEB128C2', 'ECDHE-ECDSA-AES256-GCM-SHA384')
gives('SUITEB192', 'ECDHE-ECDSA-AES256-GCM-SHA384')
gives('AES128-SHA:SUITEB192', 'AES128-SHA')

test('DEFAULT is all but CCM, and only at the beginning', () => {
  const all = known('ALL').split(' ')
  const byDefault = all.filter((name) => !name.includes('CCM'))
  assert.is(all.length, 73)
  assert.is(byDefault.length, 53)
  assert.equal(known('DEFAULT').split(' '), byDefault)
  assert.equal(known('COMPLEMENTOFDEFAULT').split(' ').length, 20)
  assert.is(known('DEFAULT:AES128-CCM'), known('DEFAULT'), 'CCM is gone for good')
  assert.is(known('DEFAULT!AES:FOO'), known('CHACHA20'))
  assert.is(known('DEFAULT@STRENGTH'), known('DEFAULT:@STRENGTH'))
  assert.is(known('AES128-SHA:DEFAULT'), 'AES128-SHA')
})

test('ALL, HIGH and the order of preference are the same here', () => {
  assert.equal(parseCipherList('ALL'), suiteNames('TLS 1.2'))
  assert.equal(parseCipherList('HIGH'), suiteNames('TLS 1.2'))
  assert.equal(parseCipherList('COMPLEMENTOFALL:ALL'), suiteNames('TLS 1.2'))
})

test('the suites of RFC 8442, which OpenSSL does not have, answer to its words too', () => {
  assert.is(
    chosen('kECDHEPSK+AESGCM:kECDHEPSK+AESCCM'),
    'ECDHE-PSK-AES256-GCM-SHA384 ECDHE-PSK-AES128-GCM-SHA256 ECDHE-PSK-AES128-CCM ECDHE-PSK-AES128-CCM8',
  )
})

test('every suite of TLS 1.2 can be named alone, in each form', () => {
  for (const { name, openSslName, minVersion } of suites) {
    if (minVersion === 'TLS 1.3') continue
    for (const form of [name, openSslName, openSslName.toLowerCase()]) {
      assert.equal(parseCipherList(form), [name])
      assert.is(parseCipherList(`ALL:!${form}`).length, 76)
    }
  }
})

refuses('', /names no cipher suite of TLS 1\.2/)
refuses('FOO', /names no cipher suite of TLS 1\.2/)
refuses('RC4:aNULL', /names no cipher suite of TLS 1\.2/)
refuses('TLS_AES_128_GCM_SHA256', /names no cipher suite of TLS 1\.2/)
refuses('RSA:!ALL', /names no cipher suite of TLS 1\.2/)
refuses('HIGH+FIPS', /names no cipher suite of TLS 1\.2/)
refuses('RSA:@SECLEVEL=3', /names no cipher suite of TLS 1\.2/)
refuses('ALL:@FOO', /no command @FOO/)
refuses('ALL:@SECLEVEL=6', /no command @SECLEVEL=6/)
refuses('ALL:@SECLEVEL=12', /no command/)
refuses('ALL:@STRENGTHS', /no command/)
refuses('ALL:@', /word is missing after 5/)
refuses('ALL:RSA+', /word is missing after 8/)
refuses('ALL:RSA+:AES', /word is missing after 8/)
refuses('ALL:! RSA', /word is missing after 5/)
refuses('ALL:!!RSA', /word is missing after 5/)
refuses('DEFAULT:RSA/AES', /word is missing after 11/)
refuses('ALL\nRSA', /word is missing after 3/)
refuses('ALL:É', /word is missing/)

test('refuses what is no text', () => {
  for (const parse of [parseCipherList, parseCipherSuites])
    for (const value of [undefined, null, 7, ['ALL']])
      assert.throws(
        () => parse(value as unknown as string),
        (error: unknown) => error instanceof OptionError && /Give /.test(error.message),
      )
})

const [gcm, cbc] = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_CBC_SHA']

test('leaves out what a provider does not have, and has what is opt-in', () => {
  const provider = providerWith([cbc, gcm], [cbc])
  assert.equal(parseCipherList('HIGH', { provider }), [gcm, cbc])
  assert.equal(parseCipherList('HIGH:+ECDHE', { provider }), [cbc, gcm])
  const error = /names no cipher suite of TLS 1\.2 that the crypto provider has/
  assert.throws(() => parseCipherList('PSK', { provider }), error)
  const { suites12: _, ...without } = provider
  assert.throws(() => parseCipherList('HIGH', { provider: without }), error)
})

test('reads names of TLS 1.3', () => {
  assert.equal(
    parseCipherSuites(' TLS_CHACHA20_POLY1305_SHA256 :tls_aes_128_gcm_sha256::FOO:AES128-SHA'),
    ['TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  )
  assert.equal(parseCipherSuites('TLS_AES_128_GCM_SHA256:TLS_AES_128_GCM_SHA256'), [
    'TLS_AES_128_GCM_SHA256',
  ])
  assert.equal(parseCipherSuites(''), [])
})

test('refuses names of which none is one of TLS 1.3', () => {
  const refuses = (list: string, options = {}) =>
    assert.throws(
      () => parseCipherSuites(list, options),
      (error: unknown) =>
        error instanceof OptionError &&
        error.option === 'ciphersuites' &&
        error.message.includes(JSON.stringify(list)),
    )
  refuses('ALL')
  refuses(':')
  refuses('TLS_RSA_WITH_AES_128_CBC_SHA')
  refuses('TLS_AES_128_GCM_SHA256,TLS_AES_256_GCM_SHA384')
  assert.not(noble.suites.some(({ name }) => name === 'TLS_AES_128_CCM_8_SHA256'))
  refuses('TLS_AES_128_CCM_8_SHA256', { provider: noble })
  assert.equal(parseCipherSuites('TLS_AES_128_CCM_8_SHA256'), ['TLS_AES_128_CCM_8_SHA256'])
})

const words = ['ALL', 'RSA', 'ECDHE', 'AES128', 'AES', 'SHA', 'PSK', 'AESGCM', 'FOO', 'AES128-SHA']
const marks = [':', ',', ' ', '!', '-', '+', '@', '@STRENGTH', '@SECLEVEL=2', 'DEFAULT', '/', '']

test('whatever the list, gives suites once each or an OptionError', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words, ...marks), { maxLength: 30 }), (parts) => {
      let names: readonly string[] = []
      try {
        names = parseCipherList(parts.join(''))
      } catch (error) {
        assert.instance(error, OptionError)
        return
      }
      assert.ok(names.length > 0)
      assert.is(new Set(names).size, names.length)
      for (const name of names) assert.ok(suiteNames('TLS 1.2').includes(name))
    }),
  )
})

test.run()
