/** Puts the provider together: compiles the module, and makes suites of what it has. */
import { sha256, sha384 } from '../noble/hash.js'
import { lazy } from '../noble/lazy.js'
import type { CipherSuite, CryptoProvider } from '../provider.js'
import { createAeads } from './aead.js'
import { decodeBase64 } from './base64.js'
import { Engine } from './engine.js'
import { encodedModule } from './module.js'
import { type CompiledModule, exportNames, webAssembly } from './platform.js'

const name = 'wasm'

/**
 * A provider of the AEADs that the module has, to be composed over another one. Where the runtime has no WebAssembly with
 * SIMD, or does not let us compile it, the provider is empty, so that everything comes from the other one.
 *
 * @param module the package's `wasm/module.wasm`, compiled: for runtimes that forbid compiling at run time. Without it
 *   the module is compiled when the provider is first used.
 * @throws {TypeError} when `module` is something else.
 */
export function createWasm(module?: CompiledModule): CryptoProvider {
  if (module !== undefined) checkModule(module)
  const suites = lazy(() => {
    const engine = instantiate(module)
    return engine === undefined ? [] : suitesOf(engine)
  })
  return {
    name,
    get suites() {
      return suites()
    },
    groups: [],
    signatures: [],
    hashes: [],
    importPrivateKey() {
      throw new TypeError('the wasm provider has no private keys')
    },
    describe: () =>
      suites().map((entry) => ({
        kind: 'suite',
        name: entry.name,
        provider: name,
        ownRandomness: false,
      })),
  }
}

/** The TLS 1.3 cipher suites (RFC 9846 appendix B.4), with noble's hashes. */
function suitesOf(engine: Engine): readonly CipherSuite[] {
  const { aes128Gcm, aes256Gcm, chacha20Poly1305 } = createAeads(engine)
  return [
    { id: 0x1301, name: 'TLS_AES_128_GCM_SHA256', aead: aes128Gcm, hash: sha256 },
    { id: 0x1302, name: 'TLS_AES_256_GCM_SHA384', aead: aes256Gcm, hash: sha384 },
    { id: 0x1303, name: 'TLS_CHACHA20_POLY1305_SHA256', aead: chacha20Poly1305, hash: sha256 },
  ]
}

/** Undefined where the runtime cannot. */
function instantiate(given: CompiledModule | undefined): Engine | undefined {
  const api = webAssembly()
  if (api === undefined) return undefined
  if (given !== undefined) return new Engine(api, given)
  const bytes = decodeBase64(encodedModule)
  // That is the test for SIMD: without it the module is not valid.
  if (!api.validate(bytes)) return undefined
  let module: CompiledModule
  try {
    module = new api.Module(bytes)
  } catch {
    // Workers and content security policies forbid it; some browsers do, outside of workers.
    return undefined
  }
  return new Engine(api, module)
}

function checkModule(module: CompiledModule): void {
  const expected = 'the compiled wasm/module.wasm of this package expected'
  const api = webAssembly()
  if (api === undefined || !(module instanceof api.Module)) throw new TypeError(expected)
  const names = new Set(api.Module.exports(module).map((entry) => entry.name))
  if (!exportNames.every((entry) => names.has(entry))) throw new TypeError(expected)
}
