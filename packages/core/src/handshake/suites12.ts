/** What a cipher suite of TLS 1.2 asks of the handshake (RFC 5246 7.4.3, RFC 4279, RFC 5489, RFC 8422). */
import type { CipherSuite12 } from '../crypto/provider.js'
import type { SubjectPublicKey } from '../crypto/spki.js'
import { namedGroup } from '../wire/registry.js'

/** The kind of key exchange proper, beside which a PSK may stand. */
export function exchangeOf({ keyExchange }: CipherSuite12): 'ecdhe' | 'dhe' | 'rsa' | 'none' {
  switch (keyExchange) {
    case 'ecdhe':
    case 'ecdhePsk':
      return 'ecdhe'
    case 'dhe':
    case 'dhePsk':
      return 'dhe'
    case 'rsa':
    case 'rsaPsk':
      return 'rsa'
    case 'psk':
      return 'none'
  }
}

export function usesPsk({ keyExchange }: CipherSuite12): boolean {
  return keyExchange.toLowerCase().endsWith('psk')
}

/** Whether the server presents a certificate. */
export function usesCertificate({ authentication }: CipherSuite12): boolean {
  return authentication !== 'psk'
}

/** Whether ServerKeyExchange is signed: where there are parameters, and a certificate to vouch for them. */
export function isSigned(suite: CipherSuite12): boolean {
  const exchange = exchangeOf(suite)
  return usesCertificate(suite) && (exchange === 'ecdhe' || exchange === 'dhe')
}

/** Whether a key in the server's certificate serves a suite. */
export function keyServes(suite: CipherSuite12, { type }: SubjectPublicKey): boolean {
  if (suite.authentication === 'ecdsa') return keyKind(type) === 'ecdsa'
  // What decrypts must not be bound to PSS.
  return type === 'rsa' || (type === 'rsaPss' && isSigned(suite))
}

/** As cipher suites name them; EdDSA keys count as ECDSA ones (RFC 8422 5.10). */
export function keyKind(type: SubjectPublicKey['type']): 'ecdsa' | 'rsa' | undefined {
  switch (type) {
    case 'ec':
    case 'ed25519':
    case 'ed448':
      return 'ecdsa'
    case 'rsa':
    case 'rsaPss':
      return 'rsa'
    default:
      return undefined
  }
}

const curves = new Set<number>([
  namedGroup.secp256r1,
  namedGroup.secp384r1,
  namedGroup.secp521r1,
  namedGroup.x25519,
  namedGroup.x448,
  // RFC 7027; those of TLS 1.3 have other numbers.
  26,
  27,
  28,
])

/** Hybrids and brainpool as TLS 1.3 numbers it are for TLS 1.3 alone. */
export function isCurve12(id: number): boolean {
  return curves.has(id)
}

/** RFC 7919. */
export function isFiniteField(id: number): boolean {
  return id >= namedGroup.ffdhe2048 && id <= namedGroup.ffdhe8192
}

const curveGroups: Readonly<Record<string, number>> = {
  secp256r1: namedGroup.secp256r1,
  secp384r1: namedGroup.secp384r1,
  secp521r1: namedGroup.secp521r1,
  brainpoolP256r1: 26,
  brainpoolP384r1: 27,
  brainpoolP512r1: 28,
}

/** The curve of an ECDSA key must be among the groups that the other side named (RFC 8422 5.1.1, 5.3). */
export function curveIsNamed(
  { type, curve }: SubjectPublicKey,
  groups: readonly number[],
): boolean {
  return type !== 'ec' || groups.includes(curveGroups[curve ?? ''] ?? -1)
}
