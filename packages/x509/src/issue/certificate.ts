/** Issues certificates (RFC 5280 4.1) with a provider's key: self-signed, intermediate and end-entity ones. */
import type {
  HashAlgorithm,
  Random,
  SignatureName,
  SigningKey,
  SubjectPublicKey,
} from '@sanstls/core'
import { encodeExplicit, encodeInteger, encodeSequence, encodeTime } from '@sanstls/core/der'
import { Certificate } from '../certificate.js'
import type { KeyUsage } from '../extension.js'
import type { Purpose } from '../purpose.js'
import {
  type AlternativeNames,
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  nameConstraintsExtension,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from './extension.js'
import { type DistinguishedName, encodeName } from './name.js'
import { encodeSigned } from './sign.js'

export interface CertificateRequest {
  /** Parts of the name, or the Name in DER. */
  readonly subject: DistinguishedName | Uint8Array
  readonly publicKey: SubjectPublicKey
  /** The issuer's certificate, or its Name in DER. Left out: the certificate is self-signed. */
  readonly issuer?: Certificate | Uint8Array | undefined
  /** The issuer's key. */
  readonly issuerKey: SigningKey
  /** Default: the first algorithm of the issuer's key. */
  readonly algorithm?: SignatureName | undefined
  /** For the serial number, and for algorithms that draw randomness. */
  readonly random: Random
  /** Big-endian, positive, 20 bytes at most. Default: 16 random bytes. */
  readonly serialNumber?: Uint8Array | undefined
  /** Unix ms; fractions of a second are dropped. */
  readonly notBefore: number
  /** Unix ms; fractions of a second are dropped. */
  readonly notAfter: number
  /** True or with a path length: an authority. False: basicConstraints CA:FALSE. Left out: no basicConstraints. */
  readonly ca?: boolean | { readonly pathLength: number } | undefined
  readonly keyUsage?: readonly KeyUsage[] | undefined
  /** Names of purposes, or object identifiers. */
  readonly extendedKeyUsage?: readonly (Purpose | (string & {}))[] | undefined
  readonly subjectAltName?: AlternativeNames | undefined
  readonly nameConstraints?:
    | {
        readonly permitted?: AlternativeNames
        readonly excluded?: AlternativeNames
      }
    | undefined
  /** SHA-256 or better: writes the subject's key identifier (RFC 7093 section 2), and the issuer's where it has one. */
  readonly identifierHash?: HashAlgorithm | undefined
  /** Further extensions, DER, from `encodeExtension`. */
  readonly extensions?: readonly Uint8Array[] | undefined
}

/**
 * Issues a certificate.
 * @throws {TypeError} where a part of the request cannot be written.
 */
export function issueCertificate(request: CertificateRequest): Certificate {
  const { subject, issuer, issuerKey, random } = request
  const subjectDer = subject instanceof Uint8Array ? subject : encodeName(subject)
  const issuerDer = issuer instanceof Certificate ? issuer.subjectDer : (issuer ?? subjectDer)
  const extensions = encodeExtensions(request)
  const signer = { key: issuerKey, algorithm: request.algorithm, random }
  const der = encodeSigned(signer, (algorithm) =>
    encodeSequence(
      ...(extensions.length > 0 ? [encodeExplicit(0, encodeInteger(2))] : []),
      encodeInteger(serialNumber(request)),
      algorithm,
      issuerDer,
      encodeSequence(encodeTime(request.notBefore), encodeTime(request.notAfter)),
      subjectDer,
      request.publicKey.spki,
      ...(extensions.length > 0 ? [encodeExplicit(3, encodeSequence(...extensions))] : []),
    ),
  )
  return new Certificate(der)
}

// RFC 5280 4.1.2.2: positive, and 20 octets at most; unpredictable, which collisions of hashes are made harder by.
function serialNumber({ serialNumber: given, random }: CertificateRequest): Uint8Array {
  const serial = given ?? random(16)
  if (serial.length > 20 || serial.every((octet) => octet === 0)) {
    throw new TypeError('A serial number is positive and has at most 20 bytes.')
  }
  return serial
}

function encodeExtensions(request: CertificateRequest): Uint8Array[] {
  const { ca, issuer, identifierHash, nameConstraints } = request
  const encoded: Uint8Array[] = []
  if (ca !== undefined) {
    const pathLength = typeof ca === 'object' ? ca.pathLength : undefined
    encoded.push(basicConstraintsExtension(ca !== false, pathLength))
  }
  if (request.keyUsage !== undefined) encoded.push(keyUsageExtension(request.keyUsage))
  if (request.extendedKeyUsage !== undefined) {
    encoded.push(extendedKeyUsageExtension(request.extendedKeyUsage))
  }
  if (request.subjectAltName !== undefined) {
    encoded.push(subjectAltNameExtension(request.subjectAltName))
  }
  if (nameConstraints !== undefined) {
    encoded.push(
      nameConstraintsExtension(nameConstraints.permitted ?? {}, nameConstraints.excluded),
    )
  }
  if (identifierHash !== undefined) {
    const identifier = identifierHash.hash(request.publicKey.publicKey).subarray(0, 20)
    encoded.push(subjectKeyIdentifierExtension(identifier))
  }
  if (issuer instanceof Certificate && issuer.extensions.subjectKeyIdentifier !== undefined) {
    encoded.push(authorityKeyIdentifierExtension(issuer.extensions.subjectKeyIdentifier))
  }
  return [...encoded, ...(request.extensions ?? [])]
}
