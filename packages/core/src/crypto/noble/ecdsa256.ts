/** ECDSA on P-256 (FIPS 186-5 6.4), but for the arithmetic of its points: what every provider does in the same way. */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { concat, copyBytes } from '../../bytes.js'
import { DerError, DerReader, tags } from '../../der/reader.js'
import { encodeInteger, encodeSequence } from '../../der/write.js'
import { sha256 } from './hash.js'

/** SP 800-186 3.2.1.3. */
export const order256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
/** Bytes of a number. */
const length = 32

/** Two numbers from 1 to the order less one, big-endian. */
export interface Signature256 {
  readonly r: Uint8Array
  readonly s: Uint8Array
}

/** Reads DER (RFC 3279 2.2.3). Undefined where it is malformed or a number out of range. */
export function parseSignature256(signature: Uint8Array): Signature256 | undefined {
  try {
    const reader = new DerReader(signature)
    const outer = reader.enter(tags.sequence)
    const numbers = [reader.readPositiveInteger(), reader.readPositiveInteger()]
    reader.leave(outer)
    reader.end()
    const [r, s] = numbers.map((number) => bytesToNumberBE(number))
    if (r === undefined || s === undefined || r >= order256 || s >= order256) return undefined
    return { r: numberToBytesBE(r, length), s: numberToBytesBE(s, length) }
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** A digest's leftmost 256 bits (FIPS 186-5 6.4.1), or all of it. */
export function leftmost256(digest: Uint8Array): Uint8Array {
  const number = new Uint8Array(length)
  const used = digest.subarray(0, length)
  number.set(used, length - used.length)
  return number
}

/** The first signature of `make` without a zero (FIPS 186-5 6.4.1), as DER. Nonces are those of `nonces`. */
export function signWith(
  secret: Uint8Array,
  digest: Uint8Array,
  additional: Uint8Array,
  make: (nonce: Uint8Array) => Signature256,
): Uint8Array {
  for (const nonce of nonces(secret, leftmost256(digest), additional)) {
    const { r, s } = make(nonce)
    nonce.fill(0)
    if (r.some(Boolean) && s.some(Boolean)) {
      return encodeSequence(encodeInteger(r), encodeInteger(s))
    }
  }
  throw new Error('nonces do not end')
}

/** RFC 6979 3.2, with the additional data of 3.6, over HMAC with SHA-256. */
function* nonces(
  secret: Uint8Array,
  e: Uint8Array,
  additional: Uint8Array,
): Generator<Uint8Array, void> {
  const message = numberToBytesBE(bytesToNumberBE(e) % order256, length)
  let key: Uint8Array = new Uint8Array(length)
  let value: Uint8Array = new Uint8Array(length).fill(1)
  const next = (...parts: readonly Uint8Array[]): void => {
    key = sha256.hmac(key, concat(value, ...parts))
    value = sha256.hmac(key, value)
  }
  next(Uint8Array.of(0), secret, message, additional)
  next(Uint8Array.of(1), secret, message, additional)
  for (;;) {
    value = sha256.hmac(key, value)
    const number = bytesToNumberBE(value)
    if (number > 0n && number < order256) yield copyBytes(value)
    next(Uint8Array.of(0))
  }
}
