/** Extensions as OpenSSL shows them: their names, and the lines of their values. */
import { contextConstructed, contextPrimitive, DerError, DerReader, tags } from '@sanstls/core/der'
import { keyUsage } from '../extension.js'
import { attributeValueText, type RelativeName } from '../name.js'
import { parseSct, parseSctList, SctError } from '../sct/sct.js'
import { addressText, describeGeneralName, describeGeneralNames } from './general-name.js'
import { onelineName } from './name.js'
import { algorithmName, objectName } from './object-names.js'
import { hexLines, indent, printableText, timeText, upperHex } from './text.js'

type Describe = (reader: DerReader) => string[]

const usageNames: Readonly<Record<keyof typeof keyUsage, string>> = {
  digitalSignature: 'Digital Signature',
  contentCommitment: 'Non Repudiation',
  keyEncipherment: 'Key Encipherment',
  dataEncipherment: 'Data Encipherment',
  keyAgreement: 'Key Agreement',
  keyCertSign: 'Certificate Sign',
  cRLSign: 'CRL Sign',
  encipherOnly: 'Encipher Only',
  decipherOnly: 'Decipher Only',
}

const netscapeTypes = [
  'SSL Client',
  'SSL Server',
  'S/MIME',
  'Object Signing',
  'Unused',
  'SSL CA',
  'S/MIME CA',
  'Object Signing CA',
]

// By their place in ReasonFlags.
const reasonNames = [
  'Unused',
  'Key Compromise',
  'CA Compromise',
  'Affiliation Changed',
  'Superseded',
  'Cessation Of Operation',
  'Certificate Hold',
  'Privilege Withdrawn',
  'AA Compromise',
]

const features: Readonly<Record<number, string>> = { 5: 'status_request', 17: 'status_request_v2' }

const table: Readonly<Record<string, readonly [name: string, describe?: Describe]>> = {
  '2.5.29.9': ['X509v3 Subject Directory Attributes'],
  '2.5.29.14': ['X509v3 Subject Key Identifier', (reader) => [upperHex(reader.readOctetString())]],
  '2.5.29.15': [
    'X509v3 Key Usage',
    (reader) => {
      const bits = reader.readNamedBits()
      const names = Object.entries(usageNames) as [keyof typeof keyUsage, string][]
      return [names.flatMap(([name, text]) => (bits & keyUsage[name] ? [text] : [])).join(', ')]
    },
  ],
  '2.5.29.16': ['X509v3 Private Key Usage Period', describeUsagePeriod],
  '2.5.29.17': ['X509v3 Subject Alternative Name', joinedNames],
  '2.5.29.18': ['X509v3 Issuer Alternative Name', joinedNames],
  '2.5.29.19': ['X509v3 Basic Constraints', describeBasicConstraints],
  '2.5.29.30': ['X509v3 Name Constraints', describeNameConstraints],
  '2.5.29.31': ['X509v3 CRL Distribution Points', describeDistributionPoints],
  '2.5.29.32': ['X509v3 Certificate Policies', (reader) => each(reader, describePolicy)],
  '2.5.29.33': ['X509v3 Policy Mappings', describePolicyMappings],
  '2.5.29.35': ['X509v3 Authority Key Identifier', describeAuthorityKeyIdentifier],
  '2.5.29.36': ['X509v3 Policy Constraints', describePolicyConstraints],
  '2.5.29.37': [
    'X509v3 Extended Key Usage',
    (reader) => [each(reader, (item) => [objectName(item.readObjectIdentifier())]).join(', ')],
  ],
  '2.5.29.46': ['X509v3 Freshest CRL', describeDistributionPoints],
  '2.5.29.54': ['X509v3 Inhibit Any Policy', (reader) => [String(reader.readSmallInteger())]],
  '2.5.29.56': ['X509v3 No Revocation Available'],
  '1.3.6.1.5.5.7.1.1': ['Authority Information Access', describeAccess],
  '1.3.6.1.5.5.7.1.11': ['Subject Information Access', describeAccess],
  '1.3.6.1.5.5.7.1.24': [
    'TLS Feature',
    (reader) => {
      const numbers = each(reader, (item) => [item.readSmallInteger()])
      return [numbers.map((number) => features[number] ?? String(number)).join(', ')]
    },
  ],
  '1.3.6.1.5.5.7.48.1.5': ['OCSP No Check', emptyValue],
  '1.3.6.1.4.1.11129.2.4.2': ['CT Precertificate SCTs', describeScts],
  '1.3.6.1.4.1.11129.2.4.3': ['CT Precertificate Poison', emptyValue],
  '2.16.840.1.113730.1.1': [
    'Netscape Cert Type',
    (reader) => {
      const bits = reader.readNamedBits()
      return [netscapeTypes.filter((_, bit) => bits & (1 << bit)).join(', ')]
    },
  ],
  '2.23.42.7.0': ['setCext-hashedRoot'],
  '2.16.840.1.113730.1.13': [
    'Netscape Comment',
    (reader) => [printableText(reader.readContents(tags.ia5String))],
  ],
}

