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

/** FIPS 180-4 4.2.2: the fractional parts of the cube roots of the first 64 primes. Filled by the first use. */
const constants = /* @__PURE__ */ new Int32Array(64)

function fillConstants(): void {
  let filled = 0
  for (let candidate = 2; filled < constants.length; candidate++) {
    let isPrime = true
    for (let factor = 2; factor * factor <= candidate; factor++)
      if (candidate % factor === 0) isPrime = false
    // 32 bits of the fraction, which a double's cube root has to spare.
    if (isPrime) constants[filled++] = (Math.cbrt(candidate) % 1) * 2 ** 32
  }
}

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
  if (constants[0] === 0) fillConstants()
  absorbKey(key, 0x36363636)
  absorbRest(data)
  copyState(inner, state)
  absorbKey(key, 0x5c5c5c5c)
  copyState(schedule, inner)
  finish(inner.length * 4, inner.length * 4)
  const mac = new Uint8Array(32)
  // Indices here and below are within bounds by construction.
  for (let i = 0, at = 0; i < 8; i++, at += 4) {
    const word = state[i] as number
    mac[at] = word >> 24
    mac[at + 1] = word >> 16
    mac[at + 2] = word >> 8
    mac[at + 3] = word
  }
  clear(state, 0, 8)
  clear(inner, 0, 8)
  clear(schedule, 0, 64)
  return mac
}

function absorbKey(key: Uint8Array, padding: number): void {
  const { state, schedule } = memory
  clear(schedule, 0, 16)
  put(key, 0, key.length)
  for (let i = 0; i < 16; i++) schedule[i] = (schedule[i] as number) ^ padding
  copyState(state, initial)
  compress()
}

/** This and the next by hand: a call of the runtime's takes longer than so few words. */
function copyState(to: Int32Array, from: Int32Array): void {
  for (let i = 0; i < 8; i++) to[i] = from[i] as number
}

function clear(words: Int32Array, start: number, end: number): void {
  for (let i = start; i < end; i++) words[i] = 0
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
  clear(schedule, end + 1, 16)
  if (rest + 9 > blockLength) {
    compress()
    clear(schedule, 0, 16)
  }
  const bytes = blockLength + length
  schedule[14] = bytes / 2 ** 29
  schedule[15] = bytes << 3
  compress()
}

/** FIPS 180-4 4.1.2: the sigmas, in upper and in lower case. */
const large0 = (x: number): number =>
  ((x >>> 2) | (x << 30)) ^ ((x >>> 13) | (x << 19)) ^ ((x >>> 22) | (x << 10))
const large1 = (x: number): number =>
  ((x >>> 6) | (x << 26)) ^ ((x >>> 11) | (x << 21)) ^ ((x >>> 25) | (x << 7))
const small0 = (x: number): number => ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
const small1 = (x: number): number =>
  ((x >>> 17) | (x << 15)) ^ ((x >>> 19) | (x << 13)) ^ (x >>> 10)

/** FIPS 180-4 6.2.2. Of constants of a function around it, V8 knows even the length. */
const compress = /* @__PURE__ */ (() => {
  const { state, schedule: w } = memory
  const k = constants
  return (): void => {
    // Two words at a time, as the rounds below; the latest two are those that come next but one.
    let even = w[14] as number
    let odd = w[15] as number
    let oldest = w[0] as number
    for (let i = 16; i < 64; i += 2) {
      const second = w[i - 15] as number
      const third = w[i - 14] as number
      even = (oldest + small0(second) + (w[i - 7] as number) + small1(even)) | 0
      w[i] = even
      odd = (second + small0(third) + (w[i - 6] as number) + small1(odd)) | 0
      w[i + 1] = odd
      oldest = third
    }
    let a = state[0] as number
    let b = state[1] as number
    let c = state[2] as number
    let d = state[3] as number
    let e = state[4] as number
    let f = state[5] as number
    let g = state[6] as number
    let h = state[7] as number
    // Two rounds at a time: each leaves its sum where the last word was, so that fewer of them move.
    for (let i = 0; i < 64; i += 2) {
      const t = (h + large1(e) + (g ^ (e & (f ^ g))) + (k[i] as number) + (w[i] as number)) | 0
      d = (d + t) | 0
      h = (t + large0(a) + ((a & b) | (c & (a | b)))) | 0
      const u =
        (g + large1(d) + (f ^ (d & (e ^ f))) + (k[i + 1] as number) + (w[i + 1] as number)) | 0
      c = (c + u) | 0
      g = (u + large0(h) + ((h & a) | (b & (h | a)))) | 0
      const oldE = e
      const oldF = f
      e = c
      f = d
      c = a
      d = b
      a = g
      b = h
      g = oldE
      h = oldF
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
