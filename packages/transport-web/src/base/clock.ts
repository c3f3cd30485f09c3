/** The clock and timer that every runtime of JavaScript has. */
import type { Clock } from '@sanstls/core/drive'

/** Longer than this, and `setTimeout` fires at once. */
const longestDelay = 2_147_483_647

/**
 * The clock of one connection.
 * @param schedule runs a callback soon. A runtime with something that runs after the microtasks (`setImmediate`) gives
 *   that: then a loop of awaited small writes shares records.
 */
export function createClock(schedule: (callback: () => void) => void = queueMicrotask): Clock {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    now: () => ({ monotonic: performance.now(), unix: Date.now() }),
    setTimer(deadline, callback) {
      clearTimeout(timer)
      timer = undefined
      if (deadline === undefined) return
      // Rounded up, because a timer that fires early has to be set again.
      const delay = Math.ceil(deadline - performance.now())
      timer = setTimeout(callback, Math.min(Math.max(delay, 0), longestDelay))
    },
    // Browsers and Workers refuse to run a global function as a method.
    schedule: (callback) => schedule(callback),
  }
}
