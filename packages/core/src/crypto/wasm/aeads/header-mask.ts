/** Header masks for DTLS 1.3 (RFC 9147 4.2.3) and QUIC (RFC 9001 5.4). */
import { copyBytes } from '../../../bytes.js'
import type { HeaderMask } from '../../provider.js'
import type { AeadEngine } from './engine.js'

/** AES-ECB of the sample: all 16 bytes. */
export function aesHeaderMask(engine: AeadEngine, key: Uint8Array): HeaderMask {
  const { bytes, exports, at } = engine
  bytes.set(key, at.roundKeys)
  exports.expandKey(key.length)
  const expanded = bytes.slice(at.roundKeys, at.roundKeysEnd)
  bytes.fill(0, at.roundKeys, at.roundKeysEnd)
  return (sample) => {
    bytes.set(expanded, at.roundKeys)
    bytes.set(sample.subarray(0, 16), at.head)
    exports.encryptBlock(at.head)
    bytes.fill(0, at.roundKeys, at.roundKeysEnd)
    return bytes.slice(at.head, at.head + 16)
  }
}

/** RFC 9001 5.4.4: block counter and nonce come from the sample. */
export function chachaHeaderMask(engine: AeadEngine, key: Uint8Array): HeaderMask {
  const { bytes, exports, at } = engine
  const own = copyBytes(key)
  return (sample) => {
    bytes.set(own, at.chachaKey)
    bytes.set(sample.subarray(4, 16), at.nonce)
    const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = sample
    exports.chachaHead(c0 | (c1 << 8) | (c2 << 16) | (c3 << 24))
    return bytes.slice(at.head, at.head + 16)
  }
}
