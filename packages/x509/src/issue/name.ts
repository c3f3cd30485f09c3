import {
  encodeObjectIdentifier,
  encodeSequence,
  encodeSetOf,
  encodeText,
  tags,
} from '@sanstls/core/der'

/** The usual parts of a distinguished name. */
export interface DistinguishedName {
  /** Two letters (ISO 3166). */
  readonly country?: string
  readonly organization?: string
  readonly organizationalUnit?: string
  readonly commonName?: string
}

const attributes = [
  ['country', '2.5.4.6', tags.printableString],
  ['organization', '2.5.4.10', tags.utf8String],
  ['organizationalUnit', '2.5.4.11', tags.utf8String],
  ['commonName', '2.5.4.3', tags.utf8String],
] as const

/** A Name, DER, from the general to the particular. */
export function encodeName(name: DistinguishedName): Uint8Array {
  const relative = attributes.flatMap(([part, type, tag]) => {
    const value = name[part]
    if (value === undefined) return []
    return [encodeSetOf(encodeSequence(encodeObjectIdentifier(type), encodeText(tag, value)))]
  })
  return encodeSequence(...relative)
}
