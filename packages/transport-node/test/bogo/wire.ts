/** The TCP connection to the runner, as chunks to await. The shim is the client, whatever its role in TLS. */
import { connect, type Socket } from 'node:net'

const drainTimeout = 5_000

export class Wire {
  readonly #socket: Socket
  #chunks: Uint8Array[] = []
  #ended = false
  #wake: (() => void) | undefined
  #held: Uint8Array[] | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => {
      this.#chunks.push(chunk)
      this.#wake?.()
    })
    const end = () => {
      this.#ended = true
      this.#wake?.()
    }
    socket.on('end', end).on('close', end).on('error', end)
  }

  static open(port: number, ipv6: boolean, shimId: bigint): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const host = ipv6 ? '::1' : '127.0.0.1'
      const socket = connect({ port, host, allowHalfOpen: true, noDelay: true })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        const id = Buffer.alloc(8)
        id.writeBigUInt64LE(shimId)
        socket.write(id)
        resolve(new Wire(socket))
      })
    })
  }

  /** The next chunk; undefined at the end. */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.#chunks.shift()
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (this.#held !== undefined) {
      if (this.#held.length === 0) this.#socket.write(bytes.subarray(0, 1))
      this.#held.push(this.#held.length === 0 ? bytes.subarray(1) : bytes)
      return
    }
    if (this.#socket.writable) this.#socket.write(bytes, done)
  }

  /** Holds back what is written, but for its first byte. */
  hold(): void {
    this.#held = []
  }

  unhold(): void {
    const held = this.#held ?? []
    this.#held = undefined
    for (const bytes of held) this.write(bytes, () => undefined)
  }

  /** Ends our direction, and waits for the runner to end its own: it may still be writing. */
  async finish(): Promise<void> {
    this.unhold()
    if (this.#socket.writable) this.#socket.end()
    if (!this.#ended)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, drainTimeout)
        const done = () => {
          clearTimeout(timer)
          resolve()
        }
        this.#socket.on('end', done).on('close', done)
        this.#socket.resume()
      })
    this.#socket.destroy()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
