/** Masks of record numbers (RFC 9147 4.2.3) and packet headers (RFC 9001 5.4). */

import { createCipheriv, createSecretKey } from 'node:crypto'
import type { HeaderMask } from '@sanstls/core'
import { plain } from './bytes.js'

const sampleLength = 16
const zeros = /* @__PURE__ */ new Uint8Array(8)

/** AES-ECB of the sample (RFC 9001 5.4.3): all 16 bytes. One cipher does for all samples. */
export function aesHeaderMask(key: Uint8Array): HeaderMask {
  const cipher = createCipheriv(`aes-${8 * key.length}-ecb`, key, null)
  return (sample) => plain(cipher.update(take(sample)))
}

/** RFC 9001 5.4.4: the sample is block counter and nonce, in the form that OpenSSL has them. */
export function chachaHeaderMask(key: Uint8Array): HeaderMask {
  const object = createSecretKey(key)
  return (sample) => plain(createCipheriv('chacha20', object, take(sample)).update(zeros))
}

/** Anything but one whole block would stay in the cipher and spoil the masks after it. */
function take(sample: Uint8Array): Uint8Array {
  if (sample.length < sampleLength) throw new TypeError('sample of 16 bytes expected')
  return sample.length === sampleLength ? sample : sample.subarray(0, sampleLength)
}
