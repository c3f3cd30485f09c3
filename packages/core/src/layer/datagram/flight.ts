/** A flight of handshake messages, and what the peer is known to have of it (RFC 9147 5.7, 5.8). */
import type { RecordNumber } from './ack.js'
import type { WriteEpoch } from './epochs.js'
import type { Range, Ranges } from './ranges.js'

export interface OutgoingMessage {
  readonly type: number
  readonly body: Uint8Array
  readonly messageSequence: number
  readonly acknowledged: Ranges
  /** The keys that it is sent with, each time. Undefined: it waits for keys that cannot be used yet. */
  epoch: WriteEpoch | undefined
}

/** Bytes of a message. One that has none counts as having one, so that it can be acknowledged. */
export interface Part {
  readonly message: OutgoingMessage
  readonly range: Range
}

/** A record that carried parts of the flight. */
export interface SentRecord extends RecordNumber {
  readonly parts: readonly Part[]
}

interface Tracked extends SentRecord {
  acknowledged: boolean
  /** Taken for lost, or sent again: it counts still, if it is acknowledged after all. */
  given: boolean
}

export type Resend = 'all' | 'lost'

export class Flight {
  readonly messages: readonly OutgoingMessage[]
  /** Whether it is repeated by itself. */
  readonly timed: boolean
  due: Resend | undefined = 'all'
  deadline: number | undefined
  /** Ms until it is sent again. */
  timeout: number
  transmissions = 0
  /** How often the timer has run out since the peer acknowledged anything. */
  expiries = 0
  /** How often the peer has made us repeat it. */
  repeats = 0
  lastSent = 0
  /** Something authentic came from the peer since it was sent. */
  heard = false
  #records: Tracked[] = []

  constructor(messages: readonly OutgoingMessage[], timed: boolean, timeout: number) {
    this.messages = messages
    this.timed = timed
    this.timeout = timeout
  }

  get complete(): boolean {
    return this.messages.every((message) => missing(message).length === 0)
  }

  /** After the handshake: such flights are independent of each other. */
  get standsAlone(): boolean {
    return this.messages[0]?.epoch?.level === 'application'
  }

  /** What is to be sent now. */
  takeDue(): readonly Part[] {
    const { due } = this
    this.due = undefined
    if (due === undefined) return []
    if (due === 'all') {
      for (const record of this.#records) record.given = true
      return this.messages.flatMap((message) => unacknowledged(message, [[0, extentOf(message)]]))
    }
    const lost = this.#lost()
    for (const record of lost) record.given = true
    return lost.flatMap(({ parts }) =>
      parts.flatMap(({ message, range }) => unacknowledged(message, [range])),
    )
  }

  sent(records: readonly SentRecord[], now: number): void {
    for (const record of records)
      this.#records.push({ ...record, acknowledged: false, given: false })
    this.transmissions++
    this.lastSent = now
    this.deadline = this.timed ? now + this.timeout : undefined
  }

  /** True where an ACK told something new. */
  acknowledge(numbers: ReadonlySet<string>): boolean {
    let news = false
    for (const record of this.#records) {
      if (record.acknowledged || !numbers.has(keyOf(record))) continue
      record.acknowledged = true
      for (const { message, range } of record.parts) message.acknowledged.add(...range)
      news = true
    }
    // What was sent before a record that has come, and has not come, is lost; what was sent after it may be on its way.
    if (news && this.#lost().length > 0) this.due ??= 'lost'
    return news
  }

  #lost(): readonly Tracked[] {
    let last = this.#records.length - 1
    while (last >= 0 && this.#records[last]?.acknowledged !== true) last--
    return this.#records
      .slice(0, last + 1)
      .filter((record) => !record.acknowledged && !record.given)
  }
}

export function keyOf({ epoch, sequence }: RecordNumber): string {
  return `${epoch}:${sequence}`
}

function extentOf({ body }: OutgoingMessage): number {
  return Math.max(body.length, 1)
}

function missing(message: OutgoingMessage): readonly Range[] {
  return message.acknowledged.missing(0, extentOf(message))
}

function unacknowledged(message: OutgoingMessage, ranges: readonly Range[]): readonly Part[] {
  return ranges.flatMap(([from, to]) =>
    message.acknowledged.missing(from, to).map((range) => ({ message, range })),
  )
}
