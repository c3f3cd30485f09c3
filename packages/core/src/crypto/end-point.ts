/** The channel binding `tls-server-end-point` (RFC 5929 section 4). */
import { DerError, DerReader, tags } from '../der/reader.js'
import { outlineCertificate } from './certificate.js'
import type { HashAlgorithm, HashName } from './provider.js'
import { readPssParameters } from './pss-parameters.js'

/** RFC 5929 4.1: MD5 and SHA-1 are replaced by SHA-256. Algorithms without one hash, as Ed25519, have no binding. */
const hashOfAlgorithm: Readonly<Record<string, HashName>> = {
  '1.2.840.113549.1.1.4': 'sha256',
  '1.2.840.113549.1.1.5': 'sha256',
  '1.2.840.113549.1.1.14': 'sha224',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.1': 'sha256',
  '1.2.840.10045.4.3.1': 'sha224',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}
const rsassaPss = '1.2.840.113549.1.1.10'

/** The hash of the server's certificate, or undefined where none is defined or the provider lacks it. */
export function serverEndPoint(
  certificate: Uint8Array,
  hashes: readonly HashAlgorithm[],
): Uint8Array | undefined {
  const name = signatureHash(certificate)
  return hashes.find((hash) => hash.name === name)?.hash(certificate)
}

function signatureHash(certificate: Uint8Array): HashName | undefined {
  try {
    return readSignatureHash(certificate)
  } catch (thrown) {
    // A pinned key may come in a certificate of which nobody has read the rest.
    if (thrown instanceof DerError) return undefined
    throw thrown
  }
}

function readSignatureHash(certificate: Uint8Array): HashName | undefined {
  const { algorithmStart, issuerStart } = outlineCertificate(certificate)
  const reader = new DerReader(certificate.subarray(algorithmStart, issuerStart))
  reader.enter(tags.sequence)
  const algorithm = reader.readObjectIdentifier()
  if (algorithm !== rsassaPss) return hashOfAlgorithm[algorithm]
  const { hash } = readPssParameters(reader)
  return hash === 'sha1' ? 'sha256' : hash
}
