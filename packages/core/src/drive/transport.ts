/** What `Drive` needs of a runtime, and what it gives back: the interfaces between the pump loop and its surroundings. */
import type { Answers, Decision } from '../decision.js'
import type { Output } from '../output.js'
import type { Time } from '../time.js'

/** A byte stream, or a datagram socket, as `Drive` sees it. */
export interface Transport {
  /**
   * Whether written bytes are free for reuse once their write has completed, because the transport has copied them
   * (into the kernel, say). Where they are passed on by reference, as in an in-memory pipe, reuse would corrupt them.
   */
  readonly copiesWrites: boolean
  /** Begins to deliver input to `sink`. Called once, first; may deliver before it returns. */
  start(sink: Sink): void
  /** Delivers input again, after `Sink.receive` returned false. */
  resume(): void
  /**
   * Writes all chunks in order, then calls `written`, with an error where that failed. There is one write at a time.
   * A datagram transport sends each chunk as a datagram of its own.
   */
  write(chunks: readonly Uint8Array[], written: (error?: unknown) => void): void
  /** Ends the writing side, then calls `ended`; called at most once, after the last write has completed. */
  end(ended: () => void): void
  /** Frees everything at once. Called exactly once, last; nothing may be delivered afterwards. */
  destroy(): void
}

/** Where a transport delivers its input. */
export interface Sink {
  /**
   * Takes all of `bytes`, which are the transport's again when it returns. False: nothing more may come until
   * `Transport.resume` is called.
   */
  receive(bytes: Uint8Array): boolean
  /** Nothing more will come. */
  receiveEnd(): void
  /** The transport has failed in either direction. */
  fail(cause: unknown): void
}

/** The time and the timer of one connection. */
export interface Clock {
  now(): Time
  /** Calls `callback` once at this monotonic time, in place of what was set before; undefined sets nothing. */
  setTimer(deadline: number | undefined, callback: () => void): void
  /** Calls `callback` soon, after the code that runs now: what is sent until then shares records and writes. */
  schedule(callback: () => void): void
}

export type DriveEvent =
  | Exclude<
      Output,
      { readonly kind: 'transmit' | 'data' | 'decide' | 'idle' | 'failed' | 'closed' }
    >
  /** The connection has failed, or was aborted. Exactly one of `failed` and `closed` comes. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'closed' }
  /** The transport has been freed. The last event. */
  | { readonly kind: 'destroyed' }

/** Answers a decision, now or later. Throwing or rejecting fails the connection, with what was thrown as the cause. */
export type Decide = (decision: Decision) => Answer | PromiseLike<Answer>

export type Answer = Answers[keyof Answers]

/** Where the outputs go. Everything is called synchronously, and may call back into `Drive`. */
export interface Handler {
  /** Takes application data. False: no more is read from the transport until `Drive.resume`. */
  data(bytes: Uint8Array): boolean
  event(event: DriveEvent): void
  /** `Drive.send` takes more again, after it took less than given. */
  drain(): void
  /** Needed where the configuration says `'decide'` for something. */
  readonly decide?: Decide | undefined
}

/** The transport failed: its error is the cause. It has the fields of a `Fault`, so that one handler reads both. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code = 'transportFailed'
  readonly class = 'transport'
  readonly alert = undefined
  readonly detail: string

  constructor(cause: unknown) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    super(`The transport below failed. (${detail})`, { cause })
    this.detail = detail
  }
}
