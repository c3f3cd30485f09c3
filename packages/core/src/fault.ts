/** What a failed connection reports, and what a wrong option throws. The type of fault codes derives from the table. */
import { type FaultClass, type FaultRow, faultTable } from './fault-table.js'
import { WireError } from './wire/reader.js'

export type { FaultClass }
export type FaultCode = keyof typeof faultTable

/** A fault: thrown inside the core, and carried by the `failed` output. Never thrown at a caller for bytes off the wire. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: FaultCode
  readonly class: FaultClass
  /** The alert that it makes us send, or that the peer sent; undefined where there is none. */
  readonly alert: number | undefined
  /** What was seen in this case. */
  readonly detail: string

  constructor(code: FaultCode, detail: string, options: { alert?: number; cause?: unknown } = {}) {
    const [faultClass, alertCode, sentence] = faultTable[code]
    super(
      `${sentence} (${detail})`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.code = code
    this.class = faultClass
    this.alert = options.alert ?? alertCode
    this.detail = detail
  }
}

/** The codes with their class, alert and sentence, for documentation and tests. */
export const faults: Readonly<Record<FaultCode, FaultRow>> = faultTable

/** Turns whatever was thrown while the peer's bytes were handled into a fault: the one place where that is decided. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  // A decision's answer was a wrong configuration.
  if (thrown instanceof OptionError)
    return new Fault('policyFailed', thrown.message, { cause: thrown })
  if (thrown instanceof WireError)
    return new Fault('malformedMessage', thrown.message, { cause: thrown })
  return new Fault('internalError', thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  })
}

/** A wrong option: names the option, its value and the remedy. Thrown at construction only. */
export class OptionError extends TypeError {
  override readonly name = 'OptionError'
  readonly option: string

  constructor(option: string, value: unknown, remedy: string) {
    super(`${option}: ${describe(value)} is not valid here. ${remedy}`)
    this.option = option
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value))
    return `[${value.slice(0, 4).map(describe).join(', ')}${value.length > 4 ? ', …' : ''}]`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}
