/**
 * Where noble's curves take randomness from. They use it to blind scalars and inversions, never for the result, and
 * would ask the global crypto object for it. Here it comes from the connection's source, for the time of one call:
 * everything is synchronous, so no other call can be in progress.
 */
import type { Random } from '../provider.js'
import { draw } from './draw.js'

let current: Random | undefined

/** Runs `work` with `random` as noble's source. */
export function withRandom<T>(random: Random, work: () => T): T {
  const outer = current
  current = random
  try {
    return work()
  } finally {
    current = outer
  }
}

/** What signing curves are built with. */
export function blindingBytes(length = 32): Uint8Array<ArrayBuffer> {
  if (current === undefined) throw new Error('no source of randomness')
  return draw(current, length)
}

/**
 * What key exchange curves are built with: keys that live for one handshake are not blinded (it would cost half as
 * much again). noble probes its source once and does without if the source throws.
 */
export function noBlinding(): never {
  throw new Error('no blinding')
}

/** Zeros, for the time of building a signing curve, which probes its source. */
export const probed: Random = (length) => new Uint8Array(length)
