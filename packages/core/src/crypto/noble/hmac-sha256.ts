/**
 * HMAC with SHA-256 (RFC 2104, FIPS 180-4), for the short messages of key schedules: a handshake makes some fifty. noble
 * makes three objects for each, and node:crypto two calls into OpenSSL, which take longer than the four or five blocks.
 */

const blockLength = 64

const initial = /* @__PURE__ */ Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
)

/** FIPS 180-4 4.2.2: the fractional parts of the cube roots of the first 64 primes. */
const constants = /* @__PURE__ */ (() => {
  const words = new Int32Array(64)
  let filled = 0
  for (let candidate = 2; filled < 64; candidate++) {
    let isPrime = true
    for (let factor = 2; factor * factor <= candidate; factor++)
      if (candidate % factor === 0) isPrime = false
    // 32 bits of the fraction, which a double's cube root has to spare.
    if (isPrime) words[filled++] = (Math.cbrt(candidate) % 1) * 2 ** 32
  }
  return words
})()

/**
 * Hashing is synchronous, so nobody else sees these in use; they are cleared before it ends. Functions take them into
 * constants of their own: esbuild makes those of a module variables, which V8 reads from memory each time.
 */
const memory = /* @__PURE__ */ (() => ({
  state: new Int32Array(8),
  inner: new Int32Array(8),
  /** FIPS 180-4 6.2.2: the block is its first 16 words. */
  schedule: new Int32Array(64),
}))()

/** @param key not longer than a block, 64 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const { state, inner, schedule } = memory
  absorbKey(key, 0x36363636)
  absorbRest(data)
  inner.set(state)
  absorbKey(key, 0x5c5c5c5c)
  schedule.set(inner)
  finish(inner.length * 4, inner.length * 4)
  const mac = new Uint8Array(32)
  // Indices here and below are within bounds by construction.
  for (let i = 0; i < mac.length; i++) mac[i] = (state[i >> 2] as number) >> (24 - 8 * (i & 3))
  state.fill(0)
  inner.fill(0)
  schedule.fill(0)
  return mac
}

function absorbKey(key: Uint8Array, padding: number): void {
  const { state, schedule } = memory
  schedule.fill(padding, 0, 16)
  for (let i = 0; i < key.length; i++)
    schedule[i >> 2] = (schedule[i >> 2] as number) ^ ((key[i] as number) << (24 - 8 * (i & 3)))
  state.set(initial)
  compress()
}

/** Absorbs the last data, behind the key's block. */
function absorbRest(data: Uint8Array): void {
  let at = 0
  for (; data.length - at >= blockLength; at += blockLength) {
    put(data, at, blockLength)
    compress()
  }
  put(data, at, data.length - at)
  finish(data.length - at, data.length)
}

/** Bytes into the block: whole words, and zeros behind the last. */
function put(data: Uint8Array, from: number, length: number): void {
  const { schedule } = memory
  const whole = length & ~3
  for (let i = 0, at = from; i < whole; i += 4, at += 4) {
    const high = ((data[at] as number) << 24) | ((data[at + 1] as number) << 16)
    schedule[i >> 2] = high | ((data[at + 2] as number) << 8) | (data[at + 3] as number)
  }
  let last = 0
  for (let i = whole; i < length; i++) last |= (data[from + i] as number) << (24 - 8 * (i & 3))
  if (whole < length) schedule[whole >> 2] = last
}

/** Padding and length (FIPS 180-4 5.1.1), behind `rest` bytes of the block and `length` bytes behind the key's block. */
function finish(rest: number, length: number): void {
  const { schedule } = memory
  const end = rest >> 2
  const mark = 0x80 << (24 - 8 * (rest & 3))
  schedule[end] = rest % 4 === 0 ? mark : (schedule[end] as number) | mark
  schedule.fill(0, end + 1, 16)
  if (rest + 9 > blockLength) {
    compress()
    schedule.fill(0, 0, 16)
  }
  const bytes = blockLength + length
  schedule[14] = bytes / 2 ** 29
  schedule[15] = bytes << 3
  compress()
}

/** FIPS 180-4 6.2.2. Of constants of a function around it, V8 knows even the length. */
const compress = /* @__PURE__ */ (() => {
  const { state, schedule: w } = memory
  const k = constants
  return (): void => {
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15] as number
      const y = w[i - 2] as number
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
      w[i] = (w[i - 16] as number) + s0 + (w[i - 7] as number) + s1
    }
    let a = state[0] as number
    let b = state[1] as number
    let c = state[2] as number
    let d = state[3] as number
    let e = state[4] as number
    let f = state[5] as number
    let g = state[6] as number
    let h = state[7] as number
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
      const t1 = (h + s1 + (g ^ (e & (f ^ g))) + (k[i] as number) + (w[i] as number)) | 0
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
      const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0
      h = g
      g = f
      f = e
      e = (d + t1) | 0
      d = c
      c = b
      b = a
      a = (t1 + t2) | 0
    }
    state[0] = (state[0] as number) + a
    state[1] = (state[1] as number) + b
    state[2] = (state[2] as number) + c
    state[3] = (state[3] as number) + d
    state[4] = (state[4] as number) + e
    state[5] = (state[5] as number) + f
    state[6] = (state[6] as number) + g
    state[7] = (state[7] as number) + h
  }
})()
