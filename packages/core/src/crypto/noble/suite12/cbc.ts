/** AES-CBC with HMAC (RFC 5246 6.2.3.2, RFC 7366) over noble. */
import { copyBytes } from '../../../bytes.js'
import { type CbcCipher, cbcRecords } from '../../cbc/records.js'
import type { CbcRecords } from '../../provider.js'
import { aesCbcDecrypt, aesCbcEncrypt } from '../aes-cbc.js'
import { sha1, sha256, sha384 } from '../hash.js'

/** The key is expanded for each record, which takes a microsecond or two. */
function aesCbc(lentKey: Uint8Array): CbcCipher {
  const key = copyBytes(lentKey)
  return {
    encrypt: (iv, text) => aesCbcEncrypt(key, iv, text),
    decrypt: (iv, text) => aesCbcDecrypt(key, iv, text),
    wipe: () => key.fill(0),
  }
}

export const cbc128Sha1: CbcRecords = /* @__PURE__ */ cbcRecords(sha1, 16, aesCbc)
export const cbc256Sha1: CbcRecords = /* @__PURE__ */ cbcRecords(sha1, 32, aesCbc)
export const cbc128Sha256: CbcRecords = /* @__PURE__ */ cbcRecords(sha256, 16, aesCbc)
export const cbc256Sha256: CbcRecords = /* @__PURE__ */ cbcRecords(sha256, 32, aesCbc)
export const cbc256Sha384: CbcRecords = /* @__PURE__ */ cbcRecords(sha384, 32, aesCbc)
