/** ECDSA (RFC 8422, FIPS 186-5) over the named curves. Signatures are DER (RFC 3279 2.2.3). */
import type { HashAlgorithm, SignatureAlgorithm } from '../provider.js'
import {
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
  type Curve,
  p256,
  p384,
  p521,
} from './curve.js'
import { sha1, sha224, sha256, sha384, sha512 } from './hash.js'

function ecdsa(hash: HashAlgorithm, curves: readonly Curve[]): SignatureAlgorithm {
  return {
    name: `ecdsa_${hash.name}`,
    supports: (key) => key.type === 'ec' && curves.some((curve) => curve.name === key.curve),
    verify(key, message, signature) {
      const curve = curves.find(({ name }) => name === key.curve)
      if (key.type !== 'ec' || curve === undefined) return false
      // No compressed points (RFC 8422 5.1.2).
      if (key.publicKey.length !== 1 + 2 * curve.length) return false
      return curve.verify(key.publicKey, hash.hash(message), signature)
    },
  }
}

const curves = /* @__PURE__ */ (() => [p256, p384, p521])()
const brainpool = /* @__PURE__ */ (() => [brainpoolP256r1, brainpoolP384r1, brainpoolP512r1])()

export const ecdsa_sha256: SignatureAlgorithm = /* @__PURE__ */ ecdsa(sha256, curves)
export const ecdsa_sha384: SignatureAlgorithm = /* @__PURE__ */ ecdsa(sha384, curves)
export const ecdsa_sha512: SignatureAlgorithm = /* @__PURE__ */ ecdsa(sha512, curves)

/** Opt-in: discouraged (RFC 9155 forbids SHA-1 signatures in TLS). */
export const ecdsa_sha1: SignatureAlgorithm = /* @__PURE__ */ ecdsa(sha1, curves)
/** Opt-in: discouraged. */
export const ecdsa_sha224: SignatureAlgorithm = /* @__PURE__ */ ecdsa(sha224, curves)

/** Opt-in: ecdsa_sha256, ecdsa_sha384 and ecdsa_sha512 for keys on the brainpool curves (RFC 5639). */
export const ecdsa_brainpool: readonly SignatureAlgorithm[] = /* @__PURE__ */ (() => [
  ecdsa(sha256, brainpool),
  ecdsa(sha384, brainpool),
  ecdsa(sha512, brainpool),
])()
