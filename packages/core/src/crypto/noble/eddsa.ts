/** Ed25519 and Ed448 (RFC 8032) over noble, in its strict mode: canonical encodings, no keys of small order. */
import type { SignatureAlgorithm } from '../provider.js'
import { type EdwardsCurve, edwards448, edwards25519 } from './edwards.js'

function eddsa(name: 'ed25519' | 'ed448', curve: EdwardsCurve): SignatureAlgorithm {
  return {
    name,
    supports: (key) => key.type === name,
    verify(key, message, signature) {
      if (key.type !== name) return false
      try {
        curve.exchange().table.use()
        return curve.verifier().verify(signature, message, key.publicKey, { zip215: false })
      } catch {
        return false
      }
    },
  }
}

export const ed25519: SignatureAlgorithm = /* @__PURE__ */ eddsa('ed25519', edwards25519)
export const ed448: SignatureAlgorithm = /* @__PURE__ */ eddsa('ed448', edwards448)
