import type { CryptoProvider, EntryDescription, SigningKey } from './provider.js'
import { joinSignatures } from './signatures.js'

/**
 * A provider that has all entries of `primary`, and of `fallback` those that `primary` lacks: a native provider that
 * knows what its runtime offers, say, over one that works everywhere.
 *
 * The order is that of `primary`; a filled gap stands where `fallback` has it, after the entry before it there.
 * Signature algorithms are joined key by key: where `primary` does not support a key (its curve, perhaps), `fallback`
 * is asked. Private keys that `primary` cannot import are imported by `fallback`.
 */
export function compose(primary: CryptoProvider, fallback: CryptoProvider): CryptoProvider {
  const signatures = fillGaps(primary.signatures, fallback.signatures, ({ name }) => name)
  const finiteField = primary.finiteField ?? fallback.finiteField
  const rsaEncryption = primary.rsaEncryption ?? fallback.rsaEncryption
  return {
    name: `${primary.name}+${fallback.name}`,
    suites: fillGaps(primary.suites, fallback.suites, ({ id }) => id),
    groups: fillGaps(primary.groups, fallback.groups, ({ id }) => id),
    signatures: signatures.map((entry) => {
      const [joined = entry] = joinSignatures([
        entry,
        ...fallback.signatures.filter((other) => other.name === entry.name && other !== entry),
      ])
      return joined
    }),
    hashes: fillGaps(primary.hashes, fallback.hashes, ({ name }) => name),
    suites12: fillGaps(primary.suites12 ?? [], fallback.suites12 ?? [], ({ id }) => id),
    ...(finiteField && { finiteField }),
    ...(rsaEncryption && { rsaEncryption }),
    importPrivateKey: (pkcs8) => importWithEither(primary, fallback, pkcs8),
    describe: () => fillGaps(primary.describe(), fallback.describe(), descriptionKey),
  }
}

function fillGaps<T>(
  primary: readonly T[],
  fallback: readonly T[],
  keyOf: (entry: T) => string | number,
): T[] {
  const result = [...primary]
  const places = new Set(primary.map(keyOf))
  let previous: string | number | undefined
  for (const entry of fallback) {
    const key = keyOf(entry)
    if (!places.has(key)) {
      places.add(key)
      result.splice(result.findIndex((other) => keyOf(other) === previous) + 1, 0, entry)
    }
    previous = key
  }
  return result
}

function descriptionKey({ kind, name }: EntryDescription): string {
  return `${kind} ${name}`
}

function importWithEither(
  primary: CryptoProvider,
  fallback: CryptoProvider,
  pkcs8: Uint8Array,
): SigningKey {
  try {
    return primary.importPrivateKey(pkcs8)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    return fallback.importPrivateKey(pkcs8)
  }
}
