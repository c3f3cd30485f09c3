/** Opt-in: RSAES-PKCS1-v1_5 (RFC 8017 7.2.1), for the clients of suites whose key exchange is RSA. */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import type { RsaEncryption } from '../provider.js'
import { padForEncryption } from '../rsa-padding.js'
import { powerPublic } from './modpow.js'
import { rsaPublicKey } from './rsa.js'

export const rsaEncryption: RsaEncryption = {
  encrypt(key, message, random) {
    // RFC 4055 1.2: a key for PSS is for nothing else.
    const rsa = key.type === 'rsa' ? rsaPublicKey(key.modulus, key.exponent) : undefined
    const encoded = rsa && padForEncryption(message, rsa.length, random)
    if (rsa === undefined || encoded === undefined) return undefined
    // Below n: its first octet is zero, and that of n is not.
    return numberToBytesBE(powerPublic(bytesToNumberBE(encoded), rsa.e, rsa.n), rsa.length)
  },
}
