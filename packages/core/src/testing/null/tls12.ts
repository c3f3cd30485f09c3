/** `nullCrypto` with all kinds of key exchange that TLS 1.2 has. */
import type { CryptoProvider } from '../../crypto/provider.js'
import { nullFfdhe2048, nullFiniteField } from './finite-field.js'
import { nullHash } from './hash.js'
import { describeNull, nullCrypto } from './provider.js'
import { nullRsaEncryption } from './rsa.js'
import { nullSignature } from './signature.js'
import { nullOtherSuites12 } from './suite12.js'

export const nullCryptoTls12: CryptoProvider = /* @__PURE__ */ (() => {
  const entries = {
    suites: nullCrypto.suites,
    groups: [...nullCrypto.groups, nullFfdhe2048],
    signatures: [
      ...nullCrypto.signatures,
      nullSignature('rsa_pss_sha256', 'rsa'),
      nullSignature('rsa_pkcs1_sha256', 'rsa'),
    ],
    hashes: nullCrypto.hashes,
    suites12: [
      ...(nullCrypto.suites12 ?? []),
      ...nullOtherSuites12(nullHash('sha256', 32), nullHash('sha384', 48)),
    ],
  }
  return {
    ...nullCrypto,
    ...entries,
    finiteField: nullFiniteField,
    rsaEncryption: nullRsaEncryption,
    describe: () => describeNull(entries),
  }
})()
