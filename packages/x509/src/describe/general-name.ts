/** GeneralNames as OpenSSL shows them. */
import { contextConstructed, contextPrimitive, type DerReader, tags } from '@sanstls/core/der'
import { readName } from '../name.js'
import { onelineName, slashName } from './name.js'
import { printableText } from './text.js'

const otherNames: Readonly<Record<string, string>> = {
  '1.3.6.1.4.1.311.20.2.3': 'UPN',
  '1.3.6.1.5.5.7.8.5': 'XmppAddr',
  '1.3.6.1.5.5.7.8.7': 'SRVName',
  '1.3.6.1.5.5.7.8.8': 'NAIRealm',
  '1.3.6.1.5.5.7.8.9': 'SmtpUTF8Mailbox',
}

/**
 * Reads one name.
 * @param style `list` as in alternative names, `line` as in distribution points.
 * @throws {DerError}
 */
export function describeGeneralName(reader: DerReader, style: 'list' | 'line'): string {
  const tag = reader.peek()
  switch (tag) {
    case contextConstructed(0):
      return describeOtherName(reader)
    case contextPrimitive(1):
      return `email:${printableText(reader.readContents(tag))}`
    case contextPrimitive(2):
      return `DNS:${printableText(reader.readContents(tag))}`
    case contextConstructed(3):
      reader.skip(tag)
      return 'X400Name:<unsupported>'
    case contextConstructed(4): {
      const outer = reader.enter(tag)
      const name = readName(reader)
      reader.leave(outer)
      return `DirName:${style === 'list' ? slashName(name) : onelineName(name)}`
    }
    case contextConstructed(5):
      reader.skip(tag)
      return 'EdiPartyName:<unsupported>'
    case contextPrimitive(6):
      return `URI:${printableText(reader.readContents(tag))}`
    case contextPrimitive(7):
      return `IP Address:${addressText(reader.readContents(tag))}`
    case contextPrimitive(8):
      return `Registered ID:${reader.readObjectIdentifier(tag)}`
    default:
      return reader.fail('GeneralName of no known kind')
  }
}

/** GeneralNames, each as a text. */
export function describeGeneralNames(
  reader: DerReader,
  style: 'list' | 'line',
  tag: number = tags.sequence,
): string[] {
  const names: string[] = []
  const outer = reader.enter(tag)
  while (!reader.done) names.push(describeGeneralName(reader, style))
  reader.leave(outer)
  return names
}

function describeOtherName(reader: DerReader): string {
  const outer = reader.enter(contextConstructed(0))
  const type = reader.readObjectIdentifier()
  const afterValue = reader.enter(contextConstructed(0))
  const tag = reader.peek()
  let value = '<unsupported>'
  if (tag === tags.utf8String || tag === tags.ia5String) {
    value = printableText(reader.readContents(tag))
  } else {
    reader.skipAny()
  }
  reader.leave(afterValue)
  reader.leave(outer)
  return `othername: ${otherNames[type] ?? type}::${value}`
}

/** Four numbers, or eight groups in upper case without any left out. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  if (bytes.length !== 16) return '<invalid>'
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0)).toString(16).toUpperCase(),
  )
  return groups.join(':')
}
