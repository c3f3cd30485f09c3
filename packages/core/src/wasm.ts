/**
 * An opt-in CryptoProvider of AEADs in WebAssembly, several times as fast as noble's, and AES without tables:
 * `compose(wasm, noble)`. `docs/performance.md` has figures, and `docs/security.md` says what constant time means here.
 */
import { createWasm } from './crypto/wasm/create.js'

export { createWasm } from './crypto/wasm/create.js'
export type { CompiledModule } from './crypto/wasm/platform.js'

/** Compiles its module when it is first used; empty where the runtime cannot. */
export const wasm = /* @__PURE__ */ createWasm()
