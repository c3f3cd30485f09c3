/** An instance of the module. */
import { Instance } from '../instance.js'
import type { LoadedModule, ModuleSource } from '../load.js'
import { encodedModule } from './module.js'

/** Places in the module's memory: those of `scripts/wasm/curves/layout.mjs`. */
const places = ['scalar', 'secondScalar', 'curveInput', 'curveOutput', 'secretsEnd'] as const

interface Functions {
  x25519(): void
  p256Multiple(): number
  p256Combination(): number
  orderQuotients(): void
  orderSum(): void
}

const functionNames = [
  'x25519',
  'p256Multiple',
  'p256Combination',
  'orderQuotients',
  'orderSum',
] as const satisfies readonly (keyof Functions)[]

export const curveModule: ModuleSource = {
  file: 'curves.wasm',
  encoded: encodedModule,
  exports: ['memory', ...places, ...functionNames],
}

export class CurveEngine extends Instance<(typeof places)[number], Functions> {
  /** The module's memory. */
  readonly bytes: Uint8Array<ArrayBuffer>

  constructor(loaded: LoadedModule) {
    super(loaded, places)
    this.bytes = new Uint8Array(this.exports.memory.buffer)
  }

  /** Clears scalars, points and what was computed from them. */
  clear(): void {
    this.bytes.fill(0, this.at.scalar, this.at.secretsEnd)
  }
}
