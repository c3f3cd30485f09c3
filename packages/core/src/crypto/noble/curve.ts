/**
 * The named curves of TLS in short Weierstrass form, built from noble's generic arithmetic when first used. P-256, which
 * most certificates use, has arithmetic of its own beside it.
 */
import {
  type ECDSA,
  ecdsa,
  type WeierstrassPointCons,
  weierstrass,
} from '@noble/curves/abstract/weierstrass.js'
import { bytesToNumberBE } from '@noble/curves/utils.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { Random } from '../provider.js'
import type { CurveName } from '../spki.js'
import { blindingBytes, noBlinding, probed, withRandom } from './blinding.js'
import { draw } from './draw.js'
import * as curve256 from './float/curve256.js'
import { BaseTable, lazy } from './lazy.js'

export type PointClass = WeierstrassPointCons<bigint>

/** Private keys have the curve's length, big-endian, and are in range. */
export interface Curve {
  readonly name: CurveName
  /** Dotted. */
  readonly oid: string
  /** Bytes of a coordinate, and of a private key. */
  readonly length: number
  /** Of the base point: a prime. */
  readonly order: bigint
  /** The public key, uncompressed. */
  share(privateKey: Uint8Array): Uint8Array
  /** The x coordinate that both sides have, or undefined where the peer's share, of the right length, is no point. */
  agree(privateKey: Uint8Array, peer: Uint8Array): Uint8Array | undefined
  /** ECDSA (FIPS 186-5 6.4.2). `signature` is DER (RFC 3279 2.2.3), `publicKey` an uncompressed point. Never throws. */
  verify(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean
  /**
   * ECDSA (FIPS 186-5 6.4.1), hedged: RFC 6979 3.6 with additional data, so that neither a bad source nor a fault gives
   * the key away.
   * @returns DER.
   */
  sign(privateKey: Uint8Array, digest: Uint8Array, random: Random): Uint8Array
  /** Prepares tables for `share`. */
  warmUp(): void
  /** noble's arithmetic, for key exchange and for public keys: multiplication without blinding. */
  readonly exchange: () => { readonly point: PointClass; readonly table: BaseTable }
  readonly verifier: () => ECDSA
}

/** Hexadecimal domain parameters; the cofactor is 1. */
interface Parameters {
  readonly p: string
  readonly a: string
  readonly b: string
  readonly n: string
  readonly x: string
  readonly y: string
}

/** `hash` drives the generator of nonces (RFC 6979 3.2), whatever hash the message has. */
function curve(
  name: CurveName,
  oid: string,
  length: number,
  hash: typeof sha256 | typeof sha512,
  parameters: Parameters,
): Curve {
  const build = (randomBytes: (length?: number) => Uint8Array<ArrayBuffer>): PointClass => {
    const { p, a, b, n, x, y } = parameters
    const domain = { p: hex(p), n: hex(n), h: 1n, a: hex(a), b: hex(b), Gx: hex(x), Gy: hex(y) }
    return weierstrass(domain, { randomBytes })
  }
  const exchange = lazy(() => {
    const point = build(noBlinding)
    return { point, table: new BaseTable(point.BASE) }
  })
  const verifier = lazy(() => ecdsa(exchange().point, hash, { randomBytes: noBlinding }))
  /** Blinded; to be called inside `withRandom`. */
  const signer = lazy(() =>
    withRandom(probed, () => {
      const point = build(blindingBytes)
      const table = new BaseTable(point.BASE)
      return { ecdsa: ecdsa(point, hash, { randomBytes: blindingBytes }), table }
    }),
  )
  return {
    name,
    oid,
    length,
    order: hex(parameters.n),
    share(privateKey) {
      const { point, table } = exchange()
      table.use()
      return point.BASE.multiply(bytesToNumberBE(privateKey)).toBytes(false)
    },
    agree(privateKey, peer) {
      // RFC 9846 7.4.2: the x coordinate, of fixed length. The order is prime: the result is no point at infinity.
      const point = decodePoint(exchange().point, peer)
      return point?.multiply(bytesToNumberBE(privateKey)).toBytes(true).slice(1)
    },
    verify(publicKey, digest, signature) {
      try {
        // lowS is a rule of other protocols: half of all valid signatures would be refused.
        return verifier().verify(signature, digest, publicKey, { ...options, format: 'der' })
      } catch {
        return false
      }
    },
    sign: (privateKey, digest, random) =>
      withRandom(random, () => {
        const { ecdsa, table } = signer()
        table.use()
        const extraEntropy = draw(random, 32)
        return ecdsa.sign(digest, privateKey, { ...options, format: 'der', extraEntropy })
      }),
    warmUp: () => exchange().table.build(),
    exchange,
    verifier,
  }
}

/** Digests are given. */
const options = { prehash: false, lowS: false } as const

/** A point on the curve, or undefined. With the length of a share, noble takes the uncompressed form only. */
function decodePoint(point: PointClass, share: Uint8Array) {
  try {
    return point.fromBytes(share)
  } catch {
    return undefined
  }
}

function hex(digits: string): bigint {
  return BigInt(`0x${digits.replaceAll(' ', '')}`)
}

// FIPS 186-4 D.1.2 (SP 800-186 3.2.1).
export const p256: Curve = /* @__PURE__ */ (() => ({
  ...curve('secp256r1', '1.2.840.10045.3.1.7', 32, sha256, {
    p: 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff',
    a: 'ffffffff00000001000000000000000000000000fffffffffffffffffffffffc',
    b: '5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b',
    n: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
    x: '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
    y: '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  }),
  ...curve256,
}))()

export const p384: Curve = /* @__PURE__ */ curve('secp384r1', '1.3.132.0.34', 48, sha384, {
  p: 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff',
  a: 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffc',
  b: 'b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef',
  n: 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  x: 'aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7',
  y: '3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f',
})

export const p521: Curve = /* @__PURE__ */ curve('secp521r1', '1.3.132.0.35', 66, sha512, {
  p: `01ff${'f'.repeat(128)}`,
  a: `01ff${'f'.repeat(127)}c`,
  b: '0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00',
  n: '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  x: '00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66',
  y: '011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
})

// RFC 5639 3.4, 3.6, 3.7. Opt-in: RFC 8734 names them for TLS 1.3, RFC 7027 for 1.2.
export const brainpoolP256r1: Curve = /* @__PURE__ */ curve(
  'brainpoolP256r1',
  '1.3.36.3.3.2.8.1.1.7',
  32,
  sha256,
  {
    p: 'a9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377',
    a: '7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9',
    b: '26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6',
    n: 'a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7',
    x: '8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262',
    y: '547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997',
  },
)

export const brainpoolP384r1: Curve = /* @__PURE__ */ curve(
  'brainpoolP384r1',
  '1.3.36.3.3.2.8.1.1.11',
  48,
  sha384,
  {
    p: '8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53',
    a: '7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826',
    b: '04a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11',
    n: '8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565',
    x: '1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e',
    y: '8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315',
  },
)

export const brainpoolP512r1: Curve = /* @__PURE__ */ curve(
  'brainpoolP512r1',
  '1.3.36.3.3.2.8.1.1.13',
  64,
  sha512,
  {
    p: 'aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3',
    a: '7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94ca',
    b: '3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723',
    n: 'aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069',
    x: '81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f822',
    y: '7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892',
  },
)
