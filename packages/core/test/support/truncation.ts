/** What a codec must refuse: every strict prefix of a value but for optional tails, and every longer string. */
import * as assert from 'uvu/assert'
import { type Codec, decode, encode, type Shape } from '#src/wire/codec.js'
import { WireError } from '#src/wire/reader.js'

export function checkRoundTrip<T>(codec: Codec<T>, value: T): void {
  const bytes = encode(codec, value)
  const read = decode(codec, bytes)
  assert.equal(read, value)
  assert.equal(encode(codec, read), bytes)
}

export function checkPrefixes<T>(codec: Codec<T>, value: T): void {
  const bytes = encode(codec, value)
  for (let length = 0; length < bytes.length; length++) {
    const read = attempt(codec, bytes.subarray(0, length))
    if (read === undefined) continue
    assert.ok(
      mayEndAt(codec, value, bytes, length),
      `${length} of ${bytes.length} bytes were accepted: ${Buffer.from(bytes).toString('hex')}`,
    )
  }
}

export function checkTrailing<T>(codec: Codec<T>, value: T): void {
  if (tail(codec.shape)?.kind === 'rest') return
  const bytes = encode(codec, value)
  for (const byte of [0, 1, 0xff]) {
    const longer = Uint8Array.of(...bytes, byte)
    if (tail(codec.shape)?.kind === 'optionalTail' && lacksTail(codec, value)) {
      // The byte begins the tail, and is not a whole one.
      assert.is(attempt(codec, longer), undefined)
      continue
    }
    assert.is(attempt(codec, longer), undefined, `a trailing byte ${byte} was accepted`)
  }
}

function attempt<T>(codec: Codec<T>, bytes: Uint8Array): { readonly value: T } | undefined {
  try {
    return { value: decode(codec, bytes) }
  } catch (error) {
    assert.instance(error, WireError)
    return undefined
  }
}

/** The field that ends the shape, where it is one that may be shorter. */
function tail(shape: Shape): Extract<Shape, { kind: 'rest' | 'optionalTail' }> | undefined {
  if (shape.kind === 'rest' || shape.kind === 'optionalTail') return shape
  const last = shape.kind === 'struct' ? shape.fields[shape.fields.length - 1] : undefined
  return last === undefined ? undefined : tail(last[1])
}

function lacksTail(codec: Codec<unknown>, value: unknown): boolean {
  const last =
    codec.shape.kind === 'struct' ? codec.shape.fields[codec.shape.fields.length - 1] : undefined
  return last !== undefined && (value as Record<string, unknown>)[last[0]] === undefined
}

function mayEndAt<T>(codec: Codec<T>, value: T, bytes: Uint8Array, length: number): boolean {
  const { shape } = codec
  const end = tail(shape)
  if (end === undefined) return false
  if (shape.kind === 'rest') return true
  const last = shape.kind === 'struct' ? shape.fields[shape.fields.length - 1] : undefined
  if (last === undefined) return false
  const [name] = last
  if (end.kind === 'optionalTail') {
    // Exactly the message without its tail.
    return length === encode(codec, { ...value, [name]: undefined }).length
  }
  const rest = (value as Record<string, unknown>)[name]
  return rest instanceof Uint8Array && length >= bytes.length - rest.length
}
