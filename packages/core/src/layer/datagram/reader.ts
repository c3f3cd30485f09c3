/** Incoming datagrams: their records are opened one after the other, and what does not open is dropped and counted. */
import { copyBytes } from '../../bytes.js'
import { Fault } from '../../fault.js'
import { contentType } from '../../wire/registry.js'
import type { Level, TrafficKeys } from '../layer.js'
import { type Opened, ReadEpoch } from './epochs.js'
import { maxPlaintext, type PlaintextRecord, type ProtectedRecord, parseRecord } from './record.js'

/** Records kept until their keys are there: enough for a flight that overtakes the message that begins it. */
const maxHeld = 64
/** Ms that old keys are kept for records that come late: twice the maximum segment lifetime (RFC 9147 5.8.1). */
const retirement = 240_000

export interface ReaderOptions {
  readonly role: 'client' | 'server'
  readonly maxBuffered: number
  /** Something was dropped. */
  readonly discarded: (reason: string) => void
}

export type Read =
  | { readonly kind: 'record'; readonly record: Opened }
  /** A record came whose keys are not there yet. */
  | { readonly kind: 'held' }

interface Waiting {
  bytes: Uint8Array
  offset: number
  lent: boolean
}

export class DatagramReader {
  readonly #options: ReaderOptions
  #queue: Waiting[] = []
  #queued = 0
  #overflows = 0
  #held: { readonly epochBits: number; readonly bytes: Uint8Array }[] = []
  #heldBytes = 0
  /** The newest first. */
  #epochs: ReadEpoch[] = []
  /** The epoch in which new handshake messages come. */
  #epoch = 0
  /** Records of later epochs are kept until their keys come. */
  #holding: boolean
  #earlyDataRefused = false
  #limit = maxPlaintext

  constructor(options: ReaderOptions) {
    this.#options = options
    // Before a ClientHello has come, a server keeps nothing for anybody.
    this.#holding = options.role === 'client'
  }

  /** The epoch of the peer's handshake messages. */
  get epoch(): number {
    return this.#epoch
  }

  get pending(): boolean {
    return this.#queue.length > 0
  }

  get worn(): boolean {
    return this.#epochs[0]?.worn ?? false
  }

  /** Lends a datagram until `keep`; drops it where too many wait. */
  receive(bytes: Uint8Array): void {
    if (bytes.length > this.#options.maxBuffered - this.#queued) {
      this.#overflows++
      return
    }
    this.#queue.push({ bytes, offset: 0, lent: true })
    this.#queued += bytes.length
  }

  keep(): void {
    for (const waiting of this.#queue) {
      if (!waiting.lent) continue
      this.#queued -= waiting.offset
      waiting.bytes = copyBytes(waiting.bytes, waiting.offset)
      waiting.offset = 0
      waiting.lent = false
    }
  }

  /** The next record that is worth looking at. @throws {Fault} */
  next(now: number): Read | undefined {
    for (; this.#overflows > 0; this.#overflows--) this.#discard('too many datagrams wait')
    for (;;) {
      const [first] = this.#queue
      if (first === undefined) return undefined
      const read = this.#nextIn(first, now)
      if (first.offset >= first.bytes.length && this.#queue[0] === first) {
        this.#queue.shift()
        this.#queued -= first.bytes.length
      }
      if (read !== undefined) return read
    }
  }

  #nextIn(waiting: Waiting, now: number): Read | undefined {
    const parsed = parseRecord(waiting.bytes, waiting.offset)
    if (parsed.kind === 'invalid') {
      waiting.offset = waiting.bytes.length
      return this.#discard(parsed.reason)
    }
    const start = waiting.offset
    waiting.offset = parsed.end
    if (parsed.kind === 'plaintext') return this.#plaintext(parsed)
    const epoch = this.#epochs.find(
      (known) => (known.epoch & 3) === parsed.epochBits && known.retires > now,
    )
    if (epoch !== undefined) return this.#protected(epoch, parsed, now)
    if (!this.#mayHold(parsed.epochBits)) return this.#discard('no keys for its epoch')
    return this.#hold(parsed.epochBits, copyBytes(waiting.bytes, start, parsed.end))
  }

