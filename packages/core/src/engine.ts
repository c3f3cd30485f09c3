/** The engine behind a connection: owns the handshake, the layer and the open decision, and advances one step a poll. */
import type { Connection } from './connection.js'
import type { Answers, Decision, Question } from './decision.js'
import { Effects } from './effects.js'
import { type ExportedConnection, plainInfo } from './exported.js'
import { Fault, toFault } from './fault.js'
import type { Connected, RenegotiateOptions, Step } from './handshake/context.js'
import { Progress, type Progressing } from './handshake/progress.js'
import type { Incoming, Layer, Level } from './layer/layer.js'
import type { Settings } from './options.js'
import type { ConnectionInfo, Output } from './output.js'
import { Sender } from './sender.js'
import type { Time } from './time.js'
import { alert, nameOf } from './wire/registry.js'

const maxWarnings = 4
const warning = 1
const fatal = 2

type Life = 'new' | 'open' | 'failed' | 'closed'

export class Engine implements Connection, Progressing {
  readonly role: 'client' | 'server'
  readonly #layer: Layer
  readonly #effects: Effects
  readonly #sender: Sender
  readonly #progress: Progress
  readonly #sessionContext: string | undefined
  #life: Life = 'new'
  #writeClosed = false
  /** `close` was called, and close_notify waits for queued plaintext. */
  #closing = false
  #readClosed = false
  #warnings = 0
  /** Code of the configuration may be running. */
  #busy = false
  /** It called `abort`. For the progress too. */
  isDoomed = false

  constructor(settings: Settings, layer: Layer, now: Time, start: (effects: Effects) => Step) {
    this.role = settings.role
    this.#sessionContext = settings.sessionContext
    this.#layer = layer
    this.#effects = new Effects(settings, layer, now, start)
    this.#sender = new Sender(layer, this.#effects, settings.limits.maxQueued)
    this.#progress = new Progress(this.#effects, this)
  }

  get info(): ConnectionInfo | undefined {
    return this.#connected()?.info
  }

  get state(): string {
    return this.#progress.name
  }

