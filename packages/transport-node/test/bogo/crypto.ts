/** The provider that the shim runs on: BOGO_CRYPTO is `node` (the default), `noble`, or `wasm` over noble. */
import type { CryptoProvider } from '@sanstls/core'
import { compose, createNoble, MLKEM768, MLKEM1024 } from '@sanstls/core/noble'
import {
  mldsa44,
  mldsa44Keys,
  mldsa65,
  mldsa65Keys,
  mldsa87,
  mldsa87Keys,
} from '@sanstls/core/noble/mldsa'
import { nobleTls12 } from '@sanstls/core/noble/tls12'
import { wasm } from '@sanstls/core/wasm'
import { nodeCrypto } from '@sanstls/transport-node/crypto'
import { Unimplemented } from './flags.js'

/** What no default has. */
const optIn = createNoble({
  suites: [],
  groups: [MLKEM768, MLKEM1024],
  signatures: [mldsa44, mldsa65, mldsa87],
  hashes: [],
  keys: [mldsa44Keys, mldsa65Keys, mldsa87Keys],
})

export const provider: CryptoProvider = compose(chosen(), optIn)

function chosen(): CryptoProvider {
  switch (process.env.BOGO_CRYPTO) {
    case 'noble':
      return nobleTls12
    case 'wasm':
      return compose(wasm, nobleTls12)
    default:
      return compose(nodeCrypto, nobleTls12)
  }
}

/** Names for the numbers that flags carry. @throws {Unimplemented} */
export function groupNames(ids: readonly number[]): readonly string[] {
  return ids.map((id) => {
    const group = provider.groups.find((candidate) => candidate.id === id)
    if (group === undefined) throw new Unimplemented(`no group 0x${id.toString(16)}`)
    return group.name
  })
}

/** TLS signature schemes with the algorithm that signs. */
const schemes: ReadonlyMap<number, readonly [name: string, algorithm: string]> = new Map([
  [0x0403, ['ecdsa_secp256r1_sha256', 'ecdsa_sha256']],
  [0x0503, ['ecdsa_secp384r1_sha384', 'ecdsa_sha384']],
  [0x0603, ['ecdsa_secp521r1_sha512', 'ecdsa_sha512']],
  [0x0807, ['ed25519', 'ed25519']],
  [0x0808, ['ed448', 'ed448']],
  [0x0804, ['rsa_pss_rsae_sha256', 'rsa_pss_sha256']],
  [0x0805, ['rsa_pss_rsae_sha384', 'rsa_pss_sha384']],
  [0x0806, ['rsa_pss_rsae_sha512', 'rsa_pss_sha512']],
  [0x0809, ['rsa_pss_pss_sha256', 'rsa_pss_sha256']],
  [0x080a, ['rsa_pss_pss_sha384', 'rsa_pss_sha384']],
  [0x080b, ['rsa_pss_pss_sha512', 'rsa_pss_sha512']],
  [0x0401, ['rsa_pkcs1_sha256', 'rsa_pkcs1_sha256']],
  [0x0501, ['rsa_pkcs1_sha384', 'rsa_pkcs1_sha384']],
  [0x0601, ['rsa_pkcs1_sha512', 'rsa_pkcs1_sha512']],
  [0x0904, ['mldsa44', 'mldsa44']],
  [0x0905, ['mldsa65', 'mldsa65']],
  [0x0906, ['mldsa87', 'mldsa87']],
])

const sha1 = 'signatures with SHA-1 come with the legacy entry point (RFC 9155)'
const unavailable: ReadonlyMap<number, string> = new Map([
  [0x0201, sha1],
  [0x0203, sha1],
  [0x0420, "rsa_pkcs1_sha256_legacy is BoringSSL's own"],
  [0xff01, 'signatures with MD5 and SHA-1 are of TLS 1.1 and older'],
])

/** @throws {Unimplemented} for a scheme that the provider does not verify. */
export function schemeNames(ids: readonly number[]): readonly string[] {
  return ids.map((id) => {
    const reason = unavailable.get(id)
    if (reason !== undefined) throw new Unimplemented(reason)
    const [name, algorithm] = schemes.get(id) ?? []
    if (name === undefined || !provider.signatures.some((entry) => entry.name === algorithm))
      throw new Unimplemented(`no verification of signature scheme 0x${id.toString(16)}`)
    return name
  })
}

export function schemeAlgorithm(id: number): string | undefined {
  return schemes.get(id)?.[1]
}
