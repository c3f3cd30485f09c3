/** Writes DER (X.690). Everything here returns whole elements; its reader is in reader.ts. */
import { contextConstructed, tags } from './reader.js'
import { encodeUtf8 } from './text.js'
import { civilFromDays } from './time.js'

/** An element with this identifier octet and these contents, one after the other. */
export function encodeElement(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of contents) length += part.length
  const header = encodeHeader(tag, length)
  const element = new Uint8Array(header.length + length)
  element.set(header)
  let at = header.length
  for (const part of contents) {
    element.set(part, at)
    at += part.length
  }
  return element
}

function encodeHeader(tag: number, length: number): number[] {
  if (length < 0x80) return [tag, length]
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return [tag, 0x80 | octets.length, ...octets]
}

export const encodeSequence = (...elements: readonly Uint8Array[]): Uint8Array =>
  encodeElement(tags.sequence, ...elements)

/** A SET OF: its elements in the order that DER demands (X.690 11.6). */
export const encodeSetOf = (...elements: readonly Uint8Array[]): Uint8Array =>
  encodeElement(tags.set, ...[...elements].sort(compareBytes))

/** An explicit context-specific tag around elements. */
export const encodeExplicit = (number: number, ...elements: readonly Uint8Array[]): Uint8Array =>
  encodeElement(contextConstructed(number), ...elements)

/** A non-negative INTEGER: a number, or big-endian bytes that may have leading zeros. */
export function encodeInteger(value: number | Uint8Array): Uint8Array {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`no INTEGER: ${value}`)
    const octets: number[] = []
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
    return encodeInteger(Uint8Array.from(octets))
  }
  let start = 0
  while (start < value.length && value[start] === 0) start += 1
  const magnitude = value.subarray(start)
  const needsZero = magnitude.length === 0 || (magnitude[0] ?? 0) >= 0x80
  return encodeElement(tags.integer, needsZero ? Uint8Array.of(0) : empty, magnitude)
}

export const encodeBoolean = (value: boolean): Uint8Array =>
  encodeElement(tags.boolean, Uint8Array.of(value ? 0xff : 0x00))

export const encodeNull = (): Uint8Array => encodeElement(tags.null)

/**
 * An OBJECT IDENTIFIER from its dotted form.
 * @throws {RangeError} where that is none.
 */
export function encodeObjectIdentifier(dotted: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(dotted)) throw new RangeError(`no identifier: ${dotted}`)
  const [top = 0n, second = 0n, ...arcs] = dotted.split('.').map(BigInt)
  if (top < 2n && second > 39n) throw new RangeError(`no identifier: ${dotted}`)
  const octets: number[] = []
  for (const arc of [top * 40n + second, ...arcs]) {
    const digits = [Number(arc % 128n)]
    for (let rest = arc / 128n; rest > 0n; rest /= 128n) digits.unshift(Number(rest % 128n) | 0x80)
    octets.push(...digits)
  }
  return encodeElement(tags.objectIdentifier, Uint8Array.from(octets))
}

export const encodeOctetString = (...contents: readonly Uint8Array[]): Uint8Array =>
  encodeElement(tags.octetString, ...contents)

/** A BIT STRING of whole octets. */
export const encodeBitString = (contents: Uint8Array): Uint8Array =>
  encodeElement(tags.bitString, Uint8Array.of(0), contents)

/** A BIT STRING with named bits: bit n of `bits` is the bit named n. */
export function encodeNamedBits(bits: number): Uint8Array {
  const count = 32 - Math.clz32(bits)
  const octets = new Uint8Array(1 + Math.ceil(count / 8))
  octets[0] = (8 - (count % 8)) % 8
  for (let bit = 0; bit < count; bit++) {
    const index = 1 + (bit >> 3)
    if ((bits & (1 << bit)) !== 0) octets[index] = (octets[index] ?? 0) | (0x80 >> (bit & 7))
  }
  return encodeElement(tags.bitString, octets)
}

/** A character string of any type whose characters are written as UTF-8 or, within its bounds, ASCII. */
export const encodeText = (tag: number, text: string): Uint8Array =>
  encodeElement(tag, encodeUtf8(text))

/**
 * UTCTime through 2049 and GeneralizedTime after it (RFC 5280 4.1.2.5), from milliseconds since 1970; fractions of a
 * second are dropped.
 * @throws {RangeError} outside the years 0 to 9999.
 */
export function encodeTime(unix: number): Uint8Array {
  const text = timeText(unix)
  const year = Number(text.slice(0, 4))
  if (year >= 1950 && year <= 2049) return encodeText(tags.utcTime, text.slice(2))
  return encodeText(tags.generalizedTime, text)
}

/**
 * GeneralizedTime, whatever the year (RFC 5280 4.1.2.5.2), from milliseconds since 1970; fractions of a second are
 * dropped.
 * @throws {RangeError} outside the years 0 to 9999.
 */
export const encodeGeneralizedTime = (unix: number): Uint8Array =>
  encodeText(tags.generalizedTime, timeText(unix))

// YYYYMMDDHHMMSSZ
function timeText(unix: number): string {
  const seconds = Math.floor(unix / 1000)
  const days = Math.floor(seconds / 86_400)
  const { year, month, day } = civilFromDays(days)
  if (!(year >= 0 && year <= 9999)) throw new RangeError(`no time for a certificate: ${unix}`)
  const rest = seconds - days * 86_400
  const parts = [month, day, Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${String(year).padStart(4, '0')}${parts.map(two).join('')}Z`
}

const empty = new Uint8Array(0)

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
