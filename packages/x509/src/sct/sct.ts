/** Signed certificate timestamps (RFC 6962 3.2 and 3.3), as bytes and as what they say. */

/** From where a timestamp came. */
export type SctSource = 'certificate' | 'tls' | 'ocsp'

export interface Sct {
  /** The whole SignedCertificateTimestamp. */
  readonly bytes: Uint8Array
  /** SHA-256 of the log's key. */
  readonly logId: Uint8Array
  /** Unix ms. */
  readonly timestamp: number
  /** CtExtensions; none are defined. */
  readonly extensions: Uint8Array
  /** HashAlgorithm of RFC 5246 7.4.1.4.1. */
  readonly hash: number
  /** SignatureAlgorithm of RFC 5246 7.4.1.4.1. */
  readonly algorithm: number
  readonly signature: Uint8Array
}

/** Bytes that are no timestamps. */
export class SctError extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'SctError'
  }
}

/**
 * Reads one timestamp.
 * @returns undefined where it is of another version than 1: such ones are passed over (RFC 6962 3.3).
 * @throws {SctError}
 */
export function parseSct(bytes: Uint8Array): Sct | undefined {
  if (bytes.length === 0) throw new SctError('an empty timestamp')
  if (bytes[0] !== 0) return undefined
  const fixed = 1 + 32 + 8
  const [extensions, afterExtensions] = readVector(bytes, fixed)
  const [signature, end] = readVector(bytes, afterExtensions + 2)
  if (end !== bytes.length) throw new SctError('trailing bytes in a timestamp')
  return {
    bytes,
    logId: bytes.subarray(1, 33),
    timestamp: readTimestamp(bytes.subarray(33, fixed)),
    extensions,
    hash: bytes[afterExtensions] ?? 0,
    algorithm: bytes[afterExtensions + 1] ?? 0,
    signature,
  }
}

/**
 * Reads a SignedCertificateTimestampList, as the extensions of certificates, OCSP responses and TLS carry it.
 * @returns each timestamp's bytes, unread.
 * @throws {SctError} where it is malformed or empty.
 */
export function parseSctList(list: Uint8Array): Uint8Array[] {
  const [contents, end] = readVector(list, 0)
  if (end !== list.length) throw new SctError('trailing bytes after the list of timestamps')
  const timestamps: Uint8Array[] = []
  for (let at = 0; at < contents.length; ) {
    const [timestamp, next] = readVector(contents, at)
    if (timestamp.length === 0) throw new SctError('an empty timestamp')
    timestamps.push(timestamp)
    at = next
  }
  if (timestamps.length === 0) throw new SctError('an empty list of timestamps')
  return timestamps
}

/** Writes a SignedCertificateTimestampList. */
export function encodeSctList(timestamps: readonly Uint8Array[]): Uint8Array {
  const vector = (contents: readonly number[]): number[] => [
    contents.length >> 8,
    contents.length & 255,
    ...contents,
  ]
  return Uint8Array.from(vector(timestamps.flatMap((timestamp) => vector([...timestamp]))))
}

/** What a log signs (RFC 6962 3.2), for everything but the entry itself. */
export function signedBytes(
  { timestamp, extensions }: Pick<Sct, 'timestamp' | 'extensions'>,
  entry: SignedEntry,
): Uint8Array {
  const { length } = entry.certificate
  const certificateLength = [length >> 16, (length >> 8) & 255, length & 255]
  const head = [
    ...[0, 0],
    ...timestampBytes(timestamp),
    ...(entry.issuerKeyHash === undefined ? [0, 0] : [0, 1, ...entry.issuerKeyHash]),
    ...certificateLength,
  ]
  const tail = [extensions.length >> 8, extensions.length & 255]
  const bytes = new Uint8Array(head.length + length + tail.length + extensions.length)
  bytes.set(head)
  bytes.set(entry.certificate, head.length)
  bytes.set(tail, head.length + length)
  bytes.set(extensions, head.length + length + tail.length)
  return bytes
}

export interface SignedEntry {
  /** SHA-256 of the issuer's SubjectPublicKeyInfo, for a precertificate; undefined for a certificate. */
  readonly issuerKeyHash: Uint8Array | undefined
  /** The precertificate's TBSCertificate without its poison, or the whole certificate. */
  readonly certificate: Uint8Array
}

function readVector(bytes: Uint8Array, at: number): readonly [contents: Uint8Array, end: number] {
  const start = at + 2
  const end = start + (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
  if (start > bytes.length || end > bytes.length) throw new SctError('timestamps that are cut off')
  return [bytes.subarray(start, end), end]
}

// 64 bits: a time that a number cannot hold exactly is in some future that no clock will see.
const readTimestamp = (bytes: Uint8Array): number =>
  bytes.reduce((number, octet) => number * 256 + octet, 0)

function timestampBytes(timestamp: number): number[] {
  const octets: number[] = []
  for (let rest = timestamp; octets.length < 8; rest = Math.floor(rest / 256)) {
    octets.unshift(rest % 256)
  }
  return octets
}
