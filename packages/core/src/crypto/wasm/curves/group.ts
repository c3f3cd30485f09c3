/** Diffie-Hellman on X25519 and P-256 (RFC 9846 4.3.8), and ML-KEM with either. Randomness makes the keys that noble makes. */
import { getMinHashLength, mapHashToField } from '@noble/curves/abstract/modular.js'
import { draw } from '../../noble/draw.js'
import { order256 } from '../../noble/ecdsa256.js'
import { diffieHellman } from '../../noble/group.js'
import { hybrid, MLKEM768 } from '../../noble/hybrid.js'
import type { NamedGroup } from '../../provider.js'
import { multiple256, x25519 } from './curve.js'
import type { CurveEngine } from './engine.js'

/** In noble's order. */
export function createGroups(engine: CurveEngine): readonly NamedGroup[] {
  const montgomery = diffieHellman({
    id: 29,
    name: 'x25519',
    shareLength: 32,
    privateKey: (random) => draw(random, 32),
    share: (privateKey) => x25519(engine, privateKey),
    agree(privateKey, share) {
      const secret = x25519(engine, privateKey, share)
      // RFC 9846 7.4.2: the share has small order.
      return secret.reduce((all, octet) => all | octet) === 0 ? undefined : secret
    },
  })
  const weierstrass = diffieHellman({
    id: 23,
    name: 'secp256r1',
    shareLength: 65,
    // FIPS 186-5 A.2.1: more bits than the order has, so that reduction leaves no measurable bias.
    privateKey: (random) => mapHashToField(draw(random, getMinHashLength(order256)), order256),
    share(privateKey) {
      const share = multiple256(engine, privateKey)
      if (share === undefined) throw new Error('the base point is on the curve')
      return Uint8Array.of(4, ...share)
    },
    agree(privateKey, share) {
      // RFC 9846 4.3.8.2: uncompressed points only.
      if (share[0] !== 4) return undefined
      return multiple256(engine, privateKey, share.subarray(1))?.slice(0, 32)
    },
  })
  return [
    hybrid(0x11ec, 'X25519MLKEM768', MLKEM768, montgomery),
    montgomery,
    weierstrass,
    hybrid(0x11eb, 'SecP256r1MLKEM768', weierstrass, MLKEM768),
  ]
}
