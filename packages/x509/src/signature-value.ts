import { type DerReader, tags } from '@sanstls/core/der'

/**
 * The signature of a certificate, a CRL or an OCSP response. No algorithm here makes signatures that are no whole number
 * of octets: such a one is read as empty, which no algorithm takes for valid, so that the fault is the signature's.
 */
export function readSignatureValue(reader: DerReader): Uint8Array {
  const contents = reader.readContents(tags.bitString)
  return contents[0] === 0 ? contents.subarray(1) : contents.subarray(0, 0)
}
