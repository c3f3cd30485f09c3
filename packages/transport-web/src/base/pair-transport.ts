/** A pair of Web Streams as a transport: sockets of Workers, WebSocketStream, or a TLS connection below this one. */
import type { Sink, Transport } from '@sanstls/core/drive'

export interface StreamPair {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** Locks both streams. */
export function createPairTransport(pair: StreamPair): Transport {
  const reader = pair.readable.getReader()
  const writer = pair.writable.getWriter()
  let sink: Sink | undefined
  let gone = false
  // What goes wrong shows in reads and writes; these two promises only repeat it.
  reader.closed.catch(() => {})
  writer.closed.catch(() => {})

  const read = (): void => {
    reader.read().then(onRead, onError)
  }
  const onRead = (result: ReadableStreamReadResult<Uint8Array>): void => {
    if (gone) return
    if (result.done) sink?.receiveEnd()
    else if (!(result.value instanceof Uint8Array)) {
      onError(new TypeError('The stream below gave something other than a Uint8Array.'))
    } else if (sink?.receive(result.value)) read()
  }
  const onError = (error: unknown): void => {
    if (!gone) sink?.fail(error)
  }

  return {
    // A stream may pass chunks on by reference, and says only that it has taken them.
    copiesWrites: false,
    start(given) {
      sink = given
      read()
    },
    resume: read,
    write(chunks, written) {
      let last: Promise<unknown> = writer.ready
      for (const chunk of chunks) {
        last.catch(() => {})
        last = writer.write(chunk)
      }
      last.then(() => written(), written)
    },
    end(ended) {
      writer.close().then(ended, onError)
    },
    destroy() {
      gone = true
      if (isWorkerSocket(pair)) {
        pair.close().catch(() => {})
        return
      }
      reader.cancel().catch(() => {})
      writer.abort().catch(() => {})
    },
  }
}

/** A socket of Workers: `cloudflare:sockets`. */
interface WorkerSocket extends StreamPair {
  close(): Promise<void>
  startTls(): unknown
}

/**
 * Once its writable stream is aborted, workerd never closes its TCP connection: the peer would wait as long as the
 * request lasts. Other pairs have a `close` that waits, or says goodbye, or none.
 */
function isWorkerSocket(pair: StreamPair): pair is WorkerSocket {
  const has = (name: string) => typeof Reflect.get(pair, name) === 'function'
  return has('startTls') && has('close')
}
