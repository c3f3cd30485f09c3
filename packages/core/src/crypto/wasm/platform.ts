/**
 * What is used of WebAssembly. This package compiles without the types of any runtime, and without claiming that a
 * runtime has it.
 */

/** A compiled `WebAssembly.Module`. */
export type CompiledModule = object

interface Memory {
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

interface Address {
  readonly value: number
}

/** What the module exports; addresses are those of `scripts/wasm/layout.mjs`. */
export interface ModuleExports {
  readonly memory: Memory
  readonly nonce: Address
  readonly head: Address
  readonly chachaKey: Address
  readonly roundKeys: Address
  readonly roundKeysEnd: Address
  readonly gcmKeyState: Address
  readonly gcmKeyStateEnd: Address
  readonly scalar: Address
  readonly secondScalar: Address
  readonly curveInput: Address
  readonly curveOutput: Address
  readonly base: Address
  chachaHead(counter: number): void
  chachaSeal(aadLength: number, length: number): void
  chachaOpen(aadLength: number, length: number): number
  expandKey(keyLength: number): void
  encryptBlock(at: number): void
  gcmKey(keyLength: number): void
  gcmSeal(aadLength: number, length: number): void
  gcmOpen(aadLength: number, length: number): number
  x25519(): void
  p256Multiple(): number
  p256Combination(): number
  orderQuotients(): void
  orderSum(): void
}

export const exportNames = [
  'memory',
  'nonce',
  'head',
  'chachaKey',
  'roundKeys',
  'roundKeysEnd',
  'gcmKeyState',
  'gcmKeyStateEnd',
  'scalar',
  'secondScalar',
  'curveInput',
  'curveOutput',
  'base',
  'chachaHead',
  'chachaSeal',
  'chachaOpen',
  'expandKey',
  'encryptBlock',
  'gcmKey',
  'gcmSeal',
  'gcmOpen',
  'x25519',
  'p256Multiple',
  'p256Combination',
  'orderQuotients',
  'orderSum',
] as const satisfies readonly (keyof ModuleExports)[]

/** The runtime's WebAssembly, if it has one. */
export function webAssembly(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly
}
