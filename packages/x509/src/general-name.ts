/** GeneralName (RFC 5280 4.2.1.6), as subjectAltName and name constraints carry it. */
import {
  contextConstructed,
  contextPrimitive,
  type DerReader,
  decodeAscii,
  tags,
} from '@sanstls/core/der'
import { type RelativeName, readName } from './name.js'

export type GeneralName =
  | { readonly kind: 'dns' | 'email' | 'uri'; readonly value: string }
  /** An address (4 or 16 bytes), in constraints followed by a mask of the same length. */
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'directory'; readonly value: readonly RelativeName[] }
  | {
      readonly kind: 'otherName'
      readonly type: string
      /** The value's element, DER. */
      readonly value: Uint8Array
    }
  | { readonly kind: 'registeredId'; readonly value: string }
  | { readonly kind: 'x400' | 'ediParty' }

export type GeneralNameKind = GeneralName['kind']

/**
 * Reads a GeneralName whose iPAddress, if it is one, has one of these lengths in bytes.
 * @throws {DerError}
 */
export function readGeneralName(reader: DerReader, addressLengths: readonly number[]): GeneralName {
  const start = reader.offset
  const tag = reader.peek()
  switch (tag) {
    case contextConstructed(0): {
      const outer = reader.enter(tag)
      const type = reader.readObjectIdentifier()
      const afterValue = reader.enter(contextConstructed(0))
      const value = reader.readElement()
      reader.leave(afterValue)
      reader.leave(outer)
      return { kind: 'otherName', type, value }
    }
    case contextPrimitive(1):
      return { kind: 'email', value: readIa5(reader, tag) }
    case contextPrimitive(2):
      return { kind: 'dns', value: readIa5(reader, tag) }
    case contextConstructed(3):
      reader.skip(tag)
      return { kind: 'x400' }
    case contextConstructed(4): {
      const outer = reader.enter(tag)
      const value = readName(reader)
      reader.leave(outer)
      return { kind: 'directory', value }
    }
    case contextConstructed(5):
      reader.skip(tag)
      return { kind: 'ediParty' }
    case contextPrimitive(6):
      return { kind: 'uri', value: readIa5(reader, tag) }
    case contextPrimitive(7): {
      const value = reader.readContents(tag)
      if (!addressLengths.includes(value.length)) reader.fail('iPAddress of a wrong length', start)
      return { kind: 'ip', value }
    }
    case contextPrimitive(8):
      return { kind: 'registeredId', value: reader.readObjectIdentifier(tag) }
    default:
      return reader.fail('GeneralName of no known kind', start)
  }
}

/** GeneralNames: at least one. Addresses are of 4 or 16 bytes. */
export function readGeneralNames(reader: DerReader, tag: number = tags.sequence): GeneralName[] {
  const names: GeneralName[] = []
  const outer = reader.enter(tag)
  do names.push(readGeneralName(reader, [4, 16]))
  while (!reader.done)
  reader.leave(outer)
  return names
}

function readIa5(reader: DerReader, tag: number): string {
  const start = reader.offset
  const text = decodeAscii(reader.readContents(tag))
  return text ?? reader.fail('IA5String with octets above 7F', start)
}
