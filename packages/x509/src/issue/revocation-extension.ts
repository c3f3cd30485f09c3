/** The extensions of certificates that say how, or that it cannot, be learnt whether they are revoked, to issue with. */
import {
  contextConstructed,
  contextPrimitive,
  encodeElement,
  encodeInteger,
  encodeNull,
  encodeObjectIdentifier,
  encodeSequence,
  encodeText,
} from '@sanstls/core/der'
import { encodeExtension } from './extension.js'
import { type AlternativeNames, encodeGeneralNames } from './general-name.js'
import { encodeReasons, type RevocationReason } from './reason.js'

/** DistributionPoint (RFC 5280 4.2.1.13). */
export interface DistributionPointRequest {
  /** Where the list is to be had. */
  readonly fullName?: AlternativeNames | undefined
  /** A RelativeDistinguishedName, DER; it continues the name of the list's issuer. */
  readonly relativeName?: Uint8Array | undefined
  readonly reasons?: readonly RevocationReason[] | undefined
  /** Who issues the list, where it is not who issued the certificate. */
  readonly crlIssuer?: AlternativeNames | undefined
}

/** Addresses of complete lists, or distribution points in full. */
export const crlDistributionPointsExtension = (
  points: readonly (string | DistributionPointRequest)[],
  critical = false,
): Uint8Array => encodeExtension('2.5.29.31', critical, encodeDistributionPoints(points))

/** Where delta lists are to be had (RFC 5280 4.2.1.15 and, on lists, 5.2.6). */
export const freshestCrlExtension = (
  points: readonly (string | DistributionPointRequest)[],
): Uint8Array => encodeExtension('2.5.29.46', false, encodeDistributionPoints(points))

const encodeDistributionPoints = (
  points: readonly (string | DistributionPointRequest)[],
): Uint8Array =>
  encodeSequence(
    ...points.map((point) =>
      encodeDistributionPoint(typeof point === 'string' ? { fullName: { uri: [point] } } : point),
    ),
  )

function encodeDistributionPoint(point: DistributionPointRequest): Uint8Array {
  const parts = encodeDistributionPointName(point)
  if (point.reasons !== undefined) parts.push(encodeReasons(1, point.reasons))
  if (point.crlIssuer !== undefined) {
    parts.push(encodeElement(contextConstructed(2), ...encodeGeneralNames(point.crlIssuer)))
  }
  return encodeSequence(...parts)
}

/** DistributionPointName inside its [0], which is explicit since it is a CHOICE; nothing where there is no name. */
export function encodeDistributionPointName({
  fullName,
  relativeName,
}: {
  readonly fullName?: AlternativeNames | undefined
  readonly relativeName?: Uint8Array | undefined
}): Uint8Array[] {
  if (fullName !== undefined) {
    const names = encodeElement(contextConstructed(0), ...encodeGeneralNames(fullName))
    return [encodeElement(contextConstructed(0), names)]
  }
  if (relativeName === undefined) return []
  const implicit = new Uint8Array(relativeName)
  implicit[0] = contextConstructed(1)
  return [encodeElement(contextConstructed(0), implicit)]
}

const ocsp = '1.3.6.1.5.5.7.48.1'
const caIssuers = '1.3.6.1.5.5.7.48.2'

/** Addresses of OCSP responders and of the issuer's certificate (RFC 5280 4.2.2.1). */
export function authorityInfoAccessExtension(access: {
  readonly ocsp?: readonly string[]
  readonly caIssuers?: readonly string[]
}): Uint8Array {
  const descriptions = (method: string, addresses: readonly string[] = []): Uint8Array[] =>
    addresses.map((address) =>
      encodeSequence(encodeObjectIdentifier(method), encodeText(contextPrimitive(6), address)),
    )
  const value = encodeSequence(
    ...descriptions(ocsp, access.ocsp),
    ...descriptions(caIssuers, access.caIssuers),
  )
  return encodeExtension('1.3.6.1.5.5.7.1.1', false, value)
}

const statusRequest = 5

/** TLS features that the server has to offer (RFC 7633). Default: status_request, also known as must-staple. */
export const tlsFeatureExtension = (features: readonly number[] = [statusRequest]): Uint8Array =>
  encodeExtension(
    '1.3.6.1.5.5.7.1.24',
    false,
    encodeSequence(...features.map((feature) => encodeInteger(feature))),
  )

/** No revocation information will ever be there for this certificate (RFC 9608). */
export const noRevAvailExtension = (): Uint8Array =>
  encodeExtension('2.5.29.56', false, encodeNull())

/** On an OCSP responder's certificate: it is not to be checked for revocation itself (RFC 6960 4.2.2.2.1). */
export const ocspNoCheckExtension = (): Uint8Array =>
  encodeExtension('1.3.6.1.5.5.7.48.1.5', false, encodeNull())
