/** The clock and timer that every runtime of JavaScript has. */
import type { Time } from '@sanstls/core'
import type { Clock } from '@sanstls/core/drive'

/** Longer than this, and `setTimeout` fires at once. */
const longestDelay = 2_147_483_647

/**
 * The clock of one connection.
 * @param schedule runs a callback soon. A runtime with something that runs after the microtasks (`setImmediate`) gives
 *   that: then a loop of awaited small writes shares records.
 */
export function createClock(schedule: (callback: () => void) => void = queueMicrotask): Clock {
  return new RuntimeClock(schedule)
}

class RuntimeClock implements Clock {
  readonly #schedule: (callback: () => void) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(schedule: (callback: () => void) => void) {
    this.#schedule = schedule
  }

  now(): Time {
    return { monotonic: performance.now(), unix: Date.now() }
  }

  setTimer(deadline: number | undefined, callback: () => void): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (deadline === undefined) return
    // Rounded up, because a timer that fires early has to be set again.
    const delay = Math.ceil(deadline - performance.now())
    this.#timer = setTimeout(callback, Math.min(Math.max(delay, 0), longestDelay))
  }

  schedule(callback: () => void): void {
    // Browsers and Workers refuse to run a global function as a method.
    const schedule = this.#schedule
    schedule(callback)
  }
}
