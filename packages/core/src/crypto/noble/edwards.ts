/**
 * Edwards25519 and Edwards448 (RFC 8032, RFC 7748) from noble's generic arithmetic. Its ready-made modules would load
 * hashing to curves, threshold signatures and other groups too, and blind with randomness of their own.
 */
import {
  type EdDSA,
  type EdwardsPointCons,
  eddsa,
  edwards,
} from '@noble/curves/abstract/edwards.js'
import { Field, mod, pow2 } from '@noble/curves/abstract/modular.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { shake256 } from '@noble/hashes/sha3.js'
import { blindingBytes, noBlinding, probed, withRandom } from './blinding.js'
import { BaseTable, lazy } from './lazy.js'

/** One curve in its uses, each made when first asked for. */
export interface EdwardsCurve {
  /** Bytes of keys, and half the bytes of a signature. */
  readonly length: number
  /** Without blinding: for public values, and for key exchange. */
  readonly exchange: () => { readonly point: EdwardsPointCons; readonly table: BaseTable }
  readonly verifier: () => EdDSA
  /** Blinded; to be called inside `withRandom`. */
  readonly signer: () => { readonly eddsa: EdDSA; readonly table: BaseTable }
}

type RandomBytes = (length?: number) => Uint8Array<ArrayBuffer>

function edwardsCurve(
  length: number,
  build: (randomBytes: RandomBytes) => EdwardsPointCons,
  sign: (point: EdwardsPointCons, randomBytes: RandomBytes) => EdDSA,
): EdwardsCurve {
  const exchange = lazy(() => {
    const point = build(noBlinding)
    return { point, table: new BaseTable(point.BASE) }
  })
  return {
    length,
    exchange,
    verifier: lazy(() => sign(exchange().point, noBlinding)),
    signer: lazy(() =>
      withRandom(probed, () => {
        const point = build(blindingBytes)
        return { eddsa: sign(point, blindingBytes), table: new BaseTable(point.BASE) }
      }),
    ),
  }
}

/** RFC 7748 4.1. */
export const prime25519: bigint = /* @__PURE__ */ (() => 2n ** 255n - 19n)()
/** RFC 7748 4.2. */
export const prime448: bigint = /* @__PURE__ */ (() => 2n ** 448n - 2n ** 224n - 1n)()

/** x^(2^250 - 1) mod 2^255 - 19: nearly all of the exponents of inverses and square roots. */
export function power250(x: bigint): bigint {
  const p = prime25519
  const e2 = (((x * x) % p) * x) % p
  const e4 = (pow2(e2, 2n, p) * e2) % p
  const e5 = (pow2(e4, 1n, p) * x) % p
  const e10 = (pow2(e5, 5n, p) * e5) % p
  const e20 = (pow2(e10, 10n, p) * e10) % p
  const e40 = (pow2(e20, 20n, p) * e20) % p
  const e80 = (pow2(e40, 40n, p) * e40) % p
  const e160 = (pow2(e80, 80n, p) * e80) % p
  const e240 = (pow2(e160, 80n, p) * e80) % p
  return (pow2(e240, 10n, p) * e10) % p
}

/** x^(2^446 - 2^222 - 1), that is x^((p - 3) / 4), mod p = 2^448 - 2^224 - 1. */
export function power446(x: bigint): bigint {
  const p = prime448
  const e2 = (((x * x) % p) * x) % p
  const e3 = (pow2(e2, 1n, p) * x) % p
  const e6 = (pow2(e3, 3n, p) * e3) % p
  const e12 = (pow2(e6, 6n, p) * e6) % p
  const e18 = (pow2(e12, 6n, p) * e6) % p
  const e36 = (pow2(e18, 18n, p) * e18) % p
  const e37 = (pow2(e36, 1n, p) * x) % p
  const e74 = (pow2(e37, 37n, p) * e37) % p
  const e111 = (pow2(e74, 37n, p) * e37) % p
  const e222 = (pow2(e111, 111n, p) * e111) % p
  const e223 = (pow2(e222, 1n, p) * x) % p
  return (pow2(e223, 223n, p) * e222) % p
}

/** RFC 8032 5.1.3, step 2 and 3: the square root of u/v, made even. */
function root25519(u: bigint, v: bigint): { isValid: boolean; value: bigint } {
  const p = prime25519
  const v3 = mod(v * v * v, p)
  const uv7 = mod(u * v3 * mod(v3 * v, p), p)
  // (p - 5) / 8 = 2^252 - 3.
  const power = (pow2(power250(uv7), 2n, p) * uv7) % p
  const root = mod(mod(u * v3, p) * power, p)
  const square = mod(v * mod(root * root, p), p)
  if (square === mod(u, p)) return { isValid: true, value: even(root, p) }
  const other = mod(root * rootOfMinusOne(), p)
  return { isValid: square === mod(-u, p), value: even(other, p) }
}

