/**
 * AES (FIPS 197) without secret-dependent branches or addresses. One block at a time, for keys and header masks, it
 * looks bytes up in all of the S-box; in counter mode eight blocks go through a circuit of the S-box, bit by bit.
 */
import {
  call,
  define,
  i8x16,
  i32,
  i32x4,
  i64x2,
  load,
  permuteWords,
  shuffle,
  shuffleWords,
  splat8,
  v128,
  vector,
  zero,
} from '../emit.mjs'
import { layout } from './layout.mjs'

const bits = [0, 1, 2, 3, 4, 5, 6, 7]
const positions = Array.from({ length: 16 }, (_, i) => i)

/** FIPS 197 5.1.1: the inverse in GF(2^8), and an affine map. */
export const sbox = (() => {
  const table = new Uint8Array(256)
  const double = (a) => ((a << 1) ^ (a & 0x80 ? 0x11b : 0)) & 0xff
  const rotate = (a, n) => ((a << n) | (a >> (8 - n))) & 0xff
  // 3 generates the group: `power` runs through it, and `inverse` the other way round (0xf6 is the inverse of 3).
  let power = 1
  let inverse = 1
  do {
    power ^= double(power)
    inverse ^= inverse << 1
    inverse ^= inverse << 2
    inverse ^= inverse << 4
    inverse &= 0xff
    if (inverse & 0x80) inverse ^= 0x09
    table[power] =
      inverse ^
      rotate(inverse, 1) ^
      rotate(inverse, 2) ^
      rotate(inverse, 3) ^
      rotate(inverse, 4) ^
      0x63
  } while (power !== 1)
  table[0] = 0x63
  return table
})()

/** Each byte through the S-box: a look-up gives 0 where its index is 16 or more, so that one of 16 counts. */
const subBytes = define(
  'subBytes',
  { parameters: { value: 'v128' }, result: 'v128' },
  (f, parameters) => {
    const value = f.variable('v128', parameters.value)
    const result = f.variable('v128', zero)
    const row = f.variable('i32', layout.sbox)
    f.while(i32.lt_u(row.get, layout.sbox + 256), () => {
      result.set(v128.or(result.get, i8x16.swizzle(load('v128', row.get), value.get)))
      value.set(i8x16.sub(value.get, splat8(16)))
      row.set(i32.add(row.get, 16))
    })
    return result.get
  },
)

/** FIPS 197 5.2: expands the key at `roundKeys`, of 16 or 32 bytes, in place. */
const expandKey = define(
  'expandKey',
  { parameters: { keyLength: 'i32' }, exported: true },
  (f, { keyLength }) => {
    f.store('i32', layout.rounds, i32.add(i32.shr_u(keyLength, 2), 6))
    const end = f.keep(i32.add(i32.shl(keyLength, 2), layout.roundKeys + 176 - 64), 'i32')
    const at = f.variable('i32', i32.add(keyLength, layout.roundKeys))
    const constant = f.variable('i32', 1)
    f.while(i32.lt_u(at.get, end), () => {
      const previous = load('v128', i32.sub(at.get, 16))
      const word = f.variable('v128', call('subBytes', previous))
      // A key of 32 bytes has a step without rotation and constant after each one with them.
      const plain = i32.and(i32.sub(at.get, layout.roundKeys), i32.sub(keyLength, 16))
      f.if(i32.eqz(plain), () => {
        const rotated = i8x16.swizzle(
          word.get,
          vector(positions.map((i) => (i & ~3) | ((i + 1) & 3))),
        )
        word.set(v128.xor(rotated, i32x4.splat(constant.get)))
        const carried = i32.mul(i32.shr_u(constant.get, 7), 0x11b)
        constant.set(i32.xor(i32.shl(constant.get, 1), carried))
      })
      const key = f.variable('v128', load('v128', i32.sub(at.get, keyLength)))
      key.set(v128.xor(key.get, shuffleWords(key.get, zero, [4, 0, 1, 2])))
      key.set(v128.xor(key.get, shuffleWords(key.get, zero, [4, 4, 0, 1])))
      f.store('v128', at.get, v128.xor(key.get, permuteWords(word.get, [3, 3, 3, 3])))
      at.set(i32.add(at.get, 16))
    })
  },
)

