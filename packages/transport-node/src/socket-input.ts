/**
 * Has sockets read into one buffer that all of them share. Otherwise Node makes a new one of 64 KiB for each read, which
 * is soon out of the processor's cache, and which V8 must free again.
 */
import { Socket } from 'node:net'

/** Gets what was read, of which nothing may be kept; false: nothing more is read until `resume`. */
export type Receive = (bytes: Uint8Array) => boolean

const length = 65_536
let shared: Uint8Array | undefined

/** For `net.connect`, whose documentation has it: what is read goes to `receive`, and no `data` comes. */
export function onread(receive: Receive) {
  shared ??= new Uint8Array(length)
  return { buffer: shared, callback: callback(receive) }
}

/**
 * The same for a socket that is connected already and has read nothing. Node has no documented way to do so: the
 * properties that `onread` fills are found by what they hold.
 * @returns whether it could be done; otherwise `data` comes as ever.
 */
export function readInto(socket: Socket, receive: Receive): boolean {
  places ??= findPlaces()
  if (places === none) return false
  const handle: unknown = Reflect.get(socket, '_handle')
  if (!hasUserBuffer(handle)) return false
  const settings = onread(receive)
  if (!Reflect.has(socket, places.buffer) || !Reflect.has(socket, places.callback)) return false
  Reflect.set(socket, places.buffer, settings.buffer)
  Reflect.set(socket, places.callback, settings.callback)
  handle.useUserBuffer(settings.buffer)
  return true
}

const callback = (receive: Receive) => (read: number, buffer: Uint8Array) =>
  receive(buffer.subarray(0, read))

interface Places {
  readonly buffer: PropertyKey
  readonly callback: PropertyKey
}

const none: Places = { buffer: '', callback: '' }
let places: Places | undefined

function findPlaces(): Places {
  const buffer = new Uint8Array(1)
  const callback = (): boolean => true
  const settings = { readable: true, onread: { buffer, callback } }
  const probe = new Socket(settings)
  const holds = (value: unknown) =>
    Reflect.ownKeys(probe).find((key) => Reflect.get(probe, key) === value)
  const found = { buffer: holds(buffer), callback: holds(callback) }
  probe.destroy()
  return found.buffer === undefined || found.callback === undefined
    ? none
    : { buffer: found.buffer, callback: found.callback }
}

function hasUserBuffer(handle: unknown): handle is { useUserBuffer(buffer: Uint8Array): void } {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle
}
