/** The engine behind a connection: owns the handshake, the layer and the open decision, and advances one step a poll. */
import { noBytes } from './bytes.js'
import type { Connection } from './connection.js'
import type { Answers, Decision, Question } from './decision.js'
import { Effects } from './effects.js'
import type { ExportedConnection } from './exported.js'
import { Fault, toFault } from './fault.js'
import { consult } from './handshake/consult.js'
import { type Connected, isPause, type Pause, type State, type Step } from './handshake/context.js'
import type { HandshakeMessage, Incoming, Layer } from './layer/layer.js'
import type { Settings } from './options.js'
import type { ConnectionInfo, Output } from './output.js'
import type { Time } from './time.js'
import { messageName } from './wire/message.js'
import { alert, nameOf } from './wire/registry.js'

const maxWarnings = 4
const warning = 1
const fatal = 2

type Life = 'new' | 'open' | 'failed' | 'closed'

interface OpenDecision {
  readonly id: number
  readonly pause: Pause
}

export class Engine implements Connection {
  readonly role: 'client' | 'server'
  readonly #settings: Settings
  readonly #layer: Layer
  readonly #effects: Effects
  #life: Life = 'new'
  #state: State | undefined
  #stateName = 'start'
  #connected: Connected | undefined
  #open: OpenDecision | undefined
  #answered: (() => Step) | undefined
  #decisions = 0
  #established = false
  #writeClosed = false
  /** `close` was called, and close_notify waits for queued plaintext. */
  #closing = false
  #readClosed = false
  #warnings = 0
  /** Plaintext that waits for the handshake. */
  #queue: Uint8Array[] = []
  #queued = 0

  constructor(settings: Settings, layer: Layer, now: Time, start: (effects: Effects) => Step) {
    this.role = settings.role
    this.#settings = settings
    this.#layer = layer
    this.#effects = new Effects(settings, layer, now, start)
  }

  get info(): ConnectionInfo | undefined {
    return this.#established ? this.#connected?.info : undefined
  }

  get state(): string {
    return this.#stateName
  }

