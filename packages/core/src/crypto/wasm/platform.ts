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

/** Places in the module's memory: those of `scripts/wasm/layout.mjs`. */
export interface Places<T> {
  readonly nonce: T
  readonly head: T
  readonly chachaKey: T
  readonly roundKeys: T
  readonly roundKeysEnd: T
  readonly gcmKeyState: T
  readonly gcmKeyStateEnd: T
  readonly scalar: T
  readonly secondScalar: T
  readonly curveInput: T
  readonly curveOutput: T
  readonly base: T
}

/** What the module exports. */
export interface ModuleExports extends Places<Address> {
  readonly memory: Memory
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

export const placeNames = [
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
] as const satisfies readonly (keyof Places<unknown>)[]

export const exportNames = [
  'memory',
  ...placeNames,
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
