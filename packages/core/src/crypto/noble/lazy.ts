/** Makes a value when it is first asked for: curves cost milliseconds that an import should not. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

interface BasePoint {
  /** noble's switch of the width of a point's table, built at the next multiplication; 1 means none. */
  precompute(windowSize: number, isLazy?: boolean): unknown
}

/** After so many multiplications a table of the base point, which costs some 20 to 40 ms, is worth its price. */
const usesBeforeTable = 16
const tableWidth = 6

/** Decides when a base point gets its table. A client that makes one connection never pays for one. */
export class BaseTable {
  readonly #point: BasePoint
  #uses = 0

  constructor(point: BasePoint) {
    this.#point = point
    point.precompute(1)
  }

  /** To be called before each multiplication. */
  use(): void {
    this.#uses++
    if (this.#uses === usesBeforeTable) this.#point.precompute(tableWidth)
  }

  /** Builds the table now. */
  build(): void {
    this.#uses = usesBeforeTable
    this.#point.precompute(tableWidth, false)
  }
}
