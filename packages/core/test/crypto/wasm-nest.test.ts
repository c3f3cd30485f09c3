// Functions put together by scripts/wasm/emit.mjs, whatever it nests and whichever locals share a place: random ones do what
// a plain reading of them does.
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { webAssembly } from '#src/crypto/wasm/platform.js'
import { configure } from '../support/property.js'

configure()

type Operand = string | number
interface Builder {
  keep(value: string, type: 'i32'): string
  variable(type: 'i32', value: Operand): { readonly get: string; set(value: Operand): void }
  store(type: string, address: Operand, value: Operand, offset: number): void
  if(condition: string, body: () => void): void
  while(condition: string, body: () => void): void
}
interface Emit {
  define(
    name: string,
    type: { parameters: Record<string, 'i32'>; result?: 'i32'; exported?: boolean },
    body: (f: Builder, parameters: Record<string, string>) => string,
  ): string
  readonly i32: Readonly<Record<'add' | 'sub' | 'xor' | 'mul' | 'and', Binary>>
  load(type: 'i32', address: Operand, offset: number): string
  call(name: string, ...operands: Operand[]): string
}
type Binary = (a: Operand, b: Operand) => string

const scripts = new URL('../../scripts/wasm/', import.meta.url)
const { define, i32, load, call }: Emit = await import(new URL('emit.mjs', scripts).href)
const { moduleBytes } = await import(new URL('module.mjs', scripts).href)

/** Bytes of memory that programs use, and their addresses. */
const memoryLength = 32
const inMemory = 0x18

interface State {
  readonly memory: DataView
  readonly locals: number[]
}
/** An expression in the text format, and what it is. */
interface Value {
  readonly text: Operand
  run(state: State): number
}
type Statement = (state: State) => void

const operations = {
  add: (a: number, b: number) => (a + b) | 0,
  sub: (a: number, b: number) => (a - b) | 0,
  xor: (a: number, b: number) => a ^ b,
  mul: (a: number, b: number) => Math.imul(a, b),
}

/** Reads memory and writes to it. */
const helper = define('helper', { parameters: { a: 'i32' }, result: 'i32' }, (f, { a = '' }) => {
  const at = f.keep(i32.and(a, inMemory), 'i32')
  f.store('i32', at, i32.add(load('i32', at, 0), a), 0)
  return i32.add(load('i32', at, 4), a)
})
function runHelper({ memory }: State, a: number): number {
  const at = a & inMemory
  memory.setInt32(at, memory.getInt32(at, true) + a, true)
  return (memory.getInt32(at + 4, true) + a) | 0
}

/** A random function of two parameters: its text, and what it does to memory and returns. */
class Program {
  readonly text: string
  readonly run: (state: State) => number
  readonly #draw: (below: number) => number
  /** What may be read here. */
  #readable: Value[] = []
  #variables: { index: number; set(value: Operand): void }[] = []
  #locals = 0

  constructor(draw: (below: number) => number) {
    this.#draw = draw
    let run: ((state: State) => number) | undefined
    const type = { parameters: { p: 'i32', q: 'i32' }, result: 'i32', exported: true } as const
    this.text = define('main', type, (f, { p = '', q = '' }) => {
      for (const text of [p, q]) this.#readable.push(this.#local(text))
      const body = this.#block(f, 0)
      const result = this.#value()
      run = (state) => {
        body(state)
        return result.run(state)
      }
      return text(result)
    })
    this.run = (state) => run?.(state) ?? 0
  }

