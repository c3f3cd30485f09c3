/** The AES block over noble's tables, one block at a time, and the header mask made of it. */
import { unsafe } from '@noble/ciphers/aes.js'
import type { HeaderMask } from '../provider.js'

/** An expanded key, for 16 or 32 bytes of key. */
export type AesKey = Uint32Array

export function expandAesKey(key: Uint8Array, keyLength: number): AesKey {
  if (key.length !== keyLength) throw new TypeError(`AES key of ${keyLength} bytes expected`)
  return unsafe.expandKeyLE(key)
}

/** Encrypts the 16 bytes at `offset` of `block` in place. */
export function encryptBlock(key: AesKey, block: DataView, offset = 0): void {
  const { s0, s1, s2, s3 } = unsafe.encrypt(
    key,
    block.getUint32(offset, true),
    block.getUint32(offset + 4, true),
    block.getUint32(offset + 8, true),
    block.getUint32(offset + 12, true),
  )
  block.setUint32(offset, s0, true)
  block.setUint32(offset + 4, s1, true)
  block.setUint32(offset + 8, s2, true)
  block.setUint32(offset + 12, s3, true)
}

/** Encrypts aligned `text` in place in counter mode. `counter` is the first counter block and is advanced. */
export function counterMode(key: AesKey, counter: Uint8Array, text: Uint8Array): void {
  unsafe.ctr32(key, false, counter, text, text)
}

/** AES-ECB of the sample (RFC 9001 5.4.3, RFC 9147 4.2.3): all 16 bytes. */
export function aesHeaderMask(key: Uint8Array, keyLength: number): HeaderMask {
  const expanded = expandAesKey(key, keyLength)
  return (sample) => {
    const mask = sample.slice(0, 16)
    encryptBlock(expanded, new DataView(mask.buffer))
    return mask
  }
}
