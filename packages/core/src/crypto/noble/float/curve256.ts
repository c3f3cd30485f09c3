/** Diffie-Hellman and ECDSA on P-256 over `p256.ts`, as `Curve` describes them. */
import { getMinHashLength, invert, mapHashToField } from '@noble/curves/abstract/modular.js'
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import type { Random } from '../../provider.js'
import { draw } from '../draw.js'
import { leftmost256, order256, parseSignature256, signWith } from '../ecdsa256.js'
import { combination, multiple, multipleOfBase } from './p256.js'

const length = 32

/** The public key, uncompressed. `blind` is as for `multipleOfBase`. */
export function share(privateKey: Uint8Array, blind?: Uint8Array): Uint8Array {
  const point = multipleOfBase(privateKey, blind)
  if (point === undefined) throw new Error('a private key of P-256 is out of range')
  return point
}

export function agree(privateKey: Uint8Array, peer: Uint8Array): Uint8Array | undefined {
  const point = multiple(peer, privateKey)
  return point && abscissa(point)
}

/** Makes the multiples of the base point. */
export function warmUp(): void {
  multipleOfBase(scalar(1n))
}

export function verify(publicKey: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  const parsed = parseSignature256(signature)
  if (parsed === undefined) return false
  const r = bytesToNumberBE(parsed.r)
  const e = bytesToNumberBE(leftmost256(digest))
  const inverse = invert(bytesToNumberBE(parsed.s), order256)
  const sum = combination(scalar(e * inverse), publicKey, scalar(r * inverse))
  return sum !== undefined && bytesToNumberBE(abscissa(sum)) % order256 === r
}

export function sign(privateKey: Uint8Array, digest: Uint8Array, random: Random): Uint8Array {
  const d = bytesToNumberBE(privateKey)
  const e = bytesToNumberBE(leftmost256(digest))
  return signWith(privateKey, digest, draw(random, length), (nonce) => {
    const point = share(nonce, draw(random, length))
    const r = bytesToNumberBE(abscissa(point)) % order256
    // BigInt's time depends on its operands: the secret ones are blinded.
    const blind = bytesToNumberBE(
      mapHashToField(draw(random, getMinHashLength(order256)), order256),
    )
    const inverse = invert((blind * bytesToNumberBE(nonce)) % order256, order256)
    const s = inverse * ((blind * e + ((blind * d) % order256) * r) % order256)
    return { r: scalar(r), s: scalar(s) }
  })
}

/** The x coordinate of an uncompressed point. */
function abscissa(point: Uint8Array): Uint8Array {
  return point.slice(1, 1 + length)
}

function scalar(value: bigint): Uint8Array {
  return numberToBytesBE(value % order256, length)
}
