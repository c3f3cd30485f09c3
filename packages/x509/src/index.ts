/** Certificates: reading, verifying and issuing them, with private keys and PEM. Nothing heavy is loaded. */
export {
  certificatesFromPem,
  type TrustAnchor,
  trustAnchor,
  trustAnchorFromKey,
  trustAnchorsFromPem,
} from './anchor.js'
export { Certificate, parseCertificate } from './certificate.js'
export {
  type BasicConstraints,
  type ExtensionValues,
  extensionIds,
  type KeyUsage,
  keyUsage,
  type NameConstraints,
  type PolicyConstraints,
  type PolicyMapping,
} from './extension.js'
export type { CertificateFault, CertificateFaultCode } from './fault.js'
export type { GeneralName, GeneralNameKind } from './general-name.js'
export { checkIdentity, type ReferenceName, referenceName } from './identity.js'
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
export type { PathLimits } from './path.js'
export { encodePem, type PemBlock, PemError, pemBlocks } from './pem.js'
export { matchesPin, pinText, spkiFingerprint } from './pin.js'
export { type Purpose, purposes, type Role } from './purpose.js'
export { type TrustStore, trustStore, trustStoreFromPem } from './trust-store.js'
export {
  createVerifier,
  type Verifier,
  type VerifierOptions,
  type VerifyRequest,
  type VerifyResult,
  verificationPolicy,
} from './verifier.js'
