/**
 * DSA signatures of certificates (FIPS 186-4 4.7, RFC 3279 2.2.2, RFC 5758 3.1), for those who have to read old ones.
 * Opt-in: pass `dsa` as one of a verifier's `extraSignatures`. It verifies public things only, so that its time may vary.
 */
import type { HashName, SubjectPublicKey } from '@sanstls/core'
import { DerError, DerReader, tags } from '@sanstls/core/der'
import type { ExtraSignature } from './signature-check.js'

const dsaKey = '1.2.840.10040.4.1'

/** SHA-1 is broken for certificates; whoever asks for DSA asks for what DSA certificates are signed with. */
const hashes: Readonly<Record<string, HashName>> = {
  '1.2.840.10040.4.3': 'sha1',
  '2.16.840.1.101.3.4.3.1': 'sha224',
  '2.16.840.1.101.3.4.3.2': 'sha256',
}

/** FIPS 186-4 4.2, and what its predecessors allowed. */
const sizes: readonly (readonly [p: number, q: number])[] = [
  [1024, 160],
  [2048, 224],
  [2048, 256],
  [3072, 256],
]

export const dsa: ExtraSignature = {
  ids: Object.keys(hashes),
  keyAlgorithm: dsaKey,
  parameters(key) {
    const reader = new DerReader(key.spki)
    reader.enter(tags.sequence)
    reader.enter(tags.sequence)
    reader.readObjectIdentifier()
    return reader.at(tags.sequence) ? reader.readElement() : undefined
  },
  verify(id, key, parameters, message, signature, crypto) {
    const hash = crypto.hashes.find(({ name }) => name === hashes[id])
    if (hash === undefined) return false
    try {
      return verifyDigest(key, parameters, hash.hash(message), signature)
    } catch (error) {
      if (error instanceof DerError) return false
      throw error
    }
  },
}

function verifyDigest(
  key: SubjectPublicKey,
  parameters: Uint8Array,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  const { p, q, g } = readParameters(parameters)
  const y = readNumber(new DerReader(key.publicKey))
  const [r, s] = readSignature(signature)
  if (!sizes.some(([pBits, qBits]) => bitLength(p) === pBits && bitLength(q) === qBits))
    return false
  if (g <= 1n || g >= p || y <= 1n || y >= p) return false
  if (r >= q || s >= q) return false
  const z = toNumber(digest.subarray(0, Math.ceil(bitLength(q) / 8)))
  // s^(q-2) is the inverse of s, since q is a prime.
  const w = power(s, q - 2n, q)
  const left = power(g, (z * w) % q, p)
  const right = power(y, (r * w) % q, p)
  return ((left * right) % p) % q === r
}

function readParameters(der: Uint8Array): { p: bigint; q: bigint; g: bigint } {
  const reader = new DerReader(der)
  const outer = reader.enter(tags.sequence)
  const [p, q, g] = [readInteger(reader), readInteger(reader), readInteger(reader)]
  reader.leave(outer)
  reader.end()
  return { p, q, g }
}

function readSignature(der: Uint8Array): [r: bigint, s: bigint] {
  const reader = new DerReader(der)
  const outer = reader.enter(tags.sequence)
  const [r, s] = [readInteger(reader), readInteger(reader)]
  reader.leave(outer)
  reader.end()
  return [r, s]
}

function readNumber(reader: DerReader): bigint {
  const value = readInteger(reader)
  reader.end()
  return value
}

const readInteger = (reader: DerReader): bigint => toNumber(reader.readPositiveInteger())

function toNumber(bytes: Uint8Array): bigint {
  let text = '0x0'
  for (const octet of bytes) text += octet.toString(16).padStart(2, '0')
  return BigInt(text)
}

const bitLength = (value: bigint): number => value.toString(2).length

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let factor = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % modulus
    factor = (factor * factor) % modulus
  }
  return result
}
