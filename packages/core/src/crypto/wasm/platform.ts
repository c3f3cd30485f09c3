/**
 * What is used of WebAssembly. This package compiles without the types of any runtime, and without claiming that a
 * runtime has it.
 */

/** A compiled `WebAssembly.Module`. */
export type CompiledModule = object

export interface Memory {
  readonly buffer: ArrayBuffer
  /** Adds so many pages of 64 KiB. */
  grow(pages: number): number
}

export interface WebAssemblyApi {
  readonly Module: {
    new (bytes: Uint8Array): CompiledModule
    exports(module: CompiledModule): readonly { readonly name: string }[]
  }
  readonly Instance: new (module: CompiledModule) => { readonly exports: object }
  validate(bytes: Uint8Array): boolean
}

/** The runtime's WebAssembly, if it has one. */
export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly
}
