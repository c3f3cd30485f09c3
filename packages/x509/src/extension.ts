/** Certificate extensions (RFC 5280 4.2): which are known, and their values. One reader for each stands in the table. */
import { contextConstructed, contextPrimitive, type DerReader, tags } from '@sanstls/core/der'
import { type GeneralName, readGeneralName, readGeneralNames } from './general-name.js'

export interface BasicConstraints {
  readonly ca: boolean
  /** The number of intermediates that may follow, self-issued ones not counted; undefined: any. */
  readonly pathLength: number | undefined
}

export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

/** Object identifiers, dotted. */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string
  readonly subjectDomainPolicy: string
}

export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined
  readonly inhibitPolicyMapping: number | undefined
}

/** The values of the extensions that are known here. Those of a certificate that are absent are undefined. */
export interface ExtensionValues {
  readonly basicConstraints?: BasicConstraints
  /** Bit n is the bit named n (see `keyUsage`). */
  readonly keyUsage?: number
  /** Object identifiers, dotted. */
  readonly extendedKeyUsage?: readonly string[]
  readonly subjectAltName?: readonly GeneralName[]
  readonly nameConstraints?: NameConstraints
  readonly subjectKeyIdentifier?: Uint8Array
  /** The keyIdentifier, where there is one. */
  readonly authorityKeyIdentifier?: Uint8Array | undefined
  /** Object identifiers, dotted. */
  readonly certificatePolicies?: readonly string[]
  readonly policyMappings?: readonly PolicyMapping[]
  readonly policyConstraints?: PolicyConstraints
  readonly inhibitAnyPolicy?: number
}

export interface Extensions {
  readonly values: ExtensionValues
  /** Critical extensions that nothing here understands, by object identifier. */
  readonly unknownCritical: readonly string[]
  /** Known extensions that are critical. */
  readonly critical: readonly (keyof ExtensionValues)[]
}

export const extensionIds = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
} as const satisfies Record<keyof ExtensionValues, string>

/** KeyUsage bits (RFC 5280 4.2.1.3). */
export const keyUsage = {
  digitalSignature: 1 << 0,
  contentCommitment: 1 << 1,
  keyEncipherment: 1 << 2,
  dataEncipherment: 1 << 3,
  keyAgreement: 1 << 4,
  keyCertSign: 1 << 5,
  cRLSign: 1 << 6,
  encipherOnly: 1 << 7,
  decipherOnly: 1 << 8,
} as const

export type KeyUsage = keyof typeof keyUsage

type Writable = { -readonly [Key in keyof ExtensionValues]: ExtensionValues[Key] }

type ReadInto = (reader: DerReader, values: Writable) => void

/** How the value of each extension that is known is read. */
const readers: Readonly<Record<keyof ExtensionValues, ReadInto>> = {
  subjectKeyIdentifier: (reader, values) => {
    values.subjectKeyIdentifier = reader.readOctetString()
  },
  keyUsage: (reader, values) => {
    values.keyUsage = readKeyUsage(reader)
  },
  subjectAltName: (reader, values) => {
    values.subjectAltName = readGeneralNames(reader)
  },
  basicConstraints: (reader, values) => {
    values.basicConstraints = readBasicConstraints(reader)
  },
  nameConstraints: (reader, values) => {
    values.nameConstraints = readNameConstraints(reader)
  },
  certificatePolicies: (reader, values) => {
    values.certificatePolicies = readList(reader, readPolicy)
  },
  policyMappings: (reader, values) => {
    values.policyMappings = readList(reader, readPolicyMapping)
  },
  authorityKeyIdentifier: (reader, values) => {
    values.authorityKeyIdentifier = readAuthorityKeyIdentifier(reader)
  },
  policyConstraints: (reader, values) => {
    values.policyConstraints = readPolicyConstraints(reader)
  },
  extendedKeyUsage: (reader, values) => {
    values.extendedKeyUsage = readList(reader, (item) => item.readObjectIdentifier())
  },
  inhibitAnyPolicy: (reader, values) => {
    values.inhibitAnyPolicy = reader.readSmallInteger()
  },
}

const namesById = new Map(
  // Object.entries forgets the type of the keys.
  (Object.entries(extensionIds) as [keyof ExtensionValues, string][]).map(([name, id]) => [
    id,
    name,
  ]),
)

export const noExtensions: Extensions = { values: {}, unknownCritical: [], critical: [] }

/**
 * Reads Extensions.
 * @throws {DerError} for duplicates (RFC 5280 4.2), and for malformed values of known extensions, critical or not.
 */
