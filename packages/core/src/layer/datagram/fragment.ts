/** The handshake header of DTLS, with what a fragment needs (RFC 9147 5.2). */
import { readUint, writeUint } from './record.js'

export const fragmentHeaderLength = 12

export interface Fragment {
  readonly type: number
  /** Of the whole message. */
  readonly length: number
  readonly messageSequence: number
  readonly offset: number
  readonly data: Uint8Array
}

/** The fragments in a record, or undefined where they do not have this shape. They view the content. */
export function readFragments(content: Uint8Array): readonly Fragment[] | undefined {
  const fragments: Fragment[] = []
  let at = 0
  while (at < content.length) {
    const start = at + fragmentHeaderLength
    if (start > content.length) return undefined
    const length = readUint(content, at + 1, 3)
    const offset = readUint(content, at + 6, 3)
    const fragmentLength = readUint(content, at + 9, 3)
    const end = start + fragmentLength
    if (end > content.length || offset + fragmentLength > length) return undefined
    fragments.push({
      type: content[at] ?? 0,
      length,
      messageSequence: readUint(content, at + 4, 2),
      offset,
      data: content.subarray(start, end),
    })
    at = end
  }
  return fragments
}

export function writeFragment({
  type,
  length,
  messageSequence,
  offset,
  data,
}: Fragment): Uint8Array {
  const out = new Uint8Array(fragmentHeaderLength + data.length)
  out[0] = type
  writeUint(out, 1, length, 3)
  writeUint(out, 4, messageSequence, 2)
  writeUint(out, 6, offset, 3)
  writeUint(out, 9, data.length, 3)
  out.set(data, fragmentHeaderLength)
  return out
}
