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
  schedule: new Int32Array(64),
  block: new Uint8Array(2 * blockLength),
}))()

/** @param key not longer than a block, 64 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const { state, schedule, block } = memory
  begin(key, 0x36)
  finish(data)
  const mac = new Uint8Array(32)
  output(mac)
  begin(key, 0x5c)
  finish(mac)
  output(mac)
  state.fill(0)
  schedule.fill(0)
  block.fill(0)
  return mac
}

/** Absorbs the key's block. */
function begin(key: Uint8Array, padding: number): void {
  const { state, block } = memory
  block.fill(padding, 0, blockLength)
  // Indices here and below are within bounds by construction.
  for (let i = 0; i < key.length; i++) block[i] = (key[i] as number) ^ padding
  state.set(initial)
  compress(block, 0)
}

/** Absorbs the last data, behind one block, with padding and length (FIPS 180-4 5.1.1). */
function finish(data: Uint8Array): void {
  const { block } = memory
  const whole = data.length - (data.length % blockLength)
  for (let at = 0; at < whole; at += blockLength) compress(data, at)
  const rest = data.length - whole
  for (let i = 0; i < rest; i++) block[i] = data[whole + i] as number
  const length = rest + 9 <= blockLength ? blockLength : 2 * blockLength
  block.fill(0, rest, length)
  block[rest] = 0x80
  const bytes = blockLength + data.length
  block[length - 5] = bytes / 2 ** 29
  for (let i = 1; i <= 4; i++) block[length - i] = (bytes << 3) >>> (8 * (i - 1))
  for (let at = 0; at < length; at += blockLength) compress(block, at)
}

function output(mac: Uint8Array): void {
  const { state } = memory
  for (let i = 0; i < 8; i++) {
    const word = state[i] as number
    mac[4 * i] = word >>> 24
    mac[4 * i + 1] = word >>> 16
    mac[4 * i + 2] = word >>> 8
    mac[4 * i + 3] = word
  }
}

/** FIPS 180-4 6.2.2. Of constants of a function around it, V8 knows even the length. */
const compress = /* @__PURE__ */ (() => {
  const { state, schedule: w } = memory
  const k = constants
  return (bytes: Uint8Array, offset: number): void => {
    for (let i = 0, at = offset; i < 16; i++, at += 4) {
      const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16)
      w[i] = high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)
    }
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
