/** Ticket keys that change by themselves, so that one that leaks opens little. */
import type { Random, ServerTickets, TicketKey } from '@sanstls/core'

/** ms. */
const changeEvery = 3_600_000
/** Tickets live two hours by default, so that the key before the last may still be wanted. */
const kept = 3

export class TicketRing {
  readonly #random: Random
  #keys: readonly TicketKey[] = []
  #changed = 0
  #tickets: ServerTickets = { keys: { keys: [] } }

  constructor(random: Random) {
    this.#random = random
  }

  /** The keys at this monotonic time, ms: the same object until they change. */
  at(now: number): ServerTickets {
    if (this.#keys.length === 0 || now >= this.#changed + changeEvery) {
      const fresh = { name: this.#random(16), key: this.#random(32) }
      this.#keys = [fresh, ...this.#keys].slice(0, kept)
      this.#changed = now
      this.#tickets = { keys: { keys: this.#keys } }
    }
    return this.#tickets
  }
}
