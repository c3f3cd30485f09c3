/** A Node stream as a transport: a TCP or Unix socket, or any other Duplex of bytes. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { OptionError } from '@sanstls/core'
import type { Sink, Transport } from '@sanstls/core/drive'
import type { Address, Addresses } from '@sanstls/transport-web/base'

/** @throws {OptionError} for a stream whose bytes would not all come here, or would come as something else. */
export function checkDuplex(stream: Duplex): void {
  const refuse = (seen: string, remedy: string) => {
    throw new OptionError('stream', seen, remedy)
  }
  if (stream.readableObjectMode || stream.writableObjectMode) {
    refuse('a stream in object mode', 'Give a stream of bytes.')
  }
  if (stream.readableEncoding) {
    refuse('a stream that decodes text', 'Do not call setEncoding on it: that damages binary data.')
  }
  if (stream.listenerCount('data') > 0 || stream.listenerCount('readable') > 0) {
    const remedy = 'Remove its data and readable listeners first: bytes would go there as well.'
    refuse('a stream that something else reads', remedy)
  }
}

export class DuplexTransport implements Transport {
  /** A socket's write completes when the kernel has the bytes. Other streams may pass chunks on by reference. */
  readonly copiesWrites: boolean
  readonly #stream: Duplex
  #sink: Sink | undefined
  #ended = false

  /** From now on the stream's bytes wait for `start`. */
  constructor(stream: Duplex) {
    this.#stream = stream
    this.copiesWrites = stream instanceof Socket
    stream.pause()
    // The peer's end of its side is not the end of ours.
    stream.allowHalfOpen = true
    Object.assign(stream, { [carrier]: this })
    stream.on('error', onError)
  }

  start(sink: Sink): void {
    const stream = this.#stream
    this.#sink = sink
    if (stream.destroyed) {
      sink.fail(stream.errored ?? new Error('The stream has been destroyed already.'))
      return
    }
    if (stream.readableEnded) {
      this.inputEnded()
      return
    }
    stream.on('data', onData)
    stream.on('end', onEnd)
    stream.on('close', onEnd)
    stream.resume()
  }

  resume(): void {
    this.#stream.resume()
  }

  write(chunks: readonly Uint8Array[], written: (error?: unknown) => void): void {
    const stream = this.#stream
    if (chunks.length > 1) stream.cork()
    for (let index = 0; index < chunks.length - 1; index++) stream.write(chunks[index])
    stream.write(chunks.at(-1), written)
    if (chunks.length > 1) stream.uncork()
  }

  end(ended: () => void): void {
    this.#stream.end((error?: Error | null) => {
      if (error) this.failed(error)
      else ended()
    })
  }

  destroy(): void {
    this.#sink = undefined
    this.#stream.off('data', onData)
    // The listener for errors stays: one may still come, and nobody else would hear it.
    this.#stream.destroy()
  }

  /** For the stream's listeners, and for a socket that reads into a buffer of ours. */
  received(bytes: Uint8Array): void {
    if (this.#sink?.receive(bytes) === false) this.#stream.pause()
  }

  /** For the stream's listeners. */
  inputEnded(): void {
    if (this.#ended) return
    this.#ended = true
    this.#sink?.receiveEnd()
  }

  /** For the stream's listeners. */
  failed(error: Error): void {
    this.#sink?.fail(error)
  }
}

const carrier = Symbol('carrier')

/** A stream that a transport has. Its listeners are the same for all, so that an idle connection holds none of its own. */
type Carrying = Duplex & { readonly [carrier]?: DuplexTransport }

function onData(this: Carrying, chunk: Uint8Array): void {
  // Not as a Buffer, whose `slice` does not copy.
  this[carrier]?.received(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
}

function onEnd(this: Carrying): void {
  this[carrier]?.inputEnded()
}

function onError(this: Carrying, error: Error): void {
  this[carrier]?.failed(error)
}

/** Where a stream is connected, as far as it says. */
export function addressesOf(stream: Duplex): Addresses {
  if (!(stream instanceof Socket)) return {}
  const { localAddress, localPort, remoteAddress, remotePort } = stream
  return {
    local: addressOf(localAddress, localPort),
    remote: addressOf(remoteAddress, remotePort),
  }
}

function addressOf(address: string | undefined, port: number | undefined): Address | undefined {
  return address === undefined || port === undefined ? undefined : { address, port }
}
