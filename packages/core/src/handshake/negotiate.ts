/** Choosing from two lists. */
import type { NamedGroup } from '../crypto/provider.js'

/** What of `ours` the peer has too, in the order of the side that decides. Never walks the peer's list more than we have entries. */
export function common<T extends { readonly id: number }>(
  ours: readonly T[],
  theirs: readonly number[],
  preference: 'server' | 'client',
): readonly T[] {
  const both = ours.filter(({ id }) => theirs.includes(id))
  if (preference === 'server') return both
  return both.sort((a, b) => theirs.indexOf(a.id) - theirs.indexOf(b.id))
}

/** The group for the key exchange: one with a share if there is any, which saves a round trip. */
export function chooseGroup(
  ours: readonly NamedGroup[],
  supported: readonly number[],
  shares: readonly number[],
  preference: 'server' | 'client',
): { readonly group: NamedGroup; readonly retry: boolean } | undefined {
  const both = common(ours, supported, preference)
  const ready = both.find(({ id }) => shares.includes(id))
  if (ready !== undefined) return { group: ready, retry: false }
  const [group] = both
  return group === undefined ? undefined : { group, retry: true }
}
