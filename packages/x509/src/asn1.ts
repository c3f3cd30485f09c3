/**
 * Any structure in BER or DER as text, a line for each element, as `openssl asn1parse` does it: for what nothing else here
 * reads. An entry point of its own: it loads asn1js.
 */
import { DerError } from '@sanstls/core/der'
import * as asn1js from 'asn1js'
import { childrenOf, contentsOf, parseBer } from './ber.js'
import { toHex } from './bytes.js'
import { printableText } from './describe/text.js'

/** Elements inside of elements, that deep. */
const maxDepth = 100

/** Octets of a value that are shown. */
const maxOctets = 64

/**
 * Describes one element and all that is in it. Whatever it holds, each element is one line of text that can be printed.
 * @throws {DerError} where it is no BER.
 */
export function describeStructure(bytes: Uint8Array): string {
  const lines: string[] = []
  describe(parseBer(bytes), 0, lines)
  return `${lines.join('\n')}\n`
}

function describe(block: asn1js.BaseBlock, depth: number, lines: string[]): void {
  if (depth > maxDepth) throw new DerError(0, 'elements inside of elements without end')
  const isConstructed = block.idBlock.isConstructed
  const value = isConstructed ? '' : valueText(block)
  lines.push(`${'  '.repeat(depth)}${tagText(block)}${value === '' ? '' : ` ${value}`}`)
  if (isConstructed) for (const child of childrenOf(block)) describe(child, depth + 1, lines)
}

const universal: Readonly<Record<number, string>> = {
  1: 'BOOLEAN',
  2: 'INTEGER',
  3: 'BIT STRING',
  4: 'OCTET STRING',
  5: 'NULL',
  6: 'OBJECT IDENTIFIER',
  10: 'ENUMERATED',
  12: 'UTF8String',
  16: 'SEQUENCE',
  17: 'SET',
  18: 'NumericString',
  19: 'PrintableString',
  20: 'TeletexString',
  22: 'IA5String',
  23: 'UTCTime',
  24: 'GeneralizedTime',
  26: 'VisibleString',
  27: 'GeneralString',
  28: 'UniversalString',
  30: 'BMPString',
}

const classes: Readonly<Record<number, string>> = { 2: 'APPLICATION ', 3: '', 4: 'PRIVATE ' }

function tagText({ idBlock, lenBlock }: asn1js.BaseBlock): string {
  const { tagClass, tagNumber } = idBlock
  const name = tagClass === 1 ? universal[tagNumber] : undefined
  const form = lenBlock.isIndefiniteForm ? ' (indefinite length)' : ''
  return `${name ?? `[${classes[tagClass] ?? 'UNIVERSAL '}${tagNumber}]`}${form}`
}

function valueText(block: asn1js.BaseBlock): string {
  const contents = contentsOf(block)
  if (block instanceof asn1js.ObjectIdentifier) return block.getValue()
  if (block instanceof asn1js.Boolean) return block.getValue() ? 'TRUE' : 'FALSE'
  const { tagClass, tagNumber } = block.idBlock
  const isText = tagClass === 1 && ((tagNumber >= 18 && tagNumber <= 27) || tagNumber === 12)
  const shown = contents.subarray(0, maxOctets)
  const more = contents.length > maxOctets ? ` … (${contents.length} octets)` : ''
  return (isText ? `"${printableText(shown)}"` : toHex(shown)) + more
}
