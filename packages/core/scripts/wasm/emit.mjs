/**
 * What the sources of the WebAssembly modules are written in: functions that put its text format together. An
 * expression is a string of that format; numbers stand for i32 constants and bigints for i64 constants.
 */
import { nested } from './nest.mjs'

const text = (operand) => {
  if (typeof operand === 'number') return `(i32.const ${operand})`
  return typeof operand === 'bigint' ? `(i64.const ${operand})` : operand
}

/** The instructions of one type, by name: `i32.add(a, b)`. */
const instructions = (type) =>
  new Proxy(
    {},
    {
      get:
        (_, name) =>
        (...operands) =>
          `(${type}.${name} ${operands.map(text).join(' ')})`,
    },
  )

export const i32 = instructions('i32')
export const i64 = instructions('i64')
export const v128 = instructions('v128')
export const i8x16 = instructions('i8x16')
export const i16x8 = instructions('i16x8')
export const i32x4 = instructions('i32x4')
export const i64x2 = instructions('i64x2')

/** A vector constant of 16 bytes, 4 words of 32 bits or 2 of 64. */
export function vector(lanes) {
  const shape = { 16: 'i8x16', 4: 'i32x4', 2: 'i64x2' }[lanes.length]
  return `(v128.const ${shape} ${lanes.join(' ')})`
}

export const splat8 = (value) => vector(Array(16).fill(value))
export const splat32 = (value) => vector(Array(4).fill(value))
export const zero = splat32(0)

/** Instructions with an offset or lanes in them. `type` is that of the loaded value, and may name a way to load. */
export const load = (type, address, offset = 0) => {
  const name = type.includes('.') ? type : `${type}.load`
  return `(${name} offset=${offset} ${text(address)})`
}
export const lane = (instruction, index, ...operands) =>
  `(${instruction} ${index} ${operands.map(text).join(' ')})`
/** Bytes of `a` (0 to 15) and of `b` (16 to 31). */
export const shuffle = (a, b, bytes) => `(i8x16.shuffle ${bytes.join(' ')} ${a} ${b})`
/** Words of `a` (0 to 3) and of `b` (4 to 7). */
export const shuffleWords = (a, b, words) =>
  shuffle(
    a,
    b,
    words.flatMap((word) => [0, 1, 2, 3].map((octet) => 4 * word + octet)),
  )
/** Words of one vector: a constant in a local, not in the instruction. */
export const permuteWords = (value, words) =>
  i8x16.swizzle(value, vector(words.flatMap((word) => [0, 1, 2, 3].map((i) => 4 * word + i))))
/** Copies `length` bytes. */
export const copy = (to, from, length) => `(memory.copy ${[to, from, length].map(text).join(' ')})`
export const call = (name, ...operands) => `(call $${name} ${operands.map(text).join(' ')})`

/** Fills `length` bytes from a constant place on with zeros: a multiple of 16. */
export function clear(f, place, length) {
  const at = f.variable('i32', 0)
  f.while(i32.lt_u(at.get, length), () => {
    f.store('v128', at.get, zero, place)
    at.set(i32.add(at.get, 16))
  })
}

/** Four vectors of four words, as rows of a matrix, transposed. `keep` puts a value into a local. */
export function transpose(keep, [a, b, c, d]) {
  const low = [0, 4, 1, 5]
  const high = [2, 6, 3, 7]
  const [ab0, ab1, cd0, cd1] = [
    keep(shuffleWords(a, b, low)),
    keep(shuffleWords(a, b, high)),
    keep(shuffleWords(c, d, low)),
    keep(shuffleWords(c, d, high)),
  ]
  return [
    keep(shuffleWords(ab0, cd0, [0, 1, 4, 5])),
    keep(shuffleWords(ab0, cd0, [2, 3, 6, 7])),
    keep(shuffleWords(ab1, cd1, [0, 1, 4, 5])),
    keep(shuffleWords(ab1, cd1, [2, 3, 6, 7])),
  ]
}

/** A function under construction. Its locals are values that get a place, which they may share, when it is done. */
class Builder {
  lines = []
  #types = []
  #labels = 0

  /** A local for a value that may change, set at once. */
  variable(type, value) {
    const name = `$local${this.#types.length}`
    this.#types.push(type)
    const variable = {
      get: `(local.get ${name})`,
      set: (next) => this.add(`(local.set ${name} ${text(next)})`),
    }
    variable.set(value)
    return variable
  }

