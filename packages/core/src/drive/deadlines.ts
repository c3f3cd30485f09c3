/** Several deadlines on one timer. All are monotonic ms. */
import type { Clock } from './transport.js'

/** Whose deadlines they are. */
export interface Waiting {
  /** The earliest may have come. */
  handleTimer(): void
}

export class Deadlines {
  /** When the connection wants `handleTimeout`. */
  connection: number | undefined
  /** When the handshake has taken too long. */
  handshake: number | undefined
  /** When waiting for the peer's end is over. */
  end: number | undefined
  readonly #clock: Clock
  readonly #waiting: Waiting
  #set: number | undefined

  constructor(clock: Clock, waiting: Waiting) {
    this.#clock = clock
    this.#waiting = waiting
  }

  /** Sets the timer to the earliest, where that has changed. */
  update(): void {
    const earliest = least(least(this.connection, this.handshake), this.end)
    if (earliest === this.#set) return
    this.#set = earliest
    // Made anew each time, since few are set, and an idle connection has none.
    this.#clock.setTimer(earliest, () => this.#onTimer())
  }

  clear(): void {
    this.connection = this.handshake = this.end = undefined
    this.update()
  }

  /** Runtimes' timers may fire early, so being called is no proof. */
  isDue(which: 'connection' | 'handshake' | 'end'): boolean {
    const deadline = this[which]
    return deadline !== undefined && this.#clock.now().monotonic >= deadline
  }

  #onTimer(): void {
    this.#set = undefined
    this.#waiting.handleTimer()
  }
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined) return b
  return b === undefined ? a : Math.min(a, b)
}
