/** From a certificate's AlgorithmIdentifier to the provider's name of the algorithm. */
import type { HashName, KeyType, SignatureName, SubjectPublicKey } from '@sanstls/core'
import { DerReader, readPssParameters, tags } from '@sanstls/core/der'

export type CertificateSignature =
  | {
      readonly ok: true
      /** Object identifier, dotted. */
      readonly id: string
      readonly name: SignatureName
      /** Bytes; for PSS. */
      readonly saltLength: number | undefined
      /** The kinds of keys that make such signatures. */
      readonly keyTypes: readonly KeyType[]
    }
  | {
      readonly ok: false
      /** Object identifier, dotted. */
      readonly id: string
      readonly code: 'weakAlgorithm' | 'unsupportedAlgorithm'
      readonly detail: string
    }

type Parameters = 'nullOrAbsent' | 'absent'

const simple: Readonly<Record<string, readonly [SignatureName, Parameters, KeyType]>> = {
  // RFC 4055 section 5: the parameters are NULL, and absent ones are to be accepted.
  '1.2.840.113549.1.1.14': ['rsa_pkcs1_sha224', 'nullOrAbsent', 'rsa'],
  '1.2.840.113549.1.1.11': ['rsa_pkcs1_sha256', 'nullOrAbsent', 'rsa'],
  '1.2.840.113549.1.1.12': ['rsa_pkcs1_sha384', 'nullOrAbsent', 'rsa'],
  '1.2.840.113549.1.1.13': ['rsa_pkcs1_sha512', 'nullOrAbsent', 'rsa'],
  // RFC 5758 3.2
  '1.2.840.10045.4.3.1': ['ecdsa_sha224', 'absent', 'ec'],
  '1.2.840.10045.4.3.2': ['ecdsa_sha256', 'absent', 'ec'],
  '1.2.840.10045.4.3.3': ['ecdsa_sha384', 'absent', 'ec'],
  '1.2.840.10045.4.3.4': ['ecdsa_sha512', 'absent', 'ec'],
  // RFC 8410 section 3
  '1.3.101.112': ['ed25519', 'absent', 'ed25519'],
  '1.3.101.113': ['ed448', 'absent', 'ed448'],
  // RFC 9881 section 2
  '2.16.840.1.101.3.4.3.17': ['mldsa44', 'absent', 'mldsa44'],
  '2.16.840.1.101.3.4.3.18': ['mldsa65', 'absent', 'mldsa65'],
  '2.16.840.1.101.3.4.3.19': ['mldsa87', 'absent', 'mldsa87'],
}

const rsassaPss = '1.2.840.113549.1.1.10'

// Collisions can be made: a certificate could stand in for another one.
const weak: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2 with RSA',
  '1.2.840.113549.1.1.3': 'MD4 with RSA',
  '1.2.840.113549.1.1.4': 'MD5 with RSA',
  '1.2.840.113549.1.1.5': 'SHA-1 with RSA',
  '1.3.14.3.2.29': 'SHA-1 with RSA',
  '1.2.840.10040.4.3': 'SHA-1 with DSA',
  '1.2.840.10045.4.1': 'SHA-1 with ECDSA',
}

const weakHashes: readonly HashName[] = ['sha1']

/**
 * Reads an AlgorithmIdentifier. MD5 and SHA-1 are refused, whatever the provider can do.
 * @throws {DerError} where it is malformed.
 */
export function readSignatureAlgorithm(der: Uint8Array): CertificateSignature {
  const reader = new DerReader(der)
  const outer = reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  const weakName = weak[id]
  if (weakName !== undefined) return { ok: false, id, code: 'weakAlgorithm', detail: weakName }
  const entry = simple[id]
  let result: CertificateSignature
  if (entry !== undefined) {
    const [name, parameters, keyType] = entry
    if (parameters === 'nullOrAbsent' && !reader.done) reader.readNull()
    result = { ok: true, id, name, saltLength: undefined, keyTypes: [keyType] }
  } else if (id === rsassaPss) {
    result = pssSignature(reader)
  } else {
    return { ok: false, id, code: 'unsupportedAlgorithm', detail: `algorithm ${id}` }
  }
  reader.leave(outer)
  reader.end()
  return result
}

// RFC 4055 section 3.1: in a signature the parameters must be there.
function pssSignature(reader: DerReader): CertificateSignature {
  const id = rsassaPss
  const { hash, saltLength } = readPssParameters(reader)
  if (hash === undefined) {
    const detail = 'RSASSA-PSS with an unknown hash, or another one in MGF1'
    return { ok: false, id, code: 'unsupportedAlgorithm', detail }
  }
  if (weakHashes.includes(hash)) {
    return { ok: false, id, code: 'weakAlgorithm', detail: 'RSASSA-PSS with SHA-1' }
  }
  return { ok: true, id, name: `rsa_pss_${hash}`, saltLength, keyTypes: ['rsa', 'rsaPss'] }
}

/** Whether a key may make this signature: its kind, and the parameters that bind an RSASSA-PSS key (RFC 4055 1.2, 3.3). */
export function keyFits(
  { name, saltLength, keyTypes }: CertificateSignature & { ok: true },
  key: SubjectPublicKey,
): boolean {
  if (!keyTypes.includes(key.type)) return false
  if (key.pssHash === undefined) return true
  return name === `rsa_pss_${key.pssHash}` && (saltLength ?? 0) >= (key.pssSaltLength ?? 0)
}