/** Encrypts the block at `block` in place under the key at `roundKeys`. Byte 4c + r is row r, column c of the state. */
const encryptBlock = define(
  'encryptBlock',
  { parameters: { block: 'i32' }, exported: true },
  (f, { block }) => {
    const shiftRows = vector(positions.map((i) => (i + 4 * (i & 3)) & 15))
    const down = (n) => vector(positions.map((i) => (i & ~3) | ((i + n) & 3)))
    const key = f.variable('i32', layout.roundKeys)
    const last = f.keep(i32.add(i32.shl(load('i32', layout.rounds), 4), layout.roundKeys), 'i32')
    const state = f.variable('v128', v128.xor(load('v128', block), load('v128', key.get)))
    const next = () => key.set(i32.add(key.get, 16))
    next()
    f.while(i32.lt_u(key.get, last), () => {
      const a = f.keep(i8x16.swizzle(call('subBytes', state.get), shiftRows))
      const below = f.keep(i8x16.swizzle(a, down(1)))
      const sum = f.keep(v128.xor(a, below))
      const doubled = v128.xor(i8x16.add(sum, sum), v128.and(i8x16.lt_s(sum, zero), splat8(0x1b)))
      const rest = v128.xor(below, i8x16.swizzle(sum, down(2)))
      state.set(v128.xor(v128.xor(doubled, rest), load('v128', key.get)))
      next()
    })
    const final = i8x16.swizzle(call('subBytes', state.get), shiftRows)
    f.store('v128', block, v128.xor(final, load('v128', key.get)))
  },
)

/**
 * The S-box as a circuit of 113 gates (Boyar, Peralta: A depth-16 circuit for the AES S-box, 2011, and its smaller
 * predecessor), less the four negations at its end, which are part of the round keys. Index 0 is the lowest bit.
 */
function subSliced(keep, x) {
  const [x7, x6, x5, x4, x3, x2, x1, x0] = x
  const xor = (a, b) => keep(v128.xor(a, b))
  const and = (a, b) => keep(v128.and(a, b))
  const y14 = xor(x3, x5)
  const y13 = xor(x0, x6)
  const y9 = xor(x0, x3)
  const y8 = xor(x0, x5)
  const t0 = xor(x1, x2)
  const y1 = xor(t0, x7)
  const y4 = xor(y1, x3)
  const y12 = xor(y13, y14)
  const y2 = xor(y1, x0)
  const y5 = xor(y1, x6)
  const y3 = xor(y5, y8)
  const t1 = xor(x4, y12)
  const y15 = xor(t1, x5)
  const y20 = xor(t1, x1)
  const y6 = xor(y15, x7)
  const y10 = xor(y15, t0)
  const y11 = xor(y20, y9)
  const y7 = xor(x7, y11)
  const y17 = xor(y10, y11)
  const y19 = xor(y10, y8)
  const y16 = xor(t0, y11)
  const y21 = xor(y13, y16)
  const y18 = xor(x0, y16)
  const t2 = and(y12, y15)
  const t4 = xor(and(y3, y6), t2)
  const t6 = xor(and(y4, x7), t2)
  const t7 = and(y13, y16)
  const t9 = xor(and(y5, y1), t7)
  const t11 = xor(and(y2, y7), t7)
  const t12 = and(y9, y11)
  const t14 = xor(and(y14, y17), t12)
  const t16 = xor(and(y8, y10), t12)
  const t21 = xor(xor(t4, t14), y20)
  const t22 = xor(xor(t6, t16), y19)
  const t23 = xor(xor(t9, t14), y21)
  const t24 = xor(xor(t11, t16), y18)
  const t25 = xor(t21, t22)
  const t26 = and(t21, t23)
  const t27 = xor(t24, t26)
  const t29 = xor(and(t25, t27), t22)
  const t30 = xor(t23, t24)
  const t31 = xor(t22, t26)
  const t33 = xor(and(t31, t30), t24)
  const t34 = xor(t23, t33)
  const t35 = xor(t27, t33)
  const t36 = and(t24, t35)
  const t37 = xor(t36, t34)
  const t38 = xor(t27, t36)
  const t40 = xor(t25, and(t29, t38))
  const t41 = xor(t40, t37)
  const t42 = xor(t29, t33)
  const t43 = xor(t29, t40)
  const t44 = xor(t33, t37)
  const t45 = xor(t42, t41)
  const z0 = and(t44, y15)
  const z1 = and(t37, y6)
  const z2 = and(t33, x7)
  const z3 = and(t43, y16)
  const z4 = and(t40, y1)
  const z5 = and(t29, y7)
  const z6 = and(t42, y11)
  const z7 = and(t45, y17)
  const z8 = and(t41, y10)
  const z9 = and(t44, y12)
  const z10 = and(t37, y3)
  const z11 = and(t33, y4)
  const z12 = and(t43, y13)
  const z13 = and(t40, y5)
  const z14 = and(t29, y2)
  const z15 = and(t42, y9)
  const z16 = and(t45, y14)
  const z17 = and(t41, y8)
  const t46 = xor(z15, z16)
  const t47 = xor(z10, z11)
  const t48 = xor(z5, z13)
  const t49 = xor(z9, z10)
  const t50 = xor(z2, z12)
  const t51 = xor(z2, z5)
  const t52 = xor(z7, z8)
  const t53 = xor(z0, z3)
  const t54 = xor(z6, z7)
  const t55 = xor(z16, z17)
  const t56 = xor(z12, t48)
  const t57 = xor(t50, t53)
  const t58 = xor(z4, t46)
  const t59 = xor(z3, t54)
  const t60 = xor(t46, t57)
  const t61 = xor(z14, t57)
  const t62 = xor(t52, t58)
  const t63 = xor(t49, t58)
  const t64 = xor(z4, t59)
  const t65 = xor(t61, t62)
  const t66 = xor(z1, t63)
  const s0 = xor(t59, t63)
  const s6 = xor(t56, t62)
  const s7 = xor(t48, t60)
  const t67 = xor(t64, t65)
  const s3 = xor(t53, t66)
  const s4 = xor(t51, t66)
  const s5 = xor(t47, t65)
  const s1 = xor(t64, s3)
  const s2 = xor(t55, t67)
  return [s7, s6, s5, s4, s3, s2, s1, s0]
}

