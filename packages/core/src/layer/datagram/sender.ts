/** Everything that goes out: flights and their repetition, ACKs, alerts, data, packed into datagrams. */
import { Fault } from '../../fault.js'
import { handshakeBytes } from '../../wire/message.js'
import { contentType } from '../../wire/registry.js'
import type { FlightTiming } from '../layer.js'
import { type AckSchedule, type RecordNumber, writeAcks } from './ack.js'
import { Flight, type OutgoingMessage } from './flight.js'
import { Flights } from './flights.js'
import { Ranges } from './ranges.js'
import { DatagramWriter, type WriterOptions } from './writer.js'

export interface SenderOptions extends WriterOptions {
  readonly maxQueued: number
  /** Ms of the first retransmission time-out. */
  readonly firstTimeout: number
  readonly discarded: (reason: string) => void
}

/** RFC 9147 5.2: message_seq has 16 bits and does not wrap. */
const maxMessageSequence = 65_535

/** After so many time-outs without an answer, the datagrams may be too large (RFC 9147 4.4). */
const expiriesBeforeCaution = 3

export class DatagramSender {
  readonly flights: Flights
  readonly writer: DatagramWriter
  readonly #options: SenderOptions
  readonly #acks: AckSchedule
  readonly #handled: () => number
  #building: OutgoingMessage[] = []
  /** Flights that wait for keys (RFC 9147 section 8). */
  #postponed: OutgoingMessage[][] = []
  #messageSequence = 0

  /** @param handled the messages of the peer below which ACKs may be given. */
  constructor(options: SenderOptions, acks: AckSchedule, handled: () => number) {
    this.#options = options
    this.#acks = acks
    this.#handled = handled
    this.writer = new DatagramWriter(options)
    this.flights = new Flights(options.firstTimeout)
  }

  /**
   * A server that has forgotten goes on counting where it had stopped: the ClientHello tells where that was, and its
   * record number is one that no earlier reply had, as RFC 6347 4.2.1 has it.
   */
  follow(messageSequence: number, record: number): void {
    this.#messageSequence = Math.max(this.#messageSequence, messageSequence)
    this.writer.plain.skipTo(record)
  }

  handshake(type: number, body: Uint8Array): Uint8Array {
    const messageSequence = this.#messageSequence
    if (messageSequence > maxMessageSequence)
      throw new Fault('sequenceExhausted', 'message_seq has 16 bits (RFC 9147 5.2)')
    this.#messageSequence++
    const epoch = this.writer.keyPending ? undefined : this.writer.current
    this.#building.push({ type, body, messageSequence, acknowledged: new Ranges(), epoch })
    return handshakeBytes(type, body)
  }

  /** Ends a flight. True where it answers the peer's flight of the handshake. */
  flush(timing: FlightTiming): boolean {
    const messages = this.#building
    const [first] = messages
    if (first === undefined) return false
    this.#building = []
    if (first.epoch === undefined) {
      this.#postponed.push(messages)
      return false
    }
    const flight = new Flight(messages, timing === 'timed', this.flights.timeout)
    this.flights.push(flight)
    return !flight.standsAlone
  }

  acknowledged(numbers: readonly RecordNumber[], now: number): void {
    this.flights.acknowledge(numbers, now)
    // RFC 9147 section 8: the KeyUpdate and all before it are acknowledged, so the new keys may be used.
    if (this.flights.empty && this.writer.keyPending) {
      this.writer.activatePending()
      for (const messages of this.#postponed.splice(0)) {
        for (const message of messages) message.epoch = this.writer.current
        this.flights.push(new Flight(messages, true, this.flights.timeout))
      }
    }
    this.writer.prune(this.flights.epochs)
  }

  alert(level: number, description: number, now: number): void {
    this.emitDue(now)
    const { current } = this.writer
    this.writer.appendAlone(current, contentType.alert, Uint8Array.of(level, description))
  }

  /** Takes the bytes as one record, or nothing of them. */
  data(bytes: Uint8Array, now: number): number {
    const epoch = this.writer.dataEpoch
    if (epoch === undefined) throw new Fault('internalError', 'data is sent before its keys')
    if (bytes.length === 0) return 0
    if (bytes.length > this.writer.messageLimit) {
      // It was queued before the peer said how little it takes (RFC 8449).
      this.#options.discarded('queued data is longer than the record size limit')
      return bytes.length
    }
    const { pending } = this.writer
    if (pending > 0 && pending + bytes.length > this.#options.maxQueued) return 0
    if (epoch.sequence >= epoch.limit) return 0
    this.emitDue(now)
    this.writer.appendAlone(epoch, contentType.applicationData, bytes)
    return bytes.length
  }

  /** Packs what is due: ACKs first, so that the peer stops repeating itself. */
  emitDue(now: number): void {
    const numbers = this.#acks.take(now, this.#handled())
    if (numbers !== undefined) {
      const { current } = this.writer
      for (const ack of writeAcks(numbers, this.writer.roomOf(current)))
        this.writer.append(current, contentType.ack, ack)
    }
    for (const flight of this.flights.due) {
      const parts = flight.takeDue()
      if (parts.length === 0) continue
      const cautious = flight.expiries >= expiriesBeforeCaution
      flight.sent(this.writer.appendParts(parts, cautious), now)
    }
    this.writer.endDatagram()
  }

  /** With room left for the KeyUpdate, its repetitions, and data meanwhile. */
  get keyExhausted(): boolean {
    const epoch = this.writer.dataEpoch
    if (epoch?.level !== 'application' || this.writer.keyPending) return false
    return epoch.sequence >= epoch.limit * 0.75
  }

  restart(): void {
    this.flights.clear()
    this.#messageSequence = 0
  }

  close(): void {
    this.writer.close()
    this.flights.clear()
    this.#building = []
    this.#postponed = []
  }
}
