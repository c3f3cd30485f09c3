/** ECDSA (RFC 8422, FIPS 186-5) on P-256. Signatures are DER (RFC 3279 2.2.3). */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { concat } from '../../bytes.js'
import { DerError, DerReader, tags } from '../../der/reader.js'
import { encodeInteger, encodeSequence } from '../../der/write.js'
import { p256 } from '../noble/curve.js'
import { draw } from '../noble/draw.js'
import { ecKeys } from '../noble/ec-key.js'
import { sha256, sha384, sha512 } from '../noble/hash.js'
import type { KeyImporter } from '../noble/private-key.js'
import type { HashAlgorithm, SignatureAlgorithm } from '../provider.js'
import { combination256, multiple256, signature256 } from './curve.js'
import type { Engine } from './engine.js'

/** SP 800-186 3.2.1.3. */
export const order256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
/** Bytes of a number. */
const length = 32

export function createSignatures(engine: Engine): readonly SignatureAlgorithm[] {
  return [sha256, sha384, sha512].map((hash) => verifier(engine, hash))
}

/** Private keys on P-256. */
export function createKeys(engine: Engine): KeyImporter {
  return ecKeys([p256], (_curve, secret, digest, random) =>
    sign(engine, secret, digest, draw(random, 32)),
  )
}

function verifier(engine: Engine, hash: HashAlgorithm): SignatureAlgorithm {
  return {
    name: `ecdsa_${hash.name}`,
    supports: (key) => key.type === 'ec' && key.curve === 'secp256r1',
    verify(key, message, signature) {
      if (key.type !== 'ec' || key.curve !== 'secp256r1') return false
      // RFC 8422 5.1.2: uncompressed points only.
      if (key.publicKey.length !== 1 + 2 * length || key.publicKey[0] !== 4) return false
      const parsed = parse(signature)
      if (parsed === undefined) return false
      const { r, s } = parsed
      const e = leftmost(hash.hash(message))
      const x = combination256(engine, e, r, s, key.publicKey.subarray(1))
      return x !== undefined && bytesToNumberBE(x) % order256 === bytesToNumberBE(r)
    },
  }
}

/** Both numbers; undefined where the DER is malformed, or one is not from 1 to the order less one. */
function parse(
  signature: Uint8Array,
): { readonly r: Uint8Array; readonly s: Uint8Array } | undefined {
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
function leftmost(digest: Uint8Array): Uint8Array {
  const number = new Uint8Array(length)
  const used = digest.subarray(0, length)
  number.set(used, length - used.length)
  return number
}

function sign(
  engine: Engine,
  secret: Uint8Array,
  digest: Uint8Array,
  additional: Uint8Array,
): Uint8Array {
  const e = leftmost(digest)
  for (const k of nonces(secret, e, additional)) {
    const x = multiple256(engine, k)
    if (x === undefined) throw new Error('the base point is on the curve')
    const r = numberToBytesBE(bytesToNumberBE(x.subarray(0, length)) % order256, length)
    const s = signature256(engine, e, r, secret, k)
    k.fill(0)
    // FIPS 186-5 6.4.1: neither may be zero.
    if (r.some(Boolean) && s.some(Boolean))
      return encodeSequence(encodeInteger(r), encodeInteger(s))
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
    if (number > 0n && number < order256) yield value.slice()
    next(Uint8Array.of(0))
  }
}
