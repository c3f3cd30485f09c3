/** What the running runtime offers: node:crypto is Node's OpenSSL, Bun's BoringSSL or Deno's own code. */

/** An entry of the provider that may be missing on a runtime. */
export interface Available {
  /** Whether the running runtime has what the entry needs. Tried when first asked. */
  available(): boolean
}

/** Tries once, when first asked. */
export function tried(attempt: () => unknown): () => boolean {
  return lazy(() => {
    try {
      return attempt() !== false
    } catch {
      return false
    }
  })
}

/** Makes a value when it is first asked for. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/**
 * OpenSSL 3.0 (Node 20) sets up a decoder for each key that it reads as PKCS#8 or SubjectPublicKeyInfo: 60 to 300 us,
 * where the way by JWK takes 4 to 20. It also checks Diffie-Hellman shares by another exponentiation.
 */
export const isOpenSsl30: () => boolean = lazy(
  () => process.versions.openssl?.startsWith('3.0.') === true,
)