  /** Keeps a value that is used more than once. */
  keep = (value, type = 'v128') => this.variable(type, value).get

  add(line) {
    this.lines.push(line)
  }

  store(type, address, value, offset = 0) {
    const name = type.includes('.') ? type : `${type}.store`
    this.add(`(${name} offset=${offset} ${text(address)} ${text(value)})`)
  }

  /** Repeats `body` until what it hands to `leave` is not zero. What decides must be public. */
  loop(body) {
    const label = this.#labels++
    this.add(`(block $end${label}`)
    this.add(`(loop $loop${label}`)
    body((condition) => this.add(`(br_if $end${label} ${condition})`))
    this.add(`(br $loop${label})`)
    this.add('))')
  }

  /** Repeats `body` while `condition`, which must be public, is not zero. */
  while(condition, body) {
    this.loop((leave) => {
      leave(i32.eqz(condition))
      body()
    })
  }

  /** Runs `body` where `condition` is not zero. What decides must be public. */
  if(condition, body) {
    this.add(`(if ${condition} (then`)
    body()
    this.add('))')
  }

  /** A vector constant takes 18 bytes, and a large number six: one that stands in several places gets a local. */
  #hoistConstants() {
    const constant = /\(v128\.const [^)]*\)|\(i64\.const -?\d{7,}\)/g
    const counts = new Map()
    for (const [found] of this.lines.join('\n').matchAll(constant))
      counts.set(found, (counts.get(found) ?? 0) + 1)
    const body = this.lines
    this.lines = []
    const locals = new Map()
    for (const [found, count] of counts) {
      const type = found.slice(1, found.indexOf('.'))
      if (count > 1) locals.set(found, this.keep(found, type))
    }
    for (const line of body) this.add(line.replace(constant, (found) => locals.get(found) ?? found))
  }

  finish() {
    this.#hoistConstants()
    this.lines = nested(this.lines)
    const spans = this.#spans()
    const places = []
    const names = spans.map(({ first, last }, index) => {
      if (first === undefined) return undefined
      const type = this.#types[index]
      let place = places.findIndex((other) => other.type === type && other.until <= first)
      if (place < 0) place = places.push({ type }) - 1
      places[place].until = last
      return `$v${place}`
    })
    const lines = this.lines.map((line) =>
      line.replace(/\$local(\d+)/g, (_, index) => names[index]),
    )
    return [...places.map(({ type }, place) => `(local $v${place} ${type})`), ...lines].join('\n')
  }

  /** From its first to its last line, or to the end of a loop that it was set before. */
  #spans() {
    const spans = this.#types.map(() => ({ first: undefined, last: -1 }))
    const loops = []
    const open = []
    for (const [index, line] of this.lines.entries()) {
      if (line.startsWith('(loop')) open.push({ start: index })
      else if (line.startsWith('(if')) open.push(undefined)
      else if (line === '))') {
        const loop = open.pop()
        if (loop !== undefined) loops.push({ ...loop, end: index })
      }
      for (const [, name] of line.matchAll(/\$local(\d+)/g)) {
        const span = spans[name]
        // One that is set in the middle of a line is there before others are read.
        if (span.first === undefined)
          span.first = line.includes(`(local.tee $local${name} `) ? index - 1 : index
        span.last = index
      }
    }
    // Inner loops end first, so that an outer one sees what they prolonged.
    for (const { start, end } of loops)
      for (const span of spans)
        if (span.first < start && span.last > start && span.last < end) span.last = end
    return spans
  }
}

/** A function `name` of `parameters` (name to type); `body(builder, parameters)` returns its result, if any. */
export function define(name, { parameters = {}, result, exported = false }, body) {
  const builder = new Builder()
  const values = Object.fromEntries(
    Object.keys(parameters).map((key) => [key, `(local.get $${key})`]),
  )
  const value = body(builder, values)
  if (value !== undefined) builder.add(text(value))
  const header = [
    ...(exported ? [`(export "${name}")`] : []),
    ...Object.entries(parameters).map(([key, type]) => `(param $${key} ${type})`),
    ...(result === undefined ? [] : [`(result ${result})`]),
  ]
  return `(func $${name} ${header.join(' ')}\n${builder.finish()})`
}
