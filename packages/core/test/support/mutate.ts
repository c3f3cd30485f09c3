/** Changes to messages and records that parsers tend to trip over. All of them follow from the random numbers alone. */
import { concat } from '#src/bytes.js'
import type { Random } from '#src/crypto/provider.js'
import { below, chance } from '#src/testing.js'
import { decode, encode } from '#src/wire/codec.js'
import type { Extension } from '#src/wire/extension.js'
import { handshakeBytes, messages } from '#src/wire/message.js'

const interestingBytes = [0, 1, 2, 3, 4, 0x16, 0x17, 0x20, 0x7f, 0x80, 0xfe, 0xff]
const interestingWords = [
  ...[0, 1, 2, 0xff, 0x0100, 0x3fff, 0x4000, 0x4001, 0x7fff, 0x8000, 0xffff],
  ...[0x0303, 0x0304, 0x0a0a, 0x1301, 0x1302, 0x1303, 23, 24, 29, 0x11ec, 0x0403, 0x0804, 0x0807],
  ...[0x0302, 0xc02b, 0xcca9, 0xc009, 0x009c, 0x00a8, 0x00ff, 0x5600, 0x0201, 256],
  ...[0, 1, 5, 10, 11, 13, 16, 18, 19, 20, 21, 22, 23, 27, 28, 35, 41, 42, 43, 44, 45, 47, 49],
  ...[50, 51, 57, 58, 0xff01],
]

function pick<T>(list: readonly T[], random: Random): T {
  const found = list[below(list.length, random)]
  if (found === undefined) throw new RangeError('nothing to pick from')
  return found
}

type Mutator = (bytes: Uint8Array, random: Random, corpus: readonly Uint8Array[]) => Uint8Array

/** One or several small changes anywhere. */
const mutators: readonly Mutator[] = [
  function flipBits(bytes, random) {
    const copy = bytes.slice()
    for (let i = below(4, random); i >= 0 && copy.length > 0; i--) {
      const at = below(copy.length, random)
      copy[at] = (copy[at] ?? 0) ^ (1 << below(8, random))
    }
    return copy
  },
  function setByte(bytes, random) {
    const copy = bytes.slice()
    if (copy.length > 0) copy[below(copy.length, random)] = pick(interestingBytes, random)
    return copy
  },
  function setWord(bytes, random) {
    if (bytes.length < 2) return bytes
    const copy = bytes.slice()
    const at = below(copy.length - 1, random)
    const word = pick(interestingWords, random)
    copy[at] = word >> 8
    copy[at + 1] = word & 0xff
    return copy
  },
  function addToByte(bytes, random) {
    const copy = bytes.slice()
    if (copy.length === 0) return copy
    const at = below(copy.length, random)
    copy[at] = (copy[at] ?? 0) + pick([1, -1, 2, -2, 16], random)
    return copy
  },
  function remove(bytes, random) {
    const from = below(bytes.length + 1, random)
    const length = 1 + below(Math.min(40, bytes.length - from + 1), random)
    return concat(bytes.subarray(0, from), bytes.subarray(from + length))
  },
  function repeat(bytes, random) {
    const from = below(bytes.length + 1, random)
    const to = from + below(Math.min(80, bytes.length - from + 1), random)
    return concat(bytes.subarray(0, to), bytes.subarray(from))
  },
  function insert(bytes, random) {
    const at = below(bytes.length + 1, random)
    return concat(bytes.subarray(0, at), random(1 + below(12, random)), bytes.subarray(at))
  },
  function truncate(bytes, random) {
    return bytes.subarray(0, below(bytes.length + 1, random))
  },
  function splice(bytes, random, corpus) {
    const other = pick(corpus, random)
    const head = bytes.subarray(0, below(bytes.length + 1, random))
    return concat(head, other.subarray(below(other.length + 1, random)))
  },
  function replace(_, random, corpus) {
    return pick(corpus, random)
  },
  function noise(_, random) {
    return random(below(200, random))
  },
]

export function mutate(
  bytes: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
): Uint8Array {
  let changed = bytes
  do changed = pick(mutators, random)(changed, random, corpus)
  while (chance(0.3, random))
  return changed
}

/** A handshake message, changed; its header mostly says what its body is. */
export function mutateMessage(
  raw: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
): Uint8Array {
  if (chance(0.35, random)) return mutateExtensions(raw, random, corpus) ?? raw
  if (chance(0.1, random)) return mutate(raw, random, corpus)
  const body = mutate(raw.subarray(4), random, corpus)
  const type = chance(0.05, random) ? below(256, random) : (raw[0] ?? 0)
  return handshakeBytes(type, body.subarray(0, 200_000))
}

/** Well-formed but for what it says: extensions that are dropped, doubled, moved, added or changed. */
function mutateExtensions(
  raw: Uint8Array,
  random: Random,
  corpus: readonly Uint8Array[],
): Uint8Array | undefined {
  const type = raw[0] ?? 0
  const codec = messages[type]?.codec
  if (codec === undefined) return undefined
  let value: { readonly extensions?: readonly Extension[] }
  try {
    value = decode(codec, raw.subarray(4)) as typeof value
  } catch {
    return undefined
  }
  if (value.extensions === undefined) return undefined
  const list = [...value.extensions]
  const at = below(list.length + 1, random)
  const found = list[at]
  switch (below(6, random)) {
    case 0:
      list.splice(at, 1)
      break
    case 1:
      if (found !== undefined) list.splice(below(list.length + 1, random), 0, found)
      break
    case 2:
      list.reverse()
      break
    case 3:
      list.splice(at, 0, { type: pick(interestingWords, random), data: random(below(6, random)) })
      break
    case 4:
      if (found !== undefined) list[at] = { ...found, type: pick(interestingWords, random) }
      break
    default:
      if (found !== undefined)
        list[at] = { ...found, data: mutate(found.data, random, corpus).subarray(0, 5_000) }
  }
  return handshakeBytes(type, encode(codec, { ...value, extensions: list }))
}
