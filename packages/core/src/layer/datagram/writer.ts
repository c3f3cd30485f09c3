/** Outgoing datagrams: records packed up to the MTU (RFC 9147 4.3), each datagram in memory of its own. */
import { concat } from '../../bytes.js'
import { Fault } from '../../fault.js'
import { contentType } from '../../wire/registry.js'
import type { Level, TrafficKeys } from '../layer.js'
import { WriteEpoch } from './epochs.js'
import type { OutgoingMessage, Part, SentRecord } from './flight.js'
import { fragmentHeaderLength, writeFragment } from './fragment.js'
import { maxPlaintext } from './record.js'

/** A message is not cut into pieces smaller than this, but begins in the next datagram. */
const minFragment = 32
/** What every IPv4 host takes, less the headers of IP and UDP. */
const cautiousMtu = 548
/** RFC 9147 section 8: an epoch never wraps, and senders stop here. */
const maxEpoch = 2 ** 48 - 1

export interface WriterOptions {
  readonly mtu: number
  readonly recordPadding: ((length: number) => number) | undefined
}

/** Handshake fragments that will share a record. */
interface OpenRecord {
  readonly epoch: WriteEpoch
  readonly fragments: Uint8Array[]
  readonly parts: Part[]
  length: number
}

export class DatagramWriter {
  readonly #options: WriterOptions
  /** Epoch 0, whose numbers go on even where a handshake begins anew. */
  readonly #plain = new WriteEpoch(0, 'initial')
  #current = this.#plain
  #early: WriteEpoch | undefined
  /** Keys for after the peer has acknowledged our KeyUpdate. */
  #pending: WriteEpoch | undefined
  /** Left behind, and needed as long as a flight that uses them may have to be repeated. */
  #former: WriteEpoch[] = []
  #limit = maxPlaintext
  #mtu: number
  #datagram = new Uint8Array(0)
  #length = 0
  #open: OpenRecord | undefined
  #queue: Uint8Array[] = []
  #queued = 0

  constructor(options: WriterOptions) {
    this.#options = options
    this.#mtu = options.mtu
  }

  /** The keys for everything but early data: the highest that may be used. */
  get current(): WriteEpoch {
    return this.#current
  }

  get plain(): WriteEpoch {
    return this.#plain
  }

  get keyPending(): boolean {
    return this.#pending !== undefined
  }

  /** The keys for application data. */
  get dataEpoch(): WriteEpoch | undefined {
    return this.#current.level === 'application' ? this.#current : this.#early
  }

  install(level: Level, keys: TrafficKeys): void {
    if (level === 'earlyData') {
      this.#early = new WriteEpoch(1, level, keys)
      return
    }
    if (this.#current.level === 'application') {
      // RFC 9147 section 8: new keys are not used before the KeyUpdate is acknowledged.
      const epoch = this.#current.epoch + 1
      if (epoch > maxEpoch) throw new Fault('sequenceExhausted', 'the epochs are used up')
      this.#pending = new WriteEpoch(epoch, level, keys)
      return
    }
    this.#replace(new WriteEpoch(level === 'handshake' ? 2 : 3, level, keys))
    if (level === 'application') this.uninstallEarly()
  }

  uninstallEarly(): void {
    this.#early?.wipe()
    this.#early = undefined
  }

