/**
 * The one pump loop that every transport uses: it moves bytes between a connection and a transport, keeps both from
 * growing without bound, waits for late answers, and minds the deadlines. Whatever it needs of a runtime (writing,
 * the clock, a timer) comes in as an argument.
 */
import { copyBytes } from './bytes.js'
import type { Connection } from './connection.js'
import type { Decision } from './decision.js'
import { Deadlines, type Waiting } from './drive/deadlines.js'
import { answerBy, callHook, hookFailed } from './drive/hook.js'
import type { Answer, Clock, DriveEvent, Handler, Sink, Transport } from './drive/transport.js'
import { TransportError } from './drive/transport.js'
import { WriteQueue, type Writing } from './drive/write-queue.js'
import { Fault, toFault } from './fault.js'
import type { Time } from './time.js'

export type { Clock, Decide, DriveEvent, Handler, Sink, Transport } from './drive/transport.js'
export { TransportError } from './drive/transport.js'

export interface DriveOptions {
  /** Time for the handshake, ms. Default: none. */
  readonly handshakeTimeout?: number | undefined
  /** Bytes written but not yet taken by the transport, above which `send` takes nothing. Default 131,072: more would not stay in the cache. */
  readonly highWater?: number | undefined
  /** After the end: time for the peer to read what was sent last and to end its side, ms. Default 2,000. */
  readonly linger?: number | undefined
}

/** Input is fed in slices of this length, so that a giant chunk cannot outrun a reader that pauses. */
const sliceLength = 131_072
/** Protocol messages that the peer provokes count against this many times `highWater`; then nothing more is read. */
const provokedFactor = 2

export class Drive implements Sink, Writing, Waiting {
  readonly connection: Connection
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #handler: Handler
  readonly #highWater: number
  readonly #linger: number

  /** `ending`: failed or closed, with bytes still to write or a peer still to end. */
  #phase: 'open' | 'ending' | 'gone' = 'open'
  #pumping = false
  #dirty = false
  #scheduled = false

  #input: Uint8Array | undefined
  #inputEnded = false
  #inputEndTold = false
  #paused = false
  #discarding = false
  /** `receive` said false: the transport waits for `resume`. */
  #holding = false
  #wantsInput = true
  #peerClosed = false

  readonly #output: WriteQueue
  #refused = false
  #closeCalled = false
  #endCalled = false
  #endDone = false

  readonly #deadlines: Deadlines
  #timeoutDue = false

  constructor(
    connection: Connection,
    transport: Transport,
    clock: Clock,
    handler: Handler,
    options: DriveOptions = {},
  ) {
    this.connection = connection
    this.#transport = transport
    this.#clock = clock
    this.#handler = handler
    this.#highWater = options.highWater ?? 131_072
    this.#linger = options.linger ?? 2_000
    this.#output = new WriteQueue(transport, this)
    this.#deadlines = new Deadlines(clock, this)
    if (options.handshakeTimeout !== undefined) {
      this.#deadlines.handshake = clock.now().monotonic + options.handshakeTimeout
    }
  }

