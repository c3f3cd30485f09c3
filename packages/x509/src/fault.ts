/** Why a chain is not valid, in one table: the alert, the section of the rule, and what to do. */

/** Alert descriptions (RFC 9846 6.2). */
const alerts = {
  badCertificate: 42,
  unsupportedCertificate: 43,
  certificateRevoked: 44,
  certificateExpired: 45,
  certificateUnknown: 46,
  unknownCa: 48,
  accessDenied: 49,
  badCertificateStatusResponse: 113,
} as const

type Row = readonly [alert: keyof typeof alerts, section: string, remedy: string]

const table = {
  emptyChain: ['badCertificate', 'RFC 9846 4.5.1', 'The peer has to send its certificate.'],
  noAnchors: [
    'unknownCa',
    'RFC 5280 6.1.1',
    'Configure trust anchors: without any, nothing can be verified.',
  ],
  duplicateExtension: [
    'badCertificate',
    'RFC 5280 4.2',
    'Have the certificate issued anew with every extension once.',
  ],
  signatureAlgorithmMismatch: [
    'badCertificate',
    'RFC 5280 4.1.1.2',
    'Have the certificate issued anew: its two signature algorithms have to be the same.',
  ],
  emptyIssuer: [
    'badCertificate',
    'RFC 5280 4.1.2.4',
    'Have the certificate issued by an authority that has a name.',
  ],
  emptySubject: [
    'badCertificate',
    'RFC 5280 4.1.2.6',
    'Have the certificate issued anew: an authority needs a name.',
  ],
  version: [
    'unsupportedCertificate',
    'RFC 5280 4.1.2.1',
    'Have the certificate issued anew as version 3.',
  ],
  serialNumber: [
    'badCertificate',
    'RFC 5280 4.1.2.2',
    'Have the certificate issued anew with a positive serial number of 20 bytes at most.',
  ],
  authorityKeyIdentifier: [
    'badCertificate',
    'RFC 5280 4.2.1.1',
    'Have the certificate issued anew with the key identifier of its issuer, not critical.',
  ],
  subjectKeyIdentifier: [
    'badCertificate',
    'RFC 5280 4.2.1.2',
    'Have the certificate issued anew with the identifier of its key, not critical.',
  ],
  basicConstraints: [
    'badCertificate',
    'RFC 5280 4.2.1.9',
    'Have the certificate issued anew with correct basicConstraints.',
  ],
  subjectAltName: [
    'badCertificate',
    'RFC 5280 4.2.1.6',
    'Have the certificate issued anew with its names, well-formed, in subjectAltName.',
  ],
  commonName: [
    'badCertificate',
    'CA/B Forum Baseline Requirements 7.1.4.3',
    'Have the certificate issued anew: a host in the common name has to stand in subjectAltName as well.',
  ],
  caAsEndEntity: [
    'badCertificate',
    'CA/B Forum Baseline Requirements 7.1.2.7.8',
    'Use a certificate that was issued for a server, not the one of an authority.',
  ],
  extensionCriticality: [
    'badCertificate',
    'RFC 5280 4.2.2',
    'Have the certificate issued anew: this extension must not be critical.',
  ],
  noRevAvail: [
    'badCertificate',
    'RFC 9608 3, 4',
    'Have the certificate issued anew: noRevAvail excludes authorities and pointers to revocations.',
  ],
  malformedCertificate: [
    'badCertificate',
    'RFC 5280 4.1',
    'Have the certificate issued anew, by software that writes DER.',
  ],
  unknownIssuer: [
    'unknownCa',
    'RFC 5280 6.1',
    'Add the certificate of the authority to the trust anchors, or have the peer send the intermediate certificates.',
  ],
  badSignature: [
    'badCertificate',
    'RFC 5280 6.1.3 (a)(1)',
    'The certificate was altered, or a certificate with the name of its issuer has another key: check the chain that the peer sends.',
  ],
  validity: [
    'badCertificate',
    'RFC 5280 4.1.2.5',
    'Have the certificate issued anew: times before 2050 are written as UTCTime.',
  ],
  expired: [
    'certificateExpired',
    'RFC 5280 4.1.2.5',
    'Renew the certificate; or, if it should be valid, set the clock of this machine.',
  ],
  notYetValid: [
    'certificateExpired',
    'RFC 5280 4.1.2.5',
    'Set the clock of this machine; or, if it is right, wait, or have the certificate issued anew.',
  ],
  notACa: [
    'unknownCa',
    'RFC 5280 4.2.1.9',
    'Only a certificate with basicConstraints cA TRUE may issue others: check the chain that the peer sends.',
  ],
  pathLengthExceeded: [
    'unknownCa',
    'RFC 5280 4.2.1.9',
    'The authority has issued more levels of intermediates than it is allowed to.',
  ],
  keyUsage: [
    'unsupportedCertificate',
    'RFC 5280 4.2.1.3',
    'Use a certificate whose keyUsage permits this, or another key exchange.',
  ],
  extendedKeyUsage: [
    'unsupportedCertificate',
    'RFC 5280 4.2.1.12',
    "Use a certificate that was issued for the peer's role (serverAuth or clientAuth).",
  ],
  unknownCriticalExtension: [
    'unsupportedCertificate',
    'RFC 5280 4.2',
    'Use a certificate without it: what is critical and not understood must be refused.',
  ],
  nameConstraint: [
    'badCertificate',
    'RFC 5280 4.2.1.10',
    'The authority may not issue certificates for this name: use another authority, or have its constraints changed.',
  ],
  noValidPolicy: [
    'unsupportedCertificate',
    'RFC 5280 6.1.3 (f), RFC 9618 5.3',
    'Use a chain whose certificates all assert an acceptable policy, or do not demand one.',
  ],
  certificatePolicies: [
    'badCertificate',
    'RFC 5280 4.2.1.4',
    'Have the certificate issued anew with every policy once.',
  ],
  policyMapping: [
    'badCertificate',
    'RFC 5280 4.2.1.5',
    'Have the authority certified anew: anyPolicy can be mapped neither from nor to.',
  ],
  policyConstraints: [
    'badCertificate',
    'RFC 5280 4.2.1.11, 4.2.1.14',
    'Have the authority certified anew: limits on policies are critical, and are for authorities.',
  ],
  nameMismatch: [
    'badCertificate',
    'RFC 9525 6',
    'Connect under a name that the certificate has, or have it issued for this name.',
  ],
  nameRequired: [
    'badCertificate',
    'RFC 9525 6.1',
    "Give the name that the server is to have, or 'unchecked' where any certificate of a trusted authority will do.",
  ],
  invalidReferenceName: [
    'badCertificate',
    'RFC 9525 6.1.2',
    'Give a DNS name in its ASCII form (A-labels), or an IP address with kind IP.',
  ],
  customCheckFailed: [
    'badCertificate',
    'RFC 9525 6',
    'The matching of names that the application brought refused the certificate.',
  ],
  refused: [
    'accessDenied',
    'RFC 5280 6.1',
    'The verification callback of the application refused the certificate.',
  ],
  unsupportedKey: [
    'unsupportedCertificate',
    'RFC 5280 4.1.2.7, CA/B Forum Baseline Requirements 6.1.5',
    'Have the certificate issued for an RSA key, or one on P-256, P-384 or P-521.',
  ],
  weakKey: ['badCertificate', 'RFC 9325 4.5', 'Have the certificate issued for a stronger key.'],
  weakAlgorithm: [
    'badCertificate',
    'RFC 9155, RFC 6151',
    'Have the certificate issued with SHA-256 or better.',
  ],
  unsupportedAlgorithm: [
    'unsupportedCertificate',
    'RFC 5280 4.1.1.2',
    'Use a certificate with another algorithm, or a provider that has this one.',
  ],
  signatureAlgorithmNotAllowed: [
    'badCertificate',
    'RFC 9846 4.3.3',
    'Have the certificate issued with an algorithm that is allowed here, or allow this one.',
  ],
  revoked: [
    'certificateRevoked',
    'RFC 5280 6.3.3',
    'Replace the certificate: its issuer has withdrawn it.',
  ],
  revocationUnknown: [
    'badCertificateStatusResponse',
    'RFC 5280 6.3.3 (l), RFC 6960 4.2',
    'Give a current CRL or OCSP response of its issuer, let them be fetched, or check revocation by best effort.',
  ],
  crlMalformed: ['badCertificateStatusResponse', 'RFC 5280 5.1', 'Get the CRL anew.'],
  crlExpired: [
    'badCertificateStatusResponse',
    'RFC 5280 6.3.3 (a)',
    'Get a current CRL; or, if it should be, set the clock of this machine.',
  ],
  crlNotYetValid: [
    'badCertificateStatusResponse',
    'RFC 5280 5.1.2.4',
    'Set the clock of this machine; or, if it is right, get another CRL.',
  ],
  crlSignature: [
    'badCertificateStatusResponse',
    'RFC 5280 6.3.3 (g)',
    'The CRL was altered or is not by the key of its issuer: get it anew.',
  ],
  crlIssuer: [
    'badCertificateStatusResponse',
    'RFC 5280 6.3.3 (b), (f)',
    'Get the CRL of the issuer of the certificate, and let the certificate that signs CRLs be sent as well.',
  ],
  crlKeyUsage: [
    'badCertificateStatusResponse',
    'RFC 5280 6.3.3 (f)',
    'The certificate that signs CRLs needs keyUsage cRLSign.',
  ],
  crlScope: [
    'badCertificateStatusResponse',
    'RFC 5280 6.3.3 (b), (c)',
    'Get the CRL that covers this certificate: this one is for another distribution point or other certificates.',
  ],
  crlUnknownCriticalExtension: [
    'badCertificateStatusResponse',
    'RFC 5280 5.2, 5.3',
    'The CRL cannot be used: what is critical in it and not understood must be refused.',
  ],
  crlExtension: [
    'badCertificateStatusResponse',
    'RFC 5280 5.2',
    'Have the CRL issued anew with the extensions that it must have, none of them with a wrong criticality.',
  ],
  ocspMalformed: [
    'badCertificateStatusResponse',
    'RFC 6960 4.2.1',
    'Get the OCSP response anew: it cannot be read.',
  ],
  ocspUnsuccessful: [
    'badCertificateStatusResponse',
    'RFC 6960 4.2.1',
    'The OCSP responder did not answer the question: ask again later.',
  ],
  ocspSignature: [
    'badCertificateStatusResponse',
    'RFC 6960 3.2 (2)',
    'The OCSP response was altered, or is not by the key of its responder: get it anew.',
  ],
  ocspUnauthorized: [
    'badCertificateStatusResponse',
    'RFC 6960 4.2.2.2',
    'The responder is neither the issuer nor certified by it with id-kp-OCSPSigning.',
  ],
  ocspStale: [
    'badCertificateStatusResponse',
    'RFC 6960 3.2 (5), (6)',
    'Get a current OCSP response; or, if it should be, set the clock of this machine.',
  ],
  ocspNonce: [
    'badCertificateStatusResponse',
    'RFC 9654 2.1',
    'The OCSP response is not the answer to the request: ask again.',
  ],
  ocspUnknown: [
    'badCertificateStatusResponse',
    'RFC 6960 2.2',
    'The responder does not know the certificate: ask the one of its issuer.',
  ],
  tlsFeature: [
    'badCertificate',
    'RFC 7633 4.2.2',
    'Have the certificate issued anew with the TLS features that its issuer demands.',
  ],
  stapleMissing: [
    'badCertificateStatusResponse',
    'RFC 7633 4.2.3.1',
    'The certificate demands an OCSP response in the handshake: have the server staple one.',
  ],
  transparencyMissing: [
    'badCertificate',
    'RFC 6962 5.2',
    'Have the certificate logged and issued anew, bring the log list up to date, or require no timestamps of this peer.',
  ],
  maxDepthExceeded: ['unknownCa', 'RFC 5280 6.1', 'Send a shorter chain, or raise maxDepth.'],
  pathTooLong: [
    'unknownCa',
    'RFC 5280 6.1',
    'Send a shorter chain, or raise the limit maxPathLength.',
  ],
  budgetExceeded: [
    'certificateUnknown',
    'RFC 4158 5.2',
    'The certificates form too many paths: have the peer send only its chain, or raise the limits of the verifier.',
  ],
} as const satisfies Record<string, Row>

export type CertificateFaultCode = keyof typeof table

export interface CertificateFault {
  /** Stable. */
  readonly code: CertificateFaultCode
  /** The alert to send. */
  readonly alert: number
  /** Which certificate, what is wrong with it, by which rule, and what to do. */
  readonly message: string
  /** The certificate's place: 0 is the end-entity, its issuer 1. Undefined where no certificate is at fault. */
  readonly depth: number | undefined
  /** The certificate's subject. */
  readonly subject: string | undefined
}

/** What a rule found, before it is known where the certificate stands. */
export interface Finding {
  readonly code: CertificateFaultCode
  /** Continues the sentence "certificate 1 (CN=...) ...". */
  readonly detail: string
}

/** A finding about a certificate at this depth, for people. */
export function certificateFault(
  { code, detail }: Finding,
  depth?: number,
  subject?: string,
): CertificateFault {
  const [alert, section, remedy] = table[code]
  const who = depth === undefined ? '' : `certificate ${depth}${subject ? ` (${subject})` : ''} `
  return {
    code,
    alert: alerts[alert],
    message: `${who}${detail} (${section}). ${remedy}`,
    depth,
    subject,
  }
}
