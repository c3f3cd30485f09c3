/** One direction of a transport in memory, under virtual time: a stream that is cut anywhere, or faulty datagrams. */
import { concat, copyBytes } from '../bytes.js'
import type { Random } from '../crypto/provider.js'
import { below, chance } from './random.js'

export interface Link {
  /** Takes what a connection transmits; the bytes are copied. `now` is monotonic ms. */
  send(bytes: Uint8Array, now: number): void
  /** The sender ends its side: after what is under way, the receiver sees the end. */
  end(now: number): void
  /** What has arrived next, or undefined. */
  receive(now: number): Arrival | undefined
  /** Monotonic ms at which something arrives; undefined where nothing is under way. */
  readonly nextArrival: number | undefined
}

export type Arrival =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' }

export interface StreamLinkOptions {
  /** Ms from one end to the other. Default 0. */
  readonly latency?: number
  /**
   * How many bytes to hand over at once, of `available` ones (1 at least). Default: what was sent together arrives
   * together.
   */
  readonly chunk?: (available: number) => number
}

interface UnderWay {
  readonly at: number
  /** Undefined: the end. */
  readonly bytes: Uint8Array | undefined
}

/** Loses nothing and keeps the order, but not the boundaries. */
export class StreamLink implements Link {
  readonly #options: StreamLinkOptions
  #underWay: UnderWay[] = []

  constructor(options: StreamLinkOptions = {}) {
    this.#options = options
  }

  send(bytes: Uint8Array, now: number): void {
    if (bytes.length > 0) this.#underWay.push({ at: this.#due(now), bytes: copyBytes(bytes) })
  }

  end(now: number): void {
    this.#underWay.push({ at: this.#due(now), bytes: undefined })
  }

  receive(now: number): Arrival | undefined {
    const [first] = this.#underWay
    if (first === undefined || first.at > now) return undefined
    if (first.bytes === undefined) {
      this.#underWay = []
      return { kind: 'end' }
    }
    const { chunk } = this.#options
    if (chunk === undefined) {
      this.#underWay.shift()
      return { kind: 'bytes', bytes: first.bytes }
    }
    const stop = this.#underWay.findIndex(({ at, bytes }) => at > now || bytes === undefined)
    const arrived = this.#underWay.splice(0, stop < 0 ? this.#underWay.length : stop)
    // What is left over is one piece, so that small chunks do not copy it again and again.
    const joined =
      arrived.length === 1
        ? first.bytes
        : concat(...arrived.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes])))
    const length = Math.max(1, Math.min(joined.length, chunk(joined.length)))
    if (length < joined.length)
      this.#underWay.unshift({ at: first.at, bytes: joined.subarray(length) })
    return { kind: 'bytes', bytes: copyBytes(joined, 0, length) }
  }

  get nextArrival(): number | undefined {
    return this.#underWay[0]?.at
  }

  #due(now: number): number {
    return now + (this.#options.latency ?? 0)
  }
}

export interface DatagramLinkOptions {
  readonly random: Random
  /** Ms from one end to the other. Default 10. */
  readonly latency?: number
  /** Probability that a datagram is lost. Default 0, as with the others. */
  readonly loss?: number
  /** Probability that it comes twice. */
  readonly duplication?: number
  /** Probability that it is late, by up to `delay` ms, and so comes after later ones. */
  readonly reordering?: number
  /** Default 50. */
  readonly delay?: number
  /** Probability that one of its bytes is changed. */
  readonly corruption?: number
  /** Bytes; what is longer vanishes. Default: no limit. */
  readonly mtu?: number
  /** Sees each datagram first; what it returns is sent instead. For faults at a chosen place. */
  readonly filter?: (datagram: Uint8Array, index: number) => readonly Uint8Array[]
}

/** Loses, duplicates, reorders and damages, as configured; the options may be changed on the way. */
export class DatagramLink implements Link {
  options: DatagramLinkOptions
  /** Datagrams that were given to `send`. */
  sent = 0
  /** Of these, the ones that never arrive. */
  lost = 0
  #underWay: UnderWay[] = []

  constructor(options: DatagramLinkOptions) {
    this.options = options
  }

  send(bytes: Uint8Array, now: number): void {
    const { filter } = this.options
    const index = this.sent++
    for (const datagram of filter === undefined ? [bytes] : filter(bytes, index))
      this.#route(datagram, now)
  }

  /** Datagrams have no end. */
  end(): void {}

  receive(now: number): Arrival | undefined {
    const [first] = this.#underWay
    if (first?.bytes === undefined || first.at > now) return undefined
    this.#underWay.shift()
    return { kind: 'bytes', bytes: first.bytes }
  }

  get nextArrival(): number | undefined {
    return this.#underWay[0]?.at
  }

  #route(datagram: Uint8Array, now: number): void {
    const { random, loss = 0, duplication = 0, mtu } = this.options
    if ((mtu !== undefined && datagram.length > mtu) || chance(loss, random)) {
      this.lost++
      return
    }
    this.#schedule(datagram, now)
    if (chance(duplication, random)) this.#schedule(datagram, now)
  }

  #schedule(datagram: Uint8Array, now: number): void {
    const { random, latency = 10, reordering = 0, delay = 50, corruption = 0 } = this.options
    const bytes = copyBytes(datagram)
    if (chance(corruption, random) && bytes.length > 0) {
      const at = below(bytes.length, random)
      bytes[at] = (bytes[at] ?? 0) ^ (1 + below(255, random))
    }
    const late = chance(reordering, random) ? 1 + below(delay, random) : 0
    const at = now + latency + late
    // Kept in order of arrival; what arrives at the same time, in order of sending.
    const index = this.#underWay.findIndex((other) => other.at > at)
    this.#underWay.splice(index < 0 ? this.#underWay.length : index, 0, { at, bytes })
  }
}
