/** The words of a cipher list that stand for many suites, as in OpenSSL 3.0. */
import type { Suite, SuiteCipher, SuiteMac } from './table.js'

/**
 * Ciphers that only suites unknown here have: words that mean them are known, and match nothing. RC4, DES, IDEA, SEED and
 * GOST are not among them: neither does OpenSSL 3.0 know their words, unless it is given more than its default provider.
 */
type OtherCipher =
  | 'aria_128_gcm'
  | 'aria_256_gcm'
  | 'camellia_128_cbc'
  | 'camellia_256_cbc'
  | '3des_ede_cbc'
  | 'null'

interface Values {
  keyExchange: Suite['keyExchange'] | 'srp'
  authentication: Suite['authentication'] | 'dss' | 'srp' | 'null'
  cipher: SuiteCipher | OtherCipher
  mac: SuiteMac | 'md5'
  minVersion: Suite['minVersion']
  /** How OpenSSL rates it. */
  grade: 'high' | 'medium' | 'low' | 'fips'
  /** `no`: left out of DEFAULT. */
  byDefault: 'no'
}

type Facet = keyof Values

/** What a suite must have: in each facet named, one of these values. */
export type Selector = { readonly [facet in Facet]?: readonly string[] }

type Keyword = { readonly [facet in Facet]?: readonly Values[facet][] }

const gcm = ['aes_128_gcm', 'aes_256_gcm'] as const
const ccm8 = ['aes_128_ccm_8', 'aes_256_ccm_8'] as const
const ccm = ['aes_128_ccm', 'aes_256_ccm', ...ccm8] as const
const aes128 = ['aes_128_gcm', 'aes_128_ccm', 'aes_128_ccm_8', 'aes_128_cbc'] as const
const aes256 = ['aes_256_gcm', 'aes_256_ccm', 'aes_256_ccm_8', 'aes_256_cbc'] as const
const aria = ['aria_128_gcm', 'aria_256_gcm'] as const
const camellia = ['camellia_128_cbc', 'camellia_256_cbc'] as const
const cbc = ['aes_128_cbc', 'aes_256_cbc', ...camellia, '3des_ede_cbc'] as const
const encrypting = [
  ...aes128,
  ...aes256,
  'chacha20_poly1305',
  ...aria,
  ...camellia,
  '3des_ede_cbc',
] as const
const authenticated = ['ecdsa', 'rsa', 'psk', 'dss', 'srp'] as const

const dhe: Keyword = { keyExchange: ['dhe'] }
const ecdhe: Keyword = { keyExchange: ['ecdhe'] }
const srp: Keyword = { keyExchange: ['srp'] }
const byEcdsa: Keyword = { authentication: ['ecdsa'] }
const byDss: Keyword = { authentication: ['dss'] }
const plain: Keyword = { cipher: ['null'] }
const sha1: Keyword = { mac: ['sha1'] }
const tls10: Keyword = { minVersion: ['TLS 1.0'] }

