/** Which bytes of a message are there: disjoint ranges, in order, none touching the next. */

export type Range = readonly [start: number, end: number]

export class Ranges {
  #list: Range[] = []

  add(start: number, end: number): void {
    let [from, to] = [start, end]
    const apart: Range[] = []
    for (const range of this.#list) {
      if (range[1] < from || range[0] > to) apart.push(range)
      else {
        from = Math.min(from, range[0])
        to = Math.max(to, range[1])
      }
    }
    apart.push([from, to])
    this.#list = apart.sort((a, b) => a[0] - b[0])
  }

  /** What of start..end is not there. */
  missing(start: number, end: number): readonly Range[] {
    const gaps: Range[] = []
    let at = start
    for (const [from, to] of this.#list) {
      if (to <= at) continue
      if (from >= end) break
      if (from > at) gaps.push([at, from])
      at = to
    }
    if (at < end) gaps.push([at, end])
    return gaps
  }
}
