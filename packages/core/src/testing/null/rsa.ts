/** Encryption that hides nothing, and still notices another key or a changed byte, as a wrong padding would be noticed. */
import { concat, copyBytes, equal } from '../../bytes.js'
import type { Random, RsaEncryption } from '../../crypto/provider.js'
import type { SubjectPublicKey } from '../../crypto/spki.js'
import { NullHash } from './hash.js'

const saltLength = 8

export const nullRsaEncryption: RsaEncryption = {
  encrypt: (key, message, random) =>
    key.type === 'rsa' ? nullEncrypt(key, message, random) : undefined,
}

export function nullEncrypt(
  key: SubjectPublicKey,
  message: Uint8Array,
  random: Random,
): Uint8Array {
  const body = concat(random(saltLength), message)
  return concat(body, checksum(key, body))
}

/** The message where it is whole and as long as the fallback, the fallback otherwise. */
export function nullDecrypt(
  key: SubjectPublicKey,
  ciphertext: Uint8Array,
  fallback: Uint8Array,
): Uint8Array {
  const body = ciphertext.subarray(0, saltLength + fallback.length)
  const isRight = equal(ciphertext.subarray(body.length), checksum(key, body))
  return isRight ? copyBytes(body, saltLength) : fallback
}

function checksum({ publicKey }: SubjectPublicKey, body: Uint8Array): Uint8Array {
  const running = new NullHash(8)
  running.update(publicKey)
  running.separate()
  running.update(body)
  return running.digest()
}
