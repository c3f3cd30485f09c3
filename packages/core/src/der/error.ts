/** Bytes that are not DER, or not of the expected structure. Callers turn it into a fault. */
export class DerError extends Error {
  /** Where in the input the offending element or octet stands. */
  readonly offset: number
  /** What is wrong there, without the offset. */
  readonly reason: string

  constructor(offset: number, reason: string) {
    super(`${reason} (at offset ${offset})`)
    this.name = 'DerError'
    this.offset = offset
    this.reason = reason
  }
}
