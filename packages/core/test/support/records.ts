/** The records of a stream, as someone sees it who has no keys; nullCrypto leaves the inner plaintext readable. */
import { concat } from '#src/bytes.js'

export interface WireRecord {
  readonly type: number
  readonly fragment: Uint8Array
}

export function recordsOf(stream: Uint8Array): readonly WireRecord[] {
  const records: WireRecord[] = []
  let offset = 0
  while (offset < stream.length) {
    const length = ((stream[offset + 3] ?? 0) << 8) | (stream[offset + 4] ?? 0)
    const fragment = stream.subarray(offset + 5, offset + 5 + length)
    records.push({ type: stream[offset] ?? 0, fragment })
    offset += 5 + length
  }
  return records
}

/** What nullCrypto seals: inner content, its type, and how much padding follows. */
export function openNull({ fragment }: WireRecord): {
  readonly type: number
  readonly content: Uint8Array
  readonly padding: number
} {
  const inner = fragment.subarray(0, fragment.length - 16)
  let end = inner.length
  while (end > 0 && inner[end - 1] === 0) end--
  return {
    type: inner[end - 1] ?? 0,
    content: inner.subarray(0, Math.max(0, end - 1)),
    padding: inner.length - end,
  }
}

/** The handshake messages that a stream begins with, before any keys. */
export function plainMessages(
  stream: Uint8Array,
): readonly { readonly type: number; readonly body: Uint8Array }[] {
  const records = recordsOf(stream)
  const end = records.findIndex(({ type }) => type !== 22)
  const bytes = concat(
    ...records.slice(0, end < 0 ? records.length : end).map(({ fragment }) => fragment),
  )
  const messages = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    messages.push({ type: bytes[at] ?? 0, body: bytes.subarray(at + 4, at + 4 + length) })
    at += 4 + length
  }
  return messages
}

/** What nullCrypto seals under a suite of TLS 1.2: the content, between what its kind of nonce adds and a checksum. */
export function openNull12(
  { fragment }: WireRecord,
  kind: 'explicit' | 'sequence' | 'cbc' = 'explicit',
): Uint8Array {
  return fragment.subarray({ explicit: 8, sequence: 0, cbc: 16 }[kind], fragment.length - 16)
}

/** The alert that a stream under nullCrypto ends with, as level and description. */
export function lastAlert(stream: Uint8Array): readonly [number, number] | undefined {
  const records = recordsOf(stream)
  const last = records[records.length - 1]
  if (last === undefined) return undefined
  const { type, content } =
    last.type === 23 ? openNull(last) : { type: last.type, content: alertOf(last.fragment) }
  return type === 21 ? [content[0] ?? 0, content[1] ?? 0] : undefined
}

/** Two bytes in plaintext; under TLS 1.2, the two in front of the checksum. */
function alertOf(fragment: Uint8Array): Uint8Array {
  return fragment.length === 2 ? fragment : fragment.subarray(fragment.length - 18)
}
