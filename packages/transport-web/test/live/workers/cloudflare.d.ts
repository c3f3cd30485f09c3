/** The part of the Workers API that is used. */
declare module 'cloudflare:sockets' {
  export function connect(
    address: { readonly hostname: string; readonly port: number },
    options?: { readonly allowHalfOpen?: boolean },
  ): {
    readonly readable: ReadableStream<Uint8Array>
    readonly writable: WritableStream<Uint8Array>
  }
}

/** Workers import WebAssembly as a compiled module. */
declare module '*.wasm' {
  const module: object
  // biome-ignore lint/style/noDefaultExport: Workers say so
  export default module
}
