/** What could be fetched, as data: this package opens no connection. */
import { accessUrls, isHttpUrl } from '../access.js'
import type { Certificate } from '../certificate.js'
import type { DistributionPoint } from '../distribution-point.js'

/** A request for the caller to carry out; `fetcher` of @sanstls/transport-node does. */
export interface FetchRequest {
  /** What is wanted: a CRL, an OCSP response, or the certificate of an issuer. */
  readonly kind: 'crl' | 'ocsp' | 'issuer'
  /** http: or https:. It comes from a certificate that is not trusted yet: do not follow it into your own network. */
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** For POST. */
  readonly body: Uint8Array | undefined
  /** Content-Type of the body. */
  readonly contentType: string | undefined
  /** Accept. */
  readonly accept: string
  /** The certificate for which it is wanted. */
  readonly certificate: Certificate
}

export const crlRequests = (certificate: Certificate): FetchRequest[] =>
  [
    ...pointUrls(certificate.extensions.cRLDistributionPoints),
    ...pointUrls(certificate.extensions.freshestCRL),
  ].map((url) => get('crl', url, 'application/pkix-crl', certificate))

export const issuerRequests = (certificate: Certificate): FetchRequest[] =>
  accessUrls(certificate.extensions.authorityInfoAccess, 'caIssuers').map((url) =>
    get('issuer', url, 'application/pkix-cert, application/pkcs7-mime', certificate),
  )

export const ocspRequests = (certificate: Certificate, body: Uint8Array): FetchRequest[] =>
  accessUrls(certificate.extensions.authorityInfoAccess, 'ocsp').map((url) => ({
    kind: 'ocsp',
    url,
    method: 'POST',
    body,
    contentType: 'application/ocsp-request',
    accept: 'application/ocsp-response',
    certificate,
  }))

/** The same thing is fetched once. */
export const requestKey = ({ kind, url, certificate }: FetchRequest): string =>
  kind === 'ocsp' ? `${kind} ${url} ${certificate.serialNumber.join('.')}` : `${kind} ${url}`

const get = (
  kind: FetchRequest['kind'],
  url: string,
  accept: string,
  certificate: Certificate,
): FetchRequest => ({
  kind,
  url,
  method: 'GET',
  body: undefined,
  contentType: undefined,
  accept,
  certificate,
})

/** RFC 5280 4.2.1.13: the names of one point are alternatives. */
const pointUrls = (points: readonly DistributionPoint[] | undefined): string[] =>
  (points ?? []).flatMap(({ name }) => {
    if (name?.kind !== 'full') return []
    const url = name.names.find((item) => item.kind === 'uri' && isHttpUrl(item.value))
    return url?.kind === 'uri' ? [url.value] : []
  })
