/** What the default provider is made of. A module of its own, so that others can add to it. */
import type { NobleEntries } from './create.js'
import { ecdsaKeys } from './ec-key.js'
import { ecdsa_sha256, ecdsa_sha384, ecdsa_sha512 } from './ecdsa.js'
import { ed448, ed25519 } from './eddsa.js'
import { ed448Keys, ed25519Keys } from './eddsa-key.js'
import { ffdhe2048, ffdhe3072, ffdhe4096, ffdhe6144, ffdhe8192 } from './ffdhe.js'
import { secp256r1, secp384r1, secp521r1, x448, x25519 } from './group.js'
import { sha1, sha256, sha384, sha512 } from './hash.js'
import { SecP256r1MLKEM768, SecP384r1MLKEM1024, X25519MLKEM768 } from './hybrid.js'
import { rsaKeys } from './rsa-key.js'
import {
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  rsa_pss_sha256,
  rsa_pss_sha384,
  rsa_pss_sha512,
} from './rsa-signature.js'
import {
  TLS_AES_128_CCM_SHA256,
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
} from './suite.js'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
} from './suite12.js'

export const defaultEntries: NobleEntries = /* @__PURE__ */ (() => ({
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
  keys: [ecdsaKeys, ed25519Keys, ed448Keys, rsaKeys],
  suites12: [
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
  ],
}))()
