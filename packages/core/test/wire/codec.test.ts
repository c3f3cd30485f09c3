import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  bytes,
  type Codec,
  constant,
  decode,
  empty,
  encode,
  opaque,
  optionalTail,
  rest,
  struct,
  uint8,
  uint16,
  uint24,
  uint32,
  uint64,
  vector,
} from '#src/wire/codec.js'
import { type ExtensionName, extensionTable } from '#src/wire/extension.js'
import { messages } from '#src/wire/message.js'
import { WireError } from '#src/wire/reader.js'

function refuses(codec: Codec<unknown>, ...input: number[]): void {
  assert.throws(
    () => decode(codec, Uint8Array.from(input)),
    (error: unknown) => error instanceof WireError,
  )
}

function cannotWrite<T>(codec: Codec<T>, value: T): void {
  assert.throws(
    () => encode(codec, value),
    (error: unknown) => error instanceof RangeError,
  )
}

test('numbers are big-endian and keep their width', () => {
  const codec = struct({ a: uint8, b: uint16, c: uint24, d: uint32, e: uint64 })
  const value = { a: 1, b: 0x0203, c: 0x040506, d: 0xf7080910, e: 0xfff1f2f3f4f5f6f7n }
  const wire = Uint8Array.of(
    ...[1, 2, 3, 4, 5, 6, 0xf7, 8, 9, 0x10],
    ...[0xff, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7],
  )
  assert.equal(encode(codec, value), wire)
  assert.equal(decode(codec, wire), value)
})

test('a number that does not fit cannot be written', () => {
  for (const value of [-1, 256, 1.5, Number.NaN]) cannotWrite(uint8, value)
  cannotWrite(uint16, 65_536)
  cannotWrite(uint32, 2 ** 32)
})

test('a constant has one value', () => {
  assert.equal(encode(constant(1, 7), undefined), Uint8Array.of(7))
  refuses(constant(1, 7), 8)
})

test('the bounds of an opaque field hold in both directions', () => {
  const codec = opaque(1, 2, 3)
  refuses(codec, 1, 9)
  assert.equal(decode(codec, Uint8Array.of(2, 9, 9)), Uint8Array.of(9, 9))
  assert.equal(decode(codec, Uint8Array.of(3, 9, 9, 9)), Uint8Array.of(9, 9, 9))
  refuses(codec, 4, 9, 9, 9, 9)
  cannotWrite(codec, new Uint8Array(1))
  cannotWrite(codec, new Uint8Array(4))
  cannotWrite(bytes(2), new Uint8Array(3))
})

test('the bounds of a vector hold in both directions, and its items fill it', () => {
  const codec = vector(1, uint16, 2, 4)
  refuses(codec, 0)
  assert.equal(decode(codec, Uint8Array.of(4, 0, 1, 0, 2)), [1, 2])
  refuses(codec, 6, 0, 1, 0, 2, 0, 3)
  refuses(codec, 3, 0, 1, 0)
  cannotWrite(codec, [])
  cannotWrite(codec, [1, 2, 3])
})

test('an inner length may not reach beyond the outer one', () => {
  const codec = struct({ list: vector(1, opaque(1, 0), 0), after: uint8 })
  refuses(codec, 2, 2, 5, 5)
  refuses(codec, 3, 2, 5)
})

test('a vector that does not fit its prefix cannot be written', () => {
  cannotWrite(vector(1, uint16, 0, 1000), new Array(128).fill(1))
})

test('what is read does not own the input, and empty things read as such', () => {
  const input = Uint8Array.of(1, 2, 3)
  assert.is(decode(rest, input).buffer, input.buffer)
  assert.is(decode(empty, new Uint8Array(0)), true)
  assert.is(decode(optionalTail(uint8), new Uint8Array(0)), undefined)
})

test('every length in the tables fits its prefix', () => {
  const rows = Object.keys(extensionTable).flatMap((name) =>
    Object.values(extensionTable[name as ExtensionName]).filter(
      (codec) => typeof codec === 'object',
    ),
  )
  const codecs: readonly Codec<unknown>[] = [
    ...(rows as readonly Codec<unknown>[]),
    ...Object.values(messages).map(({ codec }) => codec),
  ]
  for (const { shape } of codecs) checkBounds(shape)
})

function checkBounds(shape: Codec<unknown>['shape']): void {
  if (shape.kind === 'opaque' || shape.kind === 'vector') {
    assert.ok(shape.min <= shape.max)
    assert.ok(shape.max < 2 ** (8 * shape.prefix))
  }
  if (shape.kind === 'vector') checkBounds(shape.item)
  if (shape.kind === 'optionalTail') checkBounds(shape.inner)
  if (shape.kind === 'struct') for (const [, field] of shape.fields) checkBounds(field)
}

test.run()
