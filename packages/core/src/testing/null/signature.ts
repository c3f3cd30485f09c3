/** Signatures that anyone can make who knows the public key; still, one by another key or over other bytes is wrong. */
import type { SignatureAlgorithm, SignatureName, SigningKey } from '../../crypto/provider.js'
import { parseSubjectPublicKey, type SubjectPublicKey } from '../../crypto/spki.js'
import { NullHash } from './hash.js'

export type NullKeyType = 'ed25519' | 'secp256r1'

export function nullSignature(name: SignatureName, type: NullKeyType): SignatureAlgorithm {
  const supports = (key: SubjectPublicKey) =>
    type === 'ed25519' ? key.type === type : key.type === 'ec' && key.curve === type
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
    algorithms: [type === 'ed25519' ? 'ed25519' : 'ecdsa_sha256'],
    sign: (_, message) => sign(publicKey, message),
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

/** RFC 8410 section 4: Ed25519; RFC 5480 section 2: P-256. The key itself is a hash of the seed. */
function toySpki(type: NullKeyType, seed: string): Uint8Array {
  const running = new NullHash(8)
  running.update(Uint8Array.from(seed, (character) => character.charCodeAt(0) & 0xff))
  const half = running.digest()
  const header =
    type === 'ed25519'
      ? [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
      : [
          0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08,
          0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
        ]
  return Uint8Array.of(...header, ...half, ...(type === 'ed25519' ? [] : half))
}
