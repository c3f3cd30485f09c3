/**
 * Cryptography by node:crypto.
 *
 * `nodeCrypto` is what to use: what the running runtime (Node, Bun, Deno) has, with noble's code in the gaps. Entries
 * are exported one by one too, under their registry names; `createNative` makes a provider of a selection. Those marked
 * opt-in in their own comments are part of no default.
 */
import type { CryptoProvider } from '@sanstls/core'
import { secp256r1, secp384r1, secp521r1 } from './crypto/ecdh.js'
import { ffdhe2048, ffdhe3072, ffdhe4096, ffdhe6144, ffdhe8192 } from './crypto/ffdhe.js'
import { fillWithNoble } from './crypto/filled.js'
import { finiteField } from './crypto/finite-field.js'
import { sha1, sha256, sha384, sha512 } from './crypto/hash.js'
import { SecP256r1MLKEM768, SecP384r1MLKEM1024, X25519MLKEM768 } from './crypto/mlkem.js'
import { x448, x25519 } from './crypto/montgomery.js'
import { createNative } from './crypto/native.js'
import { rsaEncryption } from './crypto/rsa-encryption.js'
import { withShortRecords } from './crypto/short-records.js'
import {
  ecdsa_sha256,
  ecdsa_sha384,
  ecdsa_sha512,
  ed448,
  ed25519,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  rsa_pss_sha256,
  rsa_pss_sha384,
  rsa_pss_sha512,
} from './crypto/signature.js'
import {
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from './crypto/suite.js'
import { suites12 } from './crypto/suite12.js'

export {
  aes128Ccm,
  aes128Ccm8,
  aes128Gcm,
  aes256Ccm,
  aes256Ccm8,
  aes256Gcm,
  chacha20Poly1305,
  type NativeAead,
} from './crypto/aead.js'
export type { Available } from './crypto/available.js'
export {
  brainpoolP256r1tls13,
  brainpoolP384r1tls13,
  brainpoolP512r1tls13,
  secp256r1,
  secp384r1,
  secp521r1,
} from './crypto/ecdh.js'
export { ffdhe2048, ffdhe3072, ffdhe4096, ffdhe6144, ffdhe8192 } from './crypto/ffdhe.js'
export { finiteField, type NativeFiniteField } from './crypto/finite-field.js'
export type { NativeGroup } from './crypto/group.js'
export { type NativeHash, sha1, sha224, sha256, sha384, sha512 } from './crypto/hash.js'
export {
  MLKEM512,
  MLKEM768,
  MLKEM1024,
  SecP256r1MLKEM768,
  SecP384r1MLKEM1024,
  X25519MLKEM768,
} from './crypto/mlkem.js'
export { x448, x25519 } from './crypto/montgomery.js'
export { createNative, type NativeEntries } from './crypto/native.js'
export { nodeRandom } from './crypto/random.js'
export { type NativeRsaEncryption, rsaEncryption } from './crypto/rsa-encryption.js'
export {
  ecdsa_brainpool,
  ecdsa_sha1,
  ecdsa_sha224,
  ecdsa_sha256,
  ecdsa_sha384,
  ecdsa_sha512,
  ed448,
  ed25519,
  mldsa44,
  mldsa65,
  mldsa87,
  type NativeSignature,
  rsa_pkcs1_sha1,
  rsa_pkcs1_sha224,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  rsa_pss_sha1,
  rsa_pss_sha256,
  rsa_pss_sha384,
  rsa_pss_sha512,
} from './crypto/signature.js'
export {
  type NativeSuite,
  TLS_AES_128_CCM_8_SHA256,
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from './crypto/suite.js'
export { type NativeSuite12, suites12 } from './crypto/suite12.js'

/** What the running runtime's node:crypto has, and nothing else. */
export const native: CryptoProvider = /* @__PURE__ */ (() =>
  createNative({
    suites: [
      TLS_AES_128_GCM_SHA256,
      TLS_AES_256_GCM_SHA384,
      TLS_CHACHA20_POLY1305_SHA256,
      TLS_AES_128_CCM_SHA256,
    ],
    groups: [
      X25519MLKEM768,
      x25519,
      secp256r1,
      secp384r1,
      secp521r1,
      x448,
      SecP256r1MLKEM768,
      SecP384r1MLKEM1024,
      ffdhe2048,
      ffdhe3072,
      ffdhe4096,
      ffdhe6144,
      ffdhe8192,
    ],
    signatures: [
      ecdsa_sha256,
      ecdsa_sha384,
      ecdsa_sha512,
      ed25519,
      ed448,
      rsa_pss_sha256,
      rsa_pss_sha384,
      rsa_pss_sha512,
      rsa_pkcs1_sha256,
      rsa_pkcs1_sha384,
      rsa_pkcs1_sha512,
    ],
    hashes: [sha256, sha384, sha512, sha1],
    suites12,
    finiteField,
    rsaEncryption,
  }))()

/**
 * All of `native`, with noble's code for what the running runtime lacks (`describe()` tells which is which), and short
 * records in WebAssembly.
 */
export const nodeCrypto: CryptoProvider = /* @__PURE__ */ (() =>
  withShortRecords(fillWithNoble(native)))()
