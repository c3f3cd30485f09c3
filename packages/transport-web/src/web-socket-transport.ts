/** A WebSocket as a transport: the bytes of TLS travel in binary messages, cut anywhere. */
import { Fault } from '@sanstls/core'
import { type Sink, type Transport, TransportError } from '@sanstls/core/drive'
import type { Connected } from './base/upgrade.js'

interface Message {
  readonly data: unknown
}

/** The part of a WebSocket that is used: browsers', Workers', Deno's, and that of the package `ws`. */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: ArrayBuffer): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'message', listener: (event: Message) => void): void
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  removeEventListener(type: 'message', listener: (event: Message) => void): void
  removeEventListener(type: 'open' | 'close' | 'error', listener: () => void): void
  /** `ws` can stop reading, and end at once; the standard can neither. */
  pause?(): void
  resume?(): void
  terminate?(): void
}

export interface WebSocketTransportOptions {
  /**
   * The standard WebSocket cannot be told to stop reading, so what the application does not read gathers in memory.
   * Above this many bytes the connection fails. Default 16,777,216.
   */
  readonly maxGathered?: number
}

/** Bytes that the WebSocket may hold before we wait for it. */
const highWater = 262_144
/** There is no event for it: how often to look, ms. */
const lookEvery = 10
const states = { connecting: 0, open: 1 }

/** Whether this looks like a WebSocket, as opposed to a pair of streams. */
export function isWebSocket(value: object): value is WebSocketLike {
  return 'send' in value && 'bufferedAmount' in value && 'readyState' in value
}

/** Takes over a WebSocket, and waits until it is open: for `timeout` ms at most, and until the signal aborts. */
export function openWebSocket(
  socket: WebSocketLike,
  options: WebSocketTransportOptions,
  timeout: number,
  signal: AbortSignal | undefined,
): Connected | Promise<Connected> {
  // At once, so that no message is missed.
  const transport = new WebSocketTransport(socket, options)
  if (socket.readyState === states.open) return { transport }
  return whenOpen(socket, timeout, signal).then(
    () => ({ transport }),
    (error) => {
      transport.destroy()
      throw error
    },
  )
}

function whenOpen(
  socket: WebSocketLike,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const settle = (act: () => void): void => {
      clearTimeout(timer)
      socket.removeEventListener('open', onOpen)
      socket.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      act()
    }
    const fail = (error: unknown) => settle(() => reject(error))
    const onOpen = () => settle(resolve)
    const onClose = () => fail(new TransportError(new Error('The WebSocket could not be opened.')))
    const onAbort = () => fail(signal?.reason)
    if (signal?.aborted) onAbort()
    else if (socket.readyState !== states.connecting) onClose()
    else {
      // An error is followed by close.
      socket.addEventListener('open', onOpen)
      socket.addEventListener('close', onClose)
      signal?.addEventListener('abort', onAbort)
      if (timeout !== Number.POSITIVE_INFINITY) {
        const fault = new Fault('timedOut', `the WebSocket was not open after ${timeout} ms`)
        timer = setTimeout(() => fail(fault), timeout)
      }
    }
  })
}

/** Takes over a WebSocket that is opening or open. */
export class WebSocketTransport implements Transport {
  /** `send` may keep a reference until the bytes have left. */
  readonly copiesWrites = false
  readonly #socket: WebSocketLike
  readonly #maxGathered: number
  #sink: Sink | undefined
  #holding = false
  /** The first is the sink's until it asks for more. */
  #gathered: Uint8Array[] = []
  #gatheredLength = 0
  #isEnded = false
  /** What went wrong before `start`. */
  #failure: Error | undefined
  #looking: ReturnType<typeof setTimeout> | undefined

  constructor(socket: WebSocketLike, options: WebSocketTransportOptions = {}) {
    this.#socket = socket
    this.#maxGathered = options.maxGathered ?? 16_777_216
    socket.binaryType = 'arraybuffer'
    // From now on, because an error event that nobody hears is thrown by `ws`.
    socket.addEventListener('message', this.#onMessage)
    socket.addEventListener('close', this.#onClose)
    socket.addEventListener('error', this.#onError)
  }

  start(sink: Sink): void {
    this.#sink = sink
    if (this.#failure !== undefined) sink.fail(this.#failure)
    this.#deliver()
    if (this.#socket.readyState > states.open) this.#onClose()
  }

  resume(): void {
    this.#holding = false
    this.#socket.resume?.()
    this.#deliver()
  }

  write(chunks: readonly Uint8Array[], written: (error?: unknown) => void): void {
    if (this.#socket.readyState !== states.open) {
      written(new Error('The WebSocket is not open.'))
      return
    }
    try {
      this.#socket.send(join(chunks))
    } catch (error) {
      written(error)
      return
    }
    this.#whenBelow(highWater, written)
  }

  end(ended: () => void): void {
    // A WebSocket has no half-close, and closing it also sends what it still holds.
    this.#socket.close(1000)
    ended()
  }

  destroy(): void {
    this.#sink = undefined
    this.#gathered = []
    clearTimeout(this.#looking)
    this.#socket.removeEventListener('message', this.#onMessage)
    // The closing handshake needs the peer's answer to be read.
    this.#socket.resume?.()
    if (this.#socket.terminate) this.#socket.terminate()
    else this.#socket.close()
  }

  readonly #onMessage = (event: Message): void => {
    const { data } = event
    if (!(data instanceof ArrayBuffer)) {
      this.#fail(new TypeError('A text message came: the tunnel carries binary ones only.'))
      return
    }
    this.#gathered.push(new Uint8Array(data))
    this.#gatheredLength += data.byteLength
    this.#deliver()
    if (this.#gatheredLength <= this.#maxGathered) return
    const reason = `${this.#gatheredLength} bytes came that the application did not read.`
    this.#fail(
      new Error(`${reason} A WebSocket cannot be paused: read faster, or raise maxGathered.`),
    )
  }

  readonly #onClose = (): void => {
    this.#isEnded = true
    this.#deliver()
  }

  readonly #onError = (): void => {
    this.#fail(new Error('The WebSocket failed.'))
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#sink?.fail(error)
  }

  #deliver(): void {
    while (this.#sink !== undefined && !this.#holding) {
      const bytes = this.#gathered.shift()
      if (bytes === undefined) break
      this.#gatheredLength -= bytes.length
      if (this.#sink.receive(bytes)) continue
      this.#holding = true
      this.#socket.pause?.()
    }
    if (this.#isEnded && this.#gathered.length === 0) this.#sink?.receiveEnd()
  }

  #whenBelow(bound: number, done: (error?: unknown) => void): void {
    if (this.#socket.readyState > states.open) done(new Error('The WebSocket closed.'))
    else if (this.#socket.bufferedAmount <= bound) done()
    else this.#looking = setTimeout(() => this.#whenBelow(bound, done), lookEvery)
  }
}

function join(chunks: readonly Uint8Array[]): ArrayBuffer {
  let length = 0
  for (const chunk of chunks) length += chunk.length
  const message = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    message.set(chunk, at)
    at += chunk.length
  }
  return message.buffer
}
