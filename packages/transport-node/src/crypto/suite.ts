/** The TLS 1.3 cipher suites (RFC 9846 appendix B.4). Entries are named as in the IANA registry. */
import type { CipherSuite, HashAlgorithm } from '@sanstls/core'
import {
  aes128Ccm,
  aes128Ccm8,
  aes128Gcm,
  aes256Gcm,
  chacha20Poly1305,
  type NativeAead,
} from './aead.js'
import type { Available } from './available.js'
import { sha256, sha384 } from './hash.js'

export type NativeSuite = CipherSuite & Available

function suite(id: number, name: string, aead: NativeAead, hash: HashAlgorithm): NativeSuite {
  return { id, name, aead, hash, available: () => aead.available() }
}

export const TLS_AES_128_GCM_SHA256: NativeSuite = /* @__PURE__ */ suite(
  0x1301,
  'TLS_AES_128_GCM_SHA256',
  aes128Gcm,
  sha256,
)

export const TLS_AES_256_GCM_SHA384: NativeSuite = /* @__PURE__ */ suite(
  0x1302,
  'TLS_AES_256_GCM_SHA384',
  aes256Gcm,
  sha384,
)

export const TLS_CHACHA20_POLY1305_SHA256: NativeSuite = /* @__PURE__ */ suite(
  0x1303,
  'TLS_CHACHA20_POLY1305_SHA256',
  chacha20Poly1305,
  sha256,
)

export const TLS_AES_128_CCM_SHA256: NativeSuite = /* @__PURE__ */ suite(
  0x1304,
  'TLS_AES_128_CCM_SHA256',
  aes128Ccm,
  sha256,
)

/** Opt-in: a tag of 8 bytes allows only 128 forgeries per key (RFC 9147 4.5.3). */
export const TLS_AES_128_CCM_8_SHA256: NativeSuite = /* @__PURE__ */ suite(
  0x1305,
  'TLS_AES_128_CCM_8_SHA256',
  aes128Ccm8,
  sha256,
)
