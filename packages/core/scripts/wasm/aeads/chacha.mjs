/** ChaCha20 (RFC 8439 2.3, 2.4): four blocks at a time, a vector for each word of their states. */
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
} from '../emit.mjs'
import { addHead, aead } from './aead.mjs'
import { layout } from './layout.mjs'

/** RFC 8439 2.3: the words in front of the key, as bytes. */
export const constant = new TextEncoder().encode('expand 32-byte k')

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

/** Spreads the words from the constant to the nonce, each over a vector for four blocks. */
const spread = (f, counter) => {
  f.store('i32', layout.chachaCounter, counter)
  const at = f.variable('i32', 0)
  f.while(i32.lt_u(at.get, 64), () => {
    const word = load('v128.load32_splat', at.get, layout.chachaConstant)
    f.store('v128', i32.shl(at.get, 2), word, layout.chachaInitial)
    at.set(i32.add(at.get, 4))
  })
}

/** Encrypts `groups` times 256 bytes at `text` in place, from block `counter` on. */
const chacha = define(
  'chacha',
  { parameters: { text: 'i32', groups: 'i32', counter: 'i32' } },
  (f, { counter, ...parameters }) => {
    const { chachaInitial, chachaState } = layout
    spread(f, counter)
    const text = f.variable('i32', parameters.text)
    const groups = f.variable('i32', parameters.groups)
    const initial = (word, at = 0) => load('v128', at, chachaInitial + 16 * word)
    const count = (by) => f.store('v128', 0, i32x4.add(initial(12), by), chachaInitial + 16 * 12)
    count(vector([0, 1, 2, 3]))
    f.while(groups.get, () => {
      const state = Array.from({ length: 16 }, (_, word) => f.variable('v128', initial(word)))
      const rounds = f.variable('i32', 10)
      f.while(rounds.get, () => {
        for (let i = 0; i < 4; i++) quarterRound(state, f.keep, i, 4 + i, 8 + i, 12 + i)
        for (let i = 0; i < 4; i++)
          quarterRound(state, f.keep, i, 4 + ((i + 1) & 3), 8 + ((i + 2) & 3), 12 + ((i + 3) & 3))
        rounds.set(i32.sub(rounds.get, 1))
      })
      for (const [word, { get }] of state.entries())
        f.store('v128', 0, get, chachaState + 16 * word)
      // Four words of four blocks at a time.
      const row = f.variable('i32', 0)
      f.while(i32.lt_u(row.get, 256), () => {
        const words = [0, 1, 2, 3].map((i) =>
          f.keep(i32x4.add(load('v128', row.get, chachaState + 16 * i), initial(i, row.get))),
        )
        for (const [block, stream] of transpose(f.keep, words).entries())
          f.store(
            'v128',
            text.get,
            v128.xor(stream, load('v128', text.get, 64 * block)),
            64 * block,
          )
        text.set(i32.add(text.get, 16))
        row.set(i32.add(row.get, 64))
      })
      count(splat32(4))
      text.set(i32.add(text.get, 256 - 64))
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
