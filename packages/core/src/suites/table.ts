/**
 * The cipher suites that sanstls can have, as names and data: what they are called by IANA and by OpenSSL, and what they
 * consist of. A suite of an older version goes into the rows like the others, and its parts beside theirs.
 */
import type { CipherSuite12, KeyExchange12 } from '../crypto/provider.js'

export type SuiteVersion = 'TLS 1.3' | 'TLS 1.2' | 'TLS 1.0' | 'SSL 3.0'

export interface Suite {
  /** The IANA number. */
  readonly id: number
  /** As in the IANA registry and the RFCs. */
  readonly name: string
  /** As OpenSSL calls it; those of RFC 8442, which OpenSSL has not, after its pattern. */
  readonly openSslName: string
  /** `any`: TLS 1.3 negotiates it elsewhere. */
  readonly keyExchange: KeyExchange12 | 'any'
  /** The kind of key in the server's certificate; `psk` where there is none. */
  readonly authentication: CipherSuite12['authentication'] | 'any'
  /** Both in one word. */
  readonly exchange: SuiteExchange
  readonly cipher: SuiteCipher
  readonly mac: SuiteMac
  /** The hash of the PRF in TLS 1.2, or of HKDF in TLS 1.3. Before TLS 1.2, the PRF has MD5 and SHA-1. */
  readonly prf: 'sha256' | 'sha384'
  /** Bits of the cipher's key, which OpenSSL 3.0 takes for its strength. */
  readonly strength: number
  /** The oldest version that has this suite. Those of TLS 1.3 are for no other, and it has no others. */
  readonly minVersion: SuiteVersion
}

export type SuiteExchange = (typeof exchanges)[keyof typeof exchanges]['exchange']
export type SuiteCipher = (typeof ciphers)[keyof typeof ciphers]['cipher']
export type SuiteMac = 'aead' | 'sha1' | 'sha256' | 'sha384'

/** What a name has between `TLS_` and `_WITH_`. */
const exchanges = {
  ANY: { keyExchange: 'any', authentication: 'any', exchange: 'any' },
  ECDHE_ECDSA: { keyExchange: 'ecdhe', authentication: 'ecdsa', exchange: 'ecdhe_ecdsa' },
  ECDHE_RSA: { keyExchange: 'ecdhe', authentication: 'rsa', exchange: 'ecdhe_rsa' },
  DHE_RSA: { keyExchange: 'dhe', authentication: 'rsa', exchange: 'dhe_rsa' },
  RSA: { keyExchange: 'rsa', authentication: 'rsa', exchange: 'rsa' },
  PSK: { keyExchange: 'psk', authentication: 'psk', exchange: 'psk' },
  ECDHE_PSK: { keyExchange: 'ecdhePsk', authentication: 'psk', exchange: 'ecdhe_psk' },
  DHE_PSK: { keyExchange: 'dhePsk', authentication: 'psk', exchange: 'dhe_psk' },
  // RFC 6655 calls two of them so.
  PSK_DHE: { keyExchange: 'dhePsk', authentication: 'psk', exchange: 'dhe_psk' },
  RSA_PSK: { keyExchange: 'rsaPsk', authentication: 'rsa', exchange: 'rsa_psk' },
} as const

/** What a name has after `_WITH_`, and how OpenSSL writes it. */
const ciphers = {
  AES_128_GCM: { cipher: 'aes_128_gcm', openSsl: 'AES128-GCM', strength: 128 },
  AES_256_GCM: { cipher: 'aes_256_gcm', openSsl: 'AES256-GCM', strength: 256 },
  AES_128_CCM: { cipher: 'aes_128_ccm', openSsl: 'AES128-CCM', strength: 128 },
  AES_256_CCM: { cipher: 'aes_256_ccm', openSsl: 'AES256-CCM', strength: 256 },
  AES_128_CCM_8: { cipher: 'aes_128_ccm_8', openSsl: 'AES128-CCM8', strength: 128 },
  AES_256_CCM_8: { cipher: 'aes_256_ccm_8', openSsl: 'AES256-CCM8', strength: 256 },
  CHACHA20_POLY1305: {
    cipher: 'chacha20_poly1305',
    openSsl: 'CHACHA20-POLY1305',
    strength: 256,
  },
  AES_128_CBC: { cipher: 'aes_128_cbc', openSsl: 'AES128', strength: 128 },
  AES_256_CBC: { cipher: 'aes_256_cbc', openSsl: 'AES256', strength: 256 },
} as const

/** The hash is the one in the name: of the MAC for CBC, else of the PRF. CCM suites name none up to RFC 7251. */
type Row = readonly [
  id: number,
  exchange: keyof typeof exchanges,
  cipher: keyof typeof ciphers,
  hash?: 'SHA' | 'SHA256' | 'SHA384',
]

