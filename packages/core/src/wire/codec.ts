/**
 * Codec combinators for the presentation language of TLS (RFC 9846 section 3). A message is declared once; reading,
 * writing, and (through `shape`) debug printing, arbitraries and truncation tests derive from the declaration.
 */
import { Reader, WireError } from './reader.js'
import { Writer } from './writer.js'

export interface Codec<T> {
  readonly shape: Shape
  /** @throws {WireError} where the bytes do not have this shape. */
  read(reader: Reader): T
  /** @throws {RangeError} where the value does not fit: a misuse by us or by the caller, never by the peer. */
  write(writer: Writer, value: T): void
}

/** What a codec looks like, as data. */
export type Shape =
  | { readonly kind: 'uint'; readonly bytes: 1 | 2 | 3 | 4 }
  | { readonly kind: 'uint64' }
  | { readonly kind: 'constant'; readonly bytes: 1 | 2; readonly value: number }
  | { readonly kind: 'bytes'; readonly length: number }
  | { readonly kind: 'rest' }
  | { readonly kind: 'empty' }
  | Opaque
  | {
      readonly kind: 'vector'
      readonly prefix: Prefix
      readonly min: number
      readonly max: number
      readonly item: Shape
    }
  | { readonly kind: 'struct'; readonly fields: readonly (readonly [string, Shape])[] }
  | { readonly kind: 'optionalTail'; readonly inner: Shape }

interface Opaque {
  readonly kind: 'opaque'
  readonly prefix: Prefix
  readonly min: number
  readonly max: number
}

/** Bytes of a vector's length prefix. */
export type Prefix = 1 | 2 | 3

/** The type of a codec's values. */
export type Value<C> = C extends Codec<infer T> ? T : never

function uint(bytes: 1 | 2 | 3 | 4): Codec<number> {
  const limit = 2 ** (8 * bytes)
  return {
    shape: { kind: 'uint', bytes },
    read: (reader) => reader.uint(bytes),
    write(writer, value) {
      if (!Number.isInteger(value) || value < 0 || value >= limit)
        throw new RangeError(`${value} does not fit into ${bytes} bytes`)
      writer.uint(value, bytes)
    },
  }
}

export const uint8 = uint(1)
export const uint16 = uint(2)
export const uint24 = uint(3)
export const uint32 = uint(4)

export const uint64: Codec<bigint> = {
  shape: { kind: 'uint64' },
  read: (reader) => (BigInt(reader.uint(4)) << 32n) | BigInt(reader.uint(4)),
  write(writer, value) {
    writer.uint(Number((value >> 32n) & 0xffffffffn), 4)
    writer.uint(Number(value & 0xffffffffn), 4)
  },
}

/** A field that has one legal value. */
export function constant(bytes: 1 | 2, value: number): Codec<undefined> {
  return {
    shape: { kind: 'constant', bytes, value },
    read(reader) {
      const found = reader.uint(bytes)
      if (found !== value) throw new WireError(`found ${found} where only ${value} is legal`)
      return undefined
    },
    write: (writer) => writer.uint(value, bytes),
  }
}

/** opaque name[length] */
export function bytes(length: number): Codec<Uint8Array> {
  return {
    shape: { kind: 'bytes', length },
    read: (reader) => reader.take(length),
    write(writer, value) {
      if (value.length !== length)
        throw new RangeError(`${value.length} bytes where ${length} belong`)
      writer.bytes(value)
    },
  }
}

/** Everything up to the end of the enclosing structure. */
export const rest: Codec<Uint8Array> = {
  shape: { kind: 'rest' },
  read: (reader) => reader.take(reader.remaining),
  write: (writer, value) => writer.bytes(value),
}

/** A structure without fields. */
export const empty: Codec<true> = {
  shape: { kind: 'empty' },
  read: () => true,
  write: () => undefined,
}

/** opaque name<min..max> */
export function opaque(
  prefix: Prefix,
  min: number,
  max = 2 ** (8 * prefix) - 1,
): Codec<Uint8Array> {
  return {
    shape: { kind: 'opaque', prefix, min, max },
    read: (reader) => reader.take(readLength(reader, prefix, min, max)),
    write(writer, value) {
      checkLength(value.length, min, max)
      writer.uint(value.length, prefix)
      writer.bytes(value)
    },
  }
}

/** Item name<min..max>, the bounds being bytes. */
export function vector<T>(
  prefix: Prefix,
  item: Codec<T>,
  min: number,
  max = 2 ** (8 * prefix) - 1,
): Codec<readonly T[]> {
  return {
    shape: { kind: 'vector', prefix, min, max, item: item.shape },
    read(reader) {
      const inner = reader.sub(readLength(reader, prefix, min, max))
      const items: T[] = []
      while (inner.remaining > 0) items.push(item.read(inner))
      return items
    },
    write(writer, items) {
      const mark = writer.open(prefix)
      for (const value of items) item.write(writer, value)
      checkLength(writer.close(mark), min, max)
    },
  }
}

type Fields = { readonly [name: string]: Codec<unknown> }
type StructOf<F extends Fields> = { readonly [K in keyof F]: Value<F[K]> }

export function struct<const F extends Fields>(fields: F): Codec<StructOf<F>> {
  const entries = Object.entries(fields)
  // All values have one form from the beginning: adding field by field takes several times as long.
  const form: Record<string, unknown> = {}
  for (const [name] of entries) form[name] = undefined
  return {
    shape: { kind: 'struct', fields: entries.map(([name, codec]) => [name, codec.shape]) },
    read(reader) {
      const value = { ...form }
      for (const [name, codec] of entries) value[name] = codec.read(reader)
      // Each field was read by the codec that its type is taken from.
      return value as StructOf<F>
    },
    write(writer, value) {
      for (const [name, codec] of entries) codec.write(writer, value[name as keyof F])
    },
  }
}

/** A last field that older messages lack altogether, such as the extensions of a TLS 1.2 hello. */
export function optionalTail<T>(inner: Codec<T>): Codec<T | undefined> {
  return {
    shape: { kind: 'optionalTail', inner: inner.shape },
    read: (reader) => (reader.remaining === 0 ? undefined : inner.read(reader)),
    write(writer, value) {
      if (value !== undefined) inner.write(writer, value)
    },
  }
}

/** Reads a whole structure; trailing bytes are an error (RFC 9846 section 4: decode_error). */
export function decode<T>(codec: Codec<T>, input: Uint8Array): T {
  const reader = new Reader(input)
  const value = codec.read(reader)
  if (reader.remaining > 0) throw new WireError(`${reader.remaining} bytes follow the structure`)
  return value
}

export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new Writer()
  codec.write(writer, value)
  return writer.finish()
}

function readLength(reader: Reader, prefix: Prefix, min: number, max: number): number {
  const length = reader.uint(prefix)
  if (length < min || length > max)
    throw new WireError(`a vector of ${length} bytes where ${min} to ${max} are legal`)
  return length
}

function checkLength(length: number, min: number, max: number): void {
  if (length < min || length > max)
    throw new RangeError(`a vector of ${length} bytes where ${min} to ${max} are legal`)
}
