/**
 * BER as DER: files of keys and certificates come with lengths and strings in pieces, which the strict reader refuses.
 * asn1js reads them; nothing here is on the way of a handshake.
 */

import { DerError, encodeElement, tags } from '@sanstls/core/der'
import * as asn1js from 'asn1js'

/** One element of BER, all of `bytes`, as asn1js reads it. */
export function parseBer(bytes: Uint8Array): asn1js.BaseBlock {
  const { offset, result } = readBer(bytes)
  if (offset < 0) throw new DerError(0, result.error || 'no BER')
  if (offset !== bytes.length) throw new DerError(offset, 'trailing bytes')
  return result
}

// Nesting without end runs asn1js out of stack.
function readBer(bytes: Uint8Array): ReturnType<typeof asn1js.fromBER> {
  try {
    return asn1js.fromBER(bytes)
  } catch (error) {
    throw new DerError(0, `no BER: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * The same element with definite, shortest lengths, and its octet strings in one piece. The contents of primitive
 * elements stay as they are.
 * @throws {DerError}
 */
export const berToDer = (bytes: Uint8Array): Uint8Array => encodeBlock(parseBer(bytes))

function encodeBlock(block: asn1js.BaseBlock): Uint8Array {
  const encoded = block.valueBeforeDecodeView
  const [tag = 0] = encoded
  if ((tag & 0x1f) === 0x1f) throw new DerError(0, 'a tag number that is not used here')
  if ((tag & 0x20) === 0) return encodeElement(tag, contentsOf(block))
  if (tag === constructedOctetString) return encodeElement(tags.octetString, ...piecesOf(block))
  checkExtent(block)
  return encodeElement(tag, ...childrenOf(block).map(encodeBlock))
}

/** asn1js lets the last element inside of another one be longer than that. */
function checkExtent(block: asn1js.BaseBlock): void {
  const { lenBlock } = block
  if (lenBlock.isIndefiniteForm) return
  let length = 0
  for (const child of childrenOf(block)) length += child.valueBeforeDecodeView.length
  if (length !== lenBlock.length) throw new DerError(0, 'an element longer than what holds it')
}

const constructedOctetString = tags.octetString | 0x20

const piecesOf = (block: asn1js.BaseBlock): Uint8Array[] =>
  childrenOf(block).flatMap((child) => {
    const [tag] = child.valueBeforeDecodeView
    if (tag === tags.octetString) return [contentsOf(child)]
    checkExtent(block)
    if (tag === constructedOctetString) return piecesOf(child)
    throw new DerError(0, 'an OCTET STRING made of something else')
  })

export const contentsOf = ({
  valueBeforeDecodeView,
  idBlock,
  lenBlock,
}: asn1js.BaseBlock): Uint8Array =>
  valueBeforeDecodeView.subarray(idBlock.blockLength + lenBlock.blockLength)

export function childrenOf({ valueBlock }: asn1js.BaseBlock): asn1js.BaseBlock[] {
  const children = (valueBlock as { readonly value?: unknown }).value
  if (!Array.isArray(children)) return []
  return children.filter(
    (child): child is asn1js.BaseBlock =>
      child instanceof asn1js.BaseBlock && !(child instanceof asn1js.EndOfContent),
  )
}
