/**
 * The TLS 1.2 cipher suites that every provider has: ECDHE with an AEAD. The others are opt-in, and stand in `suite12/`.
 * Entries are named as in the IANA registry.
 */
import type { AeadAlgorithm, AeadRecords, CipherSuite12, HashAlgorithm } from '../provider.js'
import { aes128Ccm, aes128Ccm8, aes256Ccm, aes256Ccm8 } from './ccm.js'
import { chacha20Poly1305 } from './chacha.js'
import { aes128Gcm, aes256Gcm } from './gcm.js'
import { sha256, sha384 } from './hash.js'

/** How a suite agrees on a secret, and who vouches for it. */
export type Exchange12 = Pick<CipherSuite12, 'keyExchange' | 'authentication'>

export const ecdheEcdsa: Exchange12 = { keyExchange: 'ecdhe', authentication: 'ecdsa' }
export const ecdheRsa: Exchange12 = { keyExchange: 'ecdhe', authentication: 'rsa' }
export const dheRsa: Exchange12 = { keyExchange: 'dhe', authentication: 'rsa' }
export const rsa: Exchange12 = { keyExchange: 'rsa', authentication: 'rsa' }
export const psk: Exchange12 = { keyExchange: 'psk', authentication: 'psk' }
export const ecdhePsk: Exchange12 = { keyExchange: 'ecdhePsk', authentication: 'psk' }
export const dhePsk: Exchange12 = { keyExchange: 'dhePsk', authentication: 'psk' }
/** RFC 4279 section 4: the server has a certificate as well. */
export const rsaPsk: Exchange12 = { keyExchange: 'rsaPsk', authentication: 'rsa' }

/** `hash` is that of the PRF: SHA-256 unless the suite says otherwise (RFC 5246 section 5). */
export function suite12(
  id: number,
  name: string,
  exchange: Exchange12,
  records: CipherSuite12['records'],
  hash: HashAlgorithm,
  optIn = true,
): CipherSuite12 {
  return { id, name, ...exchange, hash, records, optIn }
}

function aeadRecords(aead: AeadAlgorithm, nonce: AeadRecords['nonce'] = 'explicit'): AeadRecords {
  return { kind: 'aead', aead, nonce }
}

export const gcm128: AeadRecords = /* @__PURE__ */ aeadRecords(aes128Gcm)
export const gcm256: AeadRecords = /* @__PURE__ */ aeadRecords(aes256Gcm)
export const ccm128: AeadRecords = /* @__PURE__ */ aeadRecords(aes128Ccm)
export const ccm256: AeadRecords = /* @__PURE__ */ aeadRecords(aes256Ccm)
/** With tags of 8 bytes. */
export const ccm128Short: AeadRecords = /* @__PURE__ */ aeadRecords(aes128Ccm8)
export const ccm256Short: AeadRecords = /* @__PURE__ */ aeadRecords(aes256Ccm8)
export const chacha20: AeadRecords = /* @__PURE__ */ aeadRecords(chacha20Poly1305, 'sequence')

export const TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc02b,
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  ecdheEcdsa,
  gcm128,
  sha256,
  false,
)

export const TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc02f,
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  ecdheRsa,
  gcm128,
  sha256,
  false,
)

export const TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc02c,
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  ecdheEcdsa,
  gcm256,
  sha384,
  false,
)

export const TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: CipherSuite12 = /* @__PURE__ */ suite12(
  0xc030,
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  ecdheRsa,
  gcm256,
  sha384,
  false,
)

export const TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xcca9,
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  ecdheEcdsa,
  chacha20,
  sha256,
  false,
)

export const TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: CipherSuite12 = /* @__PURE__ */ suite12(
  0xcca8,
  'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  ecdheRsa,
  chacha20,
  sha256,
  false,
)
