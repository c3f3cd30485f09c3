/** The module of X25519, and of key exchange and ECDSA on P-256. */
import * as field from './field.mjs'
import { layout } from './layout.mjs'
import * as montgomery from './montgomery.mjs'
import * as order from './order.mjs'
import * as p256 from './p256.mjs'
import * as x25519 from './x25519.mjs'

const limbBytes = (limbs) => new Uint8Array(BigInt64Array.from(limbs).buffer)

export const curves = {
  data: [
    [layout.p256Constants, limbBytes(p256.constantLimbs)],
    [layout.orderConstants, limbBytes(order.constantLimbs)],
    [layout.orderExponent, order.exponent],
  ],
  layout,
  /** What the JavaScript side has to know. */
  addresses: ['scalar', 'secondScalar', 'curveInput', 'curveOutput', 'secretsEnd'],
  functions: [field, montgomery, x25519, p256, order].flatMap(({ functions }) => functions),
}
