/** An instance of the module, and what goes into its memory. */
import {
  type CompiledModule,
  type ModuleExports,
  type Places,
  placeNames,
  type WebAssemblyApi,
} from './platform.js'

/** Bytes behind the text that the module may overwrite: tag and lengths, and the rest of a group of blocks. */
const slack = 512
const pageLength = 65536

/** One serves all keys, which bring their state along. Calls are synchronous: nobody comes between. */
export class Engine {
  readonly exports: ModuleExports
  /** Where things are, as numbers: asking the module for one takes as long as writing there. */
  readonly at: Places<number>
  /** The module's memory, which never grows again. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #api: WebAssemblyApi
  readonly #module: CompiledModule
  /** The AES-GCM state in memory. */
  #loaded: Uint8Array | undefined

  /** @param room bytes of additional data and text that have to fit. */
  constructor(api: WebAssemblyApi, module: CompiledModule, room = 0) {
    this.#api = api
    this.#module = module
    this.exports = new api.Instance(module).exports as ModuleExports
    const { memory } = this.exports
    this.at = placesOf(this.exports)
    const missing = this.at.base + room + slack - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageLength))
    this.bytes = new Uint8Array(memory.buffer)
  }

  /** This one, or one of its own for a message that is too long, since a memory that has grown stays so. */
  for(aadLength: number, length: number): Engine {
    const room = padded(aadLength) + padded(length)
    if (this.at.base + room + slack <= this.bytes.length) return this
    return new Engine(this.#api, this.#module, room)
  }

  /** Writes nonce and additional data. Returns where the text belongs. */
  place(nonce: Uint8Array, aad: Uint8Array): number {
    const { base } = this.at
    this.bytes.set(nonce, this.at.nonce)
    this.bytes.set(aad, base)
    return base + padded(aad.length)
  }

  /** The state of an AES-GCM key, for `load`. */
  gcmState(key: Uint8Array): Uint8Array {
    const { roundKeys, gcmKeyState, gcmKeyStateEnd } = this.at
    this.bytes.set(key, roundKeys)
    this.exports.gcmKey(key.length)
    const state = this.bytes.slice(gcmKeyState, gcmKeyStateEnd)
    this.clear()
    return state
  }

  /** Brings the state of an AES-GCM key into memory, where it is not there from the last time. */
  load(state: Uint8Array): void {
    if (this.#loaded === state) return
    this.bytes.set(state, this.at.gcmKeyState)
    this.#loaded = state
  }

  /** Clears all keys and what was derived from them. */
  clear(): void {
    this.bytes.fill(0, this.at.nonce, this.at.base)
    this.#loaded = undefined
  }
}

function padded(length: number): number {
  return (length + 15) & ~15
}

function placesOf(exports: ModuleExports): Places<number> {
  const entries = placeNames.map((name) => [name, exports[name].value] as const)
  return Object.fromEntries(entries) as unknown as Places<number>
}
