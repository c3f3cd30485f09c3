/** noble's provider as a filler of gaps: hybrids keep their fast half. */
import type { CryptoProvider, EntryDescription, NamedGroup } from '@sanstls/core'
import { compose, hybrid, MLKEM768, MLKEM1024, noble } from '@sanstls/core/noble'
import { nobleTls12 } from '@sanstls/core/noble/tls12'
import { lazy } from './available.js'
import { secp256r1, secp384r1 } from './ecdh.js'
import { SecP256r1MLKEM768, SecP384r1MLKEM1024, X25519MLKEM768 } from './mlkem.js'
import { x25519 } from './montgomery.js'

/** `primary` with noble's entries in its gaps, in noble's order. Composed when first used. */
export function fillWithNoble(primary: CryptoProvider): CryptoProvider {
  const whole = lazy(() => compose(primary, fasterNoble()))
  return {
    name: `${primary.name}+${noble.name}`,
    get suites() {
      return whole().suites
    },
    get groups() {
      return whole().groups
    },
    get signatures() {
      return whole().signatures
    },
    get hashes() {
      return whole().hashes
    },
    get suites12() {
      return whole().suites12 ?? []
    },
    get finiteField() {
      return whole().finiteField
    },
    get rsaEncryption() {
      return whole().rsaEncryption
    },
    importPrivateKey: (pkcs8) => whole().importPrivateKey(pkcs8),
    describe: () => whole().describe(),
  }
}

/** noble, but for the elliptic curve in hybrids, of which its ML-KEM takes the lesser part of the time. */
function fasterNoble(): CryptoProvider {
  const replacements = new Map<string, NamedGroup>()
  const replace = ({ id, name }: NamedGroup, first: NamedGroup, second: NamedGroup): void => {
    replacements.set(name, hybrid(id, name, first, second))
  }
  if (x25519.available()) replace(X25519MLKEM768, MLKEM768, x25519)
  if (secp256r1.available()) replace(SecP256r1MLKEM768, secp256r1, MLKEM768)
  if (secp384r1.available()) replace(SecP384r1MLKEM1024, secp384r1, MLKEM1024)
  const described = (entry: EntryDescription): EntryDescription =>
    entry.kind === 'group' && replacements.has(entry.name)
      ? { ...entry, provider: `node:crypto+${noble.name}` }
      : entry
  return {
    ...nobleTls12,
    groups: noble.groups.map((group) => replacements.get(group.name) ?? group),
    describe: () => nobleTls12.describe().map(described),
  }
}