const keywords: Readonly<Record<string, Keyword>> = {
  ALL: { cipher: encrypting },
  COMPLEMENTOFALL: plain,
  COMPLEMENTOFDEFAULT: { byDefault: ['no'] },
  HIGH: { grade: ['high'] },
  MEDIUM: { grade: ['medium'] },
  LOW: { grade: ['low'] },
  FIPS: { cipher: encrypting, grade: ['fips'] },

  kRSA: { keyExchange: ['rsa'] },
  kDHE: dhe,
  kEDH: dhe,
  DH: dhe,
  kECDHE: ecdhe,
  kEECDH: ecdhe,
  ECDH: ecdhe,
  kPSK: { keyExchange: ['psk'] },
  kECDHEPSK: { keyExchange: ['ecdhePsk'] },
  kDHEPSK: { keyExchange: ['dhePsk'] },
  kRSAPSK: { keyExchange: ['rsaPsk'] },
  kSRP: srp,

  aRSA: { authentication: ['rsa'] },
  aECDSA: byEcdsa,
  ECDSA: byEcdsa,
  aDSS: byDss,
  DSS: byDss,
  aPSK: { authentication: ['psk'] },
  aSRP: { authentication: ['srp'] },
  aNULL: { authentication: ['null'] },

  RSA: { keyExchange: ['rsa'], authentication: ['rsa'] },
  DHE: { ...dhe, authentication: authenticated },
  EDH: { ...dhe, authentication: authenticated },
  ECDHE: { ...ecdhe, authentication: authenticated },
  EECDH: { ...ecdhe, authentication: authenticated },
  ADH: { ...dhe, authentication: ['null'] },
  AECDH: { ...ecdhe, authentication: ['null'] },
  PSK: { keyExchange: ['psk', 'ecdhePsk', 'dhePsk', 'rsaPsk'] },
  SRP: srp,

  AES: { cipher: [...aes128, ...aes256] },
  AES128: { cipher: aes128 },
  AES256: { cipher: aes256 },
  AESGCM: { cipher: gcm },
  AESCCM: { cipher: ccm },
  AESCCM8: { cipher: ccm8 },
  CHACHA20: { cipher: ['chacha20_poly1305'] },
  ARIA: { cipher: aria },
  ARIAGCM: { cipher: aria },
  ARIA128: { cipher: ['aria_128_gcm'] },
  ARIA256: { cipher: ['aria_256_gcm'] },
  CAMELLIA: { cipher: camellia },
  CAMELLIA128: { cipher: ['camellia_128_cbc'] },
  CAMELLIA256: { cipher: ['camellia_256_cbc'] },
  CBC: { cipher: cbc },
  '3DES': { cipher: ['3des_ede_cbc'] },
  NULL: plain,
  eNULL: plain,

  MD5: { mac: ['md5'] },
  SHA: sha1,
  SHA1: sha1,
  SHA256: { mac: ['sha256'] },
  SHA384: { mac: ['sha384'] },

  'TLSv1.2': { minVersion: ['TLS 1.2'] },
  'TLSv1.0': tls10,
  TLSv1: tls10,
  SSLv3: { minVersion: ['SSL 3.0'] },
}

/** @returns undefined for a word that OpenSSL does not know either, or knows as the name of a suite. */
export function keyword(word: string): Selector | undefined {
  return Object.hasOwn(keywords, word) ? keywords[word] : undefined
}

/** How OpenSSL sees a suite. It has CCM neither in DEFAULT nor in FIPS, and ChaCha20 not in FIPS. */
function facetsOf(suite: Suite): Required<Selector> {
  const { keyExchange, authentication, cipher, mac, minVersion } = suite
  const isCcm = cipher.includes('_ccm')
  return {
    keyExchange: [keyExchange],
    authentication: [authentication],
    cipher: [cipher],
    mac: [mac],
    minVersion: [minVersion],
    grade: isCcm || cipher === 'chacha20_poly1305' ? ['high'] : ['high', 'fips'],
    byDefault: isCcm ? ['no'] : [],
  }
}

/** What selects this suite alone; like in OpenSSL, without its version. */
export function selectorOf(suite: Suite): Selector {
  const { keyExchange, authentication, cipher, mac, grade, byDefault } = facetsOf(suite)
  const facets = { keyExchange, authentication, cipher, mac, grade }
  return byDefault.length > 0 ? { ...facets, byDefault } : facets
}

export function selects(selector: Selector, suite: Suite): boolean {
  const facets = facetsOf(suite)
  return facetsIn(selector).every((facet) =>
    facets[facet].some((value) => selector[facet]?.includes(value)),
  )
}

/** What both select. @returns undefined where a facet has no value that suits both. */
export function both(one: Selector, other: Selector): Selector | undefined {
  const result: Partial<Record<Facet, readonly string[]>> = { ...one, ...other }
  for (const facet of facetsIn(one)) {
    const [values = [], others = values] = [one[facet], other[facet]]
    const common = values.filter((value) => others.includes(value))
    if (common.length === 0) return undefined
    result[facet] = common
  }
  return result
}

function facetsIn(selector: Selector): Facet[] {
  return Object.keys(selector) as Facet[]
}
