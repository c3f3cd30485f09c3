/** Public keys as OpenSSL shows them. */
import type { SubjectPublicKey } from '@sanstls/core'
import { algorithmName } from './object-names.js'
import { hexLines, indent } from './text.js'

const curveNames: Readonly<Record<string, readonly string[]>> = {
  secp256r1: ['ASN1 OID: prime256v1', 'NIST CURVE: P-256'],
  secp384r1: ['ASN1 OID: secp384r1', 'NIST CURVE: P-384'],
  secp521r1: ['ASN1 OID: secp521r1', 'NIST CURVE: P-521'],
}

const curveBits: Readonly<Record<string, number>> = {
  secp256r1: 256,
  secp384r1: 384,
  secp521r1: 521,
  brainpoolP256r1: 256,
  brainpoolP384r1: 384,
  brainpoolP512r1: 512,
}

/** The lines below `Subject Public Key Info:`, without their indentation. */
export function describeKey(key: SubjectPublicKey): string[] {
  return [`Public Key Algorithm: ${algorithmName(key.algorithm)}`, ...indent(details(key), 4)]
}

function details(key: SubjectPublicKey): string[] {
  const { type, publicKey } = key
  const raw = ['pub:', ...indent(hexLines(publicKey, 15), 4)]
  switch (type) {
    case 'rsa':
    case 'rsaPss':
      return rsaDetails(key)
    case 'ec': {
      const { curve = '' } = key
      const names = curveNames[curve] ?? [`ASN1 OID: ${curve}`]
      return [`Public-Key: (${curveBits[curve]} bit)`, ...raw, ...names]
    }
    case 'unknown':
      return ['Unable to load Public Key']
    default:
      return [`${algorithmName(key.algorithm)} Public-Key:`, ...raw]
  }
}

function rsaDetails({
  type,
  modulus,
  exponent,
  pssHash,
  pssSaltLength,
}: SubjectPublicKey): string[] {
  const number = modulus ?? new Uint8Array(0)
  const top = number[0] ?? 0
  const padded = top >= 0x80 ? Uint8Array.of(0, ...number) : number
  const bits = number.length * 8 - (Math.clz32(top) - 24)
  const lines = [
    `Public-Key: (${bits} bit)`,
    'Modulus:',
    ...indent(hexLines(padded, 15), 4),
    ...exponentLines(exponent ?? new Uint8Array(0)),
  ]
  if (type === 'rsa') return lines
  if (pssHash === undefined) return [...lines, 'No PSS parameter restrictions']
  const name = pssHash.replace('sha', 'SHA2-').replace('SHA2-1', 'SHA1')
  return [
    ...lines,
    'PSS parameter restrictions:',
    ...indent(
      [
        `Hash Algorithm: ${name}`,
        `Mask Algorithm: MGF1 with ${name}`,
        `Minimum Salt Length: ${pssSaltLength}${pssSaltLength === 20 ? ' (default)' : ''}`,
        'Trailer Field: 0x1 (default)',
      ],
      2,
    ),
  ]
}

function exponentLines(exponent: Uint8Array): string[] {
  if (exponent.length > 8) return ['Exponent:', ...indent(hexLines(exponent, 15), 4)]
  const value = exponent.reduce((number, octet) => number * 256n + BigInt(octet), 0n)
  return [`Exponent: ${value} (0x${value.toString(16)})`]
}
