/** What key files that are protected by a password are opened with. An entry point of its own, loaded only by who needs it. */
export { aesCbcDecrypt, aesCbcEncrypt } from '../crypto/noble/aes-cbc.js'
export { sha1, sha224, sha256, sha384, sha512 } from '../crypto/noble/hash.js'
export {
  md5,
  pbkdf2,
  type ScryptCost,
  scrypt,
} from '../crypto/noble/password.js'
