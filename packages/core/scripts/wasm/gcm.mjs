/** AES-GCM (NIST SP 800-38D) with nonces of 12 bytes. */
import { addHead, aead } from './aead.mjs'
import { call, define, i8x16, i32, i64x2, load, v128, vector, zero } from './emit.mjs'
import { layout } from './layout.mjs'

const table = (index) => layout.ghashTables + index * 34 * 16

/** Makes the state of an AES-GCM key from the key at `roundKeys`, of 16 or 32 bytes. */
const gcmKey = define(
  'gcmKey',
  { parameters: { keyLength: 'i32' }, exported: true },
  (f, { keyLength }) => {
    f.add(call('expandKey', keyLength))
    f.add(call('sliceKey'))
    // H is the encryption of zeros. Where only the last of four blocks is not zero, it is multiplied by H.
    for (let i = 0; i < 4; i++) f.store('v128', layout.head, zero, 16 * i)
    f.add(call('encryptBlock', layout.head + 48))
    f.add(call('ghashTable', layout.head + 48, table(3)))
    for (let index = 2; index >= 0; index--) {
      f.store('v128', layout.ghashAccumulator, zero)
      f.add(call('ghash', layout.head, 1))
      f.store('v128', layout.head, load('v128', layout.ghashAccumulator), 48)
      f.add(call('ghashTable', layout.head + 48, table(index)))
    }
  },
)

/** Counter 1 masks the tag, and the text starts at 2: six blocks of the head are for it. */
const gcmStart = define('gcmStart', {}, (f) => {
  for (let at = 0; at < 128; at += 16) f.store('v128', layout.head, zero, at)
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