  /** Begins. `head`: bytes that were read from the transport before it was handed over. */
  start(head?: Uint8Array): void {
    if (head !== undefined && head.length > 0) this.#input = head
    // Our first flight goes out, and `head` in, before anything newer can arrive.
    this.#pump()
    if (this.#phase !== 'gone') this.#transport.start(this)
    this.#pump()
  }

  receive(bytes: Uint8Array): boolean {
    if (this.#phase !== 'open' || bytes.length === 0) return true
    if (this.#input !== undefined) {
      // The head is not through yet when the transport begins.
      const joined = new Uint8Array(this.#input.length + bytes.length)
      joined.set(this.#input)
      joined.set(bytes, this.#input.length)
      this.#input = joined
    } else this.#input = bytes
    this.#pump()
    if (this.#phase !== 'open' || this.#readable()) return true
    // `bytes` are the transport's again.
    if (this.#input?.buffer === bytes.buffer) this.#input = copyBytes(this.#input)
    this.#holding = true
    return false
  }

  /** For the queue of writes. */
  released(bytes: Uint8Array): void {
    this.connection.release(bytes)
  }

  /** For the queue of writes. */
  written(error: unknown): void {
    if (error !== undefined) this.fail(error)
    else if (!this.#isQuiet()) this.#pump()
  }

  /** Nothing waits for a write to complete. */
  #isQuiet(): boolean {
    const waits = this.#refused || this.#holding || this.#input !== undefined
    return this.#phase === 'open' && this.#output.isEmpty && !waits
  }

  receiveEnd(): void {
    this.#inputEnded = true
    this.#pump()
  }

  fail(cause: unknown): void {
    // Once it is over, a peer that resets instead of ending is no news.
    if (this.#phase === 'ending') this.#destroy()
    else if (this.#phase === 'open') this.#fail(new TransportError(cause))
  }

  /** Queues plaintext; returns the bytes taken. Where that is less than given, `Handler.drain` says when to go on. */
  send(plaintext: Uint8Array): number {
    let taken = 0
    let polled = this.#pumping
    while (taken < plaintext.length && this.#output.size < this.#highWater) {
      const rest = taken === 0 ? plaintext : plaintext.subarray(taken)
      // Many small writes in a row: until the pump comes round, it is the time that it was at the first.
      const now = this.#scheduled ? undefined : this.#clock.now()
      const accepted = this.connection.send(rest, now)
      taken += accepted
      if (accepted > 0) polled = this.#pumping
      if (taken === plaintext.length) break
      // What it holds must leave before it takes more.
      if (accepted === 0 && polled) break
      if (this.#pumping) break
      this.#pump()
      polled = true
      if (this.#phase !== 'open') return taken
    }
    if (taken < plaintext.length) this.#refused = true
    if (taken > 0) this.#pumpSoon()
    return taken
  }

  /** Calls a method of the connection and sees to what follows from it. */
  act<Result>(action: (connection: Connection, now: Time) => Result): Result {
    const result = action(this.connection, this.#clock.now())
    this.#pump()
    return result
  }

  /** Reads on, after `Handler.data` returned false. */
  resume(): void {
    this.#paused = false
    if (this.#holding || this.#input !== undefined) this.#pump()
  }

  /** Sends close_notify. What the peer still sends is delivered. */
  close(): void {
    if (this.#phase !== 'open' || this.#closeCalled) return
    this.#closeCalled = true
    this.connection.close(this.#clock.now())
    this.#pump()
  }

  /** Sends close_notify, drops what the peer still sends, and is over at the latest in `within` ms. */
  finish(within: number): void {
    if (this.#phase !== 'open') return
    this.#discarding = true
    this.#paused = false
    this.#deadlines.end = this.#clock.now().monotonic + within
    this.close()
    this.#pump()
  }

  /** Ends at once, without a word to the peer. `reason` comes back in `failed`. */
  abort(reason: unknown): void {
    if (this.#phase === 'open') this.#fail(reason)
    else if (this.#phase === 'ending') this.#destroy()
  }

  #readable(): boolean {
    // After close_notify input is ignored, and read on: a peer that resets is noticed only so.
    const isWanted = this.#wantsInput || this.#peerClosed
    return this.#input === undefined && isWanted && this.#mayFeed()
  }

  #mayFeed(): boolean {
    return !this.#paused && this.#output.size < this.#highWater * provokedFactor
  }

  #pumpSoon(): void {
    if (this.#pumping) this.#dirty = true
    else if (!this.#scheduled) {
      this.#scheduled = true
      this.#clock.schedule(() => this.#onScheduled())
    }
  }

  #onScheduled(): void {
    this.#scheduled = false
    this.#pump()
  }

  /** Goes on until nothing more follows. Called from inside, it leaves that to the loop that is running. */
  #pump(): void {
    this.#dirty = true
    if (this.#pumping) return
    this.#pumping = true
    try {
      while (this.#dirty && this.#phase !== 'gone') {
        this.#dirty = false
        try {
          this.#step()
        } catch (thrown) {
          this.#fail(toFault(thrown))
        }
      }
    } finally {
      this.#pumping = false
    }
  }

  #step(): void {
    if (this.#timeoutDue) {
      this.#timeoutDue = false
      this.#deadlines.connection = undefined
      this.connection.handleTimeout(this.#clock.now())
    }
    this.#poll()
    while (this.#phase === 'open' && this.#input !== undefined && this.#mayFeed()) {
      const input: Uint8Array = this.#input
      const slice = input.length > sliceLength ? input.subarray(0, sliceLength) : input
      const taken = this.connection.receive(slice, this.#clock.now())
      this.#input = taken === input.length ? undefined : input.subarray(taken)
      this.#poll()
      if (taken === 0) break
    }
    if (this.#inputEnded && !this.#inputEndTold && this.#input === undefined) {
      this.#inputEndTold = true
      if (this.#phase === 'open') this.connection.receiveEnd(this.#clock.now())
      this.#poll()
    }
    this.#output.flush()
    if (this.#refused && this.#phase === 'open' && this.#output.size <= this.#highWater / 2) {
      this.#refused = false
      callHook('drain', () => this.#handler.drain())
    }
    if (this.#phase === 'ending') this.#end()
    if (this.#phase !== 'gone') this.#deadlines.update()
    if (this.#holding && this.#phase !== 'gone' && (this.#phase === 'ending' || this.#readable())) {
      this.#holding = false
      this.#transport.resume()
    }
  }

  #poll(): void {
    while (this.#phase === 'open') {
      const output = this.connection.poll()
      switch (output.kind) {
        case 'idle':
          this.#deadlines.connection = output.deadline
          this.#wantsInput = output.wantsInput
          return
        case 'transmit':
          this.#output.push(output.bytes)
          break
        case 'data':
          if (!this.#discarding && !this.#take(output.bytes)) this.#paused = true
          break
        case 'decide':
          this.#decide(output.decision)
          break
        case 'failed':
          if (this.#discarding && output.fault.code === 'truncated') this.#conclude()
          else this.#conclude(output.fault)
          break
        case 'closed':
          this.#conclude()
          break
        case 'established':
          this.#deadlines.handshake = undefined
          this.#event(output)
          break
        default:
          if (output.kind === 'peerClosed') this.#peerClosed = true
          this.#event(output)
      }
    }
  }

  /** Written out, because a closure per record would be felt. */
  #take(bytes: Uint8Array): boolean {
    try {
      return this.#handler.data(bytes)
    } catch (thrown) {
      throw hookFailed('data', thrown)
    }
  }

  #event(event: DriveEvent): void {
    callHook(event.kind, () => this.#handler.event(event))
  }

  #decide(decision: Decision): void {
    const answer = (given: Answer) => this.connection.answer(decision, given, this.#clock.now())
    const late = (given: Answer) => {
      // The connection may have ended meanwhile, and then nobody asks any more.
      if (this.#phase !== 'open') return
      try {
        answer(given)
      } catch (thrown) {
        this.#fail(toFault(thrown))
      }
      this.#pump()
    }
    const { decide } = this.#handler
    const failed = (fault: Fault) => {
      if (this.#phase !== 'open') return
      // RFC 5246 7.4.7.1: the peer must not see that its message could not be decrypted.
      if (decision.kind === 'decrypt' && decide !== undefined) return late(undefined)
      this.connection.fail(fault, this.#clock.now())
      this.#pump()
    }
    try {
      answerBy(decide, decision, answer, late, failed)
    } catch (thrown) {
      failed(toFault(thrown))
    }
  }

  /** The connection is over; what it sent last is still to be written. */
  #conclude(error?: unknown): void {
    this.#phase = 'ending'
    this.#input = undefined
    this.#deadlines.connection = undefined
    this.#deadlines.handshake = undefined
    // After a clean close the peer may take its time for the last data; after a failure it may not.
    if (error !== undefined) this.#endWithinLinger()
    this.#event(error === undefined ? { kind: 'closed' } : { kind: 'failed', error })
  }

  /**
   * Ends the writing side once all is written, then waits for the peer's end: closing a socket while input is unread
   * resets it, and the peer would lose our last alert.
   */
  #end(): void {
    if (!this.#output.isEmpty) return
    if (!this.#endCalled) {
      this.#endCalled = true
      this.#endWithinLinger()
      this.#transport.end(() => {
        this.#endDone = true
        this.#pump()
      })
    }
    if (this.#endDone && this.#inputEnded) this.#destroy()
  }

  #endWithinLinger(): void {
    const latest = this.#clock.now().monotonic + this.#linger
    this.#deadlines.end = Math.min(this.#deadlines.end ?? latest, latest)
  }

  #fail(error: unknown): void {
    if (this.#phase === 'open') {
      this.connection.abort()
      this.#destroy({ kind: 'failed', error })
      return
    }
    // The outcome has been told already, and whoever was told it threw.
    if (this.#phase === 'ending') this.#destroy()
    throw error
  }

  #destroy(outcome?: DriveEvent): void {
    this.#phase = 'gone'
    this.#input = undefined
    this.#output.stop()
    this.#deadlines.clear()
    this.#transport.destroy()
    if (outcome !== undefined) this.#handler.event(outcome)
    this.#handler.event({ kind: 'destroyed' })
  }

  /** For the deadlines. */
  handleTimer(): void {
    if (this.#phase === 'gone') return
    if (this.#deadlines.isDue('end')) this.#endNow()
    else if (this.#deadlines.isDue('handshake')) {
      const detail = `the handshake was not complete in time; it had come to ${this.connection.state}`
      this.#fail(new Fault('timedOut', detail))
    } else {
      this.#timeoutDue = this.#deadlines.isDue('connection')
      this.#pump()
    }
  }

  /** The time that the peer had for the end is over. */
  #endNow(): void {
    if (this.#phase === 'open') this.connection.abort()
    if (this.#phase === 'ending') this.#destroy()
    else if (this.#output.size === 0) this.#destroy({ kind: 'closed' })
    else {
      const detail = `the peer did not take the last ${this.#output.size} bytes`
      this.#destroy({ kind: 'failed', error: new Fault('timedOut', detail) })
    }
  }
}
