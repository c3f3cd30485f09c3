/** The part of Deno's API that is used. */

export interface NetAddr {
  readonly hostname: string
  readonly port: number
}

export interface Conn {
  readonly localAddr: NetAddr
  readonly remoteAddr: NetAddr
  /** Fills a part of `into`; null at the end. */
  read(into: Uint8Array): Promise<number | null>
  /** Returns how many bytes the kernel took. */
  write(bytes: Uint8Array): Promise<number>
  closeWrite(): Promise<void>
  close(): void
  setNoDelay?(on: boolean): void
}

export interface Listener {
  readonly addr: NetAddr
  accept(): Promise<Conn>
  close(): void
}

interface DenoApi {
  connect(options: { hostname: string; port: number; signal?: AbortSignal }): Promise<Conn>
  listen(options: { hostname?: string; port: number }): Listener
}

/** Looked up when it is used, and not declared globally, where it would clash with the types of Deno itself. */
export function deno(): DenoApi {
  return (globalThis as unknown as { readonly Deno: DenoApi }).Deno
}
