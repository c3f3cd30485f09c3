/** A hash that is quick and nothing else: every output bit depends on the input, and anyone can find collisions. */
import type { HashAlgorithm, HashName, RunningHash } from '../../crypto/provider.js'

export function nullHash(name: HashName, outputLength: 32 | 48): HashAlgorithm {
  const create = () => new NullHash(outputLength / 4)
  return {
    name,
    outputLength,
    blockLength: 64,
    hash(data) {
      const running = create()
      running.update(data)
      return running.digest()
    },
    create,
    hmac(key, data) {
      const running = create()
      running.update(key)
      running.separate()
      running.update(data)
      return running.digest()
    },
  }
}

export class NullHash implements RunningHash {
  readonly #lanes: Uint32Array
  #carry = 0x811c9dc5
  #length = 0

  constructor(lanes: number, from?: NullHash) {
    this.#lanes = new Uint32Array(lanes)
    if (from === undefined) return
    this.#lanes.set(from.#lanes)
    this.#carry = from.#carry
    this.#length = from.#length
  }

  update(data: Uint8Array): void {
    const lanes = this.#lanes
    const count = lanes.length
    let carry = this.#carry
    let lane = this.#length % count
    for (let i = 0; i < data.length; i++) {
      carry = Math.imul(carry ^ (data[i] ?? 0), 0x01000193)
      carry ^= carry >>> 15
      lanes[lane] = (lanes[lane] ?? 0) + carry
      lane++
      if (lane === count) lane = 0
    }
    this.#carry = carry
    this.#length += data.length
  }

  /** Marks a boundary that no data can imitate, so that (ab, c) and (a, bc) differ. */
  separate(): void {
    this.#carry = Math.imul(this.#carry ^ this.#length ^ 0x5bd1e995, 0x85ebca6b)
  }

  digest(): Uint8Array {
    const count = this.#lanes.length
    const out = new Uint8Array(4 * count)
    const view = new DataView(out.buffer)
    let mixed = this.#carry ^ this.#length
    // Two rounds: in the first each lane learns of those before it, in the second of all.
    for (let round = 0; round < 2; round++)
      for (let i = 0; i < count; i++) {
        mixed = Math.imul(mixed ^ (this.#lanes[i] ?? 0) ^ (i + 1), 0x85ebca6b)
        mixed ^= mixed >>> 13
        mixed = Math.imul(mixed, 0xc2b2ae35)
        mixed ^= mixed >>> 16
        view.setUint32(4 * i, mixed)
      }
    return out
  }

  clone(): NullHash {
    return new NullHash(this.#lanes.length, this)
  }
}
