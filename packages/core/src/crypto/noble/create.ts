/** Puts a provider together from entries. */
import type {
  CipherSuite,
  CipherSuite12,
  CryptoProvider,
  EntryDescription,
  FiniteField,
  HashAlgorithm,
  NamedGroup,
  RsaEncryption,
  SignatureAlgorithm,
} from '../provider.js'
import { joinSignatures } from '../signatures.js'
import { importWith, type KeyImporter } from './private-key.js'

/** The entries of a provider, each list in order of preference. A bundle holds what is named here, and no more. */
export interface NobleEntries {
  readonly suites: readonly CipherSuite[]
  readonly groups: readonly NamedGroup[]
  /** Entries of one name are joined: each takes the keys it supports. */
  readonly signatures: readonly SignatureAlgorithm[]
  readonly hashes: readonly HashAlgorithm[]
  /** The kinds of private keys that can be imported; none by default. */
  readonly keys?: readonly KeyImporter[]
  /** For TLS 1.2; none by default. */
  readonly suites12?: readonly CipherSuite12[]
  /** Needed by suites of TLS 1.2 with DHE. */
  readonly finiteField?: FiniteField
  /** Needed by suites of TLS 1.2 with RSA key exchange, by clients. */
  readonly rsaEncryption?: RsaEncryption
}

const name = 'noble'

/** A provider of exactly these entries. All of their randomness comes from the connection's source. */
export function createNoble(entries: NobleEntries): CryptoProvider {
  const { suites, groups, hashes, keys = [], suites12 = [], finiteField, rsaEncryption } = entries
  const signatures = joinSignatures(entries.signatures)
  return {
    name,
    suites,
    groups,
    signatures,
    hashes,
    suites12,
    ...(finiteField && { finiteField }),
    ...(rsaEncryption && { rsaEncryption }),
    importPrivateKey: (pkcs8) => importWith(keys, pkcs8),
    describe: () => [
      ...suites.map((entry) => description('suite', entry)),
      ...suites12.map((entry) => description('suite', entry)),
      ...groups.map((entry) => description('group', entry)),
      ...signatures.map((entry) => description('signature', entry)),
      ...hashes.map((entry) => description('hash', entry)),
    ],
  }
}

function description(kind: EntryDescription['kind'], entry: { name: string }): EntryDescription {
  return { kind, name: entry.name, provider: name, ownRandomness: false }
}
