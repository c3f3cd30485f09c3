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
