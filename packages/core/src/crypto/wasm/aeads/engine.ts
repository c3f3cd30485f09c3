/** An instance of the module, and what goes into its memory. */
import { Instance } from '../instance.js'
import type { LoadedModule, ModuleSource } from '../load.js'
import { encodedModule } from './module.js'

/** Bytes behind the text that the module may overwrite: tag and lengths, and the rest of a group of blocks. */
const slack = 512
const pageLength = 65536

/** Places in the module's memory: those of `scripts/wasm/aeads/layout.mjs`. */
const places = [
  'nonce',
  'head',
  'chachaKey',
  'roundKeys',
  'roundKeysEnd',
  'gcmKeyState',
  'gcmKeyStateEnd',
  'base',
] as const

interface Functions {
  chachaHead(counter: number): void
  chachaSeal(aadLength: number, length: number): void
  chachaOpen(aadLength: number, length: number): number
  expandKey(keyLength: number): void
  encryptBlock(at: number): void
  gcmKey(keyLength: number): void
  gcmSeal(aadLength: number, length: number): void
  gcmOpen(aadLength: number, length: number): number
}

const functionNames = [
  'chachaHead',
  'chachaSeal',
  'chachaOpen',
  'expandKey',
  'encryptBlock',
  'gcmKey',
  'gcmSeal',
  'gcmOpen',
] as const satisfies readonly (keyof Functions)[]

export const aeadModule: ModuleSource = {
  file: 'aeads.wasm',
  encoded: encodedModule,
  exports: ['memory', ...places, ...functionNames],
}

/** Keys bring their state along. */
export class AeadEngine extends Instance<(typeof places)[number], Functions> {
  /** The module's memory, which never grows again. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly #loaded: LoadedModule
  /** The AES-GCM state in memory. */
  #state: Uint8Array | undefined

  /** @param room bytes of additional data and text that have to fit. */
  constructor(loaded: LoadedModule, room = 0) {
    super(loaded, places)
    this.#loaded = loaded
    const { memory } = this.exports
    const missing = this.at.base + room + slack - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / pageLength))
    this.bytes = new Uint8Array(memory.buffer)
  }

  /** This one, or one of its own for a message that is too long, since a memory that has grown stays so. */
  for(aadLength: number, length: number): AeadEngine {
    const room = padded(aadLength) + padded(length)
    if (this.at.base + room + slack <= this.bytes.length) return this
    return new AeadEngine(this.#loaded, room)
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
    if (this.#state === state) return
    this.bytes.set(state, this.at.gcmKeyState)
    this.#state = state
  }

  /** Clears all keys and what was derived from them. */
  clear(): void {
    this.bytes.fill(0, this.at.chachaKey, this.at.base)
    this.#state = undefined
  }
}

function padded(length: number): number {
  return (length + 15) & ~15
}
