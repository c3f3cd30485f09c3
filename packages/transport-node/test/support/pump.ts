/**
 * A socket and a connection of the core, wired together in the plainest way, for tests only. It has the shape of the
 * transport's own `connect` and `listen`.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createConnection, createServer as createTcpServer, type Socket } from 'node:net'
import {
  type ClientConfig,
  type Connection,
  type ConnectionInfo,
  createClient,
  createServer,
  type Peer,
  type ServerConfig,
  type Session,
  type Time,
  tls13,
} from '@sanstls/core'

interface Common {
  readonly onSession?: (session: Session) => void
  readonly onEarlyData?: (bytes: Uint8Array) => void
  readonly earlyDataToSend?: Uint8Array
}
type Supplied = 'versions' | 'random'
export type ConnectOptions = Common & Omit<ClientConfig, Supplied> & { readonly port: number }
export type ListenOptions = Common & Omit<ServerConfig, Supplied>

const supplied = {
  versions: [tls13],
  random: (length: number) => new Uint8Array(randomBytes(length)),
}

const now = (): Time => ({ monotonic: performance.now(), unix: Date.now() })

export class TlsConnection {
  readonly closed: Promise<void>
  readonly #connection: Connection
  readonly #socket: Socket
  readonly #options: Common
  readonly #established: Promise<TlsConnection>
  #settle: { resolve(connection: TlsConnection): void; reject(error: unknown): void } | undefined
  #end: { resolve(): void; reject(error: unknown): void } | undefined
  #chunks: Uint8Array[] = []
  #readEnd: { readonly error: unknown } | undefined
  #wake: (() => void)[] = []
  #input: Uint8Array[] = []
  #authenticated: ((peer: Peer | undefined) => void)[] = []
  #running = false

  constructor(connection: Connection, socket: Socket, options: Common) {
    this.#connection = connection
    this.#socket = socket
    this.#options = options
    this.#established = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.closed = new Promise((resolve, reject) => {
      this.#end = { resolve, reject }
    })
    this.closed.catch(() => {})
    socket.on('data', (chunk: Buffer) => {
      this.#input.push(new Uint8Array(chunk))
      this.#run()
    })
    socket.on('end', () => {
      connection.receiveEnd(now())
      this.#run()
    })
    socket.on('error', (error) => this.#over(error))
    if (options.earlyDataToSend !== undefined) connection.sendEarly(options.earlyDataToSend, now())
    this.#run()
  }

  get established(): Promise<TlsConnection> {
    return this.#established
  }

  get info(): ConnectionInfo {
    const { info } = this.#connection
    if (info === undefined) throw new Error('not established')
    return info
  }

  /** The next chunk; undefined after the peer's close_notify. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) return chunk
      if (this.#readEnd !== undefined) {
        if (this.#readEnd.error !== undefined) throw this.#readEnd.error
        return undefined
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    let offset = 0
    while (offset < bytes.length) {
      offset += this.#connection.send(bytes.subarray(offset), now())
      this.#run()
      if (this.#socket.writableNeedDrain) await once(this.#socket, 'drain')
    }
  }

  async end(): Promise<void> {
    this.#connection.close(now())
    this.#run()
  }

  async close(): Promise<void> {
    await this.end()
    this.#socket.end()
  }

  abort(): void {
    this.#connection.abort()
    this.#socket.destroy()
    this.#over(new Error('aborted'))
  }

  exporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    return this.#connection.exporter(label, context, length)
  }

  channelBinding(type: 'tls-exporter'): Uint8Array | undefined {
    return this.#connection.channelBinding(type)
  }

  updateKeys(requestPeer = false): void {
    this.#connection.updateKeys(requestPeer, now())
    this.#run()
  }

  requestClientCertificate(): Promise<Peer | undefined> {
    const answer = new Promise<Peer | undefined>((resolve) => this.#authenticated.push(resolve))
    this.#connection.requestClientCertificate(now())
    this.#run()
    return answer
  }

  #run(): void {
    if (this.#running) return
    this.#running = true
    this.#poll()
    for (let chunk = this.#input.shift(); chunk !== undefined; chunk = this.#input.shift()) {
      const taken = this.#connection.receive(chunk, now())
      this.#poll()
      if (taken < chunk.length) this.#input.unshift(chunk.subarray(taken))
    }
    this.#running = false
  }

  #poll(): void {
    for (;;) {
      const output = this.#connection.poll()
      switch (output.kind) {
        case 'idle':
          return
        case 'transmit':
          this.#socket.write(output.bytes, () => this.#connection.release(output.bytes))
          break
        case 'data':
          this.#chunks.push(output.bytes)
          this.#notify()
          break
        case 'earlyData':
          this.#options.onEarlyData?.(output.bytes)
          break
        case 'session':
          this.#options.onSession?.(output.session)
          break
        case 'established':
          this.#settle?.resolve(this)
          break
        case 'peerAuthenticated':
          this.#authenticated.shift()?.(output.peer)
          break
        case 'peerClosed':
          this.#readEnd ??= { error: undefined }
          this.#notify()
          break
        case 'failed':
          this.#over(output.fault)
          this.#socket.end()
          break
        case 'closed':
          this.#over(undefined)
          this.#socket.end()
          break
      }
    }
  }

  #over(error: unknown): void {
    this.#readEnd ??= { error }
    this.#notify()
    this.#settle?.reject(error ?? new Error('closed'))
    this.#established.catch(() => {})
    if (error === undefined) this.#end?.resolve()
    else this.#end?.reject(error)
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake()
  }
}

export async function connect(options: ConnectOptions): Promise<TlsConnection> {
  const { port, onSession, onEarlyData, earlyDataToSend, ...config } = options
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  const connection = createClient(
    { ...config, ...supplied, ...(earlyDataToSend === undefined ? {} : { earlyData: true }) },
    now(),
  )
  return new TlsConnection(connection, socket, options).established
}

export class TlsServer {
  readonly address: { readonly port: number }
  readonly #close: () => void
  readonly #accepted: Promise<TlsConnection>[] = []
  readonly #waiting: ((connection: Promise<TlsConnection>) => void)[] = []

  constructor(port: number, close: () => void) {
    this.address = { port }
    this.#close = close
  }

  admit(established: Promise<TlsConnection>): void {
    established.catch(() => {})
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#accepted.push(established)
    else waiting(established)
  }

  /** The next connection; rejects where its handshake fails. */
  accept(): Promise<TlsConnection> {
    const accepted = this.#accepted.shift()
    return accepted ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  async close(): Promise<void> {
    this.#close()
  }
}

export async function listen(options: ListenOptions): Promise<TlsServer> {
  const { onSession, onEarlyData, earlyDataToSend, ...config } = options
  const listener = createTcpServer({ noDelay: true, allowHalfOpen: true })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const server = new TlsServer(address.port, () => listener.close())
  listener.on('connection', (socket) => {
    const connection = createServer({ ...config, ...supplied }, now())
    server.admit(new TlsConnection(connection, socket, options).established)
  })
  return server
}