  #local(text: string): Value & { readonly index: number } {
    const index = this.#locals++
    return { text, index, run: ({ locals }) => locals[index] ?? 0 }
  }

  #value(depth = 0): Value {
    const kind = this.#draw(depth > 3 ? 2 : 8)
    if (kind === 0) {
      const number = this.#draw(100)
      return { text: number, run: () => number }
    }
    if (kind <= 2) return this.#readable[this.#draw(this.#readable.length)] as Value
    const a = this.#value(depth + 1)
    if (kind === 3) {
      const address = i32.and(a.text, inMemory)
      return {
        text: load('i32', address, 4),
        run: (state) => state.memory.getInt32((a.run(state) & inMemory) + 4, true),
      }
    }
    if (kind === 4)
      return { text: call('helper', a.text), run: (state) => runHelper(state, a.run(state)) }
    const b = this.#value(depth + 1)
    const names = ['add', 'sub', 'xor', 'mul'] as const
    const name = names[this.#draw(4)] ?? 'add'
    return {
      text: i32[name](a.text, b.text),
      run: (state) => operations[name](a.run(state), b.run(state)),
    }
  }

  #block(f: Builder, depth: number): Statement {
    const [readable, variables] = [[...this.#readable], [...this.#variables]]
    const statements = Array.from({ length: 1 + this.#draw(depth > 0 ? 5 : 12) }, () =>
      this.#statement(f, depth),
    )
    if (depth > 0) [this.#readable, this.#variables] = [readable, variables]
    return (state) => {
      for (const statement of statements) statement(state)
    }
  }

  #statement(f: Builder, depth: number): Statement {
    const kind = this.#draw(depth < 2 ? 10 : 8)
    const value = this.#value()
    if (kind < 2) return this.#assign(this.#local(f.keep(text(value), 'i32')), value)
    if (kind < 4) {
      const { get, set } = f.variable('i32', value.text)
      const local = this.#local(get)
      this.#variables.push({ index: local.index, set })
      return this.#assign(local, value)
    }
    const variable = this.#variables[this.#draw(this.#variables.length || 1)]
    if (kind < 7 && variable !== undefined) {
      variable.set(value.text)
      return (state) => {
        state.locals[variable.index] = value.run(state)
      }
    }
    if (kind === 8) {
      let body: Statement | undefined
      f.if(text(value), () => {
        body = this.#block(f, depth + 1)
      })
      return (state) => {
        if (value.run(state) !== 0) body?.(state)
      }
    }
    if (kind === 9) return this.#loop(f, depth)
    const address = this.#value()
    f.store('i32', i32.and(address.text, inMemory), value.text, 4)
    return (state) => {
      const at = (address.run(state) & inMemory) + 4
      state.memory.setInt32(at, value.run(state), true)
    }
  }

  #loop(f: Builder, depth: number): Statement {
    const times = 1 + this.#draw(3)
    const left = f.variable('i32', times)
    let body: Statement | undefined
    f.while(left.get, () => {
      body = this.#block(f, depth + 1)
      left.set(i32.sub(left.get, 1))
    })
    return (state) => {
      for (let i = 0; i < times; i++) body?.(state)
    }
  }

  #assign(local: Value & { readonly index: number }, value: Value): Statement {
    this.#readable.push(local)
    return (state) => {
      state.locals[local.index] = value.run(state)
    }
  }
}

/** As an expression that stands alone. */
const text = (value: Value) =>
  typeof value.text === 'number' ? `(i32.const ${value.text})` : value.text

const filled = () => Uint8Array.from({ length: memoryLength }, (_, i) => i * 37)

test('random functions do what they say', async () => {
  const api = webAssembly()
  if (api === undefined) throw new Error('this runtime has WebAssembly')
  const choices = fc.array(fc.nat(0xffff), { minLength: 10, maxLength: 100 })
  await fc.assert(
    fc.asyncProperty(choices, fc.integer(), fc.integer(), async (list, p, q) => {
      let at = 0
      const program = new Program((below) => (list[at++ % list.length] ?? 0) % below)
      const functions = [helper, program.text]
      const bytes = await moduleBytes({ data: [], layout: {}, addresses: [], functions })
      const { memory, main } = new api.Instance(new api.Module(bytes)).exports as {
        readonly memory: { readonly buffer: ArrayBuffer }
        main(p: number, q: number): number
      }
      const actual = new Uint8Array(memory.buffer, 0, memoryLength + 16)
      actual.set(filled())
      const expected = new Uint8Array(memoryLength + 16)
      expected.set(filled())
      const state = { memory: new DataView(expected.buffer), locals: [p, q] }
      assert.is(main(p, q), program.run(state), program.text)
      assert.equal(actual, expected, program.text)
    }),
    { numRuns: 1500 },
  )
})

test.run()
