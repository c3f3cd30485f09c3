/**
 * Puts values where they are read, instead of into a local first: a local costs four bytes, or two with `local.tee`. Works
 * on lines of the text format as `emit.mjs` makes them: one statement each, operands in the order of evaluation.
 */
const assignment = /^\(local\.set (\$local\d+) (.*)\)$/
const locals = /\$local\d+/g
const assigned = /(?<=local\.(set|tee) )\$local\d+/g
/** Lines that begin or end blocks, or leave them. */
const isBorder = (line) => /^(\)|\((block|loop|if|br|return))/.test(line)
const isLoad = (value) => value.includes('load')
const mayWrite = (line) => /store|call|memory/.test(line)
const occurrences = (lines, part) =>
  lines.reduce((sum, line) => sum + line.split(part).length - 1, 0)

/** Whether `value` is the same after `line` has run. */
function outlives(value, line) {
  const reads = value.match(locals) ?? []
  const sets = line.match(assigned) ?? []
  return !sets.some((name) => reads.includes(name)) && !(isLoad(value) && mayWrite(line))
}

/** The next line that reads `name`, provided that the value set at `index` is the same there. */
function readerOf(lines, index, name, value) {
  for (let i = index + 1; i < lines.length; i++) {
    const line = lines[i]
    if (line.includes(`(local.tee ${name} `)) return undefined
    if (line.includes(`(local.get ${name})`)) {
      // What the line does last comes after.
      const before = line.replace(/^\((local\.set \$local\d+|\w+\.store\w*) /, '')
      return outlives(value, before) ? i : undefined
    }
    if (isBorder(line) || line.startsWith(`(local.set ${name} `)) return undefined
    if (!outlives(value, line)) return undefined
  }
  return undefined
}

/** The same, shorter. */
export function nested(lines) {
  const result = [...lines]
  for (let i = lines.length - 2; i >= 0; i--) {
    const [, name, value] = result[i].match(assignment) ?? []
    if (name === undefined || value.includes('call')) continue
    const at = readerOf(result, i, name, value)
    if (at === undefined) continue
    const get = `(local.get ${name})`
    const isOnly = occurrences(lines, get) === 1 && occurrences(lines, `(local.set ${name} `) === 1
    const moved = isOnly ? value : `(local.tee ${name} ${value})`
    result[at] = result[at].replace(get, () => moved)
    result.splice(i, 1)
  }
  return result
}
