import type { Random, SignatureName, SigningKey } from '@sanstls/core'
import { encodeBitString, encodeSequence } from '@sanstls/core/der'
import { encodeSignatureAlgorithm } from './algorithm.js'

/** Who signs, and how. */
export interface Signer {
  readonly key: SigningKey
  /** Default: the first algorithm of the key. */
  readonly algorithm: SignatureName | undefined
  /** For algorithms that draw randomness. */
  readonly random: Random
}

/**
 * A structure with its AlgorithmIdentifier and signature after it, as certificates, lists, requests and OCSP responses
 * have them; `trailer` stands after the signature.
 * @throws {TypeError} where the key cannot sign so that a certificate can say it.
 */
export function encodeSigned(
  { key, algorithm, random }: Signer,
  toBeSigned: (algorithm: Uint8Array) => Uint8Array,
  ...trailer: readonly Uint8Array[]
): Uint8Array {
  const name = algorithm ?? key.algorithms[0]
  if (name === undefined) throw new TypeError("The issuer's key has no algorithm to sign with.")
  const identifier = encodeSignatureAlgorithm(name)
  const signed = toBeSigned(identifier)
  const signature = key.sign(name, signed, random)
  return encodeSequence(signed, identifier, encodeBitString(signature), ...trailer)
}
