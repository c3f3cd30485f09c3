/**
 * Opens what a password encrypts, and tells a wrong password from a damaged file: under a wrong password everything is
 * noise, while damage leaves the rest readable. CBC keeps it to two blocks.
 */
import { KeyError } from '../key.js'
import type { Password } from './password.js'
import type { Scheme } from './scheme.js'

/**
 * Decrypts a SEQUENCE whose contents begin with one of these.
 * @returns the SEQUENCE, DER or BER, without padding.
 * @throws {KeyError} wrongPassword; malformed where the password is right, or the data no number of blocks.
 */
export function openSequence(
  scheme: Scheme,
  password: Password,
  data: Uint8Array,
  beginnings: readonly (readonly number[])[],
): Uint8Array {
  if (data.length === 0 || data.length % scheme.blockLength !== 0) {
    throw new KeyError(
      'malformed',
      'The encrypted part is cut off: it is no number of whole blocks.',
    )
  }
  let damaged = false
  for (const padded of scheme.decrypt(password, data)) {
    const length = sequenceLength(padded, beginnings)
    const unpadded = unpad(padded, scheme.blockLength)
    const fits =
      length > 0 && length < padded.length && padded.length - length <= scheme.blockLength
    if (unpadded !== undefined && (fits ? unpadded.length === length : length === indefinite)) {
      return unpadded
    }
    damaged ||= fits
  }
  if (damaged) {
    throw new KeyError(
      'malformed',
      'The password is right, but the end of the encrypted part is damaged.',
    )
  }
  throw new KeyError(
    'wrongPassword',
    'The password is wrong. (Or the very beginning of the encrypted part, its salt or its algorithm are damaged: that looks the same.)',
  )
}

const indefinite = -1

/** The length of the SEQUENCE that the bytes begin with, header included; 0 where they do not. */
function sequenceLength(bytes: Uint8Array, beginnings: readonly (readonly number[])[]): number {
  if (bytes[0] !== 0x30) return 0
  const first = bytes[1] ?? 0
  const octets = first < 0x80 ? 0 : first & 0x7f
  if (octets > 4) return 0
  let length = first < 0x80 ? first : 0
  for (let index = 0; index < octets; index++) length = length * 256 + (bytes[2 + index] ?? 0)
  const start = 2 + octets
  // Nothing inside, as bags may have it, begins with nothing.
  const begins =
    length === 0 ||
    beginnings.some((beginning) =>
      beginning.every((octet, index) => bytes[start + index] === octet),
    )
  if (!begins) return 0
  return first === 0x80 ? indefinite : start + length
}

/** RFC 8018 6.1.1: as many octets as are missing to a whole block, each of them that number. */
function unpad(bytes: Uint8Array, blockLength: number): Uint8Array | undefined {
  const count = bytes[bytes.length - 1] ?? 0
  if (count === 0 || count > blockLength || count > bytes.length) return undefined
  const end = bytes.length - count
  return bytes.subarray(end).every((octet) => octet === count) ? bytes.subarray(0, end) : undefined
}
