/** Certificate extensions (RFC 5280 4.2): which are known, and their values. One reader for each stands in the table. */
import {
  contextConstructed,
  contextPrimitive,
  DerError,
  type DerReader,
  tags,
} from '@sanstls/core/der'
import { type AccessDescription, readAccessDescription } from './access.js'
import { type DistributionPoint, readDistributionPoint } from './distribution-point.js'
import { CertificateError } from './error.js'
import type { CertificateFaultCode } from './fault.js'
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

/** RFC 5280 4.2.1.1. */
export interface AuthorityKeyIdentifier {
  readonly keyIdentifier: Uint8Array | undefined
  readonly authorityCertIssuer: readonly GeneralName[] | undefined
  /** In two's complement. */
  readonly authorityCertSerialNumber: Uint8Array | undefined
}

/** An extension that nothing here understands. */
export interface UnknownExtension {
  /** Object identifier, dotted. */
  readonly id: string
  readonly critical: boolean
  /** The contents of extnValue. */
  readonly value: Uint8Array
}

/** The values of the extensions that are known here. Those of a certificate that are absent are undefined. */
export interface ExtensionValues {
  readonly basicConstraints?: BasicConstraints
  /** Bit n is the bit named n (see `keyUsage`). */
  readonly keyUsage?: number
  /** Object identifiers, dotted. */
  readonly extendedKeyUsage?: readonly string[]
  readonly subjectAltName?: readonly GeneralName[]
  readonly issuerAltName?: readonly GeneralName[]
  readonly nameConstraints?: NameConstraints
  readonly subjectKeyIdentifier?: Uint8Array
  readonly authorityKeyIdentifier?: AuthorityKeyIdentifier
  /** Object identifiers, dotted. */
  readonly certificatePolicies?: readonly string[]
  readonly policyMappings?: readonly PolicyMapping[]
  readonly policyConstraints?: PolicyConstraints
  readonly inhibitAnyPolicy?: number
  readonly cRLDistributionPoints?: readonly DistributionPoint[]
  /** Where the delta CRLs are (RFC 5280 4.2.1.15). */
  readonly freshestCRL?: readonly DistributionPoint[]
  readonly authorityInfoAccess?: readonly AccessDescription[]
  readonly subjectInfoAccess?: readonly AccessDescription[]
  /** TLS extensions that the server must use (RFC 7633); 5 is status_request. */
  readonly tlsFeature?: readonly number[]
  /** RFC 9608: the issuer does not publish revocations of this certificate. */
  readonly noRevAvail?: true
  /** RFC 6960 4.2.2.2.1: the issuer does not publish revocations of this OCSP responder. */
  readonly ocspNoCheck?: true
}

export interface Extensions {
  readonly values: ExtensionValues
  readonly unknown: readonly UnknownExtension[]
  /** Known extensions that are critical. */
  readonly critical: readonly (keyof ExtensionValues)[]
}

export const extensionIds = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extendedKeyUsage: '2.5.29.37',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  noRevAvail: '2.5.29.56',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  ocspNoCheck: '1.3.6.1.5.5.7.48.1.5',
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
  issuerAltName: (reader, values) => {
    values.issuerAltName = readGeneralNames(reader)
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
  cRLDistributionPoints: (reader, values) => {
    values.cRLDistributionPoints = readList(reader, readDistributionPoint)
  },
  freshestCRL: (reader, values) => {
    values.freshestCRL = readList(reader, readDistributionPoint)
  },
  authorityInfoAccess: (reader, values) => {
    values.authorityInfoAccess = readList(reader, readAccessDescription)
  },
  subjectInfoAccess: (reader, values) => {
    values.subjectInfoAccess = readList(reader, readAccessDescription)
  },
  tlsFeature: (reader, values) => {
    values.tlsFeature = readList(reader, (item) => item.readSmallInteger())
  },
  noRevAvail: (reader, values) => {
    reader.readNull()
    values.noRevAvail = true
  },
  ocspNoCheck: (reader, values) => {
    reader.readNull()
    values.ocspNoCheck = true
  },
}

const namesById = new Map(
  // Object.entries forgets the type of the keys.
  (Object.entries(extensionIds) as [keyof ExtensionValues, string][]).map(([name, id]) => [
    id,
    name,
  ]),
)

export const noExtensions: Extensions = { values: {}, unknown: [], critical: [] }

/**
 * Reads Extensions.
 * @throws {DerError} for duplicates (RFC 5280 4.2), and for malformed values of known extensions, critical or not.
 */
export function readExtensions(reader: DerReader): Extensions {
  const values: Writable = {}
  const seen = new Set<string>()
  const unknown: UnknownExtension[] = []
  const critical: (keyof ExtensionValues)[] = []
  const outer = reader.enter(tags.sequence)
  do {
    const start = reader.offset
    const afterExtension = reader.enter(tags.sequence)
    const id = reader.readObjectIdentifier()
    if (seen.has(id)) {
      throw new CertificateError(start, 'duplicateExtension', `extension ${id} stands twice`)
    }
    seen.add(id)
    const isCritical = readDefaultFalse(reader)
    const name = namesById.get(id)
    if (name === undefined) {
      unknown.push({ id, critical: isCritical, value: reader.readOctetString() })
    } else {
      const afterValue = reader.enter(tags.octetString)
      readValue(name, reader, values)
      reader.leave(afterValue)
      if (isCritical) critical.push(name)
    }
    reader.leave(afterExtension)
  } while (!reader.done)
  reader.leave(outer)
  return { values, unknown, critical }
}

/** The rule that a malformed value breaks; those that are not here break the certificate's structure as such. */
const codes: Readonly<Partial<Record<keyof ExtensionValues, CertificateFaultCode>>> = {
  authorityKeyIdentifier: 'authorityKeyIdentifier',
  subjectKeyIdentifier: 'subjectKeyIdentifier',
  basicConstraints: 'basicConstraints',
  keyUsage: 'keyUsage',
  extendedKeyUsage: 'extendedKeyUsage',
  subjectAltName: 'subjectAltName',
  nameConstraints: 'nameConstraint',
  certificatePolicies: 'certificatePolicies',
  policyMappings: 'policyMapping',
  policyConstraints: 'policyConstraints',
  inhibitAnyPolicy: 'policyConstraints',
  noRevAvail: 'noRevAvail',
}

function readValue(name: keyof ExtensionValues, reader: DerReader, values: Writable): void {
  try {
    readers[name](reader, values)
    reader.end()
  } catch (error) {
    if (!(error instanceof DerError)) throw error
    const code = codes[name] ?? 'malformedCertificate'
    throw new CertificateError(error.offset, code, `${name}: ${error.reason}`)
  }
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

function readAuthorityKeyIdentifier(reader: DerReader): AuthorityKeyIdentifier {
  const outer = reader.enter(tags.sequence)
  const keyIdentifier = reader.at(contextPrimitive(0))
    ? reader.readOctetString(contextPrimitive(0))
    : undefined
  const authorityCertIssuer = reader.at(contextConstructed(1))
    ? readGeneralNames(reader, contextConstructed(1))
    : undefined
  const authorityCertSerialNumber = reader.at(contextPrimitive(2))
    ? reader.readInteger(contextPrimitive(2))
    : undefined
  reader.leave(outer)
  return { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber }
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