/** The lines of an extension: its name, and below it its value. What cannot be read is shown as it is. */
export function describeExtension(id: string, critical: boolean, value: Uint8Array): string[] {
  const [name, describe] = table[id] ?? [id]
  const lines = describe === undefined ? undefined : read(describe, value)
  return [`${name}:${critical ? ' critical' : ''}`, ...indent(lines ?? [printableText(value)], 4)]
}

function read(describe: Describe, value: Uint8Array): string[] | undefined {
  const reader = new DerReader(value)
  try {
    const lines = describe(reader)
    reader.end()
    return lines
  } catch (error) {
    if (error instanceof DerError || error instanceof SctError) return undefined
    throw error
  }
}

function each<T>(reader: DerReader, readItem: (reader: DerReader) => readonly T[]): T[] {
  const items: T[] = []
  const outer = reader.enter(tags.sequence)
  while (!reader.done) items.push(...readItem(reader))
  reader.leave(outer)
  return items
}

function emptyValue(reader: DerReader): string[] {
  reader.readNull()
  return ['']
}

function joinedNames(reader: DerReader): string[] {
  const names = describeGeneralNames(reader, 'list')
  return [names.length === 0 ? '<EMPTY>' : names.join(', ')]
}

function describeBasicConstraints(reader: DerReader): string[] {
  const outer = reader.enter(tags.sequence)
  const ca = reader.at(tags.boolean) && reader.readBoolean()
  const length = reader.at(tags.integer) ? `, pathlen:${reader.readSmallInteger()}` : ''
  reader.leave(outer)
  return [`CA:${ca ? 'TRUE' : 'FALSE'}${length}`]
}

function describeNameConstraints(reader: DerReader): string[] {
  const subtrees = (title: string, tag: number): string[] => {
    if (!reader.at(tag)) return []
    const lines: string[] = []
    const outer = reader.enter(tag)
    while (!reader.done) {
      const afterSubtree = reader.enter(tags.sequence)
      lines.push(describeBase(reader))
      while (!reader.done) reader.skipAny()
      reader.leave(afterSubtree)
    }
    reader.leave(outer)
    return [`${title}:`, ...indent(lines, 2)]
  }
  const outer = reader.enter(tags.sequence)
  const lines = [
    ...subtrees('Permitted', contextConstructed(0)),
    ...subtrees('Excluded', contextConstructed(1)),
  ]
  reader.leave(outer)
  return lines
}

function describeBase(reader: DerReader): string {
  if (!reader.at(contextPrimitive(7))) return describeGeneralName(reader, 'line')
  const bytes = reader.readContents(contextPrimitive(7))
  const half = bytes.length / 2
  return `IP:${addressText(bytes.subarray(0, half))}/${addressText(bytes.subarray(half))}`
}

function describeDistributionPoints(reader: DerReader): string[] {
  return each(reader, (item) => {
    const lines: string[] = []
    const outer = item.enter(tags.sequence)
    if (item.at(contextConstructed(0))) lines.push(...describePointName(item))
    if (item.at(contextPrimitive(1))) {
      const bits = item.readNamedBits(contextPrimitive(1))
      const names = reasonNames.filter((_, bit) => bits & (1 << bit))
      lines.push('Reasons:', `  ${names.join(', ')}`)
    }
    if (item.at(contextConstructed(2))) {
      const names = describeGeneralNames(item, 'line', contextConstructed(2))
      lines.push('CRL Issuer:', ...indent(names, 2))
    }
    item.leave(outer)
    return lines
  })
}

function describePointName(reader: DerReader): string[] {
  const outer = reader.enter(contextConstructed(0))
  let lines: string[]
  if (reader.at(contextConstructed(0))) {
    const names = describeGeneralNames(reader, 'line', contextConstructed(0))
    lines = ['Full Name:', ...indent(names, 2)]
  } else {
    lines = ['Relative Name:', `  ${onelineName([readRelativeName(reader)])}`]
  }
  reader.leave(outer)
  return lines
}

function readRelativeName(reader: DerReader): RelativeName {
  const outer = reader.enter(contextConstructed(1))
  const name: RelativeName[number][] = []
  while (!reader.done) {
    const afterAttribute = reader.enter(tags.sequence)
    const type = reader.readObjectIdentifier()
    const tag = reader.peek()
    name.push({ type, tag, contents: reader.readContents(tag) })
    reader.leave(afterAttribute)
  }
  reader.leave(outer)
  return name
}

function describePolicy(reader: DerReader): string[] {
  const outer = reader.enter(tags.sequence)
  const lines = [`Policy: ${objectName(reader.readObjectIdentifier())}`]
  if (!reader.done) lines.push(...indent(each(reader, describeQualifier), 2))
  reader.leave(outer)
  return lines
}

function describeQualifier(reader: DerReader): string[] {
  const outer = reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  let lines: string[]
  if (id === '1.3.6.1.5.5.7.2.1') {
    lines = [`CPS: ${printableText(reader.readContents(tags.ia5String))}`]
  } else if (id === '1.3.6.1.5.5.7.2.2') {
    lines = ['User Notice:', ...indent(describeNotice(reader), 2)]
  } else {
    lines = [`Unknown Qualifier: ${id}`]
    if (!reader.done) reader.skipAny()
  }
  reader.leave(outer)
  return lines
}

