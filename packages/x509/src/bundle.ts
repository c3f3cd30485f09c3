/** Certificates as authorities publish them: one alone, or a set of them in a PKCS#7 envelope (RFC 5280 4.2.2.1). */
import { contextConstructed, DerError, DerReader, tags } from '@sanstls/core/der'
import { Certificate } from './certificate.js'

const signedData = '1.2.840.113549.1.7.2'
const maxCertificates = 16

/** The certificates in what was fetched; nothing where it cannot be read. None of them is trusted. */
export function certificatesFromDer(bytes: Uint8Array): Certificate[] {
  try {
    return [new Certificate(new Uint8Array(bytes))]
  } catch (error) {
    if (!(error instanceof DerError)) throw error
  }
  try {
    return readSet(new Uint8Array(bytes))
  } catch (error) {
    if (error instanceof DerError) return []
    throw error
  }
}

// ContentInfo with SignedData (RFC 5652 5.1) of which only the certificates are read.
function readSet(bytes: Uint8Array): Certificate[] {
  const reader = new DerReader(bytes)
  reader.enter(tags.sequence)
  if (reader.readObjectIdentifier() !== signedData) return []
  reader.enter(contextConstructed(0))
  reader.enter(tags.sequence)
  reader.skip(tags.integer)
  reader.skip(tags.set)
  reader.skip(tags.sequence)
  if (!reader.at(contextConstructed(0))) return []
  reader.enter(contextConstructed(0))
  const certificates: Certificate[] = []
  while (!reader.done && certificates.length < maxCertificates) {
    certificates.push(new Certificate(reader.readElement(tags.sequence)))
  }
  return certificates
}
