/**
 * One aligned buffer, shared by all keys: noble works on 32-bit words and takes only aligned memory, while a record's
 * place in the output follows its 5-byte header. Sealing is synchronous, so nobody else can see the buffer in use.
 */
const scratch = /* @__PURE__ */ new Uint8Array(16384 + 512)

/** `input` followed by `trailer`, in aligned memory that is valid until the next call. */
export function gather(input: Uint8Array, trailer: Uint8Array): Uint8Array {
  const length = input.length + trailer.length
  const text = length <= scratch.length ? scratch.subarray(0, length) : new Uint8Array(length)
  text.set(input)
  text.set(trailer, input.length)
  return text
}

/** Compares without an early exit: how long it takes says nothing of where the difference is. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  // Both indices are in range: the lengths are equal.
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}
