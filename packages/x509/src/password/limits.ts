import { KeyError } from '../key.js'

/** How much work a file may ask for. Whoever wrote it chose the numbers. */
export interface PasswordLimits {
  /** Rounds of a key derivation. Default 5,000,000. */
  readonly maxIterations: number
  /** Bytes that scrypt may take. Default 256 MiB. */
  readonly maxMemory: number
}

export const defaultLimits: PasswordLimits = {
  maxIterations: 5_000_000,
  maxMemory: 256 * 1024 * 1024,
}

/** @throws {KeyError} limitExceeded */
export function checkIterations(iterations: number, { maxIterations }: PasswordLimits): void {
  if (iterations <= maxIterations) return
  throw new KeyError(
    'limitExceeded',
    `The file asks for ${iterations} iterations; maxIterations is ${maxIterations}.`,
  )
}

/** @throws {KeyError} limitExceeded */
export function checkMemory(bytes: number, { maxMemory }: PasswordLimits): void {
  if (bytes <= maxMemory) return
  throw new KeyError(
    'limitExceeded',
    `The file asks for ${bytes} bytes of memory; maxMemory is ${maxMemory}.`,
  )
}
