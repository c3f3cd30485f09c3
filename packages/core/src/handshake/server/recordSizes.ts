import { Fault } from '../../fault.js'
import type { ReceivedClientHello } from './hello.js'

/** What we answer, and what holds then in either direction, as plaintext bytes without a content type. */
export interface RecordSizes {
  readonly recordSizeLimit?: number
  readonly maxFragmentLength?: number
  readonly send?: number
  readonly receive?: number
}

/**
 * RFC 8449: record_size_limit supersedes max_fragment_length.
 * @param typeLength how many bytes of the values are the content type's.
 * @throws {Fault}
 */
export function recordSizes(
  { recordSizeLimit, maxFragmentLength }: ReceivedClientHello['extensions'],
  configured: number | undefined,
  typeLength: 0 | 1,
): RecordSizes {
  if (recordSizeLimit !== undefined) {
    if (recordSizeLimit < 64)
      throw new Fault('illegalParameter', `record_size_limit ${recordSizeLimit}`)
    const receive = configured ?? 16_384
    return {
      recordSizeLimit: receive + typeLength,
      send: recordSizeLimit - typeLength,
      receive,
    }
  }
  if (maxFragmentLength === undefined) return {}
  // RFC 6066 section 4: 1 to 4 mean 2^9 to 2^12.
  if (maxFragmentLength < 1 || maxFragmentLength > 4)
    throw new Fault('illegalParameter', `max_fragment_length ${maxFragmentLength}`)
  const size = 2 ** (8 + maxFragmentLength)
  return { maxFragmentLength, send: size, receive: size }
}
