/** Distinguished names as OpenSSL shows them: `C = DE, O = "Test, Inc"`, and the older `/C=DE/O=Test, Inc`. */
import { encodeElement, encodeUtf8 } from '@sanstls/core/der'
import { toHex } from '../bytes.js'
import { type Attribute, attributeValueText, type RelativeName } from '../name.js'
import { attributeTypeName } from './object-names.js'

/** From the general to the particular, on one line. Whatever is not printable ASCII is escaped, octet by octet. */
export const onelineName = (name: readonly RelativeName[]): string =>
  name
    .map((attributes) =>
      attributes
        .map((attribute) => `${attributeTypeName(attribute.type)} = ${quotedValue(attribute)}`)
        .join(' + '),
    )
    .join(', ')

function quotedValue(attribute: Attribute): string {
  const text = attributeValueText(attribute)
  if (text === undefined) {
    return `#${toHex(encodeElement(attribute.tag, attribute.contents)).toUpperCase()}`
  }
  const escaped = Array.from(encodeUtf8(text), escapeOctet).join('')
  const needsQuotes = /[,+"<>;]/.test(text) || /^[# ]| $/.test(text)
  return needsQuotes ? `"${escaped}"` : escaped
}

/** The form that OpenSSL had first, and still has inside of alternative names. */
export const slashName = (name: readonly RelativeName[]): string =>
  name.map((attributes) => `/${attributes.map(slashAttribute).join('+')}`).join('')

function slashAttribute({ type, contents }: Attribute): string {
  const raw = Array.from(contents, (octet) =>
    octet < 0x20 || octet > 0x7e
      ? `\\x${octet.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(octet).replace(/[/+]/, '\\$&'),
  ).join('')
  return `${attributeTypeName(type)}=${raw}`
}

function escapeOctet(octet: number): string {
  const character = String.fromCharCode(octet)
  if (octet < 0x20 || octet > 0x7e) return `\\${octet.toString(16).toUpperCase().padStart(2, '0')}`
  return character === '"' || character === '\\' ? `\\${character}` : character
}
