/** Distinguished names (RFC 5280 4.1.2.4): comparing them as RFC 5280 7.1 says, and showing them. */
import { DerReader, decodeAscii, decodeUtf8, tags } from '@sanstls/core/der'
import { toHex } from './bytes.js'

/** One AttributeTypeAndValue. */
export interface Attribute {
  /** The type's object identifier, dotted. */
  readonly type: string
  /** The identifier octet of the value. */
  readonly tag: number
  /** The contents of the value, without its header. */
  readonly contents: Uint8Array
}

/** RelativeDistinguishedNames in the order of their encoding, each a set of attributes. */
export type RelativeName = readonly Attribute[]

/**
 * Reads a Name.
 * @throws {DerError}
 */
export function readName(reader: DerReader): RelativeName[] {
  const name: RelativeName[] = []
  const outer = reader.enter(tags.sequence)
  while (!reader.done) {
    const attributes: Attribute[] = []
    const afterSet = reader.enter(tags.set)
    do {
      const afterAttribute = reader.enter(tags.sequence)
      const type = reader.readObjectIdentifier()
      const tag = reader.peek()
      if (tag < 0) reader.fail('attribute without a value')
      const contents = reader.readContents(tag)
      reader.leave(afterAttribute)
      attributes.push({ type, tag, contents })
    } while (!reader.done)
    reader.leave(afterSet)
    name.push(attributes)
  }
  reader.leave(outer)
  return name
}

/**
 * Reads a Name that is all of `der`.
 * @throws {DerError}
 */
export function parseName(der: Uint8Array): RelativeName[] {
  const reader = new DerReader(der)
  const name = readName(reader)
  reader.end()
  return name
}

/**
 * A text for each RDN; two are equal exactly where the RDNs match by RFC 5280 7.1. The attributes of a set are
 * compared without regard to their order.
 */
export const relativeNameKeys = (name: readonly RelativeName[]): string[] =>
  name.map((attributes) => attributes.map(attributeKey).sort().join('+'))

/** A text for a whole name; two are equal exactly where the names match by RFC 5280 7.1. */
export const nameKey = (name: readonly RelativeName[]): string => relativeNameKeys(name).join(',')

// The escaping keeps a value from looking like the end of its attribute.
function attributeKey(attribute: Attribute): string {
  const text = comparableText(attribute)
  const value =
    text === undefined ? `#${attribute.tag}:${toHex(attribute.contents)}` : `"${quote(text)}"`
  return `${attribute.type}=${value}`
}

const quote = (text: string): string => text.replaceAll(/[\\"]/g, '\\$&')

/**
 * RFC 5280 7.1 with the string preparation of RFC 4518: compatibility forms and case are folded, white space at the
 * ends goes and inside becomes one space. Types other than these are compared octet by octet.
 */
function comparableText({ tag, contents }: Attribute): string | undefined {
  if (tag !== tags.printableString && tag !== tags.utf8String && tag !== tags.ia5String) {
    return undefined
  }
  const text = tag === tags.utf8String ? decodeUtf8(contents) : decodeAscii(contents)
  if (text === undefined) return undefined
  // Most names are ASCII, and need nothing but this.
  if (/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/.test(text)) return text.toLowerCase()
  // Upper case first: it takes apart what lower case alone leaves (the sharp s, ligatures).
  const folded = text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
  return folded.replaceAll(/\s+/g, ' ').trim()
}

const shortNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}

/** The name for people: `CN=example.com,O=Example,C=DE` (RFC 4514), safe to print in one line. */
export const nameText = (name: readonly RelativeName[]): string =>
  [...name]
    .reverse()
    .map((attributes) => attributes.map(attributeText).join('+'))
    .join(',')

function attributeText(attribute: Attribute): string {
  const type = shortNames[attribute.type] ?? attribute.type
  const text = attributeValueText(attribute)
  return `${type}=${text === undefined ? `#${toHex(attribute.contents)}` : printable(text)}`
}

/** The value as text, or undefined where its type is no string or its bytes are not of that type. */
export function attributeValueText({ tag, contents }: Attribute): string | undefined {
  switch (tag) {
    case tags.utf8String:
      return decodeUtf8(contents)
    case tags.printableString:
    case tags.ia5String:
    case tags.numericString:
    case tags.visibleString:
      return decodeAscii(contents)
    case tags.teletexString:
      // In practice Latin-1, whatever T.61 says.
      return String.fromCharCode(...contents.subarray(0, 1024))
    case tags.bmpString:
      return decodeUtf16(contents)
    default:
      return undefined
  }
}

function decodeUtf16(bytes: Uint8Array): string | undefined {
  if (bytes.length % 2 !== 0) return undefined
  let text = ''
  for (let at = 0; at < bytes.length; at += 2) {
    text += String.fromCharCode((bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0))
  }
  return text
}

// RFC 4514 2.4, and control and direction characters, so that a name cannot forge a line of a log.
const printable = (text: string): string =>
  text
    .replaceAll(/[\\,+"<>;=]/g, '\\$&')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
      return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
    })
