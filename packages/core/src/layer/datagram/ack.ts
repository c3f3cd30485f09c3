/** The ACK message (RFC 9147 section 7), and when which records are acknowledged. */
import { decode, encode, struct, uint64, vector } from '../../wire/codec.js'
import { readUint } from './record.js'

export interface RecordNumber {
  readonly epoch: number
  readonly sequence: number
}

const ack = struct({
  recordNumbers: vector(2, struct({ epoch: uint64, sequence: uint64 }), 0),
})
const numberLength = 16

/** Undefined where it is not one. */
export function readAck(content: Uint8Array): readonly RecordNumber[] | undefined {
  if (content.length < 2 || content.length !== 2 + readUint(content, 0, 2)) return undefined
  if ((content.length - 2) % numberLength !== 0) return undefined
  // Numbers too large to be exact are none of ours.
  return decode(ack, content).recordNumbers.map(({ epoch, sequence }) => ({
    epoch: Number(epoch),
    sequence: Number(sequence),
  }))
}

/** One ACK, or several where one would be longer than `room`. */
export function writeAcks(numbers: readonly RecordNumber[], room: number): readonly Uint8Array[] {
  const sorted = [...numbers].sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence)
  const most = Math.max(1, Math.floor((room - 2) / numberLength))
  const messages: Uint8Array[] = []
  for (let start = 0; start === 0 || start < sorted.length; start += most) {
    const recordNumbers = sorted
      .slice(start, start + most)
      .map(({ epoch, sequence }) => ({ epoch: BigInt(epoch), sequence: BigInt(sequence) }))
    messages.push(encode(ack, { recordNumbers }))
  }
  return messages
}

/** Numbers that are kept; the oldest are forgotten first, and their records sent again. */
const maxNumbers = 128
/** An ACK is filled up to so many numbers with those that were told before, since ACKs get lost too (RFC 9147 7.1). */
const fullAck = 32
/** Ms between ACKs that say nothing new. */
const minInterval = 250

interface Entry extends RecordNumber {
  /** The last message that the record has a part of. */
  readonly lastMessage: number
  told: boolean
}

/**
 * During the handshake an ACK covers what has come of the peer's flight, and is sent where something is missing or our
 * answer takes its time (RFC 9147 7.1). Afterwards records are acknowledged when their messages have been handled.
 * Either waits a little, so that what comes in one go is acknowledged in one go.
 */
export class AckSchedule {
  /** ACKs may be sent: the peer is known to speak DTLS 1.3 (RFC 9147 section 7). */
  allowed = false
  #complete = false
  #entries: Entry[] = []
  #due = false
  #deadline: number | undefined
  #lastSent = Number.NEGATIVE_INFINITY

  get deadline(): number | undefined {
    return this.allowed ? this.#deadline : undefined
  }

  add(epoch: number, sequence: number, lastMessage: number): void {
    // In the clear a record may come twice.
    if (this.#entries.some((known) => known.epoch === epoch && known.sequence === sequence)) return
    this.#entries.push({ epoch, sequence, lastMessage, told: false })
    if (this.#entries.length > maxNumbers) this.#entries.shift()
  }

  /** Something has come; the rest, or our answer, may follow at once, or may not. */
  later(now: number, timeout: number): void {
    this.#arm(now + timeout / 4)
  }

  /** Something is missing, or the peer repeats itself. */
  soon(now: number, timeout: number): void {
    const at = now + timeout / 40
    this.#arm(this.waiting ? at : Math.max(at, this.#lastSent + minInterval))
  }

  /** Something was not told yet, for instance because it could not be handled. */
  get waiting(): boolean {
    return this.#entries.some(({ told }) => !told)
  }

  #arm(at: number): void {
    if (this.#deadline === undefined || at < this.#deadline) this.#deadline = at
  }

  handleTimeout(now: number): void {
    if (this.#deadline === undefined || now < this.#deadline) return
    this.#deadline = undefined
    this.#due = this.allowed
  }

  /** The handshake is complete: what came of the peer's last flight is acknowledged at once. */
  complete(): void {
    this.#complete = true
    this.#deadline = undefined
    this.#due = this.#entries.length > 0
  }

  /**
   * What an ACK shall hold that is due now, of the records whose messages are all below `handled`: those that were not
   * told, and the newest of the others.
   */
  take(now: number, handled: number): readonly RecordNumber[] | undefined {
    if (!this.#due) return undefined
    this.#due = false
    const ready = this.#entries.filter(({ lastMessage }) => lastMessage < handled)
    const news = ready.filter(({ told }) => !told)
    // In the handshake an ACK without news, or of nothing, says that we wait.
    if (this.#complete && news.length === 0) return undefined
    this.#lastSent = now
    const known = ready.filter(({ told }) => told)
    for (const entry of news) entry.told = true
    const room = Math.max(0, fullAck - news.length)
    return [...known.slice(Math.max(0, known.length - room)), ...news]
  }

  /** The flight is answered: nothing of it needs an ACK any more. */
  clear(): void {
    this.#entries = []
    this.#due = false
    this.#deadline = undefined
  }
}