  receive(bytes: Uint8Array, time?: Time): number {
    this.#setTime(time)
    // Whatever follows a close_notify is ignored (RFC 9846 6.1).
    if (this.#over || (this.#readClosed && this.#layer.serve === undefined)) return bytes.length
    return this.#layer.receive(bytes, this.#effects.time)
  }

  receiveEnd(time?: Time): void {
    this.#setTime(time)
    if (!this.#over) this.#layer.receiveEnd()
  }

  handleTimeout(time?: Time): void {
    this.#setTime(time)
    if (this.#over) return
    this.#guard(() => this.#layer.handleTimeout(this.#effects.time))
  }

  poll(): Output {
    for (;;) {
      const output = this.#effects.outputs.shift()
      if (output !== undefined) return output
      if (this.#transmit()) continue
      if (this.#over || !this.#advance()) break
    }
    if (this.#over) return { kind: 'idle', deadline: undefined, wantsInput: false }
    this.#layer.keepInput()
    return {
      kind: 'idle',
      deadline: this.#layer.deadline,
      wantsInput: !this.#blocked || this.#layer.serve !== undefined,
    }
  }

  answer<Q extends Question>(decision: Decision<Q>, answer: Answers[Q['kind']], time?: Time): void {
    this.#setTime(time)
    const open = this.#open
    // A connection may fail while somebody still thinks about its question.
    if (this.#over) return
    if (open === undefined || open.id !== decision.id)
      throw new Error(`answer: decision ${decision.id} (${decision.kind}) is not open`)
    this.#open = undefined
    this.#answered = () => open.pause.resume(answer)
  }

  send(plaintext: Uint8Array, time?: Time): number {
    this.#setTime(time)
    if (this.#over) throw new Error(`send: the connection has ${this.#life}`)
    if (this.#writeClosed) throw new Error('send: after close')
    this.#checkLength(plaintext)
    if (this.#maySend()) {
      const before = this.#sendQueue()
      return before ? this.#seal(plaintext) : 0
    }
    const accepted = this.#share(plaintext, this.#settings.limits.maxQueued - this.#queued)
    if (accepted > 0) this.#queue.push(plaintext.slice(0, accepted))
    this.#queued += accepted
    return accepted
  }

  sendEarly(plaintext: Uint8Array, time?: Time): number {
    this.#setTime(time)
    if (this.#life === 'new') this.#guard(() => this.#begin())
    const left = this.#effects.earlyWrite
    if (this.#over || left === 0) return 0
    this.#checkLength(plaintext)
    const accepted = this.#layer.sendData(plaintext.subarray(0, this.#share(plaintext, left)))
    this.#effects.setEarlyWrite(left - accepted)
    return accepted
  }

  release(bytes: Uint8Array): void {
    if (!this.#over) this.#layer.release(bytes)
  }

  updateKeys(requestPeer = false, time?: Time): void {
    this.#setTime(time)
    const connected = this.#demandConnected('updateKeys')
    if (this.#writeClosed) throw new Error('updateKeys: after close')
    this.#guard(() => connected.updateKeys(requestPeer, this.#effects))
  }

  requestClientCertificate(time?: Time): void {
    this.#setTime(time)
    const connected = this.#demandConnected('requestClientCertificate')
    if (this.#stateName !== 'connected' || this.#open !== undefined || this.#answered !== undefined)
      throw new Error('requestClientCertificate: another exchange is under way')
    this.#enter(connected.requestClientCertificate(this.#effects))
  }

  exporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    return this.#demandConnected('exporter').exporter(label, context, length)
  }

  earlyExporter(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    const { earlyExporter } = this.#effects
    if (earlyExporter === undefined) throw new Error('earlyExporter: no early data is under way')
    return earlyExporter(label, context, length)
  }

  channelBinding(
    type: 'tls-exporter' | 'tls-server-end-point' | 'tls-unique',
  ): Uint8Array | undefined {
    return this.#demandConnected('channelBinding').channelBinding(type)
  }

  close(time?: Time): void {
    this.#setTime(time)
    if (this.#over || this.#writeClosed) return
    this.#writeClosed = true
    if (this.#established) {
      this.#closing = true
      this.#guard(() => this.#sendClose())
      return
    }
    // RFC 9846 6.1: a handshake that is given up ends with user_canceled and close_notify.
    this.#guard(() => {
      if (this.#life !== 'new') {
        this.#sendAlert(warning, alert.userCanceled)
        this.#sendAlert(warning, alert.closeNotify)
      }
      this.#finish()
    })
  }

  export(): ExportedConnection {
    const connected = this.#demandConnected('export')
    const layer = this.#layer
    if (layer.exportRecords === undefined)
      throw new Error('export: connections over this transport cannot be exported')
    if (this.#open !== undefined || this.#answered !== undefined)
      throw new Error('export: a decision is open; answer it and poll first')
    if (this.#stateName !== 'connected')
      throw new Error('export: authentication after the handshake is under way')
    if (layer.pendingOutput > 0 || this.#queued > 0 || this.#effects.outputs.length > 0)
      throw new Error('export: outputs wait; poll until idle first')
    const exported: ExportedConnection = {
      role: this.role,
      readClosed: this.#readClosed,
      writeClosed: this.#writeClosed,
      info: connected.info,
      peerExpires: connected.peerExpires,
      keys: connected.exportKeys(),
      records: layer.exportRecords(),
    }
    this.abort()
    return exported
  }

  /** Puts an imported connection where the exported one stood; either direction may have been closed. */
  restore(readClosed: boolean, writeClosed: boolean): void {
    this.#readClosed = readClosed
    this.#writeClosed = writeClosed
    // Now, since what was buffered comes before what the transport gives next.
    this.#guard(() => this.#begin())
  }

  abort(): void {
    if (this.#over) return
    this.#life = 'closed'
    this.#stateName = 'closed'
    this.#dropSecrets()
    this.#effects.outputs.length = 0
  }

  get #over(): boolean {
    return this.#life === 'failed' || this.#life === 'closed'
  }

  /** Nothing can be delivered: a question is open, or the peer has closed. */
  get #blocked(): boolean {
    return this.#open !== undefined || this.#readClosed
  }

  #setTime(time: Time | undefined): void {
    if (time !== undefined) this.#effects.time = time
  }

  #demandConnected(call: string): Connected {
    if (!this.#established || this.#connected === undefined || this.#over)
      throw new Error(`${call}: the connection is not established`)
    return this.#connected
  }

  /** One step. False: there is nothing to do. */
  #advance(): boolean {
    const advanced = this.#guard(() => {
      if (this.#life === 'new') {
        this.#begin()
        return true
      }
      const answered = this.#answered
      if (answered !== undefined) {
        this.#answered = undefined
        this.#enter(answered())
        return true
      }
      if (this.#queued > 0 && this.#maySend() && this.#layer.pendingOutput === 0) {
        this.#sendQueue()
        if (this.#closing) this.#sendClose()
        return true
      }
      if (this.#blocked) {
        this.#layer.serve?.(this.#effects.time)
        return this.#settle()
      }
      const incoming = this.#layer.next(this.#effects.time)
      if (incoming !== undefined) {
        this.#handle(incoming)
        return true
      }
      return this.#settle()
    })
    // A failure is progress too: its outputs wait.
    return advanced ?? true
  }

  /** All that came has been read: what it left owing is sent. */
  #settle(): boolean {
    if (this.#established && !this.#writeClosed && this.#open === undefined)
      this.#connected?.settle(this.#effects)
    return this.#transmit()
  }

  #begin(): void {
    this.#life = 'open'
    this.#enter(this.#effects.start())
  }

  /** Runs something that the peer's bytes may make fail; every failure ends the connection in one way. */
  #guard<T>(run: () => T, failed?: T): T | undefined {
    try {
      return run()
    } catch (thrown) {
      this.#fail(toFault(thrown))
      return failed
    }
  }

  #handle(incoming: Incoming): void {
    switch (incoming.kind) {
      case 'handshake':
        this.#handleMessage(incoming.message)
        break
      case 'data':
        if (incoming.level === 'earlyData') this.#effects.earlyDataReceived(incoming.bytes)
        else if (incoming.level === 'application' && this.#established) {
          this.#connected?.dataReceived()
          this.#effects.emit({ kind: 'data', bytes: incoming.bytes })
        } else throw new Fault('unexpectedData', `in state ${this.#stateName}`)
        break
      case 'alert':
        this.#handleAlert(incoming.level, incoming.description)
        break
      case 'end':
        this.#handleEnd(incoming.expected)
        break
    }
  }

  #handleMessage(message: HandshakeMessage): void {
    if (!this.#established) this.#effects.countMessage(message.raw.length)
    const name = messageName(message.type)
    this.#effects.observe({
      kind: 'message',
      direction: 'received',
      type: message.type,
      name,
      bytes: message.raw,
    })
    const step = this.#state?.accept(message, this.#effects)
    if (step === undefined)
      throw new Fault('unexpectedMessage', `${name} in state ${this.#stateName}`)
    this.#enter(step)
  }

  /** Goes to the next state, answering what policies can answer at once. */
  #enter(first: Step): void {
    let step = first
    while (isPause(step)) {
      const { policy, question } = step
      if (policy === 'decide') {
        this.#ask(step)
        return
      }
      step = step.resume(consult(policy, question))
    }
    this.#state = step
    if (step.name !== this.#stateName) {
      this.#stateName = step.name
      this.#effects.observe({ kind: 'state', name: step.name })
    }
    if (step.connected === undefined || this.#established) return
    this.#connected = step.connected
    this.#established = true
    this.#layer.complete(this.#effects.time)
    this.#effects.emit({ kind: 'established', info: step.connected.info })
    if (this.#queued > 0) this.#sendQueue()
  }

  #ask(pause: Pause): void {
    const id = ++this.#decisions
    this.#open = { id, pause }
    this.#effects.emit({ kind: 'decide', decision: { ...pause.question, id } })
  }

  #handleAlert(level: number, description: number): void {
    this.#effects.observe({ kind: 'alert', direction: 'received', level, description })
    if (description === alert.closeNotify) {
      if (!this.#established) throw new Fault('closedDuringHandshake', 'close_notify')
      this.#closeRead()
      return
    }
    // RFC 9846 6.1: user_canceled is a warning, and a close_notify follows it. Every other alert is an error.
    if (description === alert.userCanceled) {
      this.#warnings++
      if (this.#warnings > maxWarnings) throw new Fault('tooManyWarnings', 'user_canceled')
      return
    }
    throw new Fault('alertReceived', nameOf(alert, description), { alert: description })
  }

  #handleEnd(expected: boolean): void {
    if (this.#readClosed) return
    if (!this.#established) throw new Fault('closedDuringHandshake', 'the transport ended')
    if (!expected) throw new Fault('truncated', 'no close_notify came')
    this.#closeRead()
  }

  #closeRead(): void {
    this.#readClosed = true
    this.#effects.emit({ kind: 'peerClosed' })
    if (this.#writeClosed && !this.#closing) this.#finish()
  }

  /** @throws {RangeError} where each send is a message of its own, and this one is too long. */
  #checkLength(plaintext: Uint8Array): void {
    const { messageLimit } = this.#layer
    if (messageLimit !== undefined && plaintext.length > messageLimit)
      throw new RangeError(`send: ${plaintext.length} bytes, and a datagram takes ${messageLimit}`)
  }

  /** How much of the plaintext there is room for; a message is not divided. */
  #share(plaintext: Uint8Array, room: number): number {
    if (plaintext.length <= room) return plaintext.length
    return this.#layer.messageLimit === undefined ? Math.max(room, 0) : 0
  }

  #maySend(): boolean {
    return this.#established || this.#effects.halfRtt
  }

  /** False while something of the queue is left. */
  #sendQueue(): boolean {
    while (this.#queue.length > 0) {
      const [first = noBytes] = this.#queue
      const sent = this.#seal(first)
      this.#queued -= sent
      if (sent < first.length) {
        this.#queue[0] = first.subarray(sent)
        return false
      }
      this.#queue.shift()
    }
    return true
  }

  #seal(plaintext: Uint8Array): number {
    return (
      this.#guard(() => {
        // A reply to the peer's request goes before more data (RFC 9846 4.6.3).
        if (this.#established) this.#connected?.beforeData(this.#effects)
        if (this.#layer.writeKeyExhausted) this.#connected?.updateKeys(false, this.#effects)
        let offset = this.#layer.sendData(plaintext)
        while (this.#layer.writeKeyExhausted && offset < plaintext.length) {
          // RFC 9846 5.5: the sender changes keys before the cipher's limit.
          if (this.#connected === undefined) break
          this.#connected.updateKeys(false, this.#effects)
          const sent = this.#layer.sendData(plaintext.subarray(offset))
          if (sent === 0) break
          offset += sent
        }
        return offset
      }, 0) ?? 0
    )
  }

  #transmit(): boolean {
    const ready = this.#guard(() => this.#layer.transmit(this.#effects.time))
    if (ready === undefined) return false
    this.#effects.emit({ kind: 'transmit', ...ready })
    return true
  }

  #sendAlert(level: number, description: number): void {
    this.#effects.observe({ kind: 'alert', direction: 'sent', level, description })
    this.#layer.sendAlert(level, description)
    this.#effects.flush()
  }

  /** RFC 9846 6.1: close_notify says that nothing follows, so it goes behind what was accepted before. */
  #sendClose(): void {
    if (!this.#sendQueue()) return
    this.#closing = false
    const { closeNotify } = this.#layer.traits
    if (closeNotify) this.#sendAlert(warning, alert.closeNotify)
    if (this.#readClosed || !closeNotify) this.#finish()
  }

  /** Sends what waits, and ends cleanly. */
  #finish(): void {
    while (this.#transmit());
    this.#life = 'closed'
    this.#stateName = 'closed'
    this.#effects.emit({ kind: 'closed' })
    this.#dropSecrets()
  }

  #fail(fault: Fault): void {
    if (this.#over) return
    this.#life = 'failed'
    this.#stateName = 'failed'
    const silent = fault.class === 'alertReceived' || fault.class === 'transport'
    if (fault.alert !== undefined && !silent) {
      try {
        this.#sendAlert(fatal, fault.alert)
        for (;;) {
          const ready = this.#layer.transmit(this.#effects.time)
          if (ready === undefined) break
          this.#effects.emit({ kind: 'transmit', ...ready })
        }
      } catch {
        // The fault itself is what the caller must hear about; an alert that cannot be sealed is lost.
      }
    }
    this.#effects.emit({ kind: 'failed', fault })
    this.#dropSecrets()
  }

  #dropSecrets(): void {
    this.#layer.close()
    this.#connected?.wipe()
    for (const bytes of this.#queue) bytes.fill(0)
    this.#queue = []
    this.#queued = 0
    this.#open = undefined
    this.#answered = undefined
    this.#state = undefined
    this.#effects.drop()
  }
}
