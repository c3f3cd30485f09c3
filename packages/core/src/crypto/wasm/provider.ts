import { lazy } from '../noble/lazy.js'
import { importWith, type KeyImporter } from '../noble/private-key.js'
import type { CryptoProvider, EntryDescription } from '../provider.js'

const name = 'wasm'

/** What a provider in WebAssembly may have. */
export interface Entries {
  readonly suites: CryptoProvider['suites']
  readonly suites12: NonNullable<CryptoProvider['suites12']>
  readonly groups: CryptoProvider['groups']
  readonly signatures: CryptoProvider['signatures']
  readonly keys: readonly KeyImporter[]
}

const nothing: Entries = { suites: [], suites12: [], groups: [], signatures: [], keys: [] }

/** A provider of what modules have, each of which has kinds of entries of its own; asked when it is first used. */
export function providerOf(...modules: readonly (() => Partial<Entries>)[]): CryptoProvider {
  const entries = lazy(() => {
    let all = nothing
    for (const entriesOf of modules) all = { ...all, ...entriesOf() }
    return all
  })
  const described = (kind: EntryDescription['kind'], list: readonly { readonly name: string }[]) =>
    list.map((entry) => ({ kind, name: entry.name, provider: name, ownRandomness: false }))
  return {
    name,
    get suites() {
      return entries().suites
    },
    get groups() {
      return entries().groups
    },
    get signatures() {
      return entries().signatures
    },
    get suites12() {
      return entries().suites12
    },
    hashes: [],
    importPrivateKey: (pkcs8) => importWith(entries().keys, pkcs8),
    describe: () => [
      ...described('suite', entries().suites),
      ...described('suite', entries().suites12),
      ...described('group', entries().groups),
      ...described('signature', entries().signatures),
    ],
  }
}
