import type { SignatureAlgorithm } from './provider.js'

/**
 * Joins entries of one name into one that takes the keys of each, so that a look-up by name finds all. The first
 * entry that supports a key verifies with it. The order is that of each name's first appearance.
 */
export function joinSignatures(entries: readonly SignatureAlgorithm[]): SignatureAlgorithm[] {
  const byName = new Map<string, SignatureAlgorithm>()
  for (const entry of entries) {
    const earlier = byName.get(entry.name)
    byName.set(entry.name, earlier === undefined ? entry : either(earlier, entry))
  }
  return [...byName.values()]
}

function either(first: SignatureAlgorithm, second: SignatureAlgorithm): SignatureAlgorithm {
  return {
    name: first.name,
    supports: (key) => first.supports(key) || second.supports(key),
    verify: (key, ...rest) => (first.supports(key) ? first : second).verify(key, ...rest),
  }
}
