/** Diffie-Hellman and ECDSA (FIPS 186-5) on P-256. Scalars are BigInts where they are public, or blinded. */
import { DER } from '@noble/curves/abstract/der.js'
import { getMinHashLength, invert, mapHashToField } from '@noble/curves/abstract/modular.js'
import {
  bytesToNumberBE,
  createHmacDrbg,
  hexToBytes,
  numberToBytesBE,
} from '@noble/curves/utils.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concat } from '../../../bytes.js'
import type { Random } from '../../provider.js'
import { draw } from '../draw.js'
import { combination, multiple, multipleOfBase } from './p256.js'

const length = 32
/** SP 800-186 3.2.1.3. */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** The public key, uncompressed. `blind` is as for `multipleOfBase`. */
export function share(privateKey: Uint8Array, blind?: Uint8Array): Uint8Array {
  const point = multipleOfBase(privateKey, blind)
  if (point === undefined) throw new Error('a private key of P-256 is out of range')
  return point
}

/** The x coordinate that both sides have, or undefined where the peer's share is no point. */
export function agree(privateKey: Uint8Array, peer: Uint8Array): Uint8Array | undefined {
  return multiple(peer, privateKey)?.slice(1, 1 + length)
}

/** Makes the multiples of the base point. */
export function warmUp(): void {
  multipleOfBase(scalar(1n))
}

/** FIPS 186-5 6.4.2. `signature` is DER, `publicKey` has 65 bytes. */
export function verify(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const parsed = parse(signature)
  if (parsed === undefined) return false
  const { r, s } = parsed
  const inverse = invert(s, order)
  const sum = combination(scalar(toInteger(digest) * inverse), publicKey, scalar(r * inverse))
  return sum !== undefined && bytesToNumberBE(sum.subarray(1, 1 + length)) % order === r
}

/**
 * FIPS 186-5 6.4.1, with the nonce of RFC 6979 3.6: fresh randomness goes into it, so that neither a bad source nor a
 * fault gives the key away.
 * @returns DER.
 */
export function sign(privateKey: Uint8Array, digest: Uint8Array, random: Random): Uint8Array {
  const d = bytesToNumberBE(privateKey)
  const e = toInteger(digest) % order
  const seed = concat(privateKey, scalar(e), draw(random, 32))
  const generate = createHmacDrbg<{ r: bigint; s: bigint }>(
    32,
    length,
    (key: Uint8Array, message: Uint8Array) => hmac(sha256, key, message),
  )
  const signature = generate(seed, (candidate) => {
    const k = bytesToNumberBE(candidate)
    if (k === 0n || k >= order) return undefined
    const point = share(candidate, draw(random, length))
    const r = bytesToNumberBE(point.subarray(1, 1 + length)) % order
    // The inversion takes time that depends on its operand, so that is blinded.
    const blind = bytesToNumberBE(mapHashToField(draw(random, getMinHashLength(order)), order))
    const inverse = invert((blind * k) % order, order)
    const s = (inverse * ((blind * e + ((blind * d) % order) * r) % order)) % order
    return r === 0n || s === 0n ? undefined : { r, s }
  })
  seed.fill(0)
  return hexToBytes(DER.hexFromSig(signature))
}

/** The leftmost 256 bits of a digest. */
function toInteger(digest: Uint8Array): bigint {
  return bytesToNumberBE(digest.subarray(0, length))
}

function scalar(value: bigint): Uint8Array {
  return numberToBytesBE(value % order, length)
}

/** Both numbers, from 1 to the order less one; undefined where they are not, and where the DER is malformed. */
function parse(signature: Uint8Array): { readonly r: bigint; readonly s: bigint } | undefined {
  try {
    const { r, s } = DER.toSig(signature, length + 1)
    return r > 0n && r < order && s > 0n && s < order ? { r, s } : undefined
  } catch {
    return undefined
  }
}
