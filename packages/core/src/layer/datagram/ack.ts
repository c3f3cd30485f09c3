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
/** Ms between ACKs that say nothing new. */
const minInterval = 250
const maxRepeats = 10
const maxDelay = 60_000

interface Entry extends RecordNumber {
  /** The last message that the record has a part of. */
  readonly lastMessage: number
}

/**
 * During the handshake an ACK covers what has come of the peer's flight, and is sent where something is missing or our
 * answer takes its time (RFC 9147 7.1). Afterwards each record is acknowledged once, when its messages have been handled.
 * Either waits a little, so that what comes in one go is acknowledged in one go.
 */
export class AckSchedule {
  /** ACKs may be sent: the peer is known to speak DTLS 1.3 (RFC 9147 section 7). */
  allowed = false
  #complete = false
  #entries: Entry[] = []
  #ready: readonly RecordNumber[] | undefined
  #deadline: number | undefined
  #repeats = 0
  #lastSent = Number.NEGATIVE_INFINITY
  /** Something came that no ACK has told. */
  #news = false

  get deadline(): number | undefined {
    return this.allowed ? this.#deadline : undefined
  }

  /** Records are there that were not acknowledged. */
  get waiting(): boolean {
    return this.#entries.length > 0
  }

  add(epoch: number, sequence: number, lastMessage: number): void {
    if (this.#entries.some((known) => known.epoch === epoch && known.sequence === sequence)) return
    this.#entries.push({ epoch, sequence, lastMessage })
    if (this.#entries.length > maxNumbers) this.#entries.shift()
    this.#news = true
  }

  /** A part of the peer's flight has come: the rest may follow at once, or may not. */
  later(now: number, timeout: number): void {
    this.#arm(now + timeout / 4)
  }

  /** Something is missing, or the peer repeats itself. */
  soon(now: number, timeout: number): void {
    const at = now + timeout / 40
    this.#arm(this.#news ? at : Math.max(at, this.#lastSent + minInterval))
  }

  #arm(at: number): void {
    this.#repeats = 0
    if (this.#deadline === undefined || at < this.#deadline) this.#deadline = at
  }

  /** What an ACK shall hold that is due now. */
  take(now: number): readonly RecordNumber[] | undefined {
    const ready = this.#ready
    if (ready === undefined) return undefined
    this.#ready = undefined
    this.#lastSent = now
    return ready
  }

  /**
   * @param waiting for the peer, and not for an answer of our own: then the ACK is repeated.
   * @param handled the messages below this one.
   */
  handleTimeout(now: number, timeout: number, waiting: boolean, handled: number): void {
    if (this.#deadline === undefined || now < this.#deadline) return
    this.#deadline = undefined
    if (this.#complete) {
      this.#release(handled)
      return
    }
    this.#repeats++
    if (waiting && this.#repeats < maxRepeats)
      this.#deadline = now + Math.min(timeout * 2 ** (this.#repeats - 1), maxDelay)
    if (!this.allowed) return
    this.#ready = this.#entries
    this.#news = false
  }

  /** Acknowledges records whose messages are all below `handled`, and forgets them. */
  #release(handled: number): void {
    const ready = this.#entries.filter(({ lastMessage }) => lastMessage < handled)
    this.#entries = this.#entries.filter(({ lastMessage }) => lastMessage >= handled)
    if (ready.length > 0) this.#ready = ready
    this.#news = false
  }

  /** The handshake is complete: what came of the peer's last flight is acknowledged at once. */
  complete(): void {
    this.#complete = true
    this.#deadline = undefined
    this.#release(Number.POSITIVE_INFINITY)
  }

  /** The flight is answered: nothing of it needs an ACK any more. */
  clear(): void {
    this.#entries = []
    this.#ready = undefined
    this.#deadline = undefined
    this.#repeats = 0
    this.#news = false
  }
}
