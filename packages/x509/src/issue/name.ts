import {
  encodeObjectIdentifier,
  encodeSequence,
  encodeSetOf,
  encodeText,
  tags,
} from '@sanstls/core/der'

/** The usual parts of a distinguished name. */
export interface DistinguishedName {
  /** From the top: `['com', 'example']`. */
  readonly domainComponents?: readonly string[]
  /** Two letters (ISO 3166). */
  readonly country?: string
  readonly stateOrProvince?: string
  readonly locality?: string
  readonly organization?: string
  readonly organizationalUnit?: string
  readonly commonName?: string
  readonly serialNumber?: string
  /** For old software; mail addresses belong into subjectAltName. */
  readonly emailAddress?: string
}

const attributes = [
  ['domainComponents', '0.9.2342.19200300.100.1.25', tags.ia5String],
  ['country', '2.5.4.6', tags.printableString],
  ['stateOrProvince', '2.5.4.8', tags.utf8String],
  ['locality', '2.5.4.7', tags.utf8String],
  ['organization', '2.5.4.10', tags.utf8String],
  ['organizationalUnit', '2.5.4.11', tags.utf8String],
  ['commonName', '2.5.4.3', tags.utf8String],
  ['serialNumber', '2.5.4.5', tags.printableString],
  ['emailAddress', '1.2.840.113549.1.9.1', tags.ia5String],
] as const

/** A Name, DER, from the general to the particular. */
export function encodeName(name: DistinguishedName): Uint8Array {
  const relative = attributes.flatMap(([part, type, tag]) =>
    [name[part] ?? []]
      .flat()
      .map((value) =>
        encodeSetOf(encodeSequence(encodeObjectIdentifier(type), encodeText(tag, value))),
      ),
  )
  return encodeSequence(...relative)
}
