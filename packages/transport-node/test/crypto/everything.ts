/** All entries over node:crypto, opt-in ones included, and noble with the same. */
import type { CryptoProvider } from '@sanstls/core'
import * as nobleEntries from '@sanstls/core/noble'
import * as nobleMldsa from '@sanstls/core/noble/mldsa'
import * as nobleTls12 from '@sanstls/core/noble/tls12'
import * as entries from '@sanstls/transport-node/crypto'

/** Every native entry, whether or not the runtime has it. */
export const all = {
  suites: [
    entries.TLS_AES_128_GCM_SHA256,
    entries.TLS_AES_256_GCM_SHA384,
    entries.TLS_CHACHA20_POLY1305_SHA256,
    entries.TLS_AES_128_CCM_SHA256,
    entries.TLS_AES_128_CCM_8_SHA256,
  ],
  groups: [
    entries.X25519MLKEM768,
    entries.x25519,
    entries.secp256r1,
    entries.secp384r1,
    entries.secp521r1,
    entries.x448,
    entries.SecP256r1MLKEM768,
    entries.SecP384r1MLKEM1024,
    entries.ffdhe2048,
    entries.ffdhe3072,
    entries.ffdhe4096,
    entries.ffdhe6144,
    entries.ffdhe8192,
    entries.brainpoolP256r1tls13,
    entries.brainpoolP384r1tls13,
    entries.brainpoolP512r1tls13,
    entries.MLKEM512,
    entries.MLKEM768,
    entries.MLKEM1024,
  ],
  signatures: [
    entries.ecdsa_sha256,
    entries.ecdsa_sha384,
    entries.ecdsa_sha512,
    entries.ed25519,
    entries.ed448,
    entries.rsa_pss_sha256,
    entries.rsa_pss_sha384,
    entries.rsa_pss_sha512,
    entries.rsa_pkcs1_sha256,
    entries.rsa_pkcs1_sha384,
    entries.rsa_pkcs1_sha512,
    ...entries.ecdsa_brainpool,
    entries.ecdsa_sha1,
    entries.ecdsa_sha224,
    entries.rsa_pkcs1_sha1,
    entries.rsa_pkcs1_sha224,
    entries.rsa_pss_sha1,
    entries.mldsa44,
    entries.mldsa65,
    entries.mldsa87,
  ],
  hashes: [entries.sha256, entries.sha384, entries.sha512, entries.sha1, entries.sha224],
  suites12: entries.suites12,
  finiteField: entries.finiteField,
  rsaEncryption: entries.rsaEncryption,
}

export const aeads = [entries.aes128Ccm8, entries.aes256Ccm, entries.aes256Ccm8]

export const allNative: CryptoProvider = entries.createNative(all)

export const allNoble: CryptoProvider = nobleEntries.createNoble({
  suites: [...nobleEntries.noble.suites, nobleEntries.TLS_AES_128_CCM_8_SHA256],
  groups: [
    ...nobleEntries.noble.groups,
    nobleEntries.brainpoolP256r1tls13,
    nobleEntries.brainpoolP384r1tls13,
    nobleEntries.brainpoolP512r1tls13,
    nobleEntries.MLKEM512,
    nobleEntries.MLKEM768,
    nobleEntries.MLKEM1024,
  ],
  signatures: [
    ...nobleEntries.noble.signatures,
    ...nobleEntries.ecdsa_brainpool,
    nobleEntries.ecdsa_sha1,
    nobleEntries.ecdsa_sha224,
    nobleEntries.rsa_pkcs1_sha1,
    nobleEntries.rsa_pkcs1_sha224,
    nobleEntries.rsa_pss_sha1,
    nobleMldsa.mldsa44,
    nobleMldsa.mldsa65,
    nobleMldsa.mldsa87,
  ],
  hashes: [...nobleEntries.noble.hashes, nobleEntries.sha224],
  keys: [
    nobleEntries.ecdsaKeysWithBrainpool,
    nobleEntries.ed25519Keys,
    nobleEntries.ed448Keys,
    nobleEntries.rsaKeys,
    nobleMldsa.mldsa44Keys,
    nobleMldsa.mldsa65Keys,
    nobleMldsa.mldsa87Keys,
  ],
  suites12: nobleTls12.allSuites12,
  finiteField: nobleTls12.finiteField,
  rsaEncryption: nobleTls12.rsaEncryption,
})

/** The running runtime, for what tests print. */
export const runtime: string = (() => {
  const { versions } = process as { versions: Record<string, string | undefined> }
  const { deno, bun, node, openssl } = versions
  if (deno !== undefined) return `Deno ${deno}`
  if (bun !== undefined) return `Bun ${bun}`
  return `Node ${node}, OpenSSL ${openssl}`
})()