/**
 * In sliced form a vector holds one bit of every byte of eight blocks: byte 4r + c those of row r and column c, one bit
 * for each block. So the rows are words, and rotations of a column exchange words.
 */
const byRows = vector(positions.map((i) => 4 * (i & 3) + (i >> 2)))
const shiftRowsSliced = vector(positions.map((i) => (i & ~3) | ((i + (i >> 2)) & 3)))
/** FIPS 197 5.1.3, on sliced rows. */
function mixColumns(keep, a) {
  const below = a.map((x) => keep(permuteWords(x, [1, 2, 3, 0])))
  const sum = bits.map((i) => keep(v128.xor(a[i], below[i])))
  return bits.map((i) => {
    const rest = v128.xor(below[i], permuteWords(sum[i], [2, 3, 0, 1]))
    // Doubling: the next lower bit, and the reduction by x^8 + x^4 + x^3 + x + 1.
    if (i === 0) return v128.xor(rest, sum[7])
    const doubled = [1, 3, 4].includes(i) ? v128.xor(sum[i - 1], sum[7]) : sum[i - 1]
    return v128.xor(rest, doubled)
  })
}

/** Writes the bits of `value`, each repeated for eight blocks, to `place`. */
const slice = define('slice', { parameters: { place: 'i32', value: 'v128' } }, (f, parameters) => {
  const place = f.variable('i32', parameters.place)
  const bit = f.variable('v128', splat8(1))
  f.while(v128.any_true(bit.get), () => {
    f.store('v128', place.get, i8x16.ne(v128.and(parameters.value, bit.get), zero))
    bit.set(i8x16.add(bit.get, bit.get))
    place.set(i32.add(place.get, 16))
  })
})

/** Brings the key at `roundKeys` into sliced form. */
const sliceKey = define('sliceKey', {}, (f) => {
  const rounds = f.keep(load('i32', layout.rounds), 'i32')
  f.store('i32', layout.gcmKeyState, rounds)
  const round = f.variable('i32', 0)
  f.while(i32.le_u(round.get, rounds), () => {
    const key = f.variable('v128', load('v128', i32.shl(round.get, 4), layout.roundKeys))
    // What the circuit leaves out of the S-box: MixColumns maps this constant to itself.
    f.if(i32.ne(round.get, 0), () => key.set(v128.xor(key.get, splat8(0x63))))
    f.if(i32.ne(round.get, rounds), () => key.set(i8x16.swizzle(key.get, byRows)))
    f.add(call('slice', i32.add(i32.shl(round.get, 7), layout.slicedKeys), key.get))
    round.set(i32.add(round.get, 1))
  })
})

