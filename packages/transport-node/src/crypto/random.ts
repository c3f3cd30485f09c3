/** Randomness of node:crypto's, drawn in advance: a call takes some 4 us, of which a handshake would have ten. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '@sanstls/core'

/** Bytes. */
const poolLength = 1024

/**
 * A source that has `fill` fill many bytes and hands each out once. What was handed out does not stay here.
 *
 * @param fill fills its argument with randomness.
 */
export function pooled(fill: (bytes: Uint8Array) => void): Random {
  const pool = new Uint8Array(poolLength)
  let used = poolLength
  return (length) => {
    if (length > poolLength) {
      const bytes = new Uint8Array(length)
      fill(bytes)
      return bytes
    }
    if (used + length > poolLength) {
      fill(pool)
      used = 0
    }
    const end = used + length
    const bytes = pool.slice(used, end)
    pool.fill(0, used, end)
    used = end
    return bytes
  }
}

/**
 * The source of randomness of this package's connections, for connections that are made by `@sanstls/core` itself. It
 * draws from node:crypto a kibibyte in advance: see docs/security.md about processes that are copied.
 */
export const nodeRandom: Random = /* @__PURE__ */ pooled(randomFillSync)
