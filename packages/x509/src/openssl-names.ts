/** The names that OpenSSL, and with it Node's `authorizationError`, has for what makes a chain invalid. */
import type { CertificateFaultCode } from './fault.js'

/** X509_V_ERR_ names without that prefix, as Node shows them. Where OpenSSL has none, its nearest. */
export const openSslNames: Readonly<Record<CertificateFaultCode, string>> = {
  emptyChain: 'UNABLE_TO_GET_ISSUER_CERT',
  noAnchors: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  duplicateExtension: 'INVALID_EXTENSION',
  signatureAlgorithmMismatch: 'SIGNATURE_ALGORITHM_INCONSISTENCY',
  emptyIssuer: 'ISSUER_NAME_EMPTY',
  emptySubject: 'SUBJECT_NAME_EMPTY',
  version: 'EXTENSIONS_REQUIRE_VERSION_3',
  serialNumber: 'CERT_REJECTED',
  authorityKeyIdentifier: 'MISSING_AUTHORITY_KEY_IDENTIFIER',
  subjectKeyIdentifier: 'MISSING_SUBJECT_KEY_IDENTIFIER',
  basicConstraints: 'CA_BCONS_NOT_CRITICAL',
  subjectAltName: 'EMPTY_SUBJECT_ALT_NAME',
  commonName: 'HOSTNAME_MISMATCH',
  caAsEndEntity: 'CERT_REJECTED',
  extensionCriticality: 'INVALID_EXTENSION',
  noRevAvail: 'INVALID_EXTENSION',
  malformedCertificate: 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  unknownIssuer: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  badSignature: 'CERT_SIGNATURE_FAILURE',
  validity: 'ERROR_IN_CERT_NOT_AFTER_FIELD',
  expired: 'CERT_HAS_EXPIRED',
  notYetValid: 'CERT_NOT_YET_VALID',
  notACa: 'INVALID_CA',
  pathLengthExceeded: 'PATH_LENGTH_EXCEEDED',
  keyUsage: 'KEYUSAGE_NO_CERTSIGN',
  extendedKeyUsage: 'INVALID_PURPOSE',
  unknownCriticalExtension: 'UNHANDLED_CRITICAL_EXTENSION',
  nameConstraint: 'PERMITTED_VIOLATION',
  noValidPolicy: 'NO_EXPLICIT_POLICY',
  certificatePolicies: 'INVALID_POLICY_EXTENSION',
  policyMapping: 'INVALID_POLICY_EXTENSION',
  policyConstraints: 'INVALID_POLICY_EXTENSION',
  nameMismatch: 'HOSTNAME_MISMATCH',
  nameRequired: 'HOSTNAME_MISMATCH',
  invalidReferenceName: 'HOSTNAME_MISMATCH',
  customCheckFailed: 'APPLICATION_VERIFICATION',
  refused: 'APPLICATION_VERIFICATION',
  unsupportedKey: 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  weakKey: 'EE_KEY_TOO_SMALL',
  weakAlgorithm: 'CA_MD_TOO_WEAK',
  unsupportedAlgorithm: 'UNSUPPORTED_SIGNATURE_ALGORITHM',
  signatureAlgorithmNotAllowed: 'CA_MD_TOO_WEAK',
  revoked: 'CERT_REVOKED',
  revocationUnknown: 'UNABLE_TO_GET_CRL',
  crlMalformed: 'UNABLE_TO_GET_CRL',
  crlExpired: 'CRL_HAS_EXPIRED',
  crlNotYetValid: 'CRL_NOT_YET_VALID',
  crlSignature: 'CRL_SIGNATURE_FAILURE',
  crlIssuer: 'UNABLE_TO_GET_CRL_ISSUER',
  crlKeyUsage: 'KEYUSAGE_NO_CRL_SIGN',
  crlScope: 'DIFFERENT_CRL_SCOPE',
  crlUnknownCriticalExtension: 'UNHANDLED_CRITICAL_CRL_EXTENSION',
  crlExtension: 'INVALID_EXTENSION',
  ocspMalformed: 'OCSP_RESP_INVALID',
  ocspUnsuccessful: 'OCSP_RESP_INVALID',
  ocspSignature: 'OCSP_SIGNATURE_FAILURE',
  ocspUnauthorized: 'OCSP_VERIFY_FAILED',
  ocspStale: 'OCSP_NOT_YET_VALID',
  ocspNonce: 'OCSP_RESP_INVALID',
  ocspUnknown: 'OCSP_CERT_UNKNOWN',
  tlsFeature: 'OCSP_VERIFY_NEEDED',
  stapleMissing: 'OCSP_VERIFY_NEEDED',
  transparencyMissing: 'NO_VALID_SCTS',
  maxDepthExceeded: 'CERT_CHAIN_TOO_LONG',
  pathTooLong: 'CERT_CHAIN_TOO_LONG',
  budgetExceeded: 'OUT_OF_MEM',
}

/**
 * OpenSSL's name for a fault. Two depend on where the certificate stands: a self-signed one that is not trusted, at the
 * end of the chain or alone in it.
 */
export function openSslName(fault: {
  readonly code: CertificateFaultCode
  readonly depth: number | undefined
  readonly selfSigned?: boolean
}): string {
  if (fault.code === 'unknownIssuer' && fault.selfSigned === true) {
    return fault.depth === 0 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'SELF_SIGNED_CERT_IN_CHAIN'
  }
  if (fault.code === 'unknownIssuer' && fault.depth === 0) return 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'
  return openSslNames[fault.code]
}