/** Prepares `nonce` for `counterMode`. */
const sliceNonce = define('sliceNonce', {}, (f) => {
  f.add(call('slice', layout.slicedNonce, i8x16.swizzle(load('v128', layout.nonce), byRows)))
  const at = f.variable('i32', 0)
  f.while(i32.lt_u(at.get, 128), () => {
    const [bit, key] = [layout.slicedNonce, layout.slicedKeys].map((from) =>
      load('v128', at.get, from),
    )
    f.store('v128', at.get, v128.xor(bit, key), layout.slicedNonce)
    at.set(i32.add(at.get, 16))
  })
  // The lowest bits of the counter, which are in the last byte, count the eight blocks.
  for (const [i, count] of [0xaa, 0xcc, 0xf0].entries()) {
    const last = layout.slicedNonce + 16 * i + 15
    f.store('i32.store8', last, i32.xor(load('i32.load8_u', last), count))
  }
})

/** From sliced form to eight blocks: bit i of block j, in every byte, changes place with bit j of block i. */
function unslice(f) {
  const { unsliced } = layout
  const distance = f.variable('i32', 4)
  const mask = f.variable('v128', splat8(0x0f))
  f.while(distance.get, () => {
    const step = f.keep(i32.shl(distance.get, 4), 'i32')
    const at = f.variable('i32', 0)
    f.while(i32.lt_u(at.get, 128), () => {
      const low = f.keep(load('v128', at.get, unsliced))
      const other = f.keep(i32.add(at.get, step), 'i32')
      const high = f.keep(load('v128', other, unsliced))
      const moved = f.keep(v128.and(v128.xor(i64x2.shr_u(low, distance.get), high), mask.get))
      f.store('v128', other, v128.xor(high, moved), unsliced)
      f.store('v128', at.get, v128.xor(low, i64x2.shl(moved, distance.get)), unsliced)
      // The next one whose index does not have the distance in it.
      at.set(i32.and(i32.add(other, 16), i32.xor(step, -1)))
    })
    distance.set(i32.shr_u(distance.get, 1))
    mask.set(v128.xor(mask.get, i64x2.shl(mask.get, distance.get)))
  })
}

/** Encrypts `groups` times 128 bytes at `text` in place, from block `counter` on, a multiple of 8. */
const counterMode = define(
  'counterMode',
  { parameters: { text: 'i32', groups: 'i32', counter: 'i32' } },
  (f, parameters) => {
    const text = f.variable('i32', parameters.text)
    const groups = f.variable('i32', parameters.groups)
    const counter = f.variable('i32', parameters.counter)
    const last = f.keep(
      i32.add(i32.shl(load('i32', layout.gcmKeyState), 7), layout.slicedKeys),
      'i32',
    )
    f.while(groups.get, () => {
      // The four bytes of the counter are those of column 3: the highest ones of the words.
      const octets = f.keep(
        shuffle(
          i32x4.splat(counter.get),
          zero,
          [3, 2, 1, 0].flatMap((octet) => [16, 16, 16, octet]),
        ),
      )
      // What is above a byte is nothing, so that each bit becomes a sign.
      const x = bits.map((i) => {
        const bit = i8x16.lt_s(i === 7 ? octets : i32x4.shl(octets, 7 - i), zero)
        return f.variable('v128', v128.xor(bit, load('v128', layout.slicedNonce, 16 * i)))
      })
      const key = f.variable('i32', layout.slicedKeys + 128)
      const substitute = () => {
        const substituted = subSliced(
          f.keep,
          x.map(({ get }) => get),
        )
        for (const i of bits) x[i].set(i8x16.swizzle(substituted[i], shiftRowsSliced))
      }
      const addKey = (values) => {
        for (const i of bits) x[i].set(v128.xor(values[i], load('v128', key.get, 16 * i)))
      }
      f.loop((leave) => {
        substitute()
        leave(i32.eq(key.get, last))
        addKey(
          mixColumns(
            f.keep,
            x.map(({ get }) => get),
          ),
        )
        key.set(i32.add(key.get, 128))
      })
      addKey(x.map(({ get }) => i8x16.swizzle(get, byRows)))
      for (const i of bits) f.store('v128', 0, x[i].get, layout.unsliced + 16 * i)
      unslice(f)
      const at = f.variable('i32', 0)
      f.while(i32.lt_u(at.get, 128), () => {
        f.store(
          'v128',
          text.get,
          v128.xor(load('v128', at.get, layout.unsliced), load('v128', text.get)),
        )
        text.set(i32.add(text.get, 16))
        at.set(i32.add(at.get, 16))
      })
      counter.set(i32.add(counter.get, 8))
      groups.set(i32.sub(groups.get, 1))
    })
  },
)

export const functions = [
  subBytes,
  expandKey,
  encryptBlock,
  slice,
  sliceKey,
  sliceNonce,
  counterMode,
]
