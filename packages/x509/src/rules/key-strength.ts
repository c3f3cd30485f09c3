import type { SubjectPublicKey } from '@sanstls/core'
import type { Finding } from '../fault.js'

/** Beyond these, one signature check costs more than all the others of a handshake. */
const maxRsaBits = 16_384
const maxExponentBits = 33

export function checkKeyStrength(key: SubjectPublicKey, minRsaBits: number): Finding | undefined {
  if (key.type === 'unknown') {
    return {
      code: 'unsupportedAlgorithm',
      detail: `has a key of an unknown kind, ${key.algorithm}`,
    }
  }
  if (key.modulus === undefined || key.exponent === undefined) return undefined
  const bits = bitLength(key.modulus)
  if (bits < minRsaBits) {
    return { code: 'weakKey', detail: `has an RSA key of ${bits} bits, fewer than ${minRsaBits}` }
  }
  if (bits > maxRsaBits || bitLength(key.exponent) > maxExponentBits) {
    return { code: 'unsupportedAlgorithm', detail: 'has an RSA key that is too large to use' }
  }
  return undefined
}

const bitLength = (value: Uint8Array): number => value.length * 8 - Math.clz32(value[0] ?? 0) + 24
