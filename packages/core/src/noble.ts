/**
 * The default CryptoProvider: noble-cryptography, the same code on every runtime.
 *
 * Entries are exported one by one, under their registry names; `createNoble` makes a provider of a selection, and
 * then a bundle holds nothing else. Those marked opt-in in their own comments are not part of `noble`.
 */
import { createNoble } from './crypto/noble/create.js'
import { defaultEntries } from './crypto/noble/entries.js'
import type { CryptoProvider } from './crypto/provider.js'

export { compose } from './crypto/compose.js'
export { aes128Ccm, aes128Ccm8, aes256Ccm, aes256Ccm8 } from './crypto/noble/ccm.js'
export { chacha20Poly1305 } from './crypto/noble/chacha.js'
export { createNoble, type NobleEntries } from './crypto/noble/create.js'
export { ecdsaKeys, ecdsaKeysWithBrainpool } from './crypto/noble/ec-key.js'
export {
  ecdsa_brainpool,
  ecdsa_sha1,
  ecdsa_sha224,
  ecdsa_sha256,
  ecdsa_sha384,
  ecdsa_sha512,
} from './crypto/noble/ecdsa.js'
export { ed448, ed25519 } from './crypto/noble/eddsa.js'
export { ed448Keys, ed25519Keys } from './crypto/noble/eddsa-key.js'
export {
  type FfdheParameters,
  ffdhe2048,
  ffdhe3072,
  ffdhe4096,
  ffdhe6144,
  ffdhe8192,
  ffdheParameters,
} from './crypto/noble/ffdhe.js'
export { aes128Gcm, aes256Gcm } from './crypto/noble/gcm.js'
export {
  brainpoolP256r1tls13,
  brainpoolP384r1tls13,
  brainpoolP512r1tls13,
  secp256r1,
  secp384r1,
  secp521r1,
  x448,
  x25519,
} from './crypto/noble/group.js'
export { sha1, sha224, sha256, sha384, sha512 } from './crypto/noble/hash.js'
export {
  hybrid,
  MLKEM512,
  MLKEM768,
  MLKEM1024,
  SecP256r1MLKEM768,
  SecP384r1MLKEM1024,
  X25519MLKEM768,
} from './crypto/noble/hybrid.js'
export type { KeyImporter } from './crypto/noble/private-key.js'
export { rsaKeys } from './crypto/noble/rsa-key.js'
export {
  rsa_pkcs1_sha1,
  rsa_pkcs1_sha224,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  rsa_pss_sha1,
  rsa_pss_sha256,
  rsa_pss_sha384,
  rsa_pss_sha512,
} from './crypto/noble/rsa-signature.js'
export {
  TLS_AES_128_CCM_8_SHA256,
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from './crypto/noble/suite.js'
export {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
} from './crypto/noble/suite12.js'
export { joinSignatures } from './crypto/signatures.js'

export const noble: CryptoProvider = /* @__PURE__ */ (() => createNoble(defaultEntries))()
