/**
 * V8 keeps arrays of up to 64 bytes among its own objects as long as nobody asks for their buffer. Memory outside costs
 * as much as decrypting so few bytes does.
 */
const shortLength = 64

const short = /* @__PURE__ */ (() => new Uint8Array(shortLength))()
const shortView = /* @__PURE__ */ (() => new DataView(short.buffer))()

/** Fresh memory that `write` has filled. */
export function fresh(length: number, write: (to: DataView) => void): Uint8Array {
  if (length > shortLength) {
    const buffer = new ArrayBuffer(length)
    write(new DataView(buffer))
    return new Uint8Array(buffer)
  }
  write(shortView)
  const result = short.slice(0, length)
  short.fill(0)
  return result
}