  activatePending(): void {
    if (this.#pending === undefined) return
    this.#replace(this.#pending)
    this.#pending = undefined
  }

  #replace(next: WriteEpoch): void {
    if (this.#current !== this.#plain) this.#former.push(this.#current)
    this.#current = next
  }

  /** Wipes former keys that no flight needs. */
  prune(needed: ReadonlySet<WriteEpoch>): void {
    for (const epoch of this.#former) if (!needed.has(epoch)) epoch.wipe()
    this.#former = this.#former.filter((epoch) => needed.has(epoch))
  }

  setLimit(bytes: number): void {
    this.#limit = Math.min(bytes, maxPlaintext)
  }

  /** Most bytes of application data that fit into a datagram. */
  get messageLimit(): number {
    // Before there are keys: every cipher has a tag of 16 bytes at most.
    const overhead = this.dataEpoch?.overhead ?? 22
    return Math.min(this.#limit, this.#options.mtu - overhead)
  }

  /** Bytes of datagrams that wait. */
  get pending(): number {
    return this.#queued + this.#length
  }

  /** Most bytes of content of a record that has a datagram to itself. */
  roomOf(epoch: WriteEpoch): number {
    return Math.min(this.#limit, this.#options.mtu - epoch.overhead)
  }

  /** Adds a record to the datagram under way, or begins another. */
  append(epoch: WriteEpoch, type: number, content: Uint8Array): number {
    this.#sealOpen()
    return this.#put(epoch, type, content)
  }

  /** Gives a record a datagram of its own. */
  appendAlone(epoch: WriteEpoch, type: number, content: Uint8Array): void {
    this.endDatagram()
    this.#put(epoch, type, content)
    this.endDatagram()
  }

  /**
   * Fragments messages, packs the fragments, and says which record took what.
   * @param cautious where larger datagrams may have been lost for their size (RFC 9147 4.4).
   */
  appendParts(parts: readonly Part[], cautious: boolean): readonly SentRecord[] {
    const sent: SentRecord[] = []
    if (cautious) {
      this.endDatagram()
      this.#mtu = Math.min(this.#options.mtu, cautiousMtu)
    }
    for (const { message, range } of parts) this.#appendPart(message, range[0], range[1], sent)
    this.#sealOpen(sent)
    if (cautious) this.endDatagram()
    this.#mtu = this.#options.mtu
    return sent
  }

  #appendPart(message: OutgoingMessage, from: number, to: number, sent: SentRecord[]): void {
    const { epoch } = message
    if (epoch === undefined) throw new Fault('internalError', 'a message is sent before its keys')
    if (this.#open !== undefined && this.#open.epoch !== epoch) this.#sealOpen(sent)
    let start = from
    while (start < to) {
      const room = this.#roomIn(epoch) - fragmentHeaderLength
      if (room < Math.min(to - start, minFragment)) {
        // Another record first, where only the record was full; then another datagram.
        if (this.#open !== undefined) this.#sealOpen(sent)
        else if (this.#length > 0) this.endDatagram()
        else throw new Fault('internalError', `no room for a fragment in ${room} bytes`)
        continue
      }
      const end = Math.min(to, start + room)
      this.#addFragment(epoch, message, start, end)
      start = end
    }
  }

  #addFragment(epoch: WriteEpoch, message: OutgoingMessage, start: number, end: number): void {
    const { type, body, messageSequence } = message
    const fragment = writeFragment({
      type,
      length: body.length,
      messageSequence,
      offset: start,
      data: body.subarray(start, end),
    })
    this.#open ??= { epoch, fragments: [], parts: [], length: 0 }
    this.#open.fragments.push(fragment)
    this.#open.parts.push({ message, range: [start, end] })
    this.#open.length += fragment.length
  }

  /** Bytes that the record under way can still take, or that a new one could. */
  #roomIn(epoch: WriteEpoch): number {
    const room = Math.min(this.#limit, this.#mtu - this.#length - epoch.overhead)
    return room - (this.#open?.length ?? 0)
  }

  #sealOpen(sent?: SentRecord[]): void {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    const sequence = this.#put(open.epoch, contentType.handshake, concat(...open.fragments))
    sent?.push({ epoch: open.epoch.epoch, sequence, parts: open.parts })
  }

  #put(epoch: WriteEpoch, type: number, content: Uint8Array): number {
    const mtu = this.#mtu
    if (this.#length + epoch.sealedLength(content.length, 0) > mtu) this.endDatagram()
    if (this.#length === 0) this.#datagram = new Uint8Array(mtu)
    const room = mtu - this.#length - epoch.sealedLength(content.length, 0)
    const padding = this.#padding(type, content.length, room)
    const { sequence, length } = epoch.seal(type, content, padding, this.#datagram, this.#length)
    this.#length += length
    return sequence
  }

  #padding(type: number, length: number, room: number): number {
    const policy = this.#options.recordPadding
    const isPadded = type === contentType.handshake || type === contentType.applicationData
    if (policy === undefined || !isPadded) return 0
    return Math.max(0, Math.min(Math.floor(policy(length)), this.#limit - length, room))
  }

  endDatagram(): void {
    if (this.#length === 0) return
    const datagram = this.#datagram.subarray(0, this.#length)
    this.#queue.push(datagram)
    this.#queued += datagram.length
    this.#length = 0
  }

  /** The next datagram. */
  take(): Uint8Array | undefined {
    const datagram = this.#queue.shift()
    this.#queued -= datagram?.length ?? 0
    return datagram
  }

  close(): void {
    for (const epoch of [this.#current, this.#early, this.#pending, ...this.#former]) epoch?.wipe()
    this.#former = []
    this.#queue = []
    this.#queued = 0
    this.#length = 0
    this.#open = undefined
  }
}
