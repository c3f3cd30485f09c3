/** OBJECT IDENTIFIERs (X.690 8.19) as dotted text. */
import { copyBytes } from '../bytes.js'
import { DerError } from './error.js'

/**
 * The same few stand in every certificate, and making a text takes longer than finding one that was made: each place
 * keeps the latest whose bytes lead to it.
 */
const places = 256
/** Bytes of those that are kept. */
const longest = 16
const kept: { readonly bytes: Uint8Array; readonly text: string }[] = []

/** `objectIdentifierText`, from what is kept where it is. */
export function readObjectIdentifierText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > longest) return objectIdentifierText(bytes, start, end)
  let sum = 0
  for (let at = start; at < end; at++) sum = (sum * 31 + (bytes[at] ?? 0)) % places
  const known = kept[sum]
  if (known !== undefined && isAt(known.bytes, bytes, start, end)) return known.text
  const text = objectIdentifierText(bytes, start, end)
  kept[sum] = { bytes: copyBytes(bytes, start, end), text }
  return text
}

function isAt(wanted: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (wanted.length !== end - start) return false
  for (let i = 0; i < wanted.length; i++) if (wanted[i] !== bytes[start + i]) return false
  return true
}

/**
 * The dotted form of an OBJECT IDENTIFIER's contents.
 * @throws {DerError} for subidentifiers that are cut off or padded (X.690 8.19.2).
 */
export function objectIdentifierText(bytes: Uint8Array, start: number, end: number): string {
  if (end <= start || (bytes[end - 1] ?? 0x80) >= 0x80) {
    throw new DerError(start, 'OBJECT IDENTIFIER that is empty or cut off')
  }
  let text = ''
  for (let at = start; at < end; ) {
    if (bytes[at] === 0x80) throw new DerError(at, 'padded OBJECT IDENTIFIER')
    let arc = 0
    let last = at
    while ((bytes[last] ?? 0) >= 0x80) last += 1
    // Seven octets hold 49 bits, which a number holds exactly; arcs under 2.25 are 128 bits wide.
    if (last - at >= 7)
      return `${text}${text === '' ? '' : '.'}${longArcs(bytes, at, end, text === '')}`
    for (; at <= last; at++) arc = arc * 128 + ((bytes[at] ?? 0) & 0x7f)
    if (text === '') {
      const top = arc < 80 ? Math.floor(arc / 40) : 2
      text = `${top}.${arc - top * 40}`
    } else {
      text += `.${arc}`
    }
  }
  return text
}

function longArcs(bytes: Uint8Array, start: number, end: number, leading: boolean): string {
  const arcs: bigint[] = []
  let arc = 0n
  let fresh = true
  for (let at = start; at < end; at++) {
    const octet = bytes[at] ?? 0
    if (fresh && octet === 0x80) throw new DerError(at, 'padded OBJECT IDENTIFIER')
    arc = arc * 128n + BigInt(octet & 0x7f)
    fresh = octet < 0x80
    if (!fresh) continue
    // The first subidentifier carries two arcs, and one this large is under 2.
    if (leading && arcs.length === 0) arcs.push(2n, arc - 80n)
    else arcs.push(arc)
    arc = 0n
  }
  return arcs.join('.')
}
