/** Signatures that anyone can make who knows the public key; still, one by another key or over other bytes is wrong. */
import type { SignatureAlgorithm, SignatureName, SigningKey } from '../../crypto/provider.js'
import { parseSubjectPublicKey, type SubjectPublicKey } from '../../crypto/spki.js'
import { NullHash } from './hash.js'
import { nullDecrypt } from './rsa.js'

export type NullKeyType = 'ed25519' | 'secp256r1' | 'rsa'

const algorithms: Readonly<Record<NullKeyType, readonly SignatureName[]>> = {
  ed25519: ['ed25519'],
  secp256r1: ['ecdsa_sha256'],
  rsa: ['rsa_pss_sha256', 'rsa_pkcs1_sha256'],
}

export function nullSignature(name: SignatureName, type: NullKeyType): SignatureAlgorithm {
  const supports = (key: SubjectPublicKey) => (key.type === 'ec' ? key.curve : key.type) === type
  return {
    name,
    supports,
    verify(key, message, signature) {
      const expected = sign(key, message)
      return (
        supports(key) &&
        signature.length === expected.length &&
        expected.every((byte, i) => byte === signature[i])
      )
    },
  }
}

/** A toy key of a real key's outward form, made from a seed. */
export function nullKey(type: NullKeyType, seed: string): SigningKey {
  const publicKey = parseSubjectPublicKey(toySpki(type, seed))
  return {
    publicKey,
    algorithms: algorithms[type],
    sign: (_, message) => sign(publicKey, message),
    ...(type === 'rsa'
      ? {
          decrypt: (ciphertext: Uint8Array, fallback: Uint8Array) =>
            nullDecrypt(publicKey, ciphertext, fallback),
        }
      : {}),
  }
}

function sign({ publicKey }: SubjectPublicKey, message: Uint8Array): Uint8Array {
  const running = new NullHash(8)
  running.update(publicKey)
  running.separate()
  running.update(message)
  const half = running.digest()
  const signature = new Uint8Array(64)
  signature.set(half)
  signature.set(half, 32)
  return signature
}

/** What stands before the key: RFC 8410 section 4 (Ed25519), RFC 5480 section 2 (P-256), RFC 3279 2.3.1 (RSA). */
const headers: Readonly<Record<NullKeyType, readonly number[]>> = {
  ed25519: [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00],
  secp256r1: [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
  ],
  rsa: [
    0x30, 0x39, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05,
    0x00, 0x03, 0x28, 0x00, 0x30, 0x25, 0x02, 0x20,
  ],
}

/** The key itself is a hash of the seed: a point, or its coordinates, or a modulus with the exponent 3. */
function toySpki(type: NullKeyType, seed: string): Uint8Array {
  const running = new NullHash(8)
  running.update(Uint8Array.from(seed, (character) => character.charCodeAt(0) & 0xff))
  const half = running.digest()
  if (type === 'ed25519') return Uint8Array.of(...headers[type], ...half)
  if (type === 'secp256r1') return Uint8Array.of(...headers[type], ...half, ...half)
  // Positive, without a leading zero, and odd.
  half[0] = ((half[0] ?? 0) & 0x3f) | 0x40
  half[31] = (half[31] ?? 0) | 1
  return Uint8Array.of(...headers[type], ...half, 0x02, 0x01, 0x03)
}
