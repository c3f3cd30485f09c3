/** The RSA primitives (RFC 8017 5) over BigInt. */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import type { Random } from '../provider.js'
import { draw } from './draw.js'
import { bitLength, inverse, powerPublic, powerSecret } from './modpow.js'

export interface RsaPublicKey {
  readonly n: bigint
  readonly e: bigint
  /** Of the modulus. */
  readonly bits: number
  /** Bytes of the modulus. */
  readonly length: number
}

/** What bounds the work of a verification: longer moduli and exponents are refused. */
const maxModulusBits = 16384
const maxExponentBits = 64
/** Shorter moduli can be factored by anybody. */
const minModulusBits = 1024

/** Undefined where the key is out of bounds: a modulus of 1024 to 16384 bits, an odd exponent from 3 to 2^64. */
export function rsaPublicKey(
  modulus: Uint8Array | undefined,
  exponent: Uint8Array | undefined,
): RsaPublicKey | undefined {
  if (modulus === undefined || exponent === undefined) return undefined
  if (modulus.length > maxModulusBits / 8 + 1 || exponent.length > maxExponentBits / 8 + 1) {
    return undefined
  }
  const n = bytesToNumberBE(modulus)
  const e = bytesToNumberBE(exponent)
  const bits = bitLength(n)
  if (bits < minModulusBits || bits > maxModulusBits || (n & 1n) === 0n) return undefined
  if (e < 3n || (e & 1n) === 0n || bitLength(e) > maxExponentBits) return undefined
  return { n, e, bits, length: Math.ceil(bits / 8) }
}

/** RSAVP1 (RFC 8017 5.2.2): `signature` to the power of e, or undefined where its length or range is wrong. */
export function rsaPublic(key: RsaPublicKey, signature: Uint8Array): bigint | undefined {
  if (signature.length !== key.length) return undefined
  const s = bytesToNumberBE(signature)
  return s < key.n ? powerPublic(s, key.e, key.n) : undefined
}

/** A private key with two primes (RFC 8017 3.2, second form). */
export interface RsaPrivateKey extends RsaPublicKey {
  readonly p: bigint
  readonly q: bigint
  readonly dP: bigint
  readonly dQ: bigint
  /** The inverse of q modulo p. */
  readonly qInv: bigint
}

/**
 * RSASP1 and RSADP (RFC 8017 5.2.1, 5.1.2) by the Chinese remainder theorem, of a representative below n.
 *
 * Blinded, as BigInt's time depends on its operands: what is raised to the secret power is m r^e for a random r. The
 * result is checked before it leaves, as one that is wrong modulo one prime only would give the key away. That too is
 * done before the blinding comes off: the result may be a secret.
 * @throws {Error} where that check fails.
 */
export function rsaPrivate(key: RsaPrivateKey, message: bigint, random: Random): Uint8Array {
  const { n, e, p, q } = key
  const { blind, unblind } = blinding(key, random)
  const blinded = (message * blind) % n
  const atP = powerSecret(blinded % p, key.dP, p, bitLength(p))
  const atQ = powerSecret(blinded % q, key.dQ, q, bitLength(q))
  const h = (((atP - atQ) % p) + p) * key.qInv
  const result = atQ + (h % p) * q
  if (powerPublic(result, e, n) !== blinded) throw new Error('RSA computation failed')
  // With a digit before it, so that the conversion's work does not depend on leading zeros.
  const digit = 1n << BigInt(8 * key.length)
  return numberToBytesBE(((result * unblind) % n) + digit, key.length + 1).subarray(1)
}

function blinding(key: RsaPrivateKey, random: Random): { blind: bigint; unblind: bigint } {
  // 64 bits more than n has, so that the reduction leaves no bias.
  const r = bytesToNumberBE(draw(random, key.length + 8)) % key.n
  const unblind = inverse(r, key.n)
  // Only a multiple of a prime, or zero, has no inverse: that comes from no random source.
  if (unblind === undefined) throw new Error('RSA blinding: the random source is broken')
  return { blind: powerPublic(r, key.e, key.n), unblind }
}
