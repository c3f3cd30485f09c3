/**
 * Bytes as Node.js has them in a Buffer, whose `slice` is a view of the same memory. The harness lends them, and writes
 * over them when they are its own again, so that a connection that has not copied what it keeps is found out.
 */
export class BufferLike extends Uint8Array<ArrayBuffer> {
  static copy(bytes: Uint8Array): BufferLike {
    const copy = new BufferLike(new ArrayBuffer(bytes.length))
    copy.set(bytes)
    return copy
  }

  override slice(start?: number, end?: number): BufferLike {
    return this.subarray(start, end)
  }

  override subarray(start?: number, end?: number): BufferLike {
    const from = super.subarray(start, end)
    return new BufferLike(from.buffer, from.byteOffset, from.length)
  }

  /** To be called when the bytes are not lent any more. */
  reclaim(): void {
    this.fill(0xdb)
  }
}
