/** RSAES-PKCS1-v1_5 (RFC 8017 7.2). OpenSSL does the raw RSA; the padding is the core's own code in either direction. */
import { constants, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'
import type { RsaEncryption, SigningKey, SubjectPublicKey } from '@sanstls/core'
import { padForEncryption, unpadOrElse } from '@sanstls/core/noble/tls12'
import { type Available, tried } from './available.js'
import { leftPad, plain } from './bytes.js'
import { isUsableRsa, keyObjectOf } from './public-key.js'

export type NativeRsaEncryption = RsaEncryption & Available

const padding = constants.RSA_NO_PADDING

function encrypt(object: KeyObject, encoded: Uint8Array): Uint8Array {
  return plain(publicEncrypt({ key: object, padding }, encoded))
}

export const rsaEncryption: NativeRsaEncryption = {
  encrypt(key, message, random) {
    // RFC 4055 1.2: a key for PSS is for nothing else.
    if (key.type !== 'rsa' || key.modulus === undefined || !isUsableRsa(key)) return undefined
    const object = keyObjectOf(key)
    const encoded = object && padForEncryption(message, key.modulus.length, random)
    return encoded && encrypt(object, encoded)
  },
  available: tried(() => {
    const modulus = new Uint8Array(128).fill(0xff)
    const exponent = Uint8Array.of(1, 0, 1)
    const unused = { algorithm: '', publicKey: modulus, spki: modulus }
    const object = keyObjectOf({ type: 'rsa', modulus, exponent, ...unused })
    return object !== undefined && isOne(encrypt(object, one(128)))
  }),
}

/** What a private key decrypts with; undefined where the key or the runtime cannot. */
export function decryptionOf(
  object: KeyObject,
  { type, modulus }: SubjectPublicKey,
): SigningKey['decrypt'] {
  // RFC 4055 1.2: a key for PSS is for nothing else.
  if (type !== 'rsa' || modulus === undefined || !decrypts(object, modulus.length)) return undefined
  return (ciphertext, fallback) => {
    // RFC 8017 7.2.2, step 1, and 5.1.2, step 1. Both are no secret.
    const isInRange =
      ciphertext.length === modulus.length && Buffer.compare(ciphertext, modulus) < 0
    if (!isInRange) return new Uint8Array(fallback)
    const encoded = privateDecrypt({ key: object, padding }, ciphertext)
    const message = unpadOrElse(encoded, fallback)
    encoded.fill(0)
    return message
  }
}

/** Whether the runtime has raw RSA, which any key tells: one is its own power. Asked of the first. */
let asked: boolean | undefined
function decrypts(object: KeyObject, length: number): boolean {
  asked ??= tried(() => isOne(plain(privateDecrypt({ key: object, padding }, one(length)))))()
  return asked
}

function one(length: number): Uint8Array {
  return leftPad(Uint8Array.of(1), length)
}

/** With all its leading zeros: some code strips them, and tells by that. */
function isOne(bytes: Uint8Array): boolean {
  return bytes.length >= 128 && bytes.every((octet, i) => octet === (i < bytes.length - 1 ? 0 : 1))
}
