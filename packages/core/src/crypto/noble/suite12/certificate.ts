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
  gcm128,
  gcm256,
  rsa,
  suite12,
} from '../suite12.js'

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
