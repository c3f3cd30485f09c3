/** Puts a provider together from what the running runtime has. */
import type { CryptoProvider, EntryDescription } from '@sanstls/core'
import { joinSignatures } from '@sanstls/core/noble'
import { type Available, lazy } from './available.js'
import type { NativeFiniteField } from './finite-field.js'
import type { NativeGroup } from './group.js'
import type { NativeHash } from './hash.js'
import type { NativeRsaEncryption } from './rsa-encryption.js'
import type { NativeSignature } from './signature.js'
import { importSigningKey } from './signing-key.js'
import type { NativeSuite } from './suite.js'
import type { NativeSuite12 } from './suite12.js'

/** The entries of a provider, each list in order of preference. Those that the runtime lacks are left out. */
export interface NativeEntries {
  readonly suites: readonly NativeSuite[]
  readonly groups: readonly NativeGroup[]
  /** Entries of one name are joined: each takes the keys it supports. */
  readonly signatures: readonly NativeSignature[]
  readonly hashes: readonly NativeHash[]
  /** For TLS 1.2; none by default. */
  readonly suites12?: readonly NativeSuite12[]
  readonly finiteField?: NativeFiniteField
  readonly rsaEncryption?: NativeRsaEncryption
}

const name = 'node:crypto'

/**
 * A provider of those of these entries that the running runtime has. Each is tried once, when its list is first read.
 * Key generation draws from the connection's source; what draws by itself says so in `describe()`.
 */
export function createNative(entries: NativeEntries): CryptoProvider {
  const suites = lazy(() => present(entries.suites))
  const groups = lazy(() => present(entries.groups))
  const signatures = lazy(() => joinSignatures(present(entries.signatures)))
  const hashes = lazy(() => present(entries.hashes))
  const suites12 = lazy(() => present(entries.suites12 ?? []))
  return {
    name,
    get suites() {
      return suites()
    },
    get groups() {
      return groups()
    },
    get signatures() {
      return signatures()
    },
    get hashes() {
      return hashes()
    },
    get suites12() {
      return suites12()
    },
    get finiteField() {
      return entries.finiteField?.available() ? entries.finiteField : undefined
    },
    get rsaEncryption() {
      return entries.rsaEncryption?.available() ? entries.rsaEncryption : undefined
    },
    importPrivateKey: importSigningKey,
    describe: () => [
      ...suites().map((entry) => description('suite', entry)),
      ...suites12().map((entry) => description('suite', entry)),
      ...groups().map((entry) => description('group', entry)),
      ...signatures().map((entry) => description('signature', entry)),
      ...hashes().map((entry) => description('hash', entry)),
    ],
  }
}

function present<T extends Available>(entries: readonly T[]): readonly T[] {
  return entries.filter((entry) => entry.available())
}

/** OpenSSL draws in the encapsulation of ML-KEM, and for the signatures that are random. */
const drawing = /mlkem|^(?:ecdsa|rsa_pss)_|^mldsa/i

function description(kind: EntryDescription['kind'], entry: { name: string }): EntryDescription {
  return { kind, name: entry.name, provider: name, ownRandomness: drawing.test(entry.name) }
}
