/** Issues certificate revocation lists (RFC 5280 section 5): complete, delta and indirect ones. */
import type { Random, SignatureName, SigningKey } from '@sanstls/core'
import {
  contextConstructed,
  contextPrimitive,
  encodeElement,
  encodeExplicit,
  encodeGeneralizedTime,
  encodeInteger,
  encodeSequence,
  encodeTime,
  tags,
} from '@sanstls/core/der'
import { Certificate } from '../certificate.js'
import { authorityKeyIdentifierExtension, encodeExtension } from './extension.js'
import type { AlternativeNames } from './general-name.js'
import { type DistinguishedName, encodeName } from './name.js'
import { encodeReasons, type RevocationReason, revocationReasons } from './reason.js'
import {
  type DistributionPointRequest,
  encodeDistributionPointName,
  freshestCrlExtension,
} from './revocation-extension.js'
import { encodeSigned } from './sign.js'

export interface CrlRequest {
  /** The issuer's certificate, parts of its name, or its Name in DER. */
  readonly issuer: Certificate | DistinguishedName | Uint8Array
  readonly issuerKey: SigningKey
  /** Default: the first algorithm of the issuer's key. */
  readonly algorithm?: SignatureName | undefined
  /** For algorithms that draw randomness. */
  readonly random: Random
  /** Unix ms. */
  readonly thisUpdate: number
  /** Unix ms. RFC 5280 demands one; left out only for tests. */
  readonly nextUpdate?: number | undefined
  /** cRLNumber: a number, or big-endian bytes, 20 at most. Default: none, which RFC 5280 5.2.3 does not permit. */
  readonly number?: number | Uint8Array | undefined
  /** Makes it a delta list to the complete one with this number (RFC 5280 5.2.4). */
  readonly baseNumber?: number | Uint8Array | undefined
  readonly revoked?: readonly RevokedCertificate[] | undefined
  readonly issuingDistributionPoint?: IssuingDistributionPointRequest | undefined
  readonly freshestCrl?: readonly (string | DistributionPointRequest)[] | undefined
  /** Further extensions of the list, DER, from `encodeExtension`. */
  readonly extensions?: readonly Uint8Array[] | undefined
}

export interface RevokedCertificate {
  /** Contents of the INTEGER, as `Certificate.serialNumber` has them. */
  readonly serialNumber: Uint8Array
  /** Unix ms. */
  readonly revokedAt: number
  readonly reason?: RevocationReason | undefined
  /** Unix ms. */
  readonly invalidSince?: number | undefined
  /** In indirect lists: who issued this certificate and those that follow, where not the issuer of the list. */
  readonly certificateIssuer?: Certificate | DistinguishedName | Uint8Array | undefined
  /** Further extensions of the entry, DER, from `encodeExtension`. */
  readonly extensions?: readonly Uint8Array[] | undefined
}

/** IssuingDistributionPoint (RFC 5280 5.2.5). */
export interface IssuingDistributionPointRequest {
  readonly fullName?: AlternativeNames | undefined
  /** A RelativeDistinguishedName, DER. */
  readonly relativeName?: Uint8Array | undefined
  readonly onlyUserCertificates?: boolean | undefined
  readonly onlyCaCertificates?: boolean | undefined
  readonly onlyAttributeCertificates?: boolean | undefined
  readonly onlySomeReasons?: readonly RevocationReason[] | undefined
  readonly indirect?: boolean | undefined
}

/**
 * Issues a list.
 * @returns a CertificateList, DER.
 * @throws {TypeError} where a part of the request cannot be written.
 */
export function issueCrl(request: CrlRequest): Uint8Array {
  const { issuer, issuerKey, algorithm, random, thisUpdate, nextUpdate, revoked = [] } = request
  const extensions = encodeListExtensions(request)
  const entries = revoked.map(encodeEntry)
  const hasExtensions = extensions.length > 0 || entries.some(({ extended }) => extended)
  return encodeSigned({ key: issuerKey, algorithm, random }, (identifier) =>
    encodeSequence(
      // RFC 5280 5.1.2.1: version 2 where there are extensions.
      ...(hasExtensions ? [encodeInteger(1)] : []),
      identifier,
      nameOf(issuer),
      encodeTime(thisUpdate),
      ...(nextUpdate === undefined ? [] : [encodeTime(nextUpdate)]),
      ...(entries.length > 0 ? [encodeSequence(...entries.map(({ entry }) => entry))] : []),
      ...(extensions.length > 0 ? [encodeExplicit(0, encodeSequence(...extensions))] : []),
    ),
  )
}

const nameOf = (name: Certificate | DistinguishedName | Uint8Array): Uint8Array => {
  if (name instanceof Certificate) return name.subjectDer
  return name instanceof Uint8Array ? name : encodeName(name)
}

function encodeListExtensions(request: CrlRequest): Uint8Array[] {
  const { issuer, number, baseNumber, issuingDistributionPoint, freshestCrl } = request
  const encoded: Uint8Array[] = []
  if (issuer instanceof Certificate && issuer.extensions.subjectKeyIdentifier !== undefined) {
    encoded.push(authorityKeyIdentifierExtension(issuer.extensions.subjectKeyIdentifier))
  }
  if (number !== undefined) encoded.push(encodeExtension('2.5.29.20', false, encodeInteger(number)))
  if (baseNumber !== undefined) {
    encoded.push(encodeExtension('2.5.29.27', true, encodeInteger(baseNumber)))
  }
  if (issuingDistributionPoint !== undefined) {
    encoded.push(issuingDistributionPointExtension(issuingDistributionPoint))
  }
  if (freshestCrl !== undefined) encoded.push(freshestCrlExtension(freshestCrl))
  return [...encoded, ...(request.extensions ?? [])]
}

/** Critical. */
export function issuingDistributionPointExtension(
  point: IssuingDistributionPointRequest,
): Uint8Array {
  const flag = (number: number, value = false): Uint8Array[] =>
    value ? [encodeElement(contextPrimitive(number), Uint8Array.of(0xff))] : []
  const reasons = point.onlySomeReasons
  const value = encodeSequence(
    ...encodeDistributionPointName(point),
    ...flag(1, point.onlyUserCertificates),
    ...flag(2, point.onlyCaCertificates),
    ...(reasons === undefined ? [] : [encodeReasons(3, reasons)]),
    ...flag(4, point.indirect),
    ...flag(5, point.onlyAttributeCertificates),
  )
  return encodeExtension('2.5.29.28', true, value)
}

function encodeEntry(revoked: RevokedCertificate): { entry: Uint8Array; extended: boolean } {
  const { serialNumber, revokedAt, reason, invalidSince, certificateIssuer } = revoked
  const extensions: Uint8Array[] = []
  if (reason !== undefined) {
    const value = encodeElement(tags.enumerated, Uint8Array.of(revocationReasons[reason]))
    extensions.push(encodeExtension('2.5.29.21', false, value))
  }
  if (invalidSince !== undefined) {
    extensions.push(encodeExtension('2.5.29.24', false, encodeGeneralizedTime(invalidSince)))
  }
  if (certificateIssuer !== undefined) {
    const name = encodeElement(contextConstructed(4), nameOf(certificateIssuer))
    extensions.push(encodeExtension('2.5.29.29', true, encodeSequence(name)))
  }
  extensions.push(...(revoked.extensions ?? []))
  const entry = encodeSequence(
    encodeElement(tags.integer, serialNumber),
    encodeTime(revokedAt),
    ...(extensions.length > 0 ? [encodeSequence(...extensions)] : []),
  )
  return { entry, extended: extensions.length > 0 }
}
