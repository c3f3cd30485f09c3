/** GREASE (RFC 8701): reserved values that keep servers tolerant. */
import { noBytes } from '../../bytes.js'
import { encode } from '../../wire/codec.js'
import { type Extension, extensionTable } from '../../wire/extension.js'
import type { Context } from '../context.js'

export interface GreaseValues {
  readonly suite: number
  readonly version: number
  readonly group: number
  readonly firstExtension: number
  readonly lastExtension: number
}

export function drawGrease(context: Context): GreaseValues {
  const [a = 0, b = 0, c = 0, d = 0] = context.random(4)
  const value = (byte: number) => 0x0a0a + 0x1010 * (byte & 15)
  const firstExtension = value(d)
  return {
    suite: value(a),
    version: value(b),
    group: value(c),
    firstExtension,
    // Two extensions of one type would be a fault.
    lastExtension: value((d & 15) ^ 1),
  }
}

/** Adds a GREASE group, where wanted with a key share, and an extension at either end. */
export function greaseHello(
  extensions: readonly Extension[],
  grease: GreaseValues,
  withShare: boolean,
): readonly Extension[] {
  const { supportedGroups, keyShare } = extensionTable
  const share = encode(keyShare.clientHello, [
    { group: grease.group, keyExchange: Uint8Array.of(0) },
  ]).subarray(2)
  const group = Uint8Array.of(grease.group >> 8, grease.group & 0xff)
  return [
    { type: grease.firstExtension, data: noBytes },
    ...extensions.map((extension) => {
      if (extension.type === supportedGroups.type) return prepend(extension, group)
      if (withShare && extension.type === keyShare.type) return prepend(extension, share)
      return extension
    }),
    { type: grease.lastExtension, data: Uint8Array.of(0) },
  ]
}

/** Puts an item in front of a 16-bit vector. */
function prepend({ type, data }: Extension, item: Uint8Array): Extension {
  const length = data.length - 2 + item.length
  const grown = new Uint8Array(2 + length)
  grown[0] = length >> 8
  grown[1] = length & 0xff
  grown.set(item, 2)
  grown.set(data.subarray(2), 2 + item.length)
  return { type, data: grown }
}
