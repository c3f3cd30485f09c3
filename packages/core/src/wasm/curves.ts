/** X25519, and key exchange and ECDSA on P-256, in WebAssembly: that half of `@sanstls/core/wasm`. */
import type { CryptoProvider } from '../crypto/provider.js'
import { curveEntries } from '../crypto/wasm/curves/entries.js'
import type { CompiledModule } from '../crypto/wasm/platform.js'
import { providerOf } from '../crypto/wasm/provider.js'

export type { CompiledModule } from '../crypto/wasm/platform.js'

/**
 * A provider of groups and signatures on these curves, to be composed over another one; empty where the runtime cannot.
 *
 * @param module `@sanstls/core/wasm/curves.wasm`, compiled, for runtimes that forbid compiling at run time.
 * @throws {TypeError} when it is something else.
 */
export function createWasmCurves(module?: CompiledModule): CryptoProvider {
  return providerOf(curveEntries(module))
}

/** Compiles its module when it is first used; empty where the runtime cannot. */
export const wasmCurves: CryptoProvider = /* @__PURE__ */ createWasmCurves()
