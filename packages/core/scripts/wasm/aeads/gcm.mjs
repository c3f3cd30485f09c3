/** AES-GCM (NIST SP 800-38D) with nonces of 12 bytes. */
import { call, clear, define, i8x16, i32, i64x2, load, v128, vector, zero } from '../emit.mjs'
import { addHead, aead } from './aead.mjs'
import { tableBytes } from './ghash.mjs'
import { layout } from './layout.mjs'

/** Makes the state of an AES-GCM key from the key at `roundKeys`, of 16 or 32 bytes. */
const gcmKey = define(
  'gcmKey',
  { parameters: { keyLength: 'i32' }, exported: true },
  (f, { keyLength }) => {
    f.add(call('expandKey', keyLength))
    f.add(call('sliceKey'))
    // H is the encryption of zeros. Where only the last of four blocks is not zero, it is multiplied by H.
    clear(f, layout.head, 64)
    const power = layout.head + 48
    f.add(call('encryptBlock', power))
    const table = f.variable('i32', layout.ghashTables + 3 * tableBytes)
    f.loop((leave) => {
      f.add(call('ghashTable', power, table.get))
      leave(i32.eq(table.get, layout.ghashTables))
      f.store('v128', layout.ghashAccumulator, zero)
      f.add(call('ghash', layout.head, 1))
      f.store('v128', power, load('v128', layout.ghashAccumulator))
      table.set(i32.sub(table.get, tableBytes))
    })
  },
)

/** Counter 1 masks the tag, and the text starts at 2: six blocks of the head are for it. */
const gcmStart = define('gcmStart', {}, (f) => {
  clear(f, layout.head, 128)
  f.add(call('sliceNonce'))
  f.add(call('counterMode', layout.head, 1, 0))
})

const gcmCrypt = define(
  'gcmCrypt',
  { parameters: { text: 'i32', length: 'i32' } },
  (f, { text, length }) => {
    addHead(f, layout.head + 32, 6, text)
    f.if(i32.gt_u(length, 96), () =>
      f.add(call('counterMode', i32.add(text, 96), i32.shr_u(i32.add(length, 31), 7), 8)),
    )
  },
)

const gcmAuthenticate = define(
  'gcmAuthenticate',
  { parameters: { first: 'i32', groups: 'i32', skip: 'i32', tag: 'i32' } },
  (f, { first, groups, tag }) => {
    f.store('v128', layout.ghashAccumulator, zero)
    f.add(call('ghash', first, groups))
    f.store(
      'v128',
      tag,
      v128.xor(load('v128', layout.ghashAccumulator), load('v128', layout.head, 16)),
    )
  },
)

/** In bits, big-endian. */
const lengths = (counts) =>
  i8x16.swizzle(
    i64x2.shl(counts, 3),
    vector([7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]),
  )

export const functions = [gcmKey, gcmStart, gcmCrypt, gcmAuthenticate, ...aead('gcm', lengths)]
