/** Certificates: reading, verifying and issuing them, with private keys and PEM. Nothing heavy is loaded. */
export { type AccessDescription, accessMethods } from './access.js'
export {
  type AnchorConstraints,
  certificatesFromPem,
  type TrustAnchor,
  trustAnchor,
  trustAnchorFromKey,
  trustAnchorsFromPem,
} from './anchor.js'
export type { CertificateEvent, Verdict, VerifyCallback } from './callback.js'
export { Certificate, parseCertificate } from './certificate.js'
export type { DistributionPoint, DistributionPointName } from './distribution-point.js'
export { CertificateError } from './error.js'
export {
  type AuthorityKeyIdentifier,
  type BasicConstraints,
  type ExtensionValues,
  extensionIds,
  type KeyUsage,
  keyUsage,
  type NameConstraints,
  type PolicyConstraints,
  type PolicyMapping,
  type UnknownExtension,
} from './extension.js'
export type { CertificateFault, CertificateFaultCode } from './fault.js'
export type { GeneralName, GeneralNameKind } from './general-name.js'
export {
  certificateIdentities,
  checkIdentity,
  type Identities,
  type IsPublicSuffix,
  type ReferenceName,
  referenceName,
} from './identity.js'
export { ipAddressText, parseIpAddress } from './ip-address.js'
export { type CertificateRequest, issueCertificate } from './issue/certificate.js'
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
export { KeyError, type KeyErrorCode, privateKeyFromDer, privateKeyFromPem } from './key.js'
export { type Attribute, nameKey, nameText, parseName, type RelativeName } from './name.js'
export { openSslName, openSslNames } from './openssl-names.js'
export type { PathLimits } from './path.js'
export { encodePem, type PemBlock, PemError, pemBlocks } from './pem.js'
export {
  certificateFingerprint,
  fingerprintText,
  matchesFingerprint,
  matchesPin,
  type Pin,
  parsePin,
  pinText,
  spkiFingerprint,
} from './pin.js'
export type { Profile } from './profile.js'
export { type Purpose, purposes, type Role } from './purpose.js'
export { parseRevocationList, RevocationList, type RevokedEntry } from './revocation/crl.js'
export {
  CrlCache,
  type CrlCacheOptions,
  type CrlSource,
  crlDirectory,
  nameHash,
} from './revocation/crl-source.js'
export type { FetchRequest } from './revocation/fetch.js'
export { encodeOcspRequest, OcspResponse, parseOcspResponse } from './revocation/ocsp.js'
export type { RevocationMode, RevocationOptions } from './revocation/revocation.js'
export { anyPolicy, type PolicyInputs } from './rules/policy.js'
export type { ExtraSignature } from './signature-check.js'
export { type TrustStore, trustStore, trustStoreFromPem } from './trust-store.js'
export type { VerificationAnswer, VerificationQuestion } from './verification.js'
export {
  createVerifier,
  type PolicyOptions,
  type Verification,
  type Verifier,
  type VerifierOptions,
  type VerifyRequest,
  type VerifyResult,
  verificationPolicy,
  verifyAnswer,
  verifyRequest,
} from './verifier.js'
