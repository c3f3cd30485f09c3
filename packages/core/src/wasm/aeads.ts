/** AES-GCM and ChaCha20-Poly1305 in WebAssembly: that half of `@sanstls/core/wasm`. */
import type { CryptoProvider } from '../crypto/provider.js'
import { aeadEntries } from '../crypto/wasm/aeads/entries.js'
import type { CompiledModule } from '../crypto/wasm/platform.js'
import { providerOf } from '../crypto/wasm/provider.js'

export type { CompiledModule } from '../crypto/wasm/platform.js'

/**
 * A provider of the suites with these AEADs, to be composed over another one; empty where the runtime cannot.
 *
 * @param module `@sanstls/core/wasm/aeads.wasm`, compiled, for runtimes that forbid compiling at run time.
 * @throws {TypeError} when it is something else.
 */
export function createWasmAeads(module?: CompiledModule): CryptoProvider {
  return providerOf(aeadEntries(module))
}

/** Compiles its module when it is first used; empty where the runtime cannot. */
export const wasmAeads: CryptoProvider = /* @__PURE__ */ createWasmAeads()
