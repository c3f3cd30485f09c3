/** The TLS 1.3 cipher suites (RFC 9846 appendix B.4). Entries are named as in the IANA registry. */
import type { CipherSuite } from '../provider.js'
import { aes128Ccm, aes128Ccm8 } from './ccm.js'
import { chacha20Poly1305 } from './chacha.js'
import { aes128Gcm, aes256Gcm } from './gcm.js'
import { sha256, sha384 } from './hash.js'

export const TLS_AES_128_GCM_SHA256: CipherSuite = {
  id: 0x1301,
  name: 'TLS_AES_128_GCM_SHA256',
  aead: aes128Gcm,
  hash: sha256,
}

export const TLS_AES_256_GCM_SHA384: CipherSuite = {
  id: 0x1302,
  name: 'TLS_AES_256_GCM_SHA384',
  aead: aes256Gcm,
  hash: sha384,
}

export const TLS_CHACHA20_POLY1305_SHA256: CipherSuite = {
  id: 0x1303,
  name: 'TLS_CHACHA20_POLY1305_SHA256',
  aead: chacha20Poly1305,
  hash: sha256,
}

export const TLS_AES_128_CCM_SHA256: CipherSuite = {
  id: 0x1304,
  name: 'TLS_AES_128_CCM_SHA256',
  aead: aes128Ccm,
  hash: sha256,
}

/** Opt-in: a tag of 8 bytes allows only 128 forgeries per key (RFC 9147 4.5.3). */
export const TLS_AES_128_CCM_8_SHA256: CipherSuite = {
  id: 0x1305,
  name: 'TLS_AES_128_CCM_8_SHA256',
  aead: aes128Ccm8,
  hash: sha256,
}
