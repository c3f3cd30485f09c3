/**
 * An opt-in CryptoProvider in WebAssembly, several times as fast as noble's, and AES without tables:
 * `compose(wasm, noble)`. Its halves are `@sanstls/core/wasm/aeads` and `@sanstls/core/wasm/curves`, for bundles that
 * need but one. `docs/performance.md` has figures, and `docs/security.md` says what constant time means here.
 */

import type { CryptoProvider } from './crypto/provider.js'
import { aeadEntries } from './crypto/wasm/aeads/entries.js'
import { curveEntries } from './crypto/wasm/curves/entries.js'
import type { CompiledModule } from './crypto/wasm/platform.js'
import { providerOf } from './crypto/wasm/provider.js'

export type { CompiledModule } from './crypto/wasm/platform.js'

/** This package's modules, compiled. */
export interface CompiledModules {
  /** `@sanstls/core/wasm/aeads.wasm`. */
  readonly aeads: CompiledModule
  /** `@sanstls/core/wasm/curves.wasm`. */
  readonly curves: CompiledModule
}

/**
 * A provider of what the modules have, to be composed over another one. Where the runtime has no WebAssembly with SIMD, or
 * does not let us compile it, the provider is empty, so that everything comes from the other one.
 *
 * @param modules for runtimes that forbid compiling at run time. Without them the modules are compiled when the provider
 *   is first used.
 * @throws {TypeError} when one of them is something else.
 */
export function createWasm(modules?: CompiledModules): CryptoProvider {
  if (modules !== undefined) checkBoth(modules)
  return providerOf(aeadEntries(modules?.aeads), curveEntries(modules?.curves))
}

/** Compiles its modules when it is first used; empty where the runtime cannot. */
export const wasm: CryptoProvider = /* @__PURE__ */ createWasm()

function checkBoth(modules: Partial<CompiledModules> | null): void {
  for (const name of ['aeads', 'curves'] as const)
    if (modules?.[name] === undefined)
      throw new TypeError(
        `modules.${name}: the compiled wasm/${name}.wasm of this package expected`,
      )
}
