/** The outline of a certificate (RFC 5280 4.1), shared with @sanstls/x509 so that both see the same key. */
import { contextConstructed, contextPrimitive, DerReader, tags } from '../der/reader.js'
import { parseSubjectPublicKey, type SubjectPublicKey } from './spki.js'

/** Where the parts of a certificate stand, as offsets into its DER. Every range is a whole element, header included. */
export interface CertificateOutline {
  readonly tbsStart: number
  readonly tbsEnd: number
  /** 1, 2 or 3. */
  readonly version: number
  readonly serialStart: number
  /** The AlgorithmIdentifier that is signed. */
  readonly algorithmStart: number
  readonly issuerStart: number
  readonly validityStart: number
  readonly subjectStart: number
  readonly spkiStart: number
  readonly spkiEnd: number
  /** The Extensions sequence inside [3], or -1 where there is none. */
  readonly extensionsStart: number
  /** The AlgorithmIdentifier that is not signed, and must equal the other one. */
  readonly outerAlgorithmStart: number
  readonly signatureStart: number
}

/**
 * Finds the parts of a certificate.
 * @throws {DerError} where its structure is not that of RFC 5280 4.1, or bytes follow it.
 */
export function outlineCertificate(certificate: Uint8Array): CertificateOutline {
  const reader = new DerReader(certificate)
  const file = reader.enter(tags.sequence)
  const tbsStart = reader.offset
  const afterTbs = reader.enter(tags.sequence)
  const version = readVersion(reader)
  const serialStart = reader.offset
  reader.skip(tags.integer)
  const algorithmStart = reader.offset
  reader.skip(tags.sequence)
  const issuerStart = reader.offset
  reader.skip(tags.sequence)
  const validityStart = reader.offset
  reader.skip(tags.sequence)
  const subjectStart = reader.offset
  reader.skip(tags.sequence)
  const spkiStart = reader.offset
  reader.skip(tags.sequence)
  const spkiEnd = reader.offset
  // RFC 5280 4.1.2.8: unique identifiers are for version 2 or 3; 4.1.2.9: extensions for version 3.
  if (version >= 2 && reader.at(contextPrimitive(1))) reader.skip(contextPrimitive(1))
  if (version >= 2 && reader.at(contextPrimitive(2))) reader.skip(contextPrimitive(2))
  let extensionsStart = -1
  if (version === 3 && reader.at(contextConstructed(3))) {
    const outer = reader.enter(contextConstructed(3))
    extensionsStart = reader.offset
    reader.skip(tags.sequence)
    reader.leave(outer)
  }
  reader.leave(afterTbs)
  const outerAlgorithmStart = reader.offset
  reader.skip(tags.sequence)
  const signatureStart = reader.offset
  reader.skip(tags.bitString)
  reader.leave(file)
  reader.end()
  return {
    tbsStart,
    tbsEnd: outerAlgorithmStart,
    version,
    serialStart,
    algorithmStart,
    issuerStart,
    validityStart,
    subjectStart,
    spkiStart,
    spkiEnd,
    extensionsStart,
    outerAlgorithmStart,
    signatureStart,
  }
}

/**
 * The public key of a certificate. Nothing else in the certificate is checked.
 * @throws {DerError} where the certificate or its key is malformed.
 */
export function certificatePublicKey(certificate: Uint8Array): SubjectPublicKey {
  const { spkiStart, spkiEnd } = outlineCertificate(certificate)
  return parseSubjectPublicKey(certificate.subarray(spkiStart, spkiEnd))
}

// X.690 11.5: a DEFAULT value, here v1, is not encoded.
function readVersion(reader: DerReader): number {
  if (!reader.at(contextConstructed(0))) return 1
  const start = reader.offset
  const outer = reader.enter(contextConstructed(0))
  const version = reader.readSmallInteger() + 1
  reader.leave(outer)
  if (version !== 2 && version !== 3) reader.fail('version that is neither v2 nor v3', start)
  return version
}