function describeNotice(reader: DerReader): string[] {
  const lines: string[] = []
  const outer = reader.enter(tags.sequence)
  if (reader.at(tags.sequence)) {
    const afterReference = reader.enter(tags.sequence)
    lines.push(`Organization: ${readDisplayText(reader)}`)
    const numbers = each(reader, (item) => [item.readSmallInteger()])
    lines.push(`Number${numbers.length > 1 ? 's' : ''}: ${numbers.join(', ')}`)
    reader.leave(afterReference)
  }
  if (!reader.done) lines.push(`Explicit Text: ${readDisplayText(reader)}`)
  reader.leave(outer)
  return lines
}

function readDisplayText(reader: DerReader): string {
  const tag = reader.peek()
  const contents = reader.readContents(tag)
  const text = attributeValueText({ type: '', tag, contents }) ?? printableText(contents)
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '.')
}

function describePolicyMappings(reader: DerReader): string[] {
  const mappings = each(reader, (item) => {
    const outer = item.enter(tags.sequence)
    const issuer = objectName(item.readObjectIdentifier())
    const text = `${issuer}:${objectName(item.readObjectIdentifier())}`
    item.leave(outer)
    return [text]
  })
  return [mappings.join(', ')]
}

function describeAuthorityKeyIdentifier(reader: DerReader): string[] {
  const lines: string[] = []
  const outer = reader.enter(tags.sequence)
  const identifier = reader.at(contextPrimitive(0))
    ? upperHex(reader.readOctetString(contextPrimitive(0)))
    : undefined
  if (reader.at(contextConstructed(1))) {
    lines.push(...describeGeneralNames(reader, 'list', contextConstructed(1)))
  }
  if (reader.at(contextPrimitive(2))) {
    const serial = reader.readInteger(contextPrimitive(2))
    const hasZero = serial.length > 1 && serial[0] === 0
    lines.push(`serial:${upperHex(hasZero ? serial.subarray(1) : serial)}`)
  }
  reader.leave(outer)
  if (identifier !== undefined) {
    lines.unshift(lines.length > 0 ? `keyid:${identifier}` : identifier)
  }
  return lines.length === 0 ? ['<EMPTY>'] : lines
}

function describePolicyConstraints(reader: DerReader): string[] {
  const outer = reader.enter(tags.sequence)
  const parts: string[] = []
  for (const [number, name] of ['Require Explicit Policy', 'Inhibit Policy Mapping'].entries()) {
    const tag = contextPrimitive(number)
    if (reader.at(tag)) parts.push(`${name}:${reader.readSmallInteger(tag)}`)
  }
  reader.leave(outer)
  return [parts.join(', ')]
}

function describeUsagePeriod(reader: DerReader): string[] {
  const outer = reader.enter(tags.sequence)
  const parts: string[] = []
  for (const [number, name] of ['Not Before', 'Not After'].entries()) {
    const tag = contextPrimitive(number)
    if (reader.at(tag)) parts.push(`${name}: ${timeText(reader.readGeneralizedTime(tag))}`)
  }
  reader.leave(outer)
  return [parts.join(', ')]
}

function describeAccess(reader: DerReader): string[] {
  return each(reader, (item) => {
    const outer = item.enter(tags.sequence)
    const method = objectName(item.readObjectIdentifier())
    const text = `${method} - ${describeGeneralName(item, 'list')}`
    item.leave(outer)
    return [text]
  })
}

// RFC 5246 7.4.1.4.1, as algorithms of certificates.
const sctAlgorithms: Readonly<Record<string, string>> = {
  '4.1': algorithmName('1.2.840.113549.1.1.11'),
  '4.3': algorithmName('1.2.840.10045.4.3.2'),
}

function describeScts(reader: DerReader): string[] {
  return parseSctList(reader.readOctetString()).flatMap((bytes) => {
    const sct = parseSct(bytes)
    const lines = ['Signed Certificate Timestamp:']
    if (sct === undefined) return [...lines, `    Version   : unknown (0x${bytes[0] ?? 0})`]
    const block = (title: string, octets: Uint8Array): string[] =>
      hexLines(octets, 16).map(
        (line, index) => `${index === 0 ? title : ' '.repeat(12)}${line.toUpperCase()}`,
      )
    const { hash, algorithm } = sct
    const name =
      sctAlgorithms[`${hash}.${algorithm}`] ?? `0x${upperHex(Uint8Array.of(hash, algorithm))}`
    const details = [
      'Version   : v1 (0x0)',
      ...block('Log ID    : ', sct.logId),
      `Timestamp : ${timeText(sct.timestamp, true)}`,
      ...(sct.extensions.length === 0
        ? ['Extensions: none']
        : block('Extensions: ', sct.extensions)),
      `Signature : ${name}`,
      ...block(' '.repeat(12), sct.signature),
    ]
    return [...lines, ...indent(details, 4)]
  })
}
