/** Finite-field Diffie-Hellman over the safe primes of RFC 7919. */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import type { NamedGroup } from '../provider.js'
import { draw } from './draw.js'
import { diffieHellman } from './group.js'
import { lazy } from './lazy.js'
import { powerSecret } from './modpow.js'

/**
 * RFC 7919 appendix A: p = 2^b - 2^(b-64) + (floor(2^(b-130) e) + x) 2^64 - 1, e being the base of natural logarithms.
 * The formula is shorter than the numbers, and shows that nothing is hidden in them.
 */
export function ffdhePrime(bits: number, x: bigint): bigint {
  const b = BigInt(bits)
  // The sum of 1 / k!, with guard bits for what each division cuts off.
  const guard = 64n
  let sum = 0n
  let term = 1n << (b - 130n + guard)
  for (let k = 1n; term > 0n; k++) {
    sum += term
    term /= k
  }
  return (1n << b) - (1n << (b - 64n)) + (((sum >> guard) + x) << 64n) - 1n
}

/** A safe prime, and how many bytes of exponent are drawn: RFC 7919 5.2 gives the bits, at least. */
export interface FfdheParameters {
  /** Bits. */
  readonly bits: number
  readonly prime: () => bigint
  /** Bytes. */
  readonly exponentLength: number
}

function parameters(bits: number, x: bigint, exponentBits: number): FfdheParameters {
  const prime = lazy(() => ffdhePrime(bits, x))
  return { bits, prime, exponentLength: Math.ceil(exponentBits / 8) }
}

/** For other providers of these groups. */
export const ffdheParameters = /* @__PURE__ */ (() => ({
  ffdhe2048: parameters(2048, 560316n, 225),
  ffdhe3072: parameters(3072, 2625351n, 275),
  ffdhe4096: parameters(4096, 5736041n, 325),
  ffdhe6144: parameters(6144, 15705020n, 375),
  ffdhe8192: parameters(8192, 10965728n, 400),
}))()

/** A group modulo a prime, which is as long as shares and secrets. */
export interface Field {
  readonly id: number
  readonly name: string
  readonly prime: () => bigint
  readonly generator: bigint
  /** Bytes of the prime. */
  readonly length: number
  /** Bytes. */
  readonly exponentLength: number
}

export function fieldGroup(field: Field): NamedGroup {
  const { id, name, prime, generator, length, exponentLength } = field
  const power = (base: bigint, privateKey: Uint8Array): bigint =>
    powerSecret(base, bytesToNumberBE(privateKey), prime(), 8 * exponentLength)
  /** Neither zero nor of order 1 or 2. In the group of a safe prime no other element has small order. */
  const isProper = (element: bigint): boolean => element > 1n && element < prime() - 1n
  return diffieHellman({
    id,
    name,
    shareLength: length,
    privateKey: (random) => draw(random, exponentLength),
    share: (privateKey) => numberToBytesBE(power(generator, privateKey), length),
    agree(privateKey, share) {
      const peer = bytesToNumberBE(share)
      // RFC 7919 5.1, RFC 9846 4.3.8.1: 1 < Y < p - 1.
      if (!isProper(peer)) return undefined
      const secret = power(peer, privateKey)
      // SP 800-56A 5.7.1.1, step 2. With a safe prime it comes to this only by a private key that nobody draws.
      if (!isProper(secret)) return undefined
      // RFC 9846 7.4.1: padded to the length of the prime. (TLS 1.2 strips leading zeros: RFC 5246 8.1.2.)
      return numberToBytesBE(secret, length)
    },
  })
}

function ffdhe(id: number, { bits, prime, exponentLength }: FfdheParameters): NamedGroup {
  return fieldGroup({
    id,
    name: `ffdhe${bits}`,
    prime,
    generator: 2n,
    length: bits / 8,
    exponentLength,
  })
}

export const ffdhe2048: NamedGroup = /* @__PURE__ */ ffdhe(256, ffdheParameters.ffdhe2048)
export const ffdhe3072: NamedGroup = /* @__PURE__ */ ffdhe(257, ffdheParameters.ffdhe3072)
export const ffdhe4096: NamedGroup = /* @__PURE__ */ ffdhe(258, ffdheParameters.ffdhe4096)
export const ffdhe6144: NamedGroup = /* @__PURE__ */ ffdhe(259, ffdheParameters.ffdhe6144)
export const ffdhe8192: NamedGroup = /* @__PURE__ */ ffdhe(260, ffdheParameters.ffdhe8192)
