/** Opt-in: Diffie-Hellman modulo a prime of the server's choice (RFC 5246 7.4.3), for suites of TLS 1.2 with DHE. */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import type { FiniteField, NamedGroup } from '../provider.js'
import {
  type FfdheParameters,
  type Field,
  ffdhe2048,
  ffdhe3072,
  ffdhe4096,
  ffdhe6144,
  ffdhe8192,
  ffdheParameters,
  fieldGroup,
} from './ffdhe.js'
import { bitLength } from './modpow.js'

/** What bounds the work of a key exchange. */
const maxPrimeBits = 8192

const known: readonly (readonly [NamedGroup, FfdheParameters])[] = /* @__PURE__ */ (() => [
  [ffdhe2048, ffdheParameters.ffdhe2048],
  [ffdhe3072, ffdheParameters.ffdhe3072],
  [ffdhe4096, ffdheParameters.ffdhe4096],
  [ffdhe6144, ffdheParameters.ffdhe6144],
  [ffdhe8192, ffdheParameters.ffdhe8192],
])()

/**
 * Whether the prime is one, and large enough, is the server's to vouch for and the client's to demand: here the largest
 * number that can be worked with is the only bound. For other providers too: `groupOf` does the arithmetic.
 */
export function finiteFieldOver(groupOf: (field: Field) => NamedGroup): FiniteField {
  return {
    group(prime, generator) {
      const p = numberOf(prime)
      const g = numberOf(generator)
      if (p === undefined || g === undefined) return undefined
      if ((p & 1n) === 0n || g < 2n || g > p - 2n) return undefined
      const bits = bitLength(p)
      const length = Math.ceil(bits / 8)
      // Only of a safe prime is it known how short an exponent may be.
      const exponentLength = g === 2n ? exponentLengthOf(p, bits) : undefined
      return groupOf({
        id: 0,
        name: 'dhe',
        prime: () => p,
        generator: g,
        length,
        exponentLength: exponentLength ?? length,
      })
    },
    parameters(id) {
      const [, parameters] = known.find(([group]) => group.id === id) ?? []
      return (
        parameters && {
          prime: numberToBytesBE(parameters.prime(), parameters.bits / 8),
          generator: Uint8Array.of(2),
        }
      )
    },
  }
}

export const finiteField: FiniteField = /* @__PURE__ */ finiteFieldOver(fieldGroup)

/** Undefined where there are more digits than any prime here may have. */
function numberOf(bytes: Uint8Array): bigint | undefined {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start++
  if (bytes.length - start > maxPrimeBits / 8) return undefined
  return start === bytes.length ? 0n : bytesToNumberBE(bytes.subarray(start))
}

/** RFC 7919 5.2. */
function exponentLengthOf(prime: bigint, bits: number): number | undefined {
  const [, parameters] = known.find(([, group]) => group.bits === bits) ?? []
  return parameters?.prime() === prime ? parameters.exponentLength : undefined
}
