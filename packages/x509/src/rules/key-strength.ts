import type { SubjectPublicKey } from '@sanstls/core'
import type { Finding } from '../fault.js'
import type { Profile } from '../profile.js'

/** Beyond these, one signature check costs more than all the others of a handshake. */
const maxRsaBits = 16_384
const maxExponentBits = 33

/** CA/B Forum Baseline Requirements 6.1.5 */
const webPkiCurves: readonly string[] = ['secp256r1', 'secp384r1', 'secp521r1']

export interface KeyRules {
  readonly profile: Profile
  readonly minRsaBits: number
  readonly pedantic: boolean
  /** Whether an opt-in algorithm knows such keys. */
  isExtraKey(key: SubjectPublicKey): boolean
}

export function checkKey(key: SubjectPublicKey, rules: KeyRules): Finding | undefined {
  const { profile, minRsaBits } = rules
  if (key.type === 'unknown') {
    if (profile !== 'webPki' && rules.isExtraKey(key)) return undefined
    return {
      code: 'unsupportedKey',
      detail: `has a key of an unknown kind or curve, ${key.algorithm}`,
    }
  }
  if (profile === 'webPki' && key.curve !== undefined && !webPkiCurves.includes(key.curve)) {
    return { code: 'unsupportedKey', detail: `has a key on ${key.curve}` }
  }
  if (key.modulus === undefined || key.exponent === undefined) return undefined
  const bits = bitLength(key.modulus)
  if (bits < minRsaBits) {
    return { code: 'weakKey', detail: `has an RSA key of ${bits} bits, fewer than ${minRsaBits}` }
  }
  if (bits > maxRsaBits || bitLength(key.exponent) > maxExponentBits) {
    return { code: 'unsupportedAlgorithm', detail: 'has an RSA key that is too large to use' }
  }
  // CA/B Forum Baseline Requirements 6.1.5
  if (profile === 'webPki' && rules.pedantic && bits % 8 !== 0) {
    return { code: 'weakKey', detail: `has an RSA key of ${bits} bits, which 8 does not divide` }
  }
  return undefined
}

const bitLength = (value: Uint8Array): number => value.length * 8 - Math.clz32(value[0] ?? 0) + 24
