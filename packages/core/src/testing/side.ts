/** One end of a `Pair`: a connection, and a record of everything that it has put out. */
import { concat, copyBytes } from '../bytes.js'
import type { Connection } from '../connection.js'
import type { Answers, Decision } from '../decision.js'
import type { Fault } from '../fault.js'
import type { ConnectionInfo, Output } from '../output.js'
import type { Session } from '../session.js'
import type { Time } from '../time.js'
import { BufferLike } from './buffer-like.js'
import type { Link } from './link.js'

/** What a connection put out, but for `idle`. */
export type Event = Exclude<Output, { kind: 'idle' }>
type Idle = Extract<Output, { kind: 'idle' }>

const maxSteps = 100_000

export class Side {
  readonly connection: Connection
  /** In order, the bytes of each `transmit` being a copy. */
  readonly events: Event[] = []
  /** Decisions that are open, in order. */
  readonly decisions: Decision[] = []
  idle: Idle = { kind: 'idle', deadline: undefined, wantsInput: true }
  readonly #incoming: Link
  readonly #outgoing: Link
  readonly #now: () => Time
  #waiting: BufferLike | undefined
  #ended = false

  constructor(connection: Connection, incoming: Link, outgoing: Link, now: () => Time) {
    this.connection = connection
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#now = now
  }

  /** All that was given to the transport, joined. */
  get transmitted(): Uint8Array {
    return concat(
      ...this.events.flatMap((event) => (event.kind === 'transmit' ? [event.bytes] : [])),
    )
  }

  /** Application data received, joined. */
  get data(): Uint8Array {
    return concat(...this.events.flatMap((event) => (event.kind === 'data' ? [event.bytes] : [])))
  }

  get earlyData(): Uint8Array {
    const parts = this.events.flatMap((event) => (event.kind === 'earlyData' ? [event.bytes] : []))
    return concat(...parts)
  }

  get info(): ConnectionInfo | undefined {
    return this.#find('established')?.info
  }

  get fault(): Fault | undefined {
    return this.#find('failed')?.fault
  }

  get sessions(): readonly Session[] {
    return this.events.flatMap((event) => (event.kind === 'session' ? [event.session] : []))
  }

  get peerClosed(): boolean {
    return this.#find('peerClosed') !== undefined
  }

  /** `failed` or `closed` was put out. */
  get over(): boolean {
    return this.#find('failed') !== undefined || this.#find('closed') !== undefined
  }

  /** Answers an open decision: the first one of that kind. */
  answer<K extends Decision['kind']>(kind: K, answer: Answers[K]): void {
    const index = this.decisions.findIndex((open) => open.kind === kind)
    const [decision] = index < 0 ? [] : this.decisions.splice(index, 1)
    if (decision === undefined) throw new Error(`no ${kind} decision is open`)
    this.connection.answer(decision, answer, this.#now())
  }

  /** Sends all of `plaintext`; throws where the connection takes less. */
  send(plaintext: Uint8Array): void {
    const lent = BufferLike.copy(plaintext)
    const accepted = this.connection.send(lent, this.#now())
    lent.reclaim()
    if (accepted < plaintext.length)
      throw new Error(`${accepted} of ${plaintext.length} bytes were accepted`)
  }

  /** Ends the transport in this side's sending direction, behind what there is to send. */
  end(): void {
    this.#poll()
    this.#endLink()
  }

  /** Takes what has arrived and puts out what comes of it. False: there was nothing to do. */
  step(): boolean {
    const polled = this.#poll()
    return this.#take() || polled
  }

  /** Lets a deadline that has passed take effect. */
  tick(): boolean {
    const { deadline } = this.idle
    if (deadline === undefined || deadline > this.#now().monotonic) return false
    this.connection.handleTimeout(this.#now())
    this.#poll()
    return true
  }

  #endLink(): void {
    if (!this.#ended) this.#outgoing.end(this.#now().monotonic)
    this.#ended = true
  }

  #find<K extends Event['kind']>(kind: K): Extract<Event, { kind: K }> | undefined {
    return this.events.find((event): event is Extract<Event, { kind: K }> => event.kind === kind)
  }

  #take(): boolean {
    if (this.#waiting === undefined) {
      const arrival = this.#incoming.receive(this.#now().monotonic)
      if (arrival === undefined) return false
      if (arrival.kind === 'end') {
        this.connection.receiveEnd(this.#now())
        this.#poll()
        return true
      }
      this.#waiting = BufferLike.copy(arrival.bytes)
    }
    const taken = this.connection.receive(this.#waiting, this.#now())
    this.#poll()
    // They were lent until `idle`.
    this.#waiting.subarray(0, taken).reclaim()
    this.#waiting = taken === this.#waiting.length ? undefined : this.#waiting.subarray(taken)
    return taken > 0
  }

  #poll(): boolean {
    for (let steps = 0; steps < maxSteps; steps++) {
      const output = this.connection.poll()
      if (output.kind === 'idle') {
        this.idle = output
        return steps > 0
      }
      this.#record(output)
    }
    throw new Error(`${this.connection.role}: poll does not come to an end`)
  }

  #record(output: Event): void {
    if (output.kind === 'transmit') {
      const { bytes } = output
      this.events.push({ ...output, bytes: copyBytes(bytes) })
      this.#outgoing.send(bytes, this.#now().monotonic)
      // Given back at once, so that a connection that goes on using what it handed out is found out.
      bytes.fill(0xdb)
      this.connection.release(bytes)
      return
    }
    this.events.push(output)
    if (output.kind === 'decide') this.decisions.push(output.decision)
    if (output.kind === 'failed' || output.kind === 'closed') this.#endLink()
  }
}
