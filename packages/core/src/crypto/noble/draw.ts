import type { Random } from '../provider.js'

/**
 * Takes `length` bytes from the source, as memory of our own that can be wiped.
 * @throws {TypeError} where the source gives another number of bytes: going on would weaken a key silently.
 */
export function draw(random: Random, length: number): Uint8Array<ArrayBuffer> {
  const drawn = random(length)
  if (drawn.length !== length) {
    throw new TypeError(`the random source gave ${drawn.length} bytes instead of ${length}`)
  }
  return Uint8Array.from(drawn)
}
