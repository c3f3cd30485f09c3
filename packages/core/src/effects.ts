/** The ordered sink for what handlers cause: implements the handshake's context over a layer. */
import { copyBytes } from './bytes.js'
import type { Random } from './crypto/provider.js'
import { Fault } from './fault.js'
import type { Connected, Context, Step } from './handshake/context.js'
import type { SpokenVersion } from './handshake/version.js'
import type { FlightTiming, Layer, Level, RecordKeys, TrafficKeys } from './layer/layer.js'
import type { Observation } from './observe.js'
import type { Settings } from './options.js'
import type { LevelKeys, Output } from './output.js'
import type { Time } from './time.js'
import { messageName } from './wire/message.js'
import { protocolVersion } from './wire/registry.js'

const maxHandshakeMessages = 64

/** One for all connections that are idle; nothing is ever put into it. */
const noOutputs: Output[] = []

export class Effects implements Context {
  readonly layer: Layer
  #outputs: Output[] = noOutputs
  time: Time
  earlyWrite = 0
  halfRtt = false
  earlyExporter: Connected['exporter'] | undefined
  /** Application data waits for the new keys of a renegotiation. */
  held = false
  /** Before TLS 1.3, an alert may be a mere warning (RFC 5246 7.2). */
  ignoresWarnings: boolean
  // Not the settings themselves, so that an idle connection does not hold them.
  readonly #random: Random
  readonly #observe: ((observation: Observation) => void) | undefined
  readonly #maxHandshakeBytes: number
  #start: ((effects: Effects) => Step) | undefined
  #earlyRead: number | undefined
  #handshakeBytes = 0
  #handshakeMessages = 0

  constructor(settings: Settings, layer: Layer, time: Time, start: (effects: Effects) => Step) {
    this.#random = settings.random
    this.#observe = settings.config.observe
    this.#maxHandshakeBytes = settings.limits.handshakeTotal
    this.layer = layer
    this.time = time
    this.#start = start
    this.ignoresWarnings = settings.versions.some(({ id }) => id < protocolVersion.tls13)
  }

  start(): Step {
    if (this.#start === undefined) throw new Fault('internalError', 'the handshake is over')
    return this.#start(this)
  }

  /** The handshake is over: it does not start again. */
  complete(): void {
    this.#start = undefined
  }

  /** How many outputs wait. */
  get waiting(): number {
    return this.#outputs.length
  }

  next(): Output | undefined {
    const output = this.#outputs.shift()
    if (output === undefined) this.discard()
    return output
  }

  /** Drops the outputs that wait, and the list, which has grown. */
  discard(): void {
    this.#outputs = noOutputs
  }

  restart(): Step {
    this.layer.restart?.()
    this.#handshakeBytes = 0
    this.#handshakeMessages = 0
    return this.start()
  }

  /** @throws {Fault} where a handshake is longer than it may be. */
  countMessage(length: number): void {
    this.#handshakeBytes += length
    this.#handshakeMessages++
    if (
      this.#handshakeBytes > this.#maxHandshakeBytes ||
      this.#handshakeMessages > maxHandshakeMessages
    )
      throw new Fault(
        'handshakeTooLong',
        `${this.#handshakeMessages} messages, ${this.#handshakeBytes} bytes`,
      )
  }

  get observed(): boolean {
    return this.#observe !== undefined
  }

  random(length: number): Uint8Array {
    const random = this.#random
    const bytes = random(length)
    if (!(bytes instanceof Uint8Array) || bytes.length !== length)
      throw new Fault('entropyFailed', `${length} bytes were asked for`)
    return bytes
  }

  send(type: number, body: Uint8Array): Uint8Array {
    const raw = this.layer.sendHandshake(type, body)
    this.observe({ kind: 'message', direction: 'sent', type, name: messageName(type), bytes: raw })
    return raw
  }

  flush(timing: FlightTiming = 'timed'): void {
    this.layer.flush(this.time, timing)
  }

  emit(output: Output): void {
    if (this.#outputs === noOutputs) this.#outputs = [output]
    else this.#outputs.push(output)
  }

  observe(observation: Observation): void {
    const observe = this.#observe
    if (observe === undefined) return
    try {
      observe(observation)
    } catch (cause) {
      throw new Fault('policyFailed', 'observe threw', { cause })
    }
  }

  installRead(level: Level, keys: TrafficKeys): void {
    this.layer.installRead(level, keys)
    this.observe({ kind: 'keys', direction: 'read', level })
    if (this.layer.traits.keysAreOutputs) this.emit({ kind: 'readKeys', level, keys: copyOf(keys) })
  }

  installWrite(level: Level, keys: TrafficKeys): void {
    this.layer.installWrite(level, keys)
    this.observe({ kind: 'keys', direction: 'write', level })
    if (this.layer.traits.keysAreOutputs)
      this.emit({ kind: 'writeKeys', level, keys: copyOf(keys) })
  }

  setVersion({ id }: SpokenVersion): void {
    this.ignoresWarnings = id < protocolVersion.tls13
    this.layer.setVersion(id)
  }

  expectChangeCipherSpec(keys: RecordKeys): void {
    this.layer.expectChangeCipherSpec?.(keys)
    this.observe({ kind: 'keys', direction: 'read', level: 'application' })
  }

  changeCipherSpec(keys: RecordKeys): void {
    this.layer.changeCipherSpec?.(keys)
    this.observe({ kind: 'keys', direction: 'write', level: 'application' })
  }

  installRecordKeys(read: RecordKeys, write: RecordKeys): void {
    this.layer.installRecordKeys?.(read, write)
  }

  warn(description: number): void {
    const level = 1
    this.observe({ kind: 'alert', direction: 'sent', level, description })
    this.layer.sendAlert(level, description)
    this.flush()
  }

  holdData(held: boolean): void {
    this.held = held
  }

  setEarlyWrite(bytes: number): void {
    this.earlyWrite = bytes
  }

  setEarlyRead(limit: number | undefined): void {
    this.#earlyRead = limit
  }

  setHalfRtt(): void {
    this.halfRtt = true
  }

  setEarlyExporter(exporter: Connected['exporter'] | undefined): void {
    this.earlyExporter = exporter
  }

  earlyDataReceived(bytes: Uint8Array): void {
    if (this.#earlyRead === undefined) throw new Fault('unexpectedData', 'early data')
    this.#earlyRead -= bytes.length
    if (this.#earlyRead < 0)
      throw new Fault('tooMuchEarlyData', `${-this.#earlyRead} bytes above the limit`)
    this.emit({ kind: 'earlyData', bytes })
  }

  drop(): void {
    this.earlyWrite = 0
    this.earlyExporter = undefined
    this.halfRtt = false
    this.#earlyRead = undefined
  }
}

/** The handshake wipes its secrets when it has done with them; a caller may still need them. */
function copyOf({ suite, secret }: TrafficKeys): LevelKeys {
  return { suite, secret: copyBytes(secret) }
}
