/** Why a chain is not valid, in one table: the alert, the section of the rule, and what to do. */

/** Alert descriptions (RFC 9846 6.2). */
const alerts = {
  badCertificate: 42,
  unsupportedCertificate: 43,
  certificateExpired: 45,
  certificateUnknown: 46,
  unknownCa: 48,
} as const

type Row = readonly [alert: keyof typeof alerts, section: string, remedy: string]

const table = {
  emptyChain: ['badCertificate', 'RFC 9846 4.4.2', 'The peer has to send its certificate.'],
  noAnchors: [
    'unknownCa',
    'RFC 5280 6.1.1',
    'Configure trust anchors: without any, nothing can be verified.',
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
  unsupportedPolicy: [
    'unsupportedCertificate',
    'RFC 5280 6.1',
    'Certificate policies are not processed: use a chain that does not demand them.',
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
