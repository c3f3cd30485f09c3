/** Reading Wycheproof's files. */
import { bytes, check, type Subject } from './support.js'

type Fields = Readonly<Record<string, unknown>>

/** A test group or a test: what its fields are called depends on the file. */
export class Vector {
  readonly #fields: Fields

  constructor(fields: unknown) {
    check(typeof fields === 'object' && fields !== null, 'no object where one was expected')
    this.#fields = fields as Fields
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined
  }

  text(name: string): string {
    const value = this.#fields[name]
    check(typeof value === 'string', `${name} is no string`)
    return value
  }

  number(name: string): number {
    const value = this.#fields[name]
    check(typeof value === 'number', `${name} is no number`)
    return value
  }

  bytes(name: string): Uint8Array {
    return bytes(this.text(name))
  }

  list(name: string): readonly unknown[] {
    const value = this.#fields[name]
    check(Array.isArray(value), `${name} is no list`)
    return value
  }

  get tests(): Vector[] {
    return this.list('tests').map((test) => new Vector(test))
  }

  flagged(flag: string): boolean {
    return this.#fields.flags !== undefined && this.list('flags').includes(flag)
  }

  get result(): string {
    return this.text('result')
  }

  get label(): string {
    return `test ${this.number('tcId')} (${this.#fields.comment ?? ''})`
  }
}

/** The groups of a file. */
export function load({ load: loader }: Subject, file: string): Vector[] {
  const content = loader?.(file)
  check(content !== undefined, `${file} is missing`)
  return new Vector(content).list('testGroups').map((group) => new Vector(group))
}

/** Runs `test` with each vector that `stride` lets through, and counts those it had something to say about. */
export function each(
  groups: readonly Vector[],
  stride: number,
  test: (vector: Vector, group: Vector) => boolean,
): number {
  let index = 0
  let count = 0
  for (const group of groups) {
    for (const vector of group.tests) {
      if (index++ % stride !== 0) continue
      if (test(vector, group)) count++
    }
  }
  return count
}

/** Compares the outcome with the vector's result. */
export function judge(vector: Vector, accepted: boolean, acceptable = false): void {
  const { result } = vector
  const wanted = result === 'valid' || (result === 'acceptable' && acceptable)
  check(
    accepted === wanted,
    `${vector.label} is ${result}, and was ${accepted ? 'accepted' : 'refused'}`,
  )
}
