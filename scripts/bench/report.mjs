/** Prints what was measured, keeps it for `--json`, and holds it against the targets. */
import { median, ratio } from './measure.mjs'
import { misses, targets, tolerance } from './targets.mjs'

export class Report {
  rows = []

  /**
   * A row: the figures of some peers, by name, each an array with one value a round.
   * @param reference the peer that the others are related to; without one, medians stand alone.
   */
  add({ title, unit, results, reference, facts, notes = {} }) {
    const row = { title, unit, reference, facts, peers: [] }
    console.log(`\n${title} (${unit}${reference === undefined ? '' : `; ratio to ${reference}`})`)
    if (facts !== undefined) console.log(`  ${describe(facts)}`)
    for (const [name, values] of results) {
      const middle = median(values)
      const relative = reference === undefined ? undefined : ratio(results, name, reference)
      const note = notes[name] === undefined ? '' : `  (${notes[name]})`
      console.log(
        `  ${name.padEnd(26)} ${figure(middle)}  ${(relative?.toFixed(2) ?? '').padStart(7)}${note}`,
      )
      row.peers.push({ name, median: middle, ratio: relative, values })
    }
    this.rows.push({ ...row, values: results })
  }

  /** One line for each target that was measured. */
  verdicts() {
    const verdicts = []
    for (const target of targets) {
      const row = this.rows.find(({ title }) => title === target.row)
      if (row === undefined) continue
      const { peer, reference } = target
      const value =
        reference === undefined ? median(row.values.get(peer)) : ratio(row.values, peer, reference)
      verdicts.push({ ...target, value, missed: misses(target, value, target.owed, tolerance) })
    }
    return verdicts
  }

  summary() {
    const verdicts = this.verdicts()
    if (verdicts.length === 0) return
    console.log(`\n${'beside what is owed'.padEnd(76)}   ratio    owed     aim`)
    for (const verdict of verdicts) {
      const { row, peer, reference, value, owed, aim } = verdict
      const what = `${row}: ${peer}${reference === undefined ? '' : ` / ${reference}`}`
      const numbers = [value, owed, aim].map((number) => number.toFixed(2).padStart(7)).join(' ')
      console.log(`${what.padEnd(76)} ${numbers}  ${judge(verdict)}`)
    }
  }

  /** What `--check` complains of. `everything`: rows that are missing count as missed. */
  complaints(everything) {
    const complaints = this.verdicts()
      .filter(({ missed }) => missed)
      .map(
        ({ row, peer, value, owed }) => `${row}: ${peer} has ${value.toFixed(2)}, ${owed} is owed`,
      )
    if (!everything) return complaints
    const measured = new Set(this.rows.map(({ title }) => title))
    const missing = targets.filter(({ row }) => !measured.has(row))
    return [...complaints, ...missing.map(({ row }) => `${row}: was not measured`)]
  }
}

function judge(verdict) {
  if (!misses(verdict, verdict.value, verdict.aim)) return 'aim reached'
  if (!misses(verdict, verdict.value, verdict.owed)) return 'ok'
  return verdict.missed ? 'MISSED' : 'just missed'
}

function describe({ version, suite, group, chain, tickets, resumed }) {
  const kind = resumed ? 'resumed' : `chain of ${chain}`
  return `${version}, ${suite}, ${group}, ${kind}, ${tickets} tickets`
}

function figure(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return value.toFixed(digits).padStart(10)
}