const rootOfMinusOne = /* @__PURE__ */ lazy(() => {
  const p = prime25519
  // 2^((p - 1) / 4), and (p - 1) / 4 = 2^253 - 5 = 8 (2^250 - 1) + 3.
  return mod(pow2(power250(2n), 3n, p) * 8n, p)
})

/** RFC 8032 5.2.3, step 2 and 3. */
function root448(u: bigint, v: bigint): { isValid: boolean; value: bigint } {
  const p = prime448
  const u3v = mod(mod(u * u, p) * mod(u * v, p), p)
  const u5v3 = mod(mod(u3v * u, p) * mod(u * mod(v * v, p), p), p)
  const root = mod(u3v * power446(u5v3), p)
  return { isValid: mod(v * mod(root * root, p), p) === mod(u, p), value: root }
}

function even(x: bigint, p: bigint): bigint {
  return (x & 1n) === 1n ? p - x : x
}

/** RFC 8032 5.1. */
export const edwards25519: EdwardsCurve = /* @__PURE__ */ edwardsCurve(
  32,
  (randomBytes) =>
    edwards(
      {
        p: prime25519,
        n: 2n ** 252n + 27742317777372353535851937790883648493n,
        h: 8n,
        a: prime25519 - 1n,
        d: 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n,
        Gx: 0x216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51an,
        Gy: 0x6666666666666666666666666666666666666666666666666666666666666658n,
      },
      { uvRatio: root25519, randomBytes },
    ),
  (point, randomBytes) =>
    eddsa(point, sha512, { adjustScalarBytes: clamp25519, randomBytes, zip215: false }),
)

/** RFC 8032 5.2. */
export const edwards448: EdwardsCurve = /* @__PURE__ */ edwardsCurve(
  57,
  (randomBytes) => {
    const order = 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n
    const domain = {
      p: prime448,
      n: order,
      h: 4n,
      a: 1n,
      d: prime448 - 39081n,
      Gx: 0x4f1970c66bed0ded221d15a622bf36da9e146570470f1767ea6de324a3d3a46412ae1af72ab66511433b80e18b00938e2626a82bc70cc05en,
      Gy: 0x693f46716eb6bc248876203756c9c7624bea73736ca3984087789c1e05a0c2d73ad3ff1ce67c39c4fdbd132c4ed7c8ad9808795bf230fa14n,
    }
    // RFC 8032 5.2.2: encodings have 57 bytes.
    const Fp = Field(prime448, { BITS: 456, isLE: true })
    const Fn = Field(order, { BITS: 456, isLE: true })
    return edwards(domain, { Fp, Fn, uvRatio: root448, randomBytes })
  },
  (point, randomBytes) =>
    eddsa(point, shake114, {
      adjustScalarBytes: clamp448,
      domain: dom4,
      randomBytes,
      zip215: false,
    }),
)

/** RFC 7748 5: clears what the cofactor takes, and fixes the top bit. */
export function clamp25519(scalar: Uint8Array): Uint8Array<ArrayBuffer> {
  const clamped = Uint8Array.from(scalar)
  clamped[0] = (scalar[0] as number) & 248
  clamped[31] = ((scalar[31] as number) & 127) | 64
  return clamped
}

/** RFC 7748 5 for 56 bytes; RFC 8032 5.2.5 for 57, the last of which is cleared. */
export function clamp448(scalar: Uint8Array): Uint8Array<ArrayBuffer> {
  const clamped = Uint8Array.from(scalar)
  clamped[0] = (scalar[0] as number) & 252
  clamped[55] = (scalar[55] as number) | 128
  if (clamped.length === 57) clamped[56] = 0
  return clamped
}

/** RFC 8032 5.2.6: SHAKE256(x, 114). */
const shake114 = /* @__PURE__ */ Object.assign(
  (message: Uint8Array) => shake256(message, { dkLen: 114 }),
  { outputLen: 114 },
)

/** RFC 8032 2: dom4(0, context). */
function dom4(data: Uint8Array, context: Uint8Array): Uint8Array<ArrayBuffer> {
  const label = 'SigEd448'
  const result = new Uint8Array(label.length + 2 + context.length + data.length)
  for (let i = 0; i < label.length; i++) result[i] = label.charCodeAt(i)
  result[label.length + 1] = context.length
  result.set(context, label.length + 2)
  result.set(data, label.length + 2 + context.length)
  return result
}
