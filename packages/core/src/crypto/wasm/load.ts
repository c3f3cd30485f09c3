import { decodeBase64 } from './base64.js'
import { type CompiledModule, type WebAssemblyApi, webAssembly } from './platform.js'

/** One of this package's modules. */
export interface ModuleSource {
  /** The file that is published with it. */
  readonly file: string
  /** In Base64. */
  readonly encoded: string
  /** The names of what it exports. */
  readonly exports: readonly string[]
}

/** A module that can be instantiated. */
export interface LoadedModule {
  readonly api: WebAssemblyApi
  readonly module: CompiledModule
}

/** The module, compiled unless it is `given`. Undefined where the runtime cannot. */
export function load({ encoded }: ModuleSource, given?: CompiledModule): LoadedModule | undefined {
  const api = webAssembly()
  if (api === undefined) return undefined
  if (given !== undefined) return { api, module: given }
  const bytes = decodeBase64(encoded)
  // That is the test for SIMD: without it the module is not valid.
  if (!api.validate(bytes)) return undefined
  try {
    return { api, module: new api.Module(bytes) }
  } catch {
    // Workers and content security policies forbid it; some browsers do, outside of workers.
    return undefined
  }
}

/** @throws {TypeError} when `module` is something else. */
export function checkModule({ file, exports }: ModuleSource, module: CompiledModule): void {
  const names = new Set(exportsOf(module))
  if (exports.every((name) => names.has(name))) return
  throw new TypeError(`the compiled wasm/${file} of this package expected: a WebAssembly.Module`)
}

/** None of what is no module. */
function exportsOf(module: CompiledModule): readonly string[] {
  try {
    return (
      webAssembly()
        ?.Module.exports(module)
        .map(({ name }) => name) ?? []
    )
  } catch {
    return []
  }
}
