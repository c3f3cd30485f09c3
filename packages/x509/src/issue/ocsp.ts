/** Issues OCSP responses (RFC 6960). */
import type { HashAlgorithm, HashName, Random, SignatureName, SigningKey } from '@sanstls/core'
import {
  contextConstructed,
  contextPrimitive,
  encodeElement,
  encodeExplicit,
  encodeGeneralizedTime,
  encodeNull,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  tags,
} from '@sanstls/core/der'
import type { Certificate } from '../certificate.js'
import { encodeExtension } from './extension.js'
import { type RevocationReason, revocationReasons } from './reason.js'
import { encodeSigned } from './sign.js'

export interface OcspResponseRequest {
  /** Whose key signs: the issuer of the certificates, or a responder that it authorised. */
  readonly responder: Certificate
  readonly responderKey: SigningKey
  /** Default: the first algorithm of the responder's key. */
  readonly algorithm?: SignatureName | undefined
  /** For algorithms that draw randomness. */
  readonly random: Random
  /** Names the responder by its key's hash, SHA-1 as RFC 6960 4.2.1 says, instead of by its name. */
  readonly responderKeyHash?: HashAlgorithm | undefined
  /** Unix ms. */
  readonly producedAt: number
  readonly responses: readonly SingleResponseRequest[]
  /** From the request (RFC 9654). */
  readonly nonce?: Uint8Array | undefined
  /** Certificates to send along: the responder's, where it is not the issuer itself. */
  readonly certificates?: readonly Certificate[] | undefined
  /** Further responseExtensions, DER, from `encodeExtension`. */
  readonly extensions?: readonly Uint8Array[] | undefined
}

export interface SingleResponseRequest {
  /** The certificate, or its serial number as `Certificate.serialNumber` has it. */
  readonly certificate: Certificate | Uint8Array
  readonly issuer: Certificate
  /** Over the issuer's name and key. SHA-1 is what most clients ask with. */
  readonly hash: HashAlgorithm
  readonly status: OcspStatus
  /** Unix ms. */
  readonly thisUpdate: number
  /** Unix ms. */
  readonly nextUpdate?: number | undefined
  /** Further singleExtensions, DER, from `encodeExtension`. */
  readonly extensions?: readonly Uint8Array[] | undefined
}

export type OcspStatus =
  | 'good'
  | 'unknown'
  /** Unix ms. */
  | { readonly revokedAt: number; readonly reason?: RevocationReason | undefined }

/** OCSPResponseStatus, but for `successful`. */
const errorStatus = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  sigRequired: 5,
  unauthorized: 6,
} as const

const basicResponse = '1.3.6.1.5.5.7.48.1.1'
const nonceId = '1.3.6.1.5.5.7.48.1.2'

const hashIds: Readonly<Record<HashName, string>> = {
  sha1: '1.3.14.3.2.26',
  sha224: '2.16.840.1.101.3.4.2.4',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}

/**
 * Issues a response of status `successful`.
 * @returns an OCSPResponse, DER.
 * @throws {TypeError} where a part of the request cannot be written.
 */
export function issueOcspResponse(request: OcspResponseRequest): Uint8Array {
  const { responder, responderKey, algorithm, random, certificates = [] } = request
  const extensions = [...(request.extensions ?? [])]
  if (request.nonce !== undefined) {
    extensions.unshift(encodeExtension(nonceId, false, encodeOctetString(request.nonce)))
  }
  const data = encodeSequence(
    responderId(responder, request.responderKeyHash),
    encodeGeneralizedTime(request.producedAt),
    encodeSequence(...request.responses.map(encodeSingleResponse)),
    ...(extensions.length > 0 ? [encodeExplicit(1, encodeSequence(...extensions))] : []),
  )
  const basic = encodeSigned(
    { key: responderKey, algorithm, random },
    () => data,
    ...(certificates.length > 0
      ? [encodeExplicit(0, encodeSequence(...certificates.map(({ der }) => der)))]
      : []),
  )
  const bytes = encodeSequence(encodeObjectIdentifier(basicResponse), encodeOctetString(basic))
  return encodeSequence(encodeElement(tags.enumerated, Uint8Array.of(0)), encodeExplicit(0, bytes))
}

/** A response that says nothing but why there is none (RFC 6960 4.2.1). Nobody signs it. */
export const ocspErrorResponse = (status: keyof typeof errorStatus): Uint8Array =>
  encodeSequence(encodeElement(tags.enumerated, Uint8Array.of(errorStatus[status])))

/**
 * CertID (RFC 6960 4.1.1): which certificate is meant.
 * @param serialNumber as `Certificate.serialNumber` has it.
 */
export const encodeCertId = (
  serialNumber: Uint8Array,
  issuer: Certificate,
  hash: HashAlgorithm,
): Uint8Array =>
  encodeSequence(
    encodeSequence(encodeObjectIdentifier(hashIds[hash.name]), encodeNull()),
    encodeOctetString(hash.hash(issuer.subjectDer)),
    encodeOctetString(hash.hash(issuer.publicKey.publicKey)),
    encodeElement(tags.integer, serialNumber),
  )

function responderId(responder: Certificate, hash: HashAlgorithm | undefined): Uint8Array {
  if (hash === undefined) return encodeExplicit(1, responder.subjectDer)
  return encodeExplicit(2, encodeOctetString(hash.hash(responder.publicKey.publicKey)))
}

function encodeSingleResponse(response: SingleResponseRequest): Uint8Array {
  const { certificate, issuer, hash, status, thisUpdate, nextUpdate, extensions = [] } = response
  const serial = certificate instanceof Uint8Array ? certificate : certificate.serialNumber
  return encodeSequence(
    encodeCertId(serial, issuer, hash),
    encodeStatus(status),
    encodeGeneralizedTime(thisUpdate),
    ...(nextUpdate === undefined ? [] : [encodeExplicit(0, encodeGeneralizedTime(nextUpdate))]),
    ...(extensions.length > 0 ? [encodeExplicit(1, encodeSequence(...extensions))] : []),
  )
}

function encodeStatus(status: OcspStatus): Uint8Array {
  if (status === 'good') return encodeElement(contextPrimitive(0))
  if (status === 'unknown') return encodeElement(contextPrimitive(2))
  const { revokedAt, reason } = status
  const parts = [encodeGeneralizedTime(revokedAt)]
  if (reason !== undefined) {
    const value = encodeElement(tags.enumerated, Uint8Array.of(revocationReasons[reason]))
    parts.push(encodeExplicit(0, value))
  }
  return encodeElement(contextConstructed(1), ...parts)
}