  #plaintext({ type, epoch, sequence, fragment }: PlaintextRecord): Read | undefined {
    // RFC 9147 4.1: nothing else is ever in the clear; above all, no application data.
    const known =
      type === contentType.handshake || type === contentType.alert || type === contentType.ack
    if (!known || epoch !== 0) return this.#discard(`content type ${type} in the clear`)
    if (fragment.length === 0 || fragment.length > maxPlaintext)
      return this.#discard(`${fragment.length} bytes in the clear`)
    // There is no replay window in epoch 0: anyone could move it. Handshake messages have numbers of their own.
    return {
      kind: 'record',
      record: { epoch: 0, sequence, level: 'initial', type, content: fragment },
    }
  }

  #protected(epoch: ReadEpoch, parsed: ProtectedRecord, now: number): Read | undefined {
    const record = epoch.open(parsed)
    if (record === 'forged') {
      this.#discard('a record does not authenticate')
      if (epoch.exhausted) this.#giveUp(epoch)
      return undefined
    }
    if (record === 'replayed') return this.#discard('a record came twice')
    if (record.type === 0) return this.#discard('a record is all padding')
    if (record.content.length > this.#limit)
      throw new Fault('recordOverflow', `${record.content.length} bytes, not ${this.#limit}`)
    this.#retireOlder(epoch, now)
    return { kind: 'record', record }
  }

  /** RFC 9147 4.5.3: keys that are not needed any more are dropped; otherwise the connection ends. */
  #giveUp(epoch: ReadEpoch): void {
    if (epoch === this.#epochs[0]) throw new Fault('tooManyForgeries', `in epoch ${epoch.epoch}`)
    this.#remove((other) => other === epoch)
  }

  /** RFC 9147 section 8: the keys before a KeyUpdate are kept until the new ones are seen in use, and a while more. */
  #retireOlder({ epoch }: ReadEpoch, now: number): void {
    for (const older of this.#epochs)
      if (older.epoch < epoch && older.retires === Number.POSITIVE_INFINITY)
        older.retires = now + retirement
  }

  #mayHold(epochBits: number): boolean {
    if (!this.#holding || epochBits === 0) return false
    if (epochBits === 1) return this.#options.role === 'server' && !this.#earlyDataRefused
    return epochBits > this.#epoch
  }

  #hold(epochBits: number, bytes: Uint8Array): Read | undefined {
    if (this.#held.length >= maxHeld || this.#heldBytes + bytes.length > this.#options.maxBuffered)
      return this.#discard('too many records wait for their keys')
    this.#held.push({ epochBits, bytes })
    this.#heldBytes += bytes.length
    return { kind: 'held' }
  }

  /** The first message has come: from now on records are kept that come before their keys. */
  begin(): void {
    this.#holding = true
  }

  refuseEarlyData(): void {
    this.#earlyDataRefused = true
    this.#dropHeld(({ epochBits }) => epochBits === 1)
  }

  setLimit(bytes: number): void {
    this.#limit = bytes
  }

  install(level: Level, keys: TrafficKeys, now: number): void {
    const number = this.#epochOf(level)
    // Four epochs on, the two bits in the header mean the new one.
    this.#remove((older) => (older.epoch & 3) === (number & 3) || older.retires <= now)
    this.#epochs.push(new ReadEpoch(number, level, keys))
    this.#epochs.sort((a, b) => b.epoch - a.epoch)
    if (level !== 'earlyData') this.#epoch = number
    const ready = this.#held.filter(({ epochBits }) => epochBits === (number & 3))
    this.#dropHeld(({ epochBits }) => epochBits === (number & 3))
    this.#queue.unshift(...ready.map(({ bytes }) => ({ bytes, offset: 0, lent: false })))
    for (const { bytes } of ready) this.#queued += bytes.length
  }

  #epochOf(level: Level): number {
    if (level === 'earlyData') return 1
    if (level === 'handshake') return 2
    return Math.max(3, this.#epoch + 1)
  }

  /** The handshake is complete. Early data that comes now is too late (RFC 9147 5.6). */
  complete(): void {
    this.#remove(({ level }) => level === 'earlyData')
    this.#holding = false
    this.#dropHeld(() => true)
  }

  /** Back to before the first message; datagrams that wait are kept. */
  restart(): void {
    this.#holding = this.#options.role === 'client'
    this.#earlyDataRefused = false
    this.#dropHeld(() => true)
  }

  close(): void {
    this.#remove(() => true)
    this.#dropHeld(() => true)
    this.#queue = []
    this.#queued = 0
  }

  #remove(which: (epoch: ReadEpoch) => boolean): void {
    for (const epoch of this.#epochs) if (which(epoch)) epoch.wipe()
    this.#epochs = this.#epochs.filter((epoch) => !which(epoch))
  }

  #dropHeld(which: (held: { readonly epochBits: number }) => boolean): void {
    this.#held = this.#held.filter((held) => !which(held))
    this.#heldBytes = this.#held.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  #discard(reason: string): undefined {
    this.#options.discarded(reason)
    return undefined
  }
}
