/**
 * Has sockets read into one buffer for all of them. Otherwise Node makes one of 64 KiB for each read, which is not in the
 * processor's cache, and which V8 must free again.
 */
import { Socket } from 'node:net'

/** Takes what was read. The bytes are lent: nothing of them may be kept. */
type Receive = (bytes: Uint8Array) => void

/** Bytes: as many as Node reads at a time. */
const length = 65_536
let shared: Uint8Array | undefined

/** The setting of `net.connect` that reads so: no `data` comes then. Undefined where the runtime only resembles Node. */
export function onread(receive: Receive) {
  if (!isNode) return undefined
  shared ??= new Uint8Array(length)
  const callback = (read: number, buffer: Uint8Array): boolean => {
    receive(buffer.subarray(0, read))
    return true
  }
  return { buffer: shared, callback }
}

const isNode = !('bun' in process.versions) && !('deno' in process.versions)

/**
 * The same for a socket that was accepted and has read nothing yet. Node documents no way to do so: what `onread` sets is
 * found by its value.
 * @returns whether it was done. Otherwise `data` comes as ever.
 */
export function readShared(socket: Socket, receive: Receive): boolean {
  places ??= findPlaces()
  const setting = onread(receive)
  const handle: unknown = Reflect.get(socket, '_handle')
  if (places === 'unknown' || setting === undefined || !takesBuffer(handle)) return false
  Reflect.set(socket, places.buffer, setting.buffer)
  Reflect.set(socket, places.callback, setting.callback)
  handle.useUserBuffer(setting.buffer)
  return true
}

interface Places {
  readonly buffer: PropertyKey
  readonly callback: PropertyKey
}

let places: Places | 'unknown' | undefined

function findPlaces(): Places | 'unknown' {
  const setting = { buffer: new Uint8Array(1), callback: () => true }
  const options = { readable: true, onread: setting }
  const probe = new Socket(options)
  const holderOf = (value: unknown) =>
    Reflect.ownKeys(probe).find((key) => Reflect.get(probe, key) === value)
  const buffer = holderOf(setting.buffer)
  const callback = holderOf(setting.callback)
  probe.destroy()
  return buffer === undefined || callback === undefined ? 'unknown' : { buffer, callback }
}

function takesBuffer(handle: unknown): handle is { useUserBuffer(buffer: Uint8Array): void } {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle
}
