/** ChaCha20 (RFC 8439 2.3, 2.4): four blocks at a time, a vector for each word of their states. */
import { addHead, aead } from './aead.mjs'
import {
  call,
  clear,
  define,
  i8x16,
  i32,
  i32x4,
  load,
  splat32,
  transpose,
  v128,
  vector,
} from './emit.mjs'
import { layout } from './layout.mjs'

const constants = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]

/** A rotation by whole bytes is one instruction, provided that its indices are a constant. */
const rotateBytes = (octets) =>
  vector(Array.from({ length: 16 }, (_, i) => (i & ~3) | ((i - octets) & 3)))

function rotate(value, bits) {
  if (bits % 8 === 0) return i8x16.swizzle(value, rotateBytes(bits / 8))
  return v128.or(i32x4.shl(value, bits), i32x4.shr_u(value, 32 - bits))
}

/** RFC 8439 2.1, on the variables of a state. */
function quarterRound(state, keep, a, b, c, d) {
  const step = (to, from, other, bits) => {
    state[to].set(i32x4.add(state[to].get, state[from].get))
    state[other].set(rotate(keep(v128.xor(state[other].get, state[to].get)), bits))
  }
  step(a, b, d, 16)
  step(c, d, b, 12)
  step(a, b, d, 8)
  step(c, d, b, 7)
}

/** Encrypts `groups` times 256 bytes at `text` in place, from block `counter` on. */
const chacha = define(
  'chacha',
  { parameters: { text: 'i32', groups: 'i32', counter: 'i32' } },
  (f, parameters) => {
    const text = f.variable('i32', parameters.text)
    const groups = f.variable('i32', parameters.groups)
    const counters = f.variable(
      'v128',
      i32x4.add(i32x4.splat(parameters.counter), vector([0, 1, 2, 3])),
    )
    const initial = (word) => {
      if (word < 4) return splat32(constants[word])
      if (word === 12) return counters.get
      return word < 12
        ? load('v128.load32_splat', layout.chachaKey, 4 * (word - 4))
        : load('v128.load32_splat', layout.nonce, 4 * (word - 13))
    }
    f.while(groups.get, () => {
      const state = Array.from({ length: 16 }, (_, word) => f.variable('v128', initial(word)))
      const rounds = f.variable('i32', 10)
      f.while(rounds.get, () => {
        for (let i = 0; i < 4; i++) quarterRound(state, f.keep, i, 4 + i, 8 + i, 12 + i)
        for (let i = 0; i < 4; i++)
          quarterRound(state, f.keep, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3))
        rounds.set(i32.sub(rounds.get, 1))
      })
      for (let row = 0; row < 4; row++) {
        const words = [0, 1, 2, 3].map((i) =>
          f.keep(i32x4.add(state[4 * row + i].get, initial(4 * row + i))),
        )
        for (const [block, stream] of transpose(f.keep, words).entries()) {
          const offset = 64 * block + 16 * row
          f.store('v128', text.get, v128.xor(stream, load('v128', text.get, offset)), offset)
        }
      }
      counters.set(i32x4.add(counters.get, splat32(4)))
      text.set(i32.add(text.get, 256))
      groups.set(i32.sub(groups.get, 1))
    })
  },
)

/** Key stream from block `counter` on: the first 256 bytes. */
const chachaHead = define(
  'chachaHead',
  { parameters: { counter: 'i32' }, exported: true },
  (f, { counter }) => {
    clear(f, layout.head, 256)
    f.add(call('chacha', layout.head, 1, counter))
  },
)

/** RFC 8439 2.6: block 0 is the one-time key. Blocks 1 to 3 are kept for the text. */
const chachaStart = define('chachaStart', {}, (f) => f.add(call('chachaHead', 0)))

const chachaCrypt = define(
  'chachaCrypt',
  { parameters: { text: 'i32', length: 'i32' } },
  (f, { text, length }) => {
    addHead(f, layout.head + 64, 12, text)
    f.if(i32.gt_u(length, 192), () =>
      f.add(call('chacha', i32.add(text, 192), i32.shr_u(i32.add(length, 63), 8), 4)),
    )
  },
)

const chachaAuthenticate = define(
  'chachaAuthenticate',
  { parameters: { first: 'i32', groups: 'i32', skip: 'i32', tag: 'i32' } },
  (f, { first, groups, skip, tag }) => {
    f.add(call('polyStart'))
    f.add(call('polyRun', layout.polyMain, first, groups, skip))
    f.add(call('polyFinish', tag))
  },
)

export const functions = [
  chacha,
  chachaHead,
  chachaStart,
  chachaCrypt,
  chachaAuthenticate,
  ...aead('chacha', (counts) => counts),
]
