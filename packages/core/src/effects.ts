/** The ordered sink for what handlers cause: implements the handshake's context over a layer. */
import { Fault } from './fault.js'
import type { Connected, Context } from './handshake/context.js'
import type { Layer, Level, TrafficKeys } from './layer/layer.js'
import type { Observation } from './observe.js'
import type { Settings } from './options.js'
import type { Output } from './output.js'
import type { Time } from './time.js'
import { messageName } from './wire/message.js'

export class Effects implements Context {
  readonly layer: Layer
  readonly outputs: Output[] = []
  time: Time
  earlyWrite = 0
  halfRtt = false
  earlyExporter: Connected['exporter'] | undefined
  readonly #settings: Settings
  #earlyRead: number | undefined

  constructor(settings: Settings, layer: Layer, time: Time) {
    this.#settings = settings
    this.layer = layer
    this.time = time
  }

  get observed(): boolean {
    return this.#settings.config.observe !== undefined
  }

  random(length: number): Uint8Array {
    const bytes = this.#settings.random(length)
    if (!(bytes instanceof Uint8Array) || bytes.length !== length)
      throw new Fault('entropyFailed', `${length} bytes were asked for`)
    return bytes
  }

  send(type: number, body: Uint8Array): Uint8Array {
    const raw = this.layer.sendHandshake(type, body)
    this.observe({ kind: 'message', direction: 'sent', type, name: messageName(type), bytes: raw })
    return raw
  }

  flush(): void {
    this.layer.flush(this.time)
  }

  emit(output: Output): void {
    this.outputs.push(output)
  }

  observe(observation: Observation): void {
    this.#settings.config.observe?.(observation)
  }

  installRead(level: Level, keys: TrafficKeys): void {
    this.layer.installRead(level, keys)
    this.observe({ kind: 'keys', direction: 'read', level })
    if (this.layer.traits.keysAreOutputs) this.emit({ kind: 'readKeys', level, keys })
  }

  installWrite(level: Level, keys: TrafficKeys): void {
    this.layer.installWrite(level, keys)
    this.observe({ kind: 'keys', direction: 'write', level })
    if (this.layer.traits.keysAreOutputs) this.emit({ kind: 'writeKeys', level, keys })
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
