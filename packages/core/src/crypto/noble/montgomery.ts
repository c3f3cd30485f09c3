/** X25519 and X448 (RFC 7748) over noble's ladder. */
import { mod, pow2 } from '@noble/curves/abstract/modular.js'
import { type MontgomeryECDH, montgomery } from '@noble/curves/abstract/montgomery.js'
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js'
import { noBlinding } from './blinding.js'
import {
  clamp448,
  clamp25519,
  edwards25519,
  power250,
  power446,
  prime448,
  prime25519,
} from './edwards.js'
import { lazy } from './lazy.js'

const ladder25519 = /* @__PURE__ */ lazy(() =>
  montgomery({
    P: prime25519,
    type: 'x25519',
    adjustScalarBytes: clamp25519,
    powPminus2: inverse25519,
    randomBytes: noBlinding,
  }),
)

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

/** p - 2 = 2^255 - 21 = 32 (2^250 - 1) + 11. */
function inverse25519(x: bigint): bigint {
  const p = prime25519
  const x2 = (x * x) % p
  const x8 = pow2(x2, 2n, p)
  const x11 = (((x8 * x2) % p) * x) % p
  return (pow2(power250(x), 5n, p) * x11) % p
}

function agree(ladder: MontgomeryECDH, privateKey: Uint8Array, share: Uint8Array) {
  try {
    return ladder.getSharedSecret(privateKey, share)
  } catch {
    // RFC 7748 6.1: the share has small order, which would make the secret zero.
    return undefined
  }
}

export const curve25519 = {
  /**
   * The multiple of the base point, by way of Edwards25519: its base point has a table, which is 3 times as fast as
   * the ladder. RFC 7748 4.1: u = (1 + y) / (1 - y).
   */
  share(privateKey: Uint8Array): Uint8Array {
    const { point, table } = edwards25519.exchange()
    table.use()
    // The base point has prime order, so the scalar may be reduced; clamped, it is no multiple of the order.
    const scalar = mod(bytesToNumberLE(clamp25519(privateKey)), point.Fn.ORDER)
    const { Y, Z } = point.BASE.multiply(scalar)
    const u = mod((Z + Y) * inverse25519(mod(Z - Y, prime25519)), prime25519)
    return numberToBytesLE(u, 32)
  },
  agree: (privateKey: Uint8Array, share: Uint8Array) => agree(ladder25519(), privateKey, share),
  warmUp: () => edwards25519.exchange().table.build(),
}

export const curve448 = {
  share: (privateKey: Uint8Array): Uint8Array => ladder448().getPublicKey(privateKey),
  agree: (privateKey: Uint8Array, share: Uint8Array) => agree(ladder448(), privateKey, share),
}
