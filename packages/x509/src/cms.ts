/**
 * Certificates in a CMS envelope (RFC 5652), the files that end in .p7b and .p7c and what AIA addresses may answer with.
 * BER is read as well as DER. An entry point of its own: it loads asn1js and pkijs.
 */
import { contextConstructed, DerError, DerReader, tags } from '@sanstls/core/der'
import * as pkijs from 'pkijs'
import { berToDer, parseBer } from './ber.js'

export interface CmsContents {
  /** DER, in the order of the file, which says nothing. */
  readonly certificates: readonly Uint8Array[]
  /** CertificateLists, DER. */
  readonly crls: readonly Uint8Array[]
}

const signedData = '1.2.840.113549.1.7.2'

/**
 * The certificates and lists of a SignedData. What it signs and who signed it is not looked at: none of them is trusted
 * for being in it.
 * @throws {DerError} where it is malformed, or no SignedData.
 */
export function readCms(bytes: Uint8Array): CmsContents {
  const der = berToDer(bytes)
  const { contentType, content } = contentInfo(der)
  if (contentType !== signedData) throw new DerError(0, `CMS contents of type ${contentType}`)
  const reader = new DerReader(new Uint8Array((content as { toBER(): ArrayBuffer }).toBER()))
  reader.enter(tags.sequence)
  reader.skip(tags.integer)
  reader.skip(tags.set)
  reader.skip(tags.sequence)
  return {
    certificates: readSet(reader, contextConstructed(0)),
    crls: readSet(reader, contextConstructed(1)),
  }
}

function contentInfo(der: Uint8Array): pkijs.ContentInfo {
  const schema = parseBer(der)
  try {
    return new pkijs.ContentInfo({ schema })
  } catch (error) {
    throw new DerError(0, error instanceof Error ? error.message : String(error))
  }
}

/** An implicit SET of which only what is of X.509, a SEQUENCE without a tag of its own, is taken. */
function readSet(reader: DerReader, tag: number): Uint8Array[] {
  const elements: Uint8Array[] = []
  if (!reader.at(tag)) return elements
  const outer = reader.enter(tag)
  while (!reader.done) {
    const isX509 = reader.at(tags.sequence)
    const element = reader.readElement()
    if (isX509) elements.push(element)
  }
  reader.leave(outer)
  return elements
}
