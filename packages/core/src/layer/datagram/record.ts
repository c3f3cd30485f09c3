/** DTLS record headers (RFC 9147 section 4): in the clear in epoch 0, the unified header after it. */
import { contentType } from '../../wire/registry.js'

export const plaintextHeaderLength = 13
/** As we write it: two bytes of sequence number, a length, no connection id. */
export const unifiedHeaderLength = 5
/** RFC 9147 4.2.3: the mask for the record number is made from so many bytes of ciphertext. */
export const sampleLength = 16
export const maxPlaintext = 16_384
const maxCiphertext = maxPlaintext + 256
/** RFC 9147 section 4: numbers in the clear have 48 bits; we let none grow beyond. */
export const maxSequence = 2 ** 48 - 1

const fixedBits = 0b0010_0000
const connectionIdBit = 0b0001_0000
const longSequenceBit = 0b0000_1000
const lengthBit = 0b0000_0100
const epochMask = 0b0000_0011

export interface PlaintextRecord {
  readonly kind: 'plaintext'
  readonly type: number
  readonly epoch: number
  readonly sequence: number
  readonly fragment: Uint8Array
  /** Where the next record begins. */
  readonly end: number
}

export interface ProtectedRecord {
  readonly kind: 'protected'
  /** The two low bits of the epoch. */
  readonly epochBits: number
  /** With the sequence number, still encrypted, at offset 1. */
  readonly header: Uint8Array
  readonly sequenceLength: 1 | 2
  readonly fragment: Uint8Array
  readonly end: number
}

export type ParsedRecord =
  | PlaintextRecord
  | ProtectedRecord
  /** Nobody can tell where it ends: the rest of the datagram is lost with it. */
  | { readonly kind: 'invalid'; readonly reason: string }

/** The record at `offset`, viewing the datagram (RFC 9147 4.1). */
export function parseRecord(datagram: Uint8Array, offset: number): ParsedRecord {
  const first = datagram[offset] ?? 0
  if (first >= contentType.changeCipherSpec && first <= contentType.ack)
    return parsePlaintext(datagram, offset)
  if ((first & 0b1110_0000) === fixedBits) return parseUnified(datagram, offset)
  return invalid(`the first byte of a record is ${first}`)
}

function parsePlaintext(datagram: Uint8Array, offset: number): ParsedRecord {
  const start = offset + plaintextHeaderLength
  if (start > datagram.length) return invalid('a record header is cut off')
  const uint = (at: number, width: number) => readUint(datagram, offset + at, width)
  const length = uint(11, 2)
  const end = start + length
  if (end > datagram.length || length > maxCiphertext)
    return invalid('a record is longer than its datagram, or than records may be')
  return {
    kind: 'plaintext',
    type: datagram[offset] ?? 0,
    // legacy_record_version is ignored for all purposes (RFC 9147 section 4).
    epoch: uint(3, 2),
    sequence: uint(5, 6),
    fragment: datagram.subarray(start, end),
    end,
  }
}

function parseUnified(datagram: Uint8Array, offset: number): ParsedRecord {
  const flags = datagram[offset] ?? 0
  // RFC 9147 section 9: no connection id was negotiated.
  if ((flags & connectionIdBit) !== 0) return invalid('a record has a connection id')
  const sequenceLength = (flags & longSequenceBit) === 0 ? 1 : 2
  const hasLength = (flags & lengthBit) !== 0
  const start = offset + 1 + sequenceLength + (hasLength ? 2 : 0)
  if (start > datagram.length) return invalid('a record header is cut off')
  const length = hasLength ? readUint(datagram, start - 2, 2) : datagram.length - start
  const end = start + length
  if (end > datagram.length || length > maxCiphertext)
    return invalid('a record is longer than its datagram, or than records may be')
  return {
    kind: 'protected',
    epochBits: flags & epochMask,
    header: datagram.subarray(offset, start),
    sequenceLength,
    fragment: datagram.subarray(start, end),
    end,
  }
}

function invalid(reason: string): ParsedRecord {
  return { kind: 'invalid', reason }
}

export function writePlaintextHeader(
  out: Uint8Array,
  offset: number,
  type: number,
  sequence: number,
  length: number,
): void {
  out[offset] = type
  writeUint(out, offset + 1, 0xfefd, 2)
  writeUint(out, offset + 3, 0, 2)
  writeUint(out, offset + 5, sequence, 6)
  writeUint(out, offset + 11, length, 2)
}

/** The sequence number is written in the clear, as the additional data has it; see `maskSequence`. */
export function writeUnifiedHeader(
  out: Uint8Array,
  offset: number,
  epoch: number,
  sequence: number,
  length: number,
): void {
  out[offset] = fixedBits | longSequenceBit | lengthBit | (epoch & epochMask)
  writeUint(out, offset + 1, sequence % 65_536, 2)
  writeUint(out, offset + 3, length, 2)
}

/** Encrypts the sequence number, or decrypts it (RFC 9147 4.2.3). */
export function maskSequence(header: Uint8Array, length: number, mask: Uint8Array): void {
  for (let i = 0; i < length; i++) header[1 + i] = (header[1 + i] ?? 0) ^ (mask[i] ?? 0)
}

/** The number with these low bits that is numerically closest to the expected one (RFC 9147 4.2.2). */
export function reconstruct(low: number, length: 1 | 2, expected: number): number {
  const size = 256 ** length
  const same = expected - (expected % size) + low
  if (same - expected > size / 2 && same >= size) return same - size
  if (expected - same > size / 2) return same + size
  return same
}

export function readUint(bytes: Uint8Array, at: number, width: number): number {
  let value = 0
  for (let i = at; i < at + width; i++) value = value * 256 + (bytes[i] ?? 0)
  return value
}

export function writeUint(out: Uint8Array, at: number, value: number, width: number): void {
  let left = value
  for (let i = at + width - 1; i >= at; i--) {
    out[i] = left % 256
    left = Math.floor(left / 256)
  }
}
