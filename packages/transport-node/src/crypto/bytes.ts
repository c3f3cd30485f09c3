import type { MessagePort } from 'node:worker_threads'

/**
 * The same memory as a plain Uint8Array. A Buffer must not leave this provider: its `slice` is a view where that of
 * Uint8Array is a copy.
 */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}

/** Bytes that memory of its own may have besides: runtimes make room for a block more. */
const tolerated = 32

/** Whether nobody else has a part of its memory, as of a shared pool. */
function isOwn(buffer: Buffer): boolean {
  return buffer.buffer.byteLength - buffer.length <= tolerated
}

/** The same bytes in memory that nobody else can see. */
export function fresh(buffer: Buffer): Uint8Array {
  return isOwn(buffer) ? plain(buffer) : new Uint8Array(plain(buffer))
}

/**
 * Gives back memory that OpenSSL wrote into and that nobody needs any more. It is used again at once, while it is in the
 * cache; left to the garbage collector, each record would have new memory, and V8 would collect for that alone. Memory
 * that others may have views of is left alone.
 */
export function free(buffer: Buffer): void {
  if (!isOwn(buffer)) return
  // OpenSSL's output is never shared between threads.
  const memory: Transferable = buffer.buffer as ArrayBuffer
  if (memory.transfer !== undefined) memory.transfer(0)
  else if (unneeded.push(memory) === messageLength) {
    nowhere ??= closedPort()
    nowhere.postMessage(null, unneeded)
    unneeded = []
  }
}

/** A message takes 3 us, whatever goes with it. What waits for it, of 16 KiB each, is still in the cache. */
const messageLength = 8
let unneeded: ArrayBuffer[] = []

/** The language has it since ES2024, Node since 22. */
type Transferable = ArrayBuffer & { transfer?(length: number): ArrayBuffer }

/** What is transferred to a closed port belongs to nobody then (HTML Standard, message port post message steps). */
let nowhere: MessagePort | undefined

function closedPort(): MessagePort {
  const { port1 } = new MessageChannel()
  port1.close()
  return port1
}

export function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url')
}

export function fromHex(digits: string): Uint8Array {
  return plain(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** A key, whose length is a multiple of four, as a plain array of 32-bit words. By hand, as `Array.from` takes a microsecond. */
export function toWords(key: Uint8Array): number[] {
  const words = new Array<number>(key.length / 4).fill(0)
  // The index is below the length.
  for (let i = 0; i < key.length; i++)
    words[i >> 2] = (words[i >> 2] as number) | ((key[i] as number) << (8 * (i & 3)))
  return words
}

export function fromWords(words: readonly number[]): Uint8Array {
  const key = new Uint8Array(words.length * 4)
  for (let i = 0; i < key.length; i++) key[i] = (words[i >> 2] as number) >> (8 * (i & 3))
  return key
}

/** Big-endian, in exactly `length` bytes. */
export function leftPad(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length === length) return bytes
  const padded = new Uint8Array(length)
  // Whatever stands before the last `length` bytes is zero.
  padded.set(bytes.subarray(-length), Math.max(0, length - bytes.length))
  return padded
}

export function bytesToNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`)
}

/** Big-endian. */
export function numberToBytes(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, '0'))
}

/** One DER element (X.690 8.1). */
export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const octets: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) octets.unshift(rest & 255)
  const header = length < 128 ? [tag, length] : [tag, 0x80 | octets.length, ...octets]
  return join(Uint8Array.from(header), ...parts)
}
