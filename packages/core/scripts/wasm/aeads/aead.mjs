/**
 * What the two AEADs have in common. Additional data lies at `base`; text follows it at the next multiple of 16. Both are
 * padded with zeros, and the block of their lengths comes last: one run of blocks to be authenticated.
 */
import { call, define, i8x16, i32, i64, i64x2, lane, load, v128, vector, zero } from '../emit.mjs'
import { layout } from './layout.mjs'

const padded = (length) => i32.and(i32.add(length, 15), -16)

/** The place of the text, after what stands between it and the additional data is zero. */
const placeText = define(
  'placeText',
  { parameters: { aadLength: 'i32' }, result: 'i32' },
  (f, { aadLength }) => {
    const end = i32.add(aadLength, layout.base)
    const text = f.keep(i32.add(padded(aadLength), layout.base), 'i32')
    // What counts of the last block, which is one of zeros where there is no data.
    const place = f.keep(i32.sub(text, 16), 'i32')
    const positions = vector(Array.from({ length: 16 }, (_, i) => i))
    const counts = i8x16.lt_u(positions, i8x16.splat(i32.sub(end, place)))
    f.store('v128', place, v128.and(load('v128', place), counts))
    return text
  },
)
export const functions = [placeText]

/**
 * `seal` and `open` under the prefix `name`, from functions of the module: `start` makes the head of the key stream,
 * `crypt(text, length)` encrypts or decrypts, `authenticate(first, groups, skip, tag)` puts the tag of `groups` times four
 * blocks at `tag`, of which the first `skip` are zeros that stand for nothing. `lengths` makes the last block from a
 * vector of the two lengths.
 */
export function aead(name, lengths) {
  const parameters = { aadLength: 'i32', length: 'i32' }

  const tag = define(
    `${name}Tag`,
    { parameters: { ...parameters, text: 'i32', tag: 'i32' } },
    (f, { aadLength, length, text, tag }) => {
      f.store('v128', i32.add(text, length), zero)
      const end = f.keep(i32.add(text, padded(length)), 'i32')
      const counts = [aadLength, length].map((count) => i64.extend_i32_u(count))
      f.store(
        'v128',
        end,
        lengths(lane('i64x2.replace_lane', 1, i64x2.splat(counts[0]), counts[1])),
      )
      const blocks = f.keep(i32.shr_u(i32.sub(end, layout.base - 16), 4), 'i32')
      const skip = f.keep(i32.and(i32.sub(0, blocks), 3), 'i32')
      const first = i32.sub(layout.base, i32.shl(skip, 4))
      f.add(call(`${name}Authenticate`, first, i32.shr_u(i32.add(blocks, 3), 2), skip, tag))
    },
  )

  return [
    tag,
    define(`${name}Seal`, { parameters, exported: true }, (f, { aadLength, length }) => {
      const text = f.keep(call('placeText', aadLength), 'i32')
      f.add(call(`${name}Start`))
      f.add(call(`${name}Crypt`, text, length))
      f.add(call(`${name}Tag`, aadLength, length, text, i32.add(text, length)))
    }),
    // Whether the tag is right: only then is the text decrypted.
    define(`${name}Open`, { parameters, result: 'i32', exported: true }, (f, values) => {
      const { aadLength, length } = values
      const text = f.keep(call('placeText', aadLength), 'i32')
      const given = f.keep(load('v128', i32.add(text, length)))
      f.add(call(`${name}Start`))
      f.add(call(`${name}Tag`, aadLength, length, text, layout.tag))
      const differs = f.keep(v128.any_true(v128.xor(given, load('v128', layout.tag))), 'i32')
      f.if(i32.eqz(differs), () => f.add(call(`${name}Crypt`, text, length)))
      return i32.eqz(differs)
    }),
  ]
}

/** Adds the key stream from `stream` on, `blocks` times 16 bytes, to the text; what lies behind the text is overwritten. */
export function addHead(f, stream, blocks, text) {
  const at = f.variable('i32', 0)
  f.while(i32.lt_u(at.get, 16 * blocks), () => {
    const place = f.keep(i32.add(text, at.get), 'i32')
    f.store('v128', place, v128.xor(load('v128', place), load('v128', at.get, stream)))
    at.set(i32.add(at.get, 16))
  })
}
