/** A scripted connection, transport and clock, to look at the pump loop alone. */
import type { Connection, ConnectionInfo, Output, Time, VerifyQuestion } from '@sanstls/core'
import { Fault } from '@sanstls/core'
import type { Clock, DriveEvent, Handler, Sink, Transport } from '@sanstls/core/drive'

/** Every byte received comes back as data, one output per `receive`; what is sent is transmitted at the next poll. */
export class FakeConnection implements Connection {
  readonly role = 'client'
  readonly info: ConnectionInfo | undefined = undefined
  state = 'waitServerHello'
  readonly outputs: Output[] = []
  readonly calls: string[] = []
  /** What `send` was told. */
  readonly sendTimes: (Time | undefined)[] = []
  readonly released: Uint8Array[] = []
  readonly answers: unknown[] = []
  deadline: number | undefined
  wantsInput = true
  /** Bytes that one `receive` takes, and one `send` before the next poll. */
  receiveBound = Number.POSITIVE_INFINITY
  sendBound = Number.POSITIVE_INFINITY
  /** The bytes that `receive` took and that wait to be polled. */
  #queued = 0

  receive(bytes: Uint8Array): number {
    const taken = Math.min(bytes.length, this.receiveBound)
    this.calls.push(`receive ${taken}`)
    if (taken > 0) this.outputs.push({ kind: 'data', bytes: bytes.slice(0, taken) })
    return taken
  }
  receiveEnd(): void {
    this.calls.push('receiveEnd')
  }
  handleTimeout(): void {
    this.calls.push('handleTimeout')
    this.deadline = undefined
  }
  poll(): Output {
    this.#queued = 0
    return (
      this.outputs.shift() ?? {
        kind: 'idle',
        deadline: this.deadline,
        wantsInput: this.wantsInput,
      }
    )
  }
  answer(_decision: { readonly id: number }, answer: unknown): void {
    this.answers.push(answer)
  }
  send(plaintext: Uint8Array, time?: Time): number {
    this.sendTimes.push(time)
    const taken = Math.min(plaintext.length, this.sendBound - this.#queued)
    this.#queued += taken
    if (taken > 0) this.transmit(plaintext.slice(0, taken))
    return taken
  }
  sendEarly(): number {
    return 0
  }
  release(bytes: Uint8Array): void {
    this.released.push(bytes)
  }
  updateKeys(): void {}
  requestClientCertificate(): void {}
  renegotiate(): void {}
  prf(): Uint8Array {
    return new Uint8Array()
  }
  exporter(): Uint8Array {
    return new Uint8Array()
  }
  earlyExporter(): Uint8Array {
    return new Uint8Array()
  }
  channelBinding(): undefined {}
  export(): never {
    throw new Error('not scripted')
  }
  close(): void {
    this.calls.push('close')
    this.transmit(new Uint8Array([21]))
  }
  fail(cause: unknown): void {
    this.calls.push('fail')
    const fault = cause instanceof Fault ? cause : new Fault('policyFailed', String(cause))
    this.transmit(new Uint8Array([21]))
    this.outputs.push({ kind: 'failed', fault })
  }
  abort(): void {
    this.calls.push('abort')
  }

  transmit(bytes: Uint8Array): void {
    this.outputs.push({ kind: 'transmit', bytes })
  }
  decideDecrypt(): void {
    const credential = { chain: [], key: 'decide' } as const
    const ciphertext = new Uint8Array()
    this.outputs.push({
      kind: 'decide',
      decision: { kind: 'decrypt', id: 1, credential, ciphertext },
    })
  }
  decide(): void {
    const question: VerifyQuestion & { id: number } = {
      kind: 'verify',
      id: 1,
      role: 'server',
      chain: [],
      name: 'example.org',
      requiredKeyUsage: 'digitalSignature',
      staple: undefined,
      scts: [],
      certificateSignatureSchemes: [],
      time: 0,
    }
    this.outputs.push({ kind: 'decide', decision: question })
  }
}

/** Keeps each write open until `complete` is called. */
export class FakeTransport implements Transport {
  copiesWrites = true
  sink: Sink | undefined
  readonly written: Uint8Array[] = []
  readonly calls: string[] = []
  #completion: ((error?: unknown) => void) | undefined
  #ended: (() => void) | undefined

  start(sink: Sink): void {
    this.sink = sink
  }
  resume(): void {
    this.calls.push('resume')
  }
  write(chunks: readonly Uint8Array[], written: (error?: unknown) => void): void {
    if (this.#completion !== undefined) throw new Error('two writes at a time')
    this.written.push(...chunks)
    this.#completion = written
  }
  end(ended: () => void): void {
    this.calls.push('end')
    this.#ended = ended
  }
  destroy(): void {
    this.calls.push('destroy')
  }

  /** Completes the write under way; says whether there was one. */
  complete(error?: unknown): boolean {
    const completion = this.#completion
    this.#completion = undefined
    completion?.(error)
    return completion !== undefined
  }
  completeEnd(): void {
    this.#ended?.()
  }
}

export class FakeClock implements Clock {
  time: Time = { monotonic: 0, unix: 0 }
  deadline: number | undefined
  #callback: (() => void) | undefined
  readonly #scheduled: (() => void)[] = []

  now(): Time {
    return this.time
  }
  setTimer(deadline: number | undefined, callback: () => void): void {
    this.deadline = deadline
    this.#callback = callback
  }
  schedule(callback: () => void): void {
    this.#scheduled.push(callback)
  }

  runScheduled(): void {
    for (const callback of this.#scheduled.splice(0)) callback()
  }
  /** Moves the time and fires the timer where it is due. */
  advance(milliseconds: number): void {
    const monotonic = this.time.monotonic + milliseconds
    this.time = { monotonic, unix: monotonic }
    if (this.deadline === undefined || this.deadline > monotonic) return
    this.deadline = undefined
    this.#callback?.()
  }
}

/** Records what comes, and takes data while `takes`. */
export class Recorder implements Handler {
  takes = true
  readonly data: (bytes: Uint8Array) => boolean
  readonly events: DriveEvent[] = []
  received = 0
  drained = 0
  decide: Handler['decide']

  constructor() {
    this.data = (bytes) => {
      this.received += bytes.length
      return this.takes
    }
  }
  event(event: DriveEvent): void {
    this.events.push(event)
  }
  drain(): void {
    this.drained += 1
  }
  get kinds(): string[] {
    return this.events.map((event) => event.kind)
  }
  /** The error of `failed`. */
  get error(): unknown {
    return this.events.find((event) => event.kind === 'failed')?.error
  }
}
