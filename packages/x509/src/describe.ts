/**
 * A certificate as text, as people know it from `openssl x509 -text` of OpenSSL 3.0. It differs in this: no spaces stand at
 * the ends of lines; line feeds and other control characters inside of values are dots, so that no value makes up lines;
 * the parameters of RSASSA-PSS and the parts of distribution points are indented like everything else;
 * unique identifiers and the parameters of DSA keys are not shown. An entry point of its own.
 */
import { contextConstructed, DerReader, readPssParameters, tags } from '@sanstls/core/der'
import { Certificate } from './certificate.js'
import { describeExtension } from './describe/extension.js'
import { describeKey } from './describe/key.js'
import { onelineName } from './describe/name.js'
import { algorithmName } from './describe/object-names.js'
import { colonHex, hexLines, indent, timeText } from './describe/text.js'

/**
 * Describes a certificate. Every line ends with a line feed.
 * @throws {DerError} where it is malformed.
 */
export function describeCertificate(certificate: Certificate | Uint8Array): string {
  const parsed = certificate instanceof Certificate ? certificate : new Certificate(certificate)
  const algorithm = describeAlgorithm(parsed.signatureAlgorithm)
  const extensions = readExtensionLines(parsed.tbs)
  const lines = [
    'Certificate:',
    '    Data:',
    ...indent(
      [
        `Version: ${parsed.version} (0x${parsed.version - 1})`,
        ...describeSerial(parsed.serialNumber),
        ...algorithm,
        `Issuer: ${onelineName(parsed.issuer)}`,
        'Validity',
        `    Not Before: ${timeText(parsed.notBefore)}`,
        `    Not After : ${timeText(parsed.notAfter)}`,
        `Subject: ${onelineName(parsed.subject)}`,
        'Subject Public Key Info:',
        ...indent(describeKey(parsed.publicKey), 4),
        ...(extensions.length > 0 ? ['X509v3 extensions:', ...indent(extensions, 4)] : []),
      ],
      8,
    ),
    ...indent(algorithm.slice(0, 1), 4),
    '    Signature Value:',
    ...indent(algorithm.slice(1), 4),
    ...indent(hexLines(parsed.signature, 18), 8),
  ]
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

/** As a number where it is one of 63 bits, or else octet by octet. */
function describeSerial(serial: Uint8Array): string[] {
  let value = 0n
  for (const octet of serial) value = value * 256n + BigInt(octet)
  const isNegative = (serial[0] ?? 0) >= 0x80
  if (isNegative) value = (1n << BigInt(8 * serial.length)) - value
  const sign = isNegative ? '-' : ''
  if (value < 1n << 63n) return [`Serial Number: ${sign}${value} (${sign}0x${value.toString(16)})`]
  const digits = value.toString(16)
  const magnitude = digits.length % 2 === 0 ? digits : `0${digits}`
  const octets = Uint8Array.from(magnitude.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  return ['Serial Number:', `    ${isNegative ? ' (Negative)' : ''}${colonHex(octets)}`]
}

const rsassaPss = '1.2.840.113549.1.1.10'

/** The algorithm's name, and for RSASSA-PSS its parameters below. */
function describeAlgorithm(identifier: Uint8Array): string[] {
  const reader = new DerReader(identifier)
  reader.enter(tags.sequence)
  const id = reader.readObjectIdentifier()
  const lines = [`Signature Algorithm: ${algorithmName(id)}`]
  if (id !== rsassaPss || !reader.at(tags.sequence)) return lines
  const { hash = 'unknown', saltLength } = readPssParameters(reader)
  const note = (isDefault: boolean): string => (isDefault ? ' (default)' : '')
  const parameters = [
    `Hash Algorithm: ${hash}${note(hash === 'sha1')}`,
    `Mask Algorithm: mgf1 with ${hash}${note(hash === 'sha1')}`,
    `Salt Length: 0x${saltLength.toString(16).toUpperCase().padStart(2, '0')}${note(saltLength === 20)}`,
    'Trailer Field: 0x01 (default)',
  ]
  return [...lines, ...indent(parameters, 4)]
}

function readExtensionLines(tbs: Uint8Array): string[] {
  const reader = new DerReader(tbs)
  reader.enter(tags.sequence)
  while (!reader.done && !reader.at(contextConstructed(3))) reader.skipAny()
  if (reader.done) return []
  reader.enter(contextConstructed(3))
  reader.enter(tags.sequence)
  const lines: string[] = []
  while (!reader.done) {
    const outer = reader.enter(tags.sequence)
    const id = reader.readObjectIdentifier()
    const critical = reader.at(tags.boolean) && reader.readBoolean()
    lines.push(...describeExtension(id, critical, reader.readOctetString()))
    reader.leave(outer)
  }
  return lines
}
