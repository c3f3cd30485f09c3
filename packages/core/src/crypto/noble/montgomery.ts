/** X25519 and X448 (RFC 7748). */
import { mod, pow2 } from '@noble/curves/abstract/modular.js'
import { type MontgomeryECDH, montgomery } from '@noble/curves/abstract/montgomery.js'
import { noBlinding } from './blinding.js'
import { clamp448, clamp25519, power446, prime448 } from './edwards.js'
import { x25519 } from './float/x25519.js'
import { lazy } from './lazy.js'

const ladder448 = /* @__PURE__ */ lazy(() =>
  montgomery({
    P: prime448,
    type: 'x448',
    adjustScalarBytes: clamp448,
    // p - 2 = 4 (p - 3) / 4 + 1.
    powPminus2: (x) => mod(pow2(power446(x), 2n, prime448) * x, prime448),
    randomBytes: noBlinding,
  }),
)

function agree(ladder: MontgomeryECDH, privateKey: Uint8Array, share: Uint8Array) {
  try {
    return ladder.getSharedSecret(privateKey, share)
  } catch {
    // RFC 7748 6.1: the share has small order, which would make the secret zero.
    return undefined
  }
}

/** RFC 7748 6.1. */
const basePoint = /* @__PURE__ */ (() => Uint8Array.of(9, ...new Uint8Array(31)))()

export const curve25519 = {
  share: (privateKey: Uint8Array): Uint8Array => multiply25519(privateKey, basePoint),
  agree(privateKey: Uint8Array, share: Uint8Array): Uint8Array | undefined {
    const secret = multiply25519(privateKey, share)
    // RFC 7748 6.1: the share has small order.
    return secret.reduce((all, octet) => all | octet) === 0 ? undefined : secret
  },
}

function multiply25519(privateKey: Uint8Array, point: Uint8Array): Uint8Array {
  const scalar = clamp25519(privateKey)
  const result = x25519(scalar, point)
  scalar.fill(0)
  return result
}

export const curve448 = {
  share: (privateKey: Uint8Array): Uint8Array => ladder448().getPublicKey(privateKey),
  agree: (privateKey: Uint8Array, share: Uint8Array) => agree(ladder448(), privateKey, share),
}
