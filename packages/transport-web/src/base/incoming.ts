/** Received data that waits to be read, and readers that wait for data. */
import { Fault } from '@sanstls/core'
import type { Failure } from './failure.js'

export interface ReadOptions {
  /** ms. Default: no limit. */
  readonly timeout?: number
}

/** The peer closed cleanly, but before all bytes asked for had come. */
export class EndOfDataError extends Error {
  override readonly name = 'EndOfDataError'
  readonly code = 'endOfData'
  /** Bytes asked for. */
  readonly wanted: number
  /** Bytes that did come. They are kept: `read` returns them. */
  readonly kept: number

  constructor(wanted: number, kept: number) {
    super(`The peer closed the connection after ${kept} of ${wanted} bytes. \`read\` returns them.`)
    this.wanted = wanted
    this.kept = kept
  }
}

interface Request {
  /** Bytes wanted; undefined: whatever there is. */
  readonly length: number | undefined
  readonly resolve: (bytes: Uint8Array | undefined) => void
  readonly reject: (error: unknown) => void
  timer: ReturnType<typeof setTimeout> | undefined
}

/** A chunk's cost beyond its bytes, so that a flood of one-byte records counts for what it costs. */
const chunkOverhead = 128

const cleanly: Failure = { error: undefined }

/** Where the data comes from. */
interface Source {
  /** More may be pushed, after `push` returned false. */
  resume(): void
}

export class Incoming {
  readonly #highWater: number
  readonly #source: Source
  #chunks: Uint8Array[] = []
  #length = 0
  #requests: Request[] = []
  #outcome: Failure | undefined
  #full = false
  #discarding = false

  constructor(source: Source, highWater = 65_536) {
    this.#source = source
    this.#highWater = highWater
  }

  /** Takes a chunk. False: no more until the source has resumed. */
  push(bytes: Uint8Array): boolean {
    if (this.#discarding || this.#outcome !== undefined) return true
    this.#chunks.push(bytes)
    this.#length += bytes.length
    this.#serve()
    this.#full = this.#isFull()
    return !this.#full
  }

  /** No more data will come: cleanly, or because of a failure. Data that came before is read first. */
  end(failure: Failure = cleanly): void {
    this.#outcome ??= failure
    this.#serve()
  }

  /** Drops what is there and what still comes. */
  discard(): void {
    this.#discarding = true
    this.#chunks = []
    this.#length = 0
    this.#tellRoom()
  }

  /** The next chunk; undefined after the clean end. */
  read(options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    return this.#request(undefined, options.timeout)
  }

  /** Exactly `length` bytes; undefined where the clean end comes before the first of them. */
  readExactly(length: number, options: ReadOptions = {}): Promise<Uint8Array | undefined> {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`length: ${length} is not a number of bytes. Give a whole number.`)
    }
    if (length === 0) return Promise.resolve(new Uint8Array())
    return this.#request(length, options.timeout)
  }

  #request(length: number | undefined, timeout: number | undefined) {
    return new Promise<Uint8Array | undefined>((resolve, reject) => {
      const request: Request = { length, resolve, reject, timer: undefined }
      this.#requests.push(request)
      this.#serve()
      if (!this.#requests.includes(request)) return
      if (timeout !== undefined && timeout !== Number.POSITIVE_INFINITY) {
        request.timer = setTimeout(() => this.#expire(request, timeout), timeout)
      }
    })
  }

  #expire(request: Request, timeout: number): void {
    this.#requests = this.#requests.filter((other) => other !== request)
    const wanted = request.length === undefined ? 'any' : `${request.length}`
    const detail = `${wanted} bytes wanted, ${this.#length} there after ${timeout} ms; they are kept`
    request.reject(new Fault('timedOut', detail))
    // The next one may want less.
    this.#serve()
  }

  /** Settles requests, the first come first. */
  #serve(): void {
    for (let request = this.#requests[0]; request !== undefined; request = this.#requests[0]) {
      const length = request.length ?? this.#chunks[0]?.length
      if (length !== undefined && this.#length >= length) {
        this.#settle(request)
        request.resolve(request.length === undefined ? this.#shift() : this.#take(length))
      } else if (this.#outcome !== undefined) {
        this.#settle(request)
        const { error } = this.#outcome
        if (error !== undefined) request.reject(error)
        else if (this.#length === 0) request.resolve(undefined)
        else request.reject(new EndOfDataError(request.length ?? 0, this.#length))
      } else break
    }
    const isStarving = (this.#requests[0]?.length ?? 0) > this.#length
    if (isStarving || this.#cost() <= this.#highWater / 2) this.#tellRoom()
  }

  #settle(request: Request): void {
    clearTimeout(request.timer)
    this.#requests.shift()
  }

  #shift(): Uint8Array | undefined {
    const chunk = this.#chunks.shift()
    this.#length -= chunk?.length ?? 0
    return chunk
  }

  #take(length: number): Uint8Array {
    const first = this.#chunks[0]
    if (first?.length === length) return this.#shift() ?? first
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; ) {
      const chunk = this.#chunks[0] ?? new Uint8Array()
      const part = chunk.subarray(0, length - at)
      bytes.set(part, at)
      at += part.length
      if (part.length === chunk.length) this.#shift()
      else {
        this.#chunks[0] = chunk.subarray(part.length)
        this.#length -= part.length
      }
    }
    return bytes
  }

  #cost(): number {
    return this.#length + this.#chunks.length * chunkOverhead
  }

  /** A reader that wants more than the high-water mark must get it. */
  #isFull(): boolean {
    const wanted = this.#requests[0]?.length ?? 0
    return this.#cost() >= this.#highWater && this.#length >= wanted
  }

  #tellRoom(): void {
    if (!this.#full) return
    this.#full = false
    this.#source.resume()
  }
}
