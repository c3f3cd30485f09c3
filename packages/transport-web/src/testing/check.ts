/** Assertions for tests that run where no test framework may be. */

/** @throws {Error} unless the values are the same, or are arrays of bytes with the same contents. */
export function same(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return
  if (
    actual instanceof Uint8Array &&
    expected instanceof Uint8Array &&
    actual.length === expected.length &&
    actual.every((byte, index) => byte === expected[index])
  ) {
    return
  }
  throw new Error(`${what}: ${show(actual)} instead of ${show(expected)}`)
}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

/** The error that a promise rejects with. @throws {Error} where it is fulfilled. */
export async function rejection(promise: Promise<unknown>, what: string): Promise<unknown> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`${what}: fulfilled with ${show(value)} instead of being rejected`)
}

/** @throws {Error} unless the promise rejects with an error of this code, which is returned. */
export async function rejectsWith(
  promise: Promise<unknown>,
  code: string,
  what: string,
): Promise<Error> {
  const error = await rejection(promise, what)
  if (error instanceof Error && 'code' in error && error.code === code) return error
  throw new Error(`${what}: rejected with ${show(error)} instead of ${code}`, { cause: error })
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

/** Bytes that differ by position, so that lost, doubled and swapped ones show. */
export function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + (index >>> 8)) & 0xff
  return bytes
}

/** All data until the end, as one array. */
export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
  }
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes [${value.subarray(0, 8)}…]`
  if (value instanceof Error)
    return `${value.name} ${'code' in value ? value.code : ''}: ${value.message}`
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
