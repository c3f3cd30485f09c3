/** AES in CBC mode (NIST SP 800-38A 6.2) over noble. */
import { cbc } from '@noble/ciphers/aes.js'

/**
 * AES-CBC of whole blocks, without padding.
 * @throws {Error} for lengths that do not fit.
 */
export const aesCbcDecrypt = (key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array =>
  cbc(key, iv, { disablePadding: true }).decrypt(data)

/**
 * AES-CBC of whole blocks, without padding.
 * @throws {Error} for lengths that do not fit.
 */
export const aesCbcEncrypt = (key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array =>
  cbc(key, iv, { disablePadding: true }).encrypt(data)
