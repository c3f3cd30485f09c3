/** ECDSA private keys (RFC 5915). */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { contextConstructed, DerReader, tags } from '../../der/reader.js'
import type { HashAlgorithm, Random, SignatureName } from '../provider.js'
import {
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
  type Curve,
  p256,
  p384,
  p521,
} from './curve.js'
import { sha1, sha224, sha256, sha384, sha512 } from './hash.js'
import { equal, type KeyImporter, publicKeyOf } from './private-key.js'

const hashes: readonly HashAlgorithm[] = /* @__PURE__ */ (() => [
  sha256,
  sha384,
  sha512,
  sha224,
  sha1,
])()

/** The hash of the curve's strength first: RFC 9846 4.3.3 has no other for it. */
const order: Readonly<Record<string, readonly SignatureName[]>> = {
  32: ['ecdsa_sha256', 'ecdsa_sha384', 'ecdsa_sha512'],
  48: ['ecdsa_sha384', 'ecdsa_sha256', 'ecdsa_sha512'],
  64: ['ecdsa_sha512', 'ecdsa_sha384', 'ecdsa_sha256'],
  66: ['ecdsa_sha512', 'ecdsa_sha384', 'ecdsa_sha256'],
}

/** Signs a digest as `Curve.sign` does. */
export type EcdsaSigner = (
  curve: Curve,
  secret: Uint8Array,
  digest: Uint8Array,
  random: Random,
) => Uint8Array

const signByCurve: EcdsaSigner = (curve, ...rest) => curve.sign(...rest)

export function ecKeys(curves: readonly Curve[], signer: EcdsaSigner = signByCurve): KeyImporter {
  return {
    algorithms: ['1.2.840.10045.2.1'],
    read(info) {
      const oid = namedCurve(info.algorithmIdentifier)
      const curve = curves.find((candidate) => candidate.oid === oid)
      if (curve === undefined) {
        throw new TypeError(`EC private key: its curve ${oid} is not supported`)
      }
      const { scalar, statedPublicKey } = readEcPrivateKey(info.privateKey)
      const d = bytesToNumberBE(scalar)
      if (d === 0n || d >= curve.order) throw new TypeError('EC private key: out of range')
      // Some writers drop leading zeros (RFC 5915 3 forbids it).
      const secret = numberToBytesBE(d, curve.length)
      const publicBytes = curve.share(secret)
      if (statedPublicKey !== undefined && !equal(statedPublicKey, publicBytes)) {
        throw new TypeError('EC private key: the public key inside it is another one')
      }
      const algorithms = order[curve.length] ?? []
      return {
        publicKey: publicKeyOf(info, publicBytes),
        algorithms,
        sign(algorithm, message, random) {
          const hash = hashes.find(({ name }) => algorithm === `ecdsa_${name}`)
          if (hash === undefined) throw new TypeError(`an EC key cannot sign with ${algorithm}`)
          return signer(curve, secret, hash.hash(message), random)
        },
      }
    },
  }
}

/** The object identifier of the named curve, the one kind of parameters: RFC 5480 2.1.1. */
function namedCurve(algorithmIdentifier: Uint8Array): string {
  const reader = new DerReader(algorithmIdentifier)
  const outer = reader.enter(tags.sequence)
  reader.readObjectIdentifier()
  const curve = reader.readObjectIdentifier()
  reader.leave(outer)
  return curve
}

/** ECPrivateKey (RFC 5915 3). Parameters repeat those of the outer structure. */
function readEcPrivateKey(der: Uint8Array): {
  scalar: Uint8Array
  statedPublicKey: Uint8Array | undefined
} {
  const reader = new DerReader(der)
  const outer = reader.enter(tags.sequence)
  if (reader.readSmallInteger() !== 1) reader.fail('unknown version of an EC private key')
  const scalar = reader.readOctetString()
  if (reader.at(contextConstructed(0))) reader.skip(contextConstructed(0))
  let statedPublicKey: Uint8Array | undefined
  if (reader.at(contextConstructed(1))) {
    const inner = reader.enter(contextConstructed(1))
    statedPublicKey = reader.readBitString()
    reader.leave(inner)
  }
  reader.leave(outer)
  reader.end()
  return { scalar, statedPublicKey }
}

export const ecdsaKeys: KeyImporter = /* @__PURE__ */ (() => ecKeys([p256, p384, p521]))()

/** Opt-in: all of `ecdsaKeys`' curves and brainpool's. */
export const ecdsaKeysWithBrainpool: KeyImporter = /* @__PURE__ */ (() =>
  ecKeys([p256, p384, p521, brainpoolP256r1, brainpoolP384r1, brainpoolP512r1]))()