export function readExtensions(reader: DerReader): Extensions {
  const values: Writable = {}
  const seen = new Set<string>()
  const unknownCritical: string[] = []
  const critical: (keyof ExtensionValues)[] = []
  const outer = reader.enter(tags.sequence)
  do {
    const start = reader.offset
    const afterExtension = reader.enter(tags.sequence)
    const id = reader.readObjectIdentifier()
    if (seen.has(id)) reader.fail(`extension ${id} stands twice`, start)
    seen.add(id)
    const isCritical = readDefaultFalse(reader)
    const name = namesById.get(id)
    if (name === undefined) {
      reader.skip(tags.octetString)
      if (isCritical) unknownCritical.push(id)
    } else {
      const afterValue = reader.enter(tags.octetString)
      readers[name](reader, values)
      reader.leave(afterValue)
      if (isCritical) critical.push(name)
    }
    reader.leave(afterExtension)
  } while (!reader.done)
  reader.leave(outer)
  return { values, unknownCritical, critical }
}

/**
 * BOOLEAN DEFAULT FALSE. DER leaves a default out (X.690 11.5), but certificates in use spell out FALSE, as CA:FALSE
 * above all, and every path validator in use reads them.
 */
const readDefaultFalse = (reader: DerReader): boolean =>
  reader.at(tags.boolean) ? reader.readBoolean() : false

function readBasicConstraints(reader: DerReader): BasicConstraints {
  const outer = reader.enter(tags.sequence)
  const ca = readDefaultFalse(reader)
  const pathLength = reader.at(tags.integer) ? reader.readSmallInteger() : undefined
  reader.leave(outer)
  return { ca, pathLength }
}

// RFC 5280 4.2.1.3: at least one bit is set.
function readKeyUsage(reader: DerReader): number {
  const start = reader.offset
  const bits = reader.readNamedBits()
  return bits === 0 ? reader.fail('keyUsage without a bit set', start) : bits
}

function readNameConstraints(reader: DerReader): NameConstraints {
  const start = reader.offset
  const outer = reader.enter(tags.sequence)
  const permitted = readSubtrees(reader, contextConstructed(0))
  const excluded = readSubtrees(reader, contextConstructed(1))
  reader.leave(outer)
  // RFC 5280 4.2.1.10: an empty sequence must not be issued.
  if (permitted.length + excluded.length === 0) reader.fail('empty nameConstraints', start)
  return { permitted, excluded }
}

// RFC 5280 4.2.1.10: minimum is 0, which DER leaves out, and maximum is absent.
function readSubtrees(reader: DerReader, tag: number): GeneralName[] {
  if (!reader.at(tag)) return []
  const subtrees: GeneralName[] = []
  const outer = reader.enter(tag)
  do {
    const afterSubtree = reader.enter(tags.sequence)
    subtrees.push(readGeneralName(reader, [8, 32]))
    reader.leave(afterSubtree)
  } while (!reader.done)
  reader.leave(outer)
  return subtrees
}

function readAuthorityKeyIdentifier(reader: DerReader): Uint8Array | undefined {
  const outer = reader.enter(tags.sequence)
  const identifier = reader.at(contextPrimitive(0))
    ? reader.readOctetString(contextPrimitive(0))
    : undefined
  if (reader.at(contextConstructed(1))) readGeneralNames(reader, contextConstructed(1))
  if (reader.at(contextPrimitive(2))) reader.readInteger(contextPrimitive(2))
  reader.leave(outer)
  return identifier
}

// PolicyInformation: the qualifiers are for people.
function readPolicy(reader: DerReader): string {
  const outer = reader.enter(tags.sequence)
  const policy = reader.readObjectIdentifier()
  if (!reader.done) reader.skip(tags.sequence)
  reader.leave(outer)
  return policy
}

function readPolicyMapping(reader: DerReader): PolicyMapping {
  const outer = reader.enter(tags.sequence)
  const issuerDomainPolicy = reader.readObjectIdentifier()
  const subjectDomainPolicy = reader.readObjectIdentifier()
  reader.leave(outer)
  return { issuerDomainPolicy, subjectDomainPolicy }
}

function readPolicyConstraints(reader: DerReader): PolicyConstraints {
  const start = reader.offset
  const outer = reader.enter(tags.sequence)
  const read = (tag: number): number | undefined =>
    reader.at(tag) ? reader.readSmallInteger(tag) : undefined
  const requireExplicitPolicy = read(contextPrimitive(0))
  const inhibitPolicyMapping = read(contextPrimitive(1))
  reader.leave(outer)
  // RFC 5280 4.2.1.11: an empty sequence must not be issued.
  if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined) {
    reader.fail('empty policyConstraints', start)
  }
  return { requireExplicitPolicy, inhibitPolicyMapping }
}

/** SEQUENCE SIZE (1..MAX) OF. */
function readList<T>(reader: DerReader, readItem: (reader: DerReader) => T): T[] {
  const items: T[] = []
  const outer = reader.enter(tags.sequence)
  do items.push(readItem(reader))
  while (!reader.done)
  reader.leave(outer)
  return items
}
