import { KeyError } from '../key.js'

/** How much work a file may ask for. Whoever wrote it chose the numbers. */
export interface PasswordLimits {
  /** Rounds of key derivation, those of all parts of a file together. Default 5,000,000. */
  readonly maxIterations: number
  /** Bytes that scrypt may take. Default 256 MiB. */
  readonly maxMemory: number
}

/** What is left of the limits while a file is read. */
export class WorkBudget {
  private readonly limits: PasswordLimits
  private left: number

  constructor({
    maxIterations = 5_000_000,
    maxMemory = 256 * 1024 * 1024,
  }: Partial<PasswordLimits>) {
    this.limits = { maxIterations, maxMemory }
    this.left = maxIterations
  }

  /**
   * Called before each derivation.
   * @throws {KeyError} limitExceeded
   */
  spend(iterations: number): void {
    this.left -= iterations
    if (this.left >= 0) return
    throw new KeyError(
      'limitExceeded',
      `The file asks for more than ${this.limits.maxIterations} iterations, which is maxIterations.`,
    )
  }

  /** @throws {KeyError} limitExceeded */
  checkMemory(bytes: number): void {
    if (bytes <= this.limits.maxMemory) return
    throw new KeyError(
      'limitExceeded',
      `The file asks for ${bytes} bytes of memory; maxMemory is ${this.limits.maxMemory}.`,
    )
  }
}
