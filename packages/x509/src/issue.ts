/** Issuing, for tests and private authorities: certificates, requests, revocation lists and OCSP responses. */
export { type CertificateRequest, issueCertificate } from './issue/certificate.js'
export {
  type CrlRequest,
  type IssuingDistributionPointRequest,
  issueCrl,
  issuingDistributionPointExtension,
  type RevokedCertificate,
} from './issue/crl.js'
export {
  type AlternativeNames,
  authorityKeyIdentifierExtension,
  basicConstraintsExtension,
  encodeExtension,
  extendedKeyUsageExtension,
  keyUsageExtension,
  nameConstraintsExtension,
  subjectAltNameExtension,
  subjectKeyIdentifierExtension,
} from './issue/extension.js'
export { type DistinguishedName, encodeName } from './issue/name.js'
export {
  encodeCertId,
  issueOcspResponse,
  type OcspResponseRequest,
  type OcspStatus,
  ocspErrorResponse,
  type SingleResponseRequest,
} from './issue/ocsp.js'
export {
  anyPolicy,
  certificatePoliciesExtension,
  inhibitAnyPolicyExtension,
  type PolicyInformation,
  policyConstraintsExtension,
  policyMappingsExtension,
} from './issue/policy-extension.js'
export { type RevocationReason, revocationReasons } from './issue/reason.js'
export {
  createSigningRequest,
  parseSigningRequest,
  type SigningRequest,
  type SigningRequestOptions,
  verifySigningRequest,
} from './issue/request.js'
export {
  authorityInfoAccessExtension,
  crlDistributionPointsExtension,
  type DistributionPointRequest,
  freshestCrlExtension,
  noRevAvailExtension,
  ocspNoCheckExtension,
  tlsFeatureExtension,
} from './issue/revocation-extension.js'
