/**
 * The time as the caller knows it. The core reads no clock: whoever drives a connection passes this with each call.
 *
 * Both are milliseconds. `monotonic` never steps and counts from any origin; deadlines use only this one. `unix` counts
 * from 1970-01-01T00:00:00Z; certificates, tickets and anti-replay windows use only this one.
 */
export interface Time {
  readonly monotonic: number
  readonly unix: number
}
