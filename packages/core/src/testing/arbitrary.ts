/**
 * Arbitraries for fast-check from a codec's declaration. fast-check itself is an argument, so that it is no dependency.
 */
import type { Codec, Shape } from '../wire/codec.js'

/** What is used of fast-check; `fc` itself fits. `A` is its type of arbitraries. */
export interface FastCheck<A> {
  constant(value: unknown): A
  integer(range: { min: number; max: number }): A
  bigInt(range: { min: bigint; max: bigint }): A
  uint8Array(range: { minLength: number; maxLength: number }): A
  array(item: A, range: { minLength: number; maxLength: number }): A
  record(fields: Record<string, A>, constraints: { noNullPrototype: true }): A
  oneof(...choices: A[]): A
}

/** Bytes that an opaque field has above its least length. */
const spareBytes = 20
/** Items that a vector has above its least number. */
const spareItems = 3

/** Values that `codec` writes and reads. Lengths stay small, but for those that the declaration demands. */
export function arbitraryOf<A>(codec: Codec<unknown>, fc: FastCheck<A>): A {
  return build(codec.shape, fc)
}

function build<A>(shape: Shape, fc: FastCheck<A>): A {
  switch (shape.kind) {
    case 'uint':
      return fc.integer({ min: 0, max: 2 ** (8 * shape.bytes) - 1 })
    case 'uint64':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    case 'constant':
      return fc.constant(undefined)
    case 'empty':
      return fc.constant(true)
    case 'bytes':
      return fc.uint8Array({ minLength: shape.length, maxLength: shape.length })
    case 'rest':
      return fc.uint8Array({ minLength: 0, maxLength: spareBytes })
    case 'opaque': {
      const { min, max } = shape
      return fc.uint8Array({ minLength: min, maxLength: Math.min(max, min + spareBytes) })
    }
    case 'vector':
      return fc.array(build(shape.item, fc), itemCounts(shape))
    case 'struct': {
      const fields: Record<string, A> = {}
      for (const [name, field] of shape.fields) fields[name] = build(field, fc)
      // Values are compared with what codecs read, which are plain objects.
      return fc.record(fields, { noNullPrototype: true })
    }
    case 'optionalTail':
      return fc.oneof(fc.constant(undefined), build(shape.inner, fc))
  }
}

/** How many items keep a vector within its bounds, whatever the items. */
function itemCounts({ min, max, item }: Extract<Shape, { kind: 'vector' }>) {
  const [least, most] = sizes(item)
  const minLength = Math.ceil(min / least)
  const fitting = Math.floor(max / most)
  return { minLength, maxLength: Math.max(minLength, Math.min(fitting, minLength + spareItems)) }
}

/** Bytes of the shortest and the longest value that `build` makes. */
function sizes(shape: Shape): readonly [number, number] {
  switch (shape.kind) {
    case 'uint':
    case 'constant':
      return [shape.bytes, shape.bytes]
    case 'uint64':
      return [8, 8]
    case 'empty':
      return [0, 0]
    case 'bytes':
      return [shape.length, shape.length]
    case 'rest':
      return [0, spareBytes]
    case 'opaque': {
      const { prefix, min, max } = shape
      return [prefix + min, prefix + Math.min(max, min + spareBytes)]
    }
    case 'vector': {
      const { prefix, min, item } = shape
      const [, most] = sizes(item)
      return [prefix + min, prefix + itemCounts(shape).maxLength * most]
    }
    case 'struct': {
      const all = shape.fields.map(([, field]) => sizes(field))
      return [sum(all.map(([least]) => least)), sum(all.map(([, most]) => most))]
    }
    case 'optionalTail':
      return [0, sizes(shape.inner)[1]]
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
