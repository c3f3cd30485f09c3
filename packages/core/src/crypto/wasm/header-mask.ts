/** Header masks for DTLS 1.3 (RFC 9147 4.2.3) and QUIC (RFC 9001 5.4). */
import type { HeaderMask } from '../provider.js'
import type { Engine } from './engine.js'

/** AES-ECB of the sample: all 16 bytes. */
export function aesHeaderMask(engine: Engine, key: Uint8Array): HeaderMask {
  const { bytes, exports } = engine
  const at = exports.roundKeys.value
  const end = exports.roundKeysEnd.value
  bytes.set(key, at)
  exports.expandKey(key.length)
  const expanded = bytes.slice(at, end)
  bytes.fill(0, at, end)
  return (sample) => {
    const block = exports.head.value
    bytes.set(expanded, at)
    bytes.set(sample.subarray(0, 16), block)
    exports.encryptBlock(block)
    bytes.fill(0, at, end)
    return bytes.slice(block, block + 16)
  }
}

/** RFC 9001 5.4.4: block counter and nonce come from the sample. */
export function chachaHeaderMask(engine: Engine, key: Uint8Array): HeaderMask {
  const { bytes, exports } = engine
  const own = key.slice()
  return (sample) => {
    bytes.set(own, exports.chachaKey.value)
    bytes.set(sample.subarray(4, 16), exports.nonce.value)
    const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = sample
    exports.chachaHead(c0 | (c1 << 8) | (c2 << 16) | (c3 << 24))
    return bytes.slice(exports.head.value, exports.head.value + 16)
  }
}
