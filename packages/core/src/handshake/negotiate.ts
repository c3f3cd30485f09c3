/** Choosing from two lists. */
import type { NamedGroup } from '../crypto/provider.js'

/** The first of `ours` that the peer has, or, under the peer's order, the first of `theirs` that we have. */
export function choose<T extends { readonly id: number }>(
  ours: readonly T[],
  theirs: readonly number[],
  preference: 'server' | 'client',
): T | undefined {
  if (preference === 'server') return ours.find(({ id }) => theirs.includes(id))
  for (const id of theirs) {
    const found = ours.find((entry) => entry.id === id)
    if (found !== undefined) return found
  }
  return undefined
}

/** The group for the key exchange: one with a share if there is any, which saves a round trip. */
export function chooseGroup(
  ours: readonly NamedGroup[],
  supported: readonly number[],
  shares: readonly number[],
  preference: 'server' | 'client',
): { readonly group: NamedGroup; readonly retry: boolean } | undefined {
  const common = ours.filter(({ id }) => supported.includes(id))
  const ready = choose(
    common,
    supported.filter((id) => shares.includes(id)),
    preference,
  )
  if (ready !== undefined) return { group: ready, retry: false }
  const group = choose(common, supported, preference)
  return group === undefined ? undefined : { group, retry: true }
}
