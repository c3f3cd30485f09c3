/**
 * Project Wycheproof's vectors, as far as their parameters are those of TLS: 12-byte nonces, tags of 16 bytes (8 for
 * CCM_8), our curves, hashes and salts.
 *
 * Every `valid` vector must be accepted and every `invalid` one refused. What is `acceptable`, that is up to the
 * implementation, is decided here once:
 * - ECDH keys whose ASN.1 is odd, whose curve has no name, or whose point is compressed: refused. TLS has uncompressed
 *   points only (RFC 9846 4.3.8.2), and certificates named curves (RFC 5480 2.1.1).
 * - X25519 and X448: shares on the twist, not canonical or of small order are computed with (RFC 7748 5); those
 *   that make the secret zero are refused (RFC 9846 7.4.2).
 * - RSA signatures whose DigestInfo lacks its NULL: refused (RFC 8017 A.2.4 demands it).
 * - RSA signatures to generate with weak hashes: left out.
 */

import { cbcVectorCases } from './cbc.js'
import type { ConformanceCase, Subject } from './support.js'
import { keyExchangeCases } from './wycheproof-exchange.js'
import { signatureVectorCases } from './wycheproof-signature.js'
import { symmetricCases } from './wycheproof-symmetric.js'

export function wycheproofCases(subject: Subject): ConformanceCase[] {
  return [
    ...symmetricCases(subject),
    ...cbcVectorCases(subject),
    ...keyExchangeCases(subject),
    ...signatureVectorCases(subject),
  ]
}
