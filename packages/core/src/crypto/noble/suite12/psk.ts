/** Opt-in: suites of TLS 1.2 with a pre-shared key. Entries are named as in the IANA registry. */
import type { CipherSuite12 } from '../../provider.js'
import { sha256, sha384 } from '../hash.js'
import {
  ccm128,
  ccm128Short,
  ccm256,
  ccm256Short,
  chacha20,
  dhePsk,
  ecdhePsk,
  gcm128,
  gcm256,
  psk,
  rsaPsk,
  suite12,
} from '../suite12.js'
import { cbc128Sha1, cbc128Sha256, cbc256Sha1, cbc256Sha384 } from './cbc.js'

// ECDHE_PSK. RFC 8442, RFC 7905, RFC 5489.

export const TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xd001,
  'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256',
  ecdhePsk,
  gcm128,
  sha256,
)

export const TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0xd002,
  'TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384',
  ecdhePsk,
  gcm256,
  sha384,
)

export const TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xccac,
  'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256',
  ecdhePsk,
  chacha20,
  sha256,
)

export const TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xd005,
  'TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256',
  ecdhePsk,
  ccm128,
  sha256,
)

export const TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xd003,
  'TLS_ECDHE_PSK_WITH_AES_128_CCM_8_SHA256',
  ecdhePsk,
  ccm128Short,
  sha256,
)

export const TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc035,
  'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA',
  ecdhePsk,
  cbc128Sha1,
  sha256,
)

export const TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc036,
  'TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA',
  ecdhePsk,
  cbc256Sha1,
  sha256,
)

export const TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc037,
  'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
  ecdhePsk,
  cbc128Sha256,
  sha256,
)

export const TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc038,
  'TLS_ECDHE_PSK_WITH_AES_256_CBC_SHA384',
  ecdhePsk,
  cbc256Sha384,
  sha384,
)

// DHE_PSK. RFC 5487, RFC 7905, RFC 6655, RFC 4279.

export const TLS_DHE_PSK_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00aa,
  'TLS_DHE_PSK_WITH_AES_128_GCM_SHA256',
  dhePsk,
  gcm128,
  sha256,
)

export const TLS_DHE_PSK_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00ab,
  'TLS_DHE_PSK_WITH_AES_256_GCM_SHA384',
  dhePsk,
  gcm256,
  sha384,
)

export const TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xccad,
  'TLS_DHE_PSK_WITH_CHACHA20_POLY1305_SHA256',
  dhePsk,
  chacha20,
  sha256,
)

export const TLS_DHE_PSK_WITH_AES_128_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a6,
  'TLS_DHE_PSK_WITH_AES_128_CCM',
  dhePsk,
  ccm128,
  sha256,
)

export const TLS_DHE_PSK_WITH_AES_256_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a7,
  'TLS_DHE_PSK_WITH_AES_256_CCM',
  dhePsk,
  ccm256,
  sha256,
)

export const TLS_PSK_DHE_WITH_AES_128_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0aa,
  'TLS_PSK_DHE_WITH_AES_128_CCM_8',
  dhePsk,
  ccm128Short,
  sha256,
)

export const TLS_PSK_DHE_WITH_AES_256_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0ab,
  'TLS_PSK_DHE_WITH_AES_256_CCM_8',
  dhePsk,
  ccm256Short,
  sha256,
)

export const TLS_DHE_PSK_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0090,
  'TLS_DHE_PSK_WITH_AES_128_CBC_SHA',
  dhePsk,
  cbc128Sha1,
  sha256,
)

export const TLS_DHE_PSK_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0091,
  'TLS_DHE_PSK_WITH_AES_256_CBC_SHA',
  dhePsk,
  cbc256Sha1,
  sha256,
)

export const TLS_DHE_PSK_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00b2,
  'TLS_DHE_PSK_WITH_AES_128_CBC_SHA256',
  dhePsk,
  cbc128Sha256,
  sha256,
)

