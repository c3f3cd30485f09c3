/** Diffie-Hellman over short Weierstrass curves (RFC 9846 4.3.8.2, RFC 8734). */
import { createECDH, type ECDH } from 'node:crypto'
import { bytesToNumber, numberToBytes, plain } from './bytes.js'
import { diffieHellman, type NativeGroup } from './group.js'

/** `order` is hexadecimal: FIPS 186-4 D.1.2, RFC 5639 3. */
function ecdh(
  id: number,
  name: string,
  curve: string,
  length: number,
  orderDigits: string,
): NativeGroup {
  const order = BigInt(`0x${orderDigits}`)
  const shareLength = 1 + 2 * length

  /** FIPS 186-5 A.2.1: more bits than the order has, so that reduction leaves no measurable bias. */
  const seedLength = length + Math.ceil(length / 2)

  const generate = (seed: Uint8Array) => {
    const ecdh = createECDH(curve)
    const privateKey = numberToBytes((bytesToNumber(seed) % (order - 1n)) + 1n, length)
    ecdh.setPrivateKey(privateKey)
    return {
      share: plain(ecdh.getPublicKey()),
      agree: (share: Uint8Array) => agree(ecdh, share),
      // Not earlier: Deno's ECDH does not copy it.
      wipe: () => privateKey.fill(0),
    }
  }

  const agree = (ecdh: ECDH, share: Uint8Array): Uint8Array | undefined => {
    // RFC 9846 4.3.8.2: uncompressed points only. OpenSSL also takes the hybrid form (06, 07).
    if (share[0] !== 4) return undefined
    try {
      // RFC 9846 7.4.2: the x coordinate, of fixed length.
      return plain(ecdh.computeSecret(share))
    } catch {
      // Not on the curve. Nothing else can fail here: the order is prime and the length was checked.
      return undefined
    }
  }

  return diffieHellman({
    id,
    name,
    shareLength,
    generate: (random) => generate(random(seedLength)),
    probe: () => createECDH(curve),
  })
}

export const secp256r1: NativeGroup = /* @__PURE__ */ ecdh(
  23,
  'secp256r1',
  'prime256v1',
  32,
  'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
)

export const secp384r1: NativeGroup = /* @__PURE__ */ ecdh(
  24,
  'secp384r1',
  'secp384r1',
  48,
  'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
)

export const secp521r1: NativeGroup = /* @__PURE__ */ ecdh(
  25,
  'secp521r1',
  'secp521r1',
  66,
  '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
)

/** Opt-in: RFC 8734. */
export const brainpoolP256r1tls13: NativeGroup = /* @__PURE__ */ ecdh(
  31,
  'brainpoolP256r1tls13',
  'brainpoolP256r1',
  32,
  'a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7',
)

/** Opt-in: RFC 8734. */
export const brainpoolP384r1tls13: NativeGroup = /* @__PURE__ */ ecdh(
  32,
  'brainpoolP384r1tls13',
  'brainpoolP384r1',
  48,
  '8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565',
)

/** Opt-in: RFC 8734. */
export const brainpoolP512r1tls13: NativeGroup = /* @__PURE__ */ ecdh(
  33,
  'brainpoolP512r1tls13',
  'brainpoolP512r1',
  64,
  'aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069',
)
