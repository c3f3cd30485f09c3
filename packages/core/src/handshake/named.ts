/** How a connection tells what was negotiated: without the code behind it. */

export interface Named {
  readonly id: number
  readonly name: string
}

const known = new WeakMap<Named, Named>()

/** The number and name of a suite, a group, a scheme or a version: one object for all connections. */
export function named(entry: Named): Named
export function named(entry: Named | undefined): Named | undefined
export function named(entry: Named | undefined): Named | undefined {
  if (entry === undefined) return undefined
  let plain = known.get(entry)
  if (plain === undefined) {
    plain = Object.freeze({ id: entry.id, name: entry.name })
    known.set(entry, plain)
  }
  return plain
}