const rows: readonly (readonly [SuiteVersion, readonly Row[]])[] = [
  [
    'TLS 1.3',
    [
      // RFC 9846 appendix B.4
      [0x1301, 'ANY', 'AES_128_GCM', 'SHA256'],
      [0x1302, 'ANY', 'AES_256_GCM', 'SHA384'],
      [0x1303, 'ANY', 'CHACHA20_POLY1305', 'SHA256'],
      [0x1304, 'ANY', 'AES_128_CCM', 'SHA256'],
      [0x1305, 'ANY', 'AES_128_CCM_8', 'SHA256'],
    ],
  ],
  [
    'TLS 1.2',
    [
      // RFC 5289
      [0xc02b, 'ECDHE_ECDSA', 'AES_128_GCM', 'SHA256'],
      [0xc02c, 'ECDHE_ECDSA', 'AES_256_GCM', 'SHA384'],
      [0xc02f, 'ECDHE_RSA', 'AES_128_GCM', 'SHA256'],
      [0xc030, 'ECDHE_RSA', 'AES_256_GCM', 'SHA384'],
      [0xc023, 'ECDHE_ECDSA', 'AES_128_CBC', 'SHA256'],
      [0xc024, 'ECDHE_ECDSA', 'AES_256_CBC', 'SHA384'],
      [0xc027, 'ECDHE_RSA', 'AES_128_CBC', 'SHA256'],
      [0xc028, 'ECDHE_RSA', 'AES_256_CBC', 'SHA384'],
      // RFC 5288
      [0x009e, 'DHE_RSA', 'AES_128_GCM', 'SHA256'],
      [0x009f, 'DHE_RSA', 'AES_256_GCM', 'SHA384'],
      [0x009c, 'RSA', 'AES_128_GCM', 'SHA256'],
      [0x009d, 'RSA', 'AES_256_GCM', 'SHA384'],
      // RFC 5246
      [0x0067, 'DHE_RSA', 'AES_128_CBC', 'SHA256'],
      [0x006b, 'DHE_RSA', 'AES_256_CBC', 'SHA256'],
      [0x003c, 'RSA', 'AES_128_CBC', 'SHA256'],
      [0x003d, 'RSA', 'AES_256_CBC', 'SHA256'],
      // RFC 7905
      [0xcca9, 'ECDHE_ECDSA', 'CHACHA20_POLY1305', 'SHA256'],
      [0xcca8, 'ECDHE_RSA', 'CHACHA20_POLY1305', 'SHA256'],
      [0xccaa, 'DHE_RSA', 'CHACHA20_POLY1305', 'SHA256'],
      [0xccac, 'ECDHE_PSK', 'CHACHA20_POLY1305', 'SHA256'],
      [0xccad, 'DHE_PSK', 'CHACHA20_POLY1305', 'SHA256'],
      [0xccae, 'RSA_PSK', 'CHACHA20_POLY1305', 'SHA256'],
      [0xccab, 'PSK', 'CHACHA20_POLY1305', 'SHA256'],
      // RFC 7251
      [0xc0ac, 'ECDHE_ECDSA', 'AES_128_CCM'],
      [0xc0ad, 'ECDHE_ECDSA', 'AES_256_CCM'],
      [0xc0ae, 'ECDHE_ECDSA', 'AES_128_CCM_8'],
      [0xc0af, 'ECDHE_ECDSA', 'AES_256_CCM_8'],
      // RFC 6655
      [0xc09e, 'DHE_RSA', 'AES_128_CCM'],
      [0xc09f, 'DHE_RSA', 'AES_256_CCM'],
      [0xc0a2, 'DHE_RSA', 'AES_128_CCM_8'],
      [0xc0a3, 'DHE_RSA', 'AES_256_CCM_8'],
      [0xc09c, 'RSA', 'AES_128_CCM'],
      [0xc09d, 'RSA', 'AES_256_CCM'],
      [0xc0a0, 'RSA', 'AES_128_CCM_8'],
      [0xc0a1, 'RSA', 'AES_256_CCM_8'],
      [0xc0a6, 'DHE_PSK', 'AES_128_CCM'],
      [0xc0a7, 'DHE_PSK', 'AES_256_CCM'],
      [0xc0aa, 'PSK_DHE', 'AES_128_CCM_8'],
      [0xc0ab, 'PSK_DHE', 'AES_256_CCM_8'],
      [0xc0a4, 'PSK', 'AES_128_CCM'],
      [0xc0a5, 'PSK', 'AES_256_CCM'],
      [0xc0a8, 'PSK', 'AES_128_CCM_8'],
      [0xc0a9, 'PSK', 'AES_256_CCM_8'],
      // RFC 8442
      [0xd001, 'ECDHE_PSK', 'AES_128_GCM', 'SHA256'],
      [0xd002, 'ECDHE_PSK', 'AES_256_GCM', 'SHA384'],
      [0xd005, 'ECDHE_PSK', 'AES_128_CCM', 'SHA256'],
      [0xd003, 'ECDHE_PSK', 'AES_128_CCM_8', 'SHA256'],
      // RFC 5487
      [0x00aa, 'DHE_PSK', 'AES_128_GCM', 'SHA256'],
      [0x00ab, 'DHE_PSK', 'AES_256_GCM', 'SHA384'],
      [0x00ac, 'RSA_PSK', 'AES_128_GCM', 'SHA256'],
      [0x00ad, 'RSA_PSK', 'AES_256_GCM', 'SHA384'],
      [0x00a8, 'PSK', 'AES_128_GCM', 'SHA256'],
      [0x00a9, 'PSK', 'AES_256_GCM', 'SHA384'],
    ],
  ],
  [
    'TLS 1.0',
    [
      // RFC 8422
      [0xc009, 'ECDHE_ECDSA', 'AES_128_CBC', 'SHA'],
      [0xc00a, 'ECDHE_ECDSA', 'AES_256_CBC', 'SHA'],
      [0xc013, 'ECDHE_RSA', 'AES_128_CBC', 'SHA'],
      [0xc014, 'ECDHE_RSA', 'AES_256_CBC', 'SHA'],
      // RFC 5489
      [0xc035, 'ECDHE_PSK', 'AES_128_CBC', 'SHA'],
      [0xc036, 'ECDHE_PSK', 'AES_256_CBC', 'SHA'],
      [0xc037, 'ECDHE_PSK', 'AES_128_CBC', 'SHA256'],
      [0xc038, 'ECDHE_PSK', 'AES_256_CBC', 'SHA384'],
      // RFC 5487
      [0x00b2, 'DHE_PSK', 'AES_128_CBC', 'SHA256'],
      [0x00b3, 'DHE_PSK', 'AES_256_CBC', 'SHA384'],
      [0x00b6, 'RSA_PSK', 'AES_128_CBC', 'SHA256'],
      [0x00b7, 'RSA_PSK', 'AES_256_CBC', 'SHA384'],
      [0x00ae, 'PSK', 'AES_128_CBC', 'SHA256'],
      [0x00af, 'PSK', 'AES_256_CBC', 'SHA384'],
    ],
  ],
  [
    'SSL 3.0',
    [
      // RFC 5246
      [0x0033, 'DHE_RSA', 'AES_128_CBC', 'SHA'],
      [0x0039, 'DHE_RSA', 'AES_256_CBC', 'SHA'],
      [0x002f, 'RSA', 'AES_128_CBC', 'SHA'],
      [0x0035, 'RSA', 'AES_256_CBC', 'SHA'],
      // RFC 4279
      [0x0090, 'DHE_PSK', 'AES_128_CBC', 'SHA'],
      [0x0091, 'DHE_PSK', 'AES_256_CBC', 'SHA'],
      [0x0094, 'RSA_PSK', 'AES_128_CBC', 'SHA'],
      [0x0095, 'RSA_PSK', 'AES_256_CBC', 'SHA'],
      [0x008c, 'PSK', 'AES_128_CBC', 'SHA'],
      [0x008d, 'PSK', 'AES_256_CBC', 'SHA'],
    ],
  ],
]

