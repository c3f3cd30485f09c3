/** Diffie-Hellman over elliptic curves (RFC 9846 4.3.8, RFC 8734) in the form of a KEM. */
import { getMinHashLength, mapHashToField } from '@noble/curves/abstract/modular.js'
import type { NamedGroup, Random } from '../provider.js'
import {
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
  type Curve,
  p256,
  p384,
  p521,
} from './curve.js'
import { draw } from './draw.js'
import { curve448, curve25519 } from './montgomery.js'

/** What a Diffie-Hellman group does; both shares have the same length. */
export interface DiffieHellman {
  readonly id: number
  readonly name: string
  /** Bytes. */
  readonly shareLength: number
  privateKey(random: Random): Uint8Array
  share(privateKey: Uint8Array): Uint8Array
  /** The shared secret, or undefined where the peer's share, which has the right length, is invalid. */
  agree(privateKey: Uint8Array, share: Uint8Array): Uint8Array | undefined
  /** Prepares tables. */
  warmUp?(): void
}

export function diffieHellman(group: DiffieHellman): NamedGroup {
  const { id, name, shareLength } = group
  return {
    id,
    name,
    clientShareLength: shareLength,
    serverShareLength: shareLength,
    generate(random) {
      const privateKey = group.privateKey(random)
      let wiped = false
      return {
        share: group.share(privateKey),
        decapsulate(serverShare) {
          if (wiped) throw new Error(`${name}: the key pair was wiped`)
          if (serverShare.length !== shareLength) return undefined
          return group.agree(privateKey, serverShare)
        },
        wipe() {
          wiped = true
          privateKey.fill(0)
        },
      }
    },
    encapsulate(clientShare, random) {
      if (clientShare.length !== shareLength) return undefined
      const privateKey = group.privateKey(random)
      const secret = group.agree(privateKey, clientShare)
      const share = secret && group.share(privateKey)
      privateKey.fill(0)
      return share && { share, secret }
    },
    ...(group.warmUp && { warmUp: () => group.warmUp?.() }),
  }
}

function ecdhe(id: number, name: string, curve: Curve): NamedGroup {
  return diffieHellman({
    id,
    name,
    shareLength: 1 + 2 * curve.length,
    // FIPS 186-5 A.2.1: more bits than the order has, so that reduction leaves no measurable bias.
    privateKey: (random) =>
      mapHashToField(draw(random, getMinHashLength(curve.order)), curve.order),
    share: (privateKey) => curve.share(privateKey),
    agree: (privateKey, share) => curve.agree(privateKey, share),
    warmUp: () => curve.warmUp(),
  })
}

export const secp256r1: NamedGroup = /* @__PURE__ */ ecdhe(23, 'secp256r1', p256)
export const secp384r1: NamedGroup = /* @__PURE__ */ ecdhe(24, 'secp384r1', p384)
export const secp521r1: NamedGroup = /* @__PURE__ */ ecdhe(25, 'secp521r1', p521)

/** Opt-in: RFC 8734. */
export const brainpoolP256r1tls13: NamedGroup = /* @__PURE__ */ ecdhe(
  31,
  'brainpoolP256r1tls13',
  brainpoolP256r1,
)
/** Opt-in: RFC 8734. */
export const brainpoolP384r1tls13: NamedGroup = /* @__PURE__ */ ecdhe(
  32,
  'brainpoolP384r1tls13',
  brainpoolP384r1,
)
/** Opt-in: RFC 8734. */
export const brainpoolP512r1tls13: NamedGroup = /* @__PURE__ */ ecdhe(
  33,
  'brainpoolP512r1tls13',
  brainpoolP512r1,
)

/** RFC 7748; an all-zero secret is refused (RFC 9846 7.4.2). */
export const x25519: NamedGroup = /* @__PURE__ */ diffieHellman({
  id: 29,
  name: 'x25519',
  shareLength: 32,
  privateKey: (random) => draw(random, 32),
  share: (privateKey) => curve25519.share(privateKey),
  agree: (privateKey, share) => curve25519.agree(privateKey, share),
})

/** RFC 7748; an all-zero secret is refused (RFC 9846 7.4.2). */
export const x448: NamedGroup = /* @__PURE__ */ diffieHellman({
  id: 30,
  name: 'x448',
  shareLength: 56,
  privateKey: (random) => draw(random, 56),
  share: (privateKey) => curve448.share(privateKey),
  agree: (privateKey, share) => curve448.agree(privateKey, share),
})
