/** ChaCha20 (RFC 8439 2.3, 2.4): key stream and text are added where they are, in memory of any alignment. */
/** Sixteen words: constants, eight of the key, the block's number, three of the nonce. */
export type ChaChaState = Int32Array

/** A state for this key of 32 bytes. Block number and nonce are zero. */
export function chachaState(key: Uint8Array): ChaChaState {
  const state = new Int32Array(16)
  // "expand 32-byte k".
  state.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574])
  const bytes = new DataView(key.buffer, key.byteOffset, 32)
  for (let i = 0; i < 8; i++) state[4 + i] = bytes.getInt32(4 * i, true)
  return state
}

/**
 * Writes the key stream of the state's block (RFC 8439 2.3). Words are variables: in an array they would take three times
 * as long.
 */
export function chachaBlock(state: ChaChaState, keyStream: Int32Array): void {
  let x0 = state[0] as number
  let x1 = state[1] as number
  let x2 = state[2] as number
  let x3 = state[3] as number
  let x4 = state[4] as number
  let x5 = state[5] as number
  let x6 = state[6] as number
  let x7 = state[7] as number
  let x8 = state[8] as number
  let x9 = state[9] as number
  let x10 = state[10] as number
  let x11 = state[11] as number
  let x12 = state[12] as number
  let x13 = state[13] as number
  let x14 = state[14] as number
  let x15 = state[15] as number
  for (let round = 0; round < 20; round += 2) {
    x0 = (x0 + x4) | 0
    x12 ^= x0
    x12 = (x12 << 16) | (x12 >>> 16)
    x8 = (x8 + x12) | 0
    x4 ^= x8
    x4 = (x4 << 12) | (x4 >>> 20)
    x0 = (x0 + x4) | 0
    x12 ^= x0
    x12 = (x12 << 8) | (x12 >>> 24)
    x8 = (x8 + x12) | 0
    x4 ^= x8
    x4 = (x4 << 7) | (x4 >>> 25)
    x1 = (x1 + x5) | 0
    x13 ^= x1
    x13 = (x13 << 16) | (x13 >>> 16)
    x9 = (x9 + x13) | 0
    x5 ^= x9
    x5 = (x5 << 12) | (x5 >>> 20)
    x1 = (x1 + x5) | 0
    x13 ^= x1
    x13 = (x13 << 8) | (x13 >>> 24)
    x9 = (x9 + x13) | 0
    x5 ^= x9
    x5 = (x5 << 7) | (x5 >>> 25)
    x2 = (x2 + x6) | 0
    x14 ^= x2
    x14 = (x14 << 16) | (x14 >>> 16)
    x10 = (x10 + x14) | 0
    x6 ^= x10
    x6 = (x6 << 12) | (x6 >>> 20)
    x2 = (x2 + x6) | 0
    x14 ^= x2
    x14 = (x14 << 8) | (x14 >>> 24)
    x10 = (x10 + x14) | 0
    x6 ^= x10
    x6 = (x6 << 7) | (x6 >>> 25)
    x3 = (x3 + x7) | 0
    x15 ^= x3
    x15 = (x15 << 16) | (x15 >>> 16)
    x11 = (x11 + x15) | 0
    x7 ^= x11
    x7 = (x7 << 12) | (x7 >>> 20)
    x3 = (x3 + x7) | 0
    x15 ^= x3
    x15 = (x15 << 8) | (x15 >>> 24)
    x11 = (x11 + x15) | 0
    x7 ^= x11
    x7 = (x7 << 7) | (x7 >>> 25)
    x0 = (x0 + x5) | 0
    x15 ^= x0
    x15 = (x15 << 16) | (x15 >>> 16)
    x10 = (x10 + x15) | 0
    x5 ^= x10
    x5 = (x5 << 12) | (x5 >>> 20)
    x0 = (x0 + x5) | 0
    x15 ^= x0
    x15 = (x15 << 8) | (x15 >>> 24)
    x10 = (x10 + x15) | 0
    x5 ^= x10
    x5 = (x5 << 7) | (x5 >>> 25)
    x1 = (x1 + x6) | 0
    x12 ^= x1
    x12 = (x12 << 16) | (x12 >>> 16)
    x11 = (x11 + x12) | 0
    x6 ^= x11
    x6 = (x6 << 12) | (x6 >>> 20)
    x1 = (x1 + x6) | 0
    x12 ^= x1
    x12 = (x12 << 8) | (x12 >>> 24)
    x11 = (x11 + x12) | 0
    x6 ^= x11
    x6 = (x6 << 7) | (x6 >>> 25)
    x2 = (x2 + x7) | 0
    x13 ^= x2
    x13 = (x13 << 16) | (x13 >>> 16)
    x8 = (x8 + x13) | 0
    x7 ^= x8
    x7 = (x7 << 12) | (x7 >>> 20)
    x2 = (x2 + x7) | 0
    x13 ^= x2
    x13 = (x13 << 8) | (x13 >>> 24)
    x8 = (x8 + x13) | 0
    x7 ^= x8
    x7 = (x7 << 7) | (x7 >>> 25)
    x3 = (x3 + x4) | 0
    x14 ^= x3
    x14 = (x14 << 16) | (x14 >>> 16)
    x9 = (x9 + x14) | 0
    x4 ^= x9
    x4 = (x4 << 12) | (x4 >>> 20)
    x3 = (x3 + x4) | 0
    x14 ^= x3
    x14 = (x14 << 8) | (x14 >>> 24)
    x9 = (x9 + x14) | 0
    x4 ^= x9
    x4 = (x4 << 7) | (x4 >>> 25)
  }
  keyStream[0] = x0 + (state[0] as number)
  keyStream[1] = x1 + (state[1] as number)
  keyStream[2] = x2 + (state[2] as number)
  keyStream[3] = x3 + (state[3] as number)
  keyStream[4] = x4 + (state[4] as number)
  keyStream[5] = x5 + (state[5] as number)
  keyStream[6] = x6 + (state[6] as number)
  keyStream[7] = x7 + (state[7] as number)
  keyStream[8] = x8 + (state[8] as number)
  keyStream[9] = x9 + (state[9] as number)
  keyStream[10] = x10 + (state[10] as number)
  keyStream[11] = x11 + (state[11] as number)
  keyStream[12] = x12 + (state[12] as number)
  keyStream[13] = x13 + (state[13] as number)
  keyStream[14] = x14 + (state[14] as number)
  keyStream[15] = x15 + (state[15] as number)
}

/** What `chachaCrypt` adds to a block of text. Nobody else can see it: everything is synchronous. */
const stream = /* @__PURE__ */ new Int32Array(16)

/** Encrypts `length` bytes, from one place to another or the same, from the state's block on. */
export function chachaCrypt(
  state: ChaChaState,
  from: DataView,
  to: DataView,
  length: number,
): void {
  for (let at = 0; at < length; at += 64) {
    chachaBlock(state, stream)
    state[12] = (state[12] as number) + 1
    const whole = Math.min(64, length - at) & ~3
    for (let i = 0; i < whole; i += 4) {
      to.setInt32(at + i, from.getInt32(at + i, true) ^ (stream[i >> 2] as number), true)
    }
    for (let i = whole; i < 64 && at + i < length; i++) {
      to.setUint8(at + i, from.getUint8(at + i) ^ ((stream[i >> 2] as number) >>> (8 * (i & 3))))
    }
  }
  stream.fill(0)
}
