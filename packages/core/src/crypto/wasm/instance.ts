import type { LoadedModule } from './load.js'
import type { Memory } from './platform.js'

/** What a module exports: its memory, addresses in it, and functions. */
export type ModuleExports<Place extends string, Functions> = Functions & {
  readonly memory: Memory
} & Readonly<Record<Place, { readonly value: number }>>

/** An instance of a module. One serves all keys: calls are synchronous, and nobody comes between. */
export class Instance<Place extends string, Functions> {
  readonly exports: ModuleExports<Place, Functions>
  /** Where things are, as numbers: asking the module for one takes as long as writing there. */
  readonly at: Readonly<Record<Place, number>>

  constructor({ api, module }: LoadedModule, places: readonly Place[]) {
    this.exports = new api.Instance(module).exports as ModuleExports<Place, Functions>
    const entries = places.map((name) => [name, this.exports[name].value] as const)
    this.at = Object.fromEntries(entries) as Record<Place, number>
  }
}