  receive(bytes: Uint8Array, time?: Time): number {
    this.#call('receive', time)
    // Whatever follows a close_notify is ignored (RFC 9846 6.1).
    if (this.#isOver() || (this.#readClosed && this.#layer.serve === undefined)) return bytes.length
    return this.#layer.receive(bytes, this.#effects.time)
  }

  receiveEnd(time?: Time): void {
    this.#call('receiveEnd', time)
    if (!this.#isOver()) this.#layer.receiveEnd()
  }

  handleTimeout(time?: Time): void {
    this.#call('handleTimeout', time)
    if (this.#isOver()) return
    this.#guard(() => this.#layer.handleTimeout(this.#effects.time))
  }

  poll(): Output {
    this.#call('poll')
    for (;;) {
      const output = this.#effects.next()
      if (output !== undefined) return output
      if (this.#isOver()) break
      if (!this.#step()) break
    }
    if (this.#isOver()) return { kind: 'idle', deadline: undefined, wantsInput: false }
    this.#layer.keepInput()
    return {
      kind: 'idle',
      deadline: this.#layer.deadline,
      wantsInput: !this.#isBlocked() || this.#layer.serve !== undefined,
    }
  }

  answer<Q extends Question>(decision: Decision<Q>, answer: Answers[Q['kind']], time?: Time): void {
    this.#call('answer', time)
    // A connection may fail while somebody still thinks about its question.
    if (!this.#isOver()) this.#progress.answer(decision, answer)
  }

  send(plaintext: Uint8Array, time?: Time): number {
    this.#call('send', time)
    if (this.#isOver()) throw new Error(`send: the connection has ${this.#life}`)
    if (this.#writeClosed) throw new Error('send: after close')
    this.#sender.checkLength(plaintext)
    if (!this.#maySend()) return this.#sender.enqueue(plaintext)
    if (this.#sender.queued > 0 && !this.#sendQueued()) return 0
    return this.#guard(() => this.#sender.seal(plaintext, this.#connected())) ?? 0
  }

  sendEarly(plaintext: Uint8Array, time?: Time): number {
    this.#call('sendEarly', time)
    if (this.#life === 'new') this.#guard(() => this.#begin())
    if (this.#isOver() || this.#effects.earlyWrite === 0) return 0
    this.#sender.checkLength(plaintext)
    return this.#guard(() => this.#sender.sealEarly(plaintext)) ?? 0
  }

  release(bytes: Uint8Array): void {
    if (!this.#isOver()) this.#layer.release(bytes)
  }

  updateKeys(requestPeer = false, time?: Time): void {
    this.#call('updateKeys', time)
    const connected = this.#demandConnected('updateKeys')
    if (!connected.updatesKeys)
      throw new Error('updateKeys: TLS 1.2 has no KeyUpdate; renegotiate() makes new keys')
    if (this.#writeClosed) throw new Error('updateKeys: after close')
    if (!this.#layer.traits.keyUpdate)
      throw new Error('updateKeys: this transport updates keys by itself (RFC 9001 section 6)')
    this.#guard(() => connected.updateKeys(requestPeer, this.#effects))
  }

  requestClientCertificate(time?: Time): void {
    const connected = this.#demandIdle('requestClientCertificate', time)
    const request = connected.requestClientCertificate()
    this.#guard(() => this.#progress.enter(request(this.#effects)))
  }

  renegotiate(options: RenegotiateOptions = {}, time?: Time): void {
    const connected = this.#demandIdle('renegotiate', time)
    if (connected.renegotiate === undefined)
      throw new Error('renegotiate: TLS 1.3 has no renegotiation; updateKeys() makes new keys')
    const begin = connected.renegotiate(options)
    this.#guard(() => this.#progress.enter(begin(this.#effects)))
  }

  prf(secret: Uint8Array | undefined, label: string, seed: Uint8Array, length: number): Uint8Array {
    const connected = this.#demandConnected('prf')
    if (connected.prf === undefined)
      throw new Error('prf: TLS 1.3 has none; exporter() gives keying material')
    return connected.prf(secret, label, seed, length)
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
    this.#call('close', time)
    if (this.#isOver() || this.#writeClosed) return
    this.#writeClosed = true
    if (this.#connected() !== undefined) {
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
    this.#call('export')
    const connected = this.#demandConnected('export')
    const layer = this.#layer
    if (layer.exportRecords === undefined)
      throw new Error('export: connections over this transport cannot be exported')
    if (!this.#progress.isIdle)
      throw new Error(
        'export: another exchange is under way, or a decision is open: answer and poll',
      )
    if (layer.pendingOutput > 0 || this.#sender.queued > 0 || this.#effects.waiting > 0)
      throw new Error('export: outputs wait; poll until idle first')
    const exported: ExportedConnection = {
      role: this.role,
      readClosed: this.#readClosed,
      writeClosed: this.#writeClosed,
      info: plainInfo(connected.info),
      sessionContext: this.#sessionContext,
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

  fail(cause: unknown, time?: Time): void {
    this.#call('fail', time)
    if (this.#isOver()) return
    const detail = cause instanceof Error ? cause.message : String(cause)
    this.#fail(cause instanceof Fault ? cause : new Fault('policyFailed', detail, { cause }))
  }

  abort(): void {
    this.isDoomed = this.#busy
    if (this.#busy) return
    if (this.#isOver()) return
    this.#life = 'closed'
    this.#dropSecrets('closed')
    this.#effects.discard()
  }

  // Methods, where getters would read better: V8 calls its runtime for each use of a private getter.
  #connected(): Connected | undefined {
    return this.#progress.connected
  }

  #isOver(): boolean {
    return this.#life === 'failed' || this.#life === 'closed'
  }

  /** Nothing can be delivered: a question is open, or the peer has closed. */
  #isBlocked(): boolean {
    return this.#progress.isOpen || this.#readClosed
  }

  /** A policy that closes its own connection, or feeds it, would find it between two states. */
  #call(name: string, time?: Time): void {
    if (this.#busy)
      throw new Error(`${name}: called by a policy or an observer of this connection; do it later`)
    if (time !== undefined) this.#effects.time = time
  }

  /** For what begins an exchange of messages. */
  #demandIdle(call: string, time?: Time): Connected {
    this.#call(call, time)
    const connected = this.#demandConnected(call)
    if (!this.#progress.isIdle) throw new Error(`${call}: another exchange is under way`)
    if (this.#writeClosed) throw new Error(`${call}: after close`)
    if (this.#readClosed) throw new Error(`${call}: the peer has closed, and answers nothing`)
    return connected
  }

  #demandConnected(call: string): Connected {
    const connected = this.#connected()
    if (connected === undefined || this.#isOver())
      throw new Error(`${call}: the connection is not established`)
    return connected
  }

  /** One step. False: there is nothing to do. As `#guard`, but without a closure: this runs some times for each record. */
  #step(): boolean {
    const outer = this.#busy
    this.#busy = true
    try {
      return this.#transmit() || this.#advance()
    } catch (thrown) {
      this.#fail(toFault(thrown))
      // A failure is progress too: its outputs wait.
      return true
    } finally {
      this.#leave(outer)
    }
  }

  #advance(): boolean {
    if (this.#life === 'new') {
      this.#begin()
      return true
    }
    if (this.#progress.resume()) return true
    if (this.#sender.queued > 0 && this.#maySend() && this.#layer.pendingOutput === 0) {
      this.#sendQueued()
      if (this.#closing) this.#sendClose()
      return true
    }
    if (this.#isBlocked()) {
      this.#layer.serve?.(this.#effects.time)
      return this.#settle()
    }
    const incoming = this.#layer.next(this.#effects.time)
    if (incoming === undefined) return this.#settle()
    this.#handle(incoming)
    return true
  }

  /** All that came has been read: what it left owing is sent. */
  #settle(): boolean {
    if (!this.#writeClosed && !this.#progress.isOpen) this.#connected()?.settle(this.#effects)
    return this.#transmit()
  }

  #begin(): void {
    this.#life = 'open'
    this.#progress.enter(this.#effects.start())
  }

  /** Runs something that the peer's bytes may make fail; every failure ends the connection in one way. */
  #guard<T>(run: () => T, failed?: T): T | undefined {
    const outer = this.#busy
    this.#busy = true
    try {
      return run()
    } catch (thrown) {
      this.#fail(toFault(thrown))
      return failed
    } finally {
      this.#leave(outer)
    }
  }

  #leave(outer: boolean): void {
    this.#busy = outer
    if (this.isDoomed) this.abort()
  }

  #handle(incoming: Incoming): void {
    switch (incoming.kind) {
      case 'handshake':
        this.#warnings = 0
        this.#progress.accept(incoming.message)
        break
      case 'data':
        this.#warnings = 0
        this.#dataReceived(incoming.bytes, incoming.level)
        break
      case 'alert':
        this.#handleAlert(incoming.level, incoming.description)
        break
      case 'end':
        this.#handleEnd(incoming.expected)
        break
    }
  }

  #dataReceived(bytes: Uint8Array, level: Level): void {
    const connected = this.#connected()
    if (level === 'earlyData') this.#effects.earlyDataReceived(bytes)
    else if (level === 'application' && connected !== undefined) {
      connected.dataReceived()
      this.#effects.emit({ kind: 'data', bytes })
    } else throw new Fault('unexpectedData', `in state ${this.state}`)
  }

  /** For the progress. */
  established(connected: Connected): void {
    this.#layer.complete(this.#effects.time)
    this.#effects.complete()
    this.#effects.emit({ kind: 'established', info: connected.info })
    connected.established?.(this.#effects)
    if (this.#sender.queued > 0) this.#sendQueued()
  }

  #handleAlert(level: number, description: number): void {
    this.#effects.observe({ kind: 'alert', direction: 'received', level, description })
    if (description === alert.closeNotify) {
      if (this.#connected() === undefined) throw new Fault('closedDuringHandshake', 'close_notify')
      this.#closeRead()
      return
    }
    // RFC 9846 6.1: user_canceled is a warning, and a close_notify follows it. Every other alert is an error; before TLS
    // 1.3, the level decides (RFC 5246 7.2).
    if (
      description === alert.userCanceled ||
      (level === warning && this.#effects.ignoresWarnings)
    ) {
      // The answer to what we asked is more than a warning.
      if (this.#progress.warned(description)) return
      this.#warnings++
      if (this.#warnings > maxWarnings)
        throw new Fault('tooManyWarnings', nameOf(alert, description))
      return
    }
    throw new Fault('alertReceived', nameOf(alert, description), { alert: description })
  }

  #handleEnd(expected: boolean): void {
    if (this.#readClosed) return
    if (this.#connected() === undefined)
      throw new Fault('closedDuringHandshake', 'the transport ended')
    if (!expected) throw new Fault('truncated', 'no close_notify came')
    this.#closeRead()
  }

  #closeRead(): void {
    this.#readClosed = true
    this.#effects.emit({ kind: 'peerClosed' })
    if (!this.#writeClosed) return
    if (!this.#closing) this.#finish()
    else if (this.#effects.held) this.#sendClose()
  }

  #maySend(): boolean {
    return (this.#connected() !== undefined && !this.#effects.held) || this.#effects.halfRtt
  }

  /** False while something of the queue is left. */
  #sendQueued(): boolean {
    return this.#guard(() => this.#sender.sendQueued(this.#connected())) ?? false
  }

  /** @throws {Fault} */
  #transmit(): boolean {
    const ready = this.#layer.transmit(this.#effects.time)
    if (ready === undefined) return false
    const { bytes, level } = ready
    const output = { kind: 'transmit', bytes } as const
    this.#effects.emit(level === undefined ? output : { ...output, level })
    return true
  }

  #sendAlert(level: number, description: number): void {
    this.#effects.observe({ kind: 'alert', direction: 'sent', level, description })
    this.#layer.sendAlert(level, description)
    this.#effects.flush()
  }

  /** RFC 9846 6.1: close_notify says that nothing follows, so it goes behind what was accepted before. */
  #sendClose(): void {
    // What waits for new keys is sent by the step that finds them confirmed. A peer that has closed confirms none, and
    // what is pending is discarded (RFC 5246 7.2.1).
    if (this.#effects.held && this.#sender.queued > 0) {
      if (!this.#readClosed) return
      this.#sender.drop()
    }
    if (!this.#sendQueued()) return
    this.#closing = false
    const { closeNotify } = this.#layer.traits
    if (closeNotify) this.#sendAlert(warning, alert.closeNotify)
    if (this.#readClosed || !closeNotify) this.#finish()
  }

  /** Sends what waits, and ends cleanly. */
  #finish(): void {
    while (this.#transmit());
    if (this.#isOver()) return
    this.#life = 'closed'
    this.#effects.emit({ kind: 'closed' })
    this.#dropSecrets('closed')
  }

  #fail(fault: Fault): void {
    if (this.#isOver()) return
    this.#life = 'failed'
    const silent = fault.class === 'alertReceived' || fault.class === 'transport'
    if (fault.alert !== undefined && !silent) {
      try {
        this.#sendAlert(fatal, fault.alert)
        while (this.#transmit());
      } catch {
        // The fault itself is what the caller must hear about; an alert that cannot be sealed is lost.
      }
    }
    this.#effects.emit({ kind: 'failed', fault })
    this.#dropSecrets('failed')
  }

  #dropSecrets(state: 'closed' | 'failed'): void {
    this.#layer.close()
    this.#progress.end(state)
    this.#sender.drop()
    this.#effects.drop()
  }
}
