/** The flights under way, their timers, and what acknowledges them (RFC 9147 5.8). */
import { Fault } from '../../fault.js'
import type { RecordNumber } from './ack.js'
import type { WriteEpoch } from './epochs.js'
import { type Flight, keyOf } from './flight.js'

/** RFC 9147 5.8.2. */
const maxTimeout = 60_000
/** After so many repetitions in vain, which take eight minutes where the first time-out is a second. */
const maxRepetitions = 12
const maxRepeats = 20
/** Ms between two transmissions of a flight for a peer that says that it waits. */
const minAskedInterval = 20

export class Flights {
  readonly #initial: number
  #flights: Flight[] = []
  #timeout: number

  /** @param initial ms of the first time-out. */
  constructor(initial: number) {
    this.#initial = initial
    this.#timeout = initial
  }

  /** Ms that a flight waits before it is sent for the second time. */
  get timeout(): number {
    return this.#timeout
  }

  get empty(): boolean {
    return this.#flights.length === 0
  }

  get deadline(): number | undefined {
    let earliest: number | undefined
    for (const { deadline } of this.#flights)
      if (deadline !== undefined && (earliest === undefined || deadline < earliest))
        earliest = deadline
    return earliest
  }

  get due(): readonly Flight[] {
    return this.#flights.filter(({ due }) => due !== undefined)
  }

  /** The keys that may still be needed. */
  get epochs(): ReadonlySet<WriteEpoch> {
    const epochs = new Set<WriteEpoch>()
    for (const { messages } of this.#flights)
      for (const { epoch } of messages) if (epoch !== undefined) epochs.add(epoch)
    return epochs
  }

  /** A flight of the handshake takes the place of the one before, which its cause has acknowledged. */
  push(flight: Flight): void {
    if (!flight.standsAlone) this.#drop((other) => !other.standsAlone)
    this.#flights.push(flight)
  }

  /** The answer to our flight of the handshake has come (RFC 9147 7.1). */
  answered(now: number): void {
    for (const flight of this.#flights) if (!flight.standsAlone) this.#measure(flight, now)
    this.#drop((flight) => !flight.standsAlone)
  }

  heard(): void {
    for (const flight of this.#flights) flight.heard = true
  }

  acknowledge(numbers: readonly RecordNumber[], now: number): void {
    const keys = new Set(numbers.map(keyOf))
    for (const flight of this.#flights) {
      if (!flight.acknowledge(keys)) continue
      this.#measure(flight, now)
      // Progress: the timer begins anew.
      flight.expiries = 0
      flight.timeout = this.#timeout
      if (flight.deadline !== undefined) flight.deadline = now + flight.timeout
    }
    this.#drop((flight) => flight.complete)
    if (numbers.length === 0) this.asked(now)
  }

  /** The peer says that it waits for something of ours (RFC 9147 7.1). */
  asked(now: number): void {
    this.#repeat(this.#flights, now, minAskedInterval)
  }

  /** The peer has repeated its flight of the handshake, so it lacks our answer, or a part of it. */
  repeat(now: number): void {
    const answers = this.#flights.filter(({ standsAlone }) => !standsAlone)
    // It repeats datagram by datagram, and may have begun before our answer could reach it.
    this.#repeat(answers, now, this.#timeout / 2)
  }

  /** Not each datagram that asks for it brings a repetition about, nor can anyone go on asking without end. */
  #repeat(flights: readonly Flight[], now: number, interval: number): void {
    for (const flight of flights) {
      if (flight.transmissions === 0 || flight.repeats >= maxRepeats) continue
      if (now - flight.lastSent < interval) continue
      flight.repeats++
      flight.due = 'all'
    }
  }

  /** @throws {Fault} where the peer has not answered for long. */
  handleTimeout(now: number): void {
    for (const flight of this.#flights) {
      if (flight.deadline === undefined || flight.deadline > now) continue
      flight.expiries++
      flight.deadline = undefined
      if (flight.expiries > maxRepetitions) {
        // A peer that lives, though it acknowledges nothing, is not worth a connection.
        if (flight.heard) continue
        throw new Fault('timedOut', `${flight.transmissions} transmissions`)
      }
      flight.timeout = Math.min(flight.timeout * 2, Math.max(maxTimeout, this.#initial))
      flight.due = 'all'
    }
  }

  clear(): void {
    this.#flights = []
  }

  /**
   * The time-out of the next flight is 1.5 times the round trip (RFC 9147 5.8.2), and no less than configured. After a
   * repetition nobody knows which one was answered, only that the round trip is no shorter than since the last.
   */
  #measure({ transmissions, lastSent }: Flight, now: number): void {
    if (transmissions === 0) return
    const elapsed = now - lastSent
    const timeout = transmissions === 1 ? 1.5 * elapsed : Math.max(this.#timeout, 2 * elapsed)
    this.#timeout = Math.min(maxTimeout, Math.max(this.#initial, timeout))
  }

  #drop(which: (flight: Flight) => boolean): void {
    this.#flights = this.#flights.filter((flight) => !which(flight))
  }
}