const macs = { SHA: 'sha1', SHA256: 'sha256', SHA384: 'sha384' } as const

function describe(minVersion: SuiteVersion, [id, exchange, cipher, hash]: Row): Suite {
  const stem = exchange === 'ANY' ? 'TLS' : `TLS_${exchange}_WITH`
  const name = [stem, cipher, ...(hash === undefined ? [] : [hash])].join('_')
  return {
    id,
    name,
    openSslName: exchange === 'ANY' ? name : openSslName(exchange, cipher, hash),
    ...exchanges[exchange],
    cipher: ciphers[cipher].cipher,
    mac: hash !== undefined && cipher.endsWith('CBC') ? macs[hash] : 'aead',
    prf: hash === 'SHA384' ? 'sha384' : 'sha256',
    strength: ciphers[cipher].strength,
    minVersion,
  }
}

/** OpenSSL leaves out: RSA alone, CBC where no PSK is used, and the hash where a cipher has but one. */
function openSslName(exchange: Row[1], cipher: Row[2], hash: Row[3]): string {
  const kind = exchange === 'PSK_DHE' ? 'DHE-PSK' : exchange.replace('_', '-')
  const isCbc = cipher.endsWith('CBC')
  return [
    ...(exchange === 'RSA' ? [] : [kind]),
    ciphers[cipher].openSsl,
    ...(isCbc && kind.includes('PSK') ? ['CBC'] : []),
    ...(hash !== undefined && (isCbc || cipher.endsWith('GCM')) ? [hash] : []),
  ].join('-')
}

/** All suites known here, those of TLS 1.3 first. */
export const suites: readonly Suite[] = /* @__PURE__ */ (() =>
  rows.flatMap(([minVersion, group]) => group.map((row) => describe(minVersion, row))))()