export const TLS_DHE_PSK_WITH_AES_256_CBC_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00b3,
  'TLS_DHE_PSK_WITH_AES_256_CBC_SHA384',
  dhePsk,
  cbc256Sha384,
  sha384,
)

// RSA_PSK. Without forward secrecy: RFC 5487, RFC 7905, RFC 4279.

export const TLS_RSA_PSK_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00ac,
  'TLS_RSA_PSK_WITH_AES_128_GCM_SHA256',
  rsaPsk,
  gcm128,
  sha256,
)

export const TLS_RSA_PSK_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00ad,
  'TLS_RSA_PSK_WITH_AES_256_GCM_SHA384',
  rsaPsk,
  gcm256,
  sha384,
)

export const TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xccae,
  'TLS_RSA_PSK_WITH_CHACHA20_POLY1305_SHA256',
  rsaPsk,
  chacha20,
  sha256,
)

export const TLS_RSA_PSK_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0094,
  'TLS_RSA_PSK_WITH_AES_128_CBC_SHA',
  rsaPsk,
  cbc128Sha1,
  sha256,
)

export const TLS_RSA_PSK_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0095,
  'TLS_RSA_PSK_WITH_AES_256_CBC_SHA',
  rsaPsk,
  cbc256Sha1,
  sha256,
)

export const TLS_RSA_PSK_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00b6,
  'TLS_RSA_PSK_WITH_AES_128_CBC_SHA256',
  rsaPsk,
  cbc128Sha256,
  sha256,
)

export const TLS_RSA_PSK_WITH_AES_256_CBC_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00b7,
  'TLS_RSA_PSK_WITH_AES_256_CBC_SHA384',
  rsaPsk,
  cbc256Sha384,
  sha384,
)

// PSK. Without forward secrecy: RFC 5487, RFC 7905, RFC 6655, RFC 4279.

export const TLS_PSK_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00a8,
  'TLS_PSK_WITH_AES_128_GCM_SHA256',
  psk,
  gcm128,
  sha256,
)

export const TLS_PSK_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00a9,
  'TLS_PSK_WITH_AES_256_GCM_SHA384',
  psk,
  gcm256,
  sha384,
)

export const TLS_PSK_WITH_CHACHA20_POLY1305_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xccab,
  'TLS_PSK_WITH_CHACHA20_POLY1305_SHA256',
  psk,
  chacha20,
  sha256,
)

export const TLS_PSK_WITH_AES_128_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a4,
  'TLS_PSK_WITH_AES_128_CCM',
  psk,
  ccm128,
  sha256,
)

export const TLS_PSK_WITH_AES_256_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a5,
  'TLS_PSK_WITH_AES_256_CCM',
  psk,
  ccm256,
  sha256,
)

export const TLS_PSK_WITH_AES_128_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a8,
  'TLS_PSK_WITH_AES_128_CCM_8',
  psk,
  ccm128Short,
  sha256,
)

export const TLS_PSK_WITH_AES_256_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a9,
  'TLS_PSK_WITH_AES_256_CCM_8',
  psk,
  ccm256Short,
  sha256,
)

export const TLS_PSK_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x008c,
  'TLS_PSK_WITH_AES_128_CBC_SHA',
  psk,
  cbc128Sha1,
  sha256,
)

export const TLS_PSK_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x008d,
  'TLS_PSK_WITH_AES_256_CBC_SHA',
  psk,
  cbc256Sha1,
  sha256,
)

export const TLS_PSK_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00ae,
  'TLS_PSK_WITH_AES_128_CBC_SHA256',
  psk,
  cbc128Sha256,
  sha256,
)

export const TLS_PSK_WITH_AES_256_CBC_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x00af,
  'TLS_PSK_WITH_AES_256_CBC_SHA384',
  psk,
  cbc256Sha384,
  sha384,
)
