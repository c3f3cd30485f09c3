/** Opt-in: suites of TLS 1.2 in which a certificate stands for the server. Entries are named as in the IANA registry. */
import type { CipherSuite12 } from '../../provider.js'
import { sha256, sha384 } from '../hash.js'
import {
  ccm128,
  ccm128Short,
  ccm256,
  ccm256Short,
  chacha20,
  dheRsa,
  ecdheEcdsa,
  ecdheRsa,
  gcm128,
  gcm256,
  rsa,
  suite12,
} from '../suite12.js'
import { cbc128Sha1, cbc128Sha256, cbc256Sha1, cbc256Sha256, cbc256Sha384 } from './cbc.js'

// ECDHE_ECDSA. RFC 7251, RFC 8422, RFC 5289.

export const TLS_ECDHE_ECDSA_WITH_AES_128_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0ac,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM',
  ecdheEcdsa,
  ccm128,
  sha256,
)

export const TLS_ECDHE_ECDSA_WITH_AES_256_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0ad,
  'TLS_ECDHE_ECDSA_WITH_AES_256_CCM',
  ecdheEcdsa,
  ccm256,
  sha256,
)

export const TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0ae,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8',
  ecdheEcdsa,
  ccm128Short,
  sha256,
)

export const TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0af,
  'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8',
  ecdheEcdsa,
  ccm256Short,
  sha256,
)

export const TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc009,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  ecdheEcdsa,
  cbc128Sha1,
  sha256,
)

export const TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc00a,
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  ecdheEcdsa,
  cbc256Sha1,
  sha256,
)

export const TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc023,
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  ecdheEcdsa,
  cbc128Sha256,
  sha256,
)

export const TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc024,
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
  ecdheEcdsa,
  cbc256Sha384,
  sha384,
)

// ECDHE_RSA. RFC 8422, RFC 5289.

export const TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc013,
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  ecdheRsa,
  cbc128Sha1,
  sha256,
)

export const TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc014,
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  ecdheRsa,
  cbc256Sha1,
  sha256,
)

export const TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc027,
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  ecdheRsa,
  cbc128Sha256,
  sha256,
)

export const TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc028,
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
  ecdheRsa,
  cbc256Sha384,
  sha384,
)

// DHE_RSA. RFC 5288, RFC 7905, RFC 6655, RFC 5246.

export const TLS_DHE_RSA_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x009e,
  'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
  dheRsa,
  gcm128,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x009f,
  'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384',
  dheRsa,
  gcm256,
  sha384,
)

export const TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xccaa,
  'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  dheRsa,
  chacha20,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_128_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc09e,
  'TLS_DHE_RSA_WITH_AES_128_CCM',
  dheRsa,
  ccm128,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_256_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc09f,
  'TLS_DHE_RSA_WITH_AES_256_CCM',
  dheRsa,
  ccm256,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_128_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a2,
  'TLS_DHE_RSA_WITH_AES_128_CCM_8',
  dheRsa,
  ccm128Short,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_256_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a3,
  'TLS_DHE_RSA_WITH_AES_256_CCM_8',
  dheRsa,
  ccm256Short,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0033,
  'TLS_DHE_RSA_WITH_AES_128_CBC_SHA',
  dheRsa,
  cbc128Sha1,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0039,
  'TLS_DHE_RSA_WITH_AES_256_CBC_SHA',
  dheRsa,
  cbc256Sha1,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0067,
  'TLS_DHE_RSA_WITH_AES_128_CBC_SHA256',
  dheRsa,
  cbc128Sha256,
  sha256,
)

export const TLS_DHE_RSA_WITH_AES_256_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x006b,
  'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256',
  dheRsa,
  cbc256Sha256,
  sha256,
)

// RSA. Without forward secrecy: RFC 5288, RFC 6655, RFC 5246.

export const TLS_RSA_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x009c,
  'TLS_RSA_WITH_AES_128_GCM_SHA256',
  rsa,
  gcm128,
  sha256,
)

export const TLS_RSA_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0x009d,
  'TLS_RSA_WITH_AES_256_GCM_SHA384',
  rsa,
  gcm256,
  sha384,
)

export const TLS_RSA_WITH_AES_128_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc09c,
  'TLS_RSA_WITH_AES_128_CCM',
  rsa,
  ccm128,
  sha256,
)

export const TLS_RSA_WITH_AES_256_CCM: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc09d,
  'TLS_RSA_WITH_AES_256_CCM',
  rsa,
  ccm256,
  sha256,
)

export const TLS_RSA_WITH_AES_128_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a0,
  'TLS_RSA_WITH_AES_128_CCM_8',
  rsa,
  ccm128Short,
  sha256,
)

export const TLS_RSA_WITH_AES_256_CCM_8: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc0a1,
  'TLS_RSA_WITH_AES_256_CCM_8',
  rsa,
  ccm256Short,
  sha256,
)

export const TLS_RSA_WITH_AES_128_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x002f,
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  rsa,
  cbc128Sha1,
  sha256,
)

export const TLS_RSA_WITH_AES_256_CBC_SHA: CipherSuite12 = /* @__PURE__ */ suite12(
  0x0035,
  'TLS_RSA_WITH_AES_256_CBC_SHA',
  rsa,
  cbc256Sha1,
  sha256,
)

export const TLS_RSA_WITH_AES_128_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x003c,
  'TLS_RSA_WITH_AES_128_CBC_SHA256',
  rsa,
  cbc128Sha256,
  sha256,
)

export const TLS_RSA_WITH_AES_256_CBC_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0x003d,
  'TLS_RSA_WITH_AES_256_CBC_SHA256',
  rsa,
  cbc256Sha256,
  sha256,
)
