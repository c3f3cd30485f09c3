/** What RFC 5280 section 4 demands of certificates, where section 6 does not check it by itself. */
import { accessUrls } from '../access.js'
import { equalBytes } from '../bytes.js'
import type { Certificate } from '../certificate.js'
import { type ExtensionValues, keyUsage } from '../extension.js'
import type { CertificateFaultCode, Finding } from '../fault.js'
import type { Position } from '../profile.js'

/** Extensions that must not be critical, and the code of the rule. */
const neverCritical: Readonly<
  Partial<Record<keyof ExtensionValues, readonly [CertificateFaultCode, string]>>
> = {
  authorityKeyIdentifier: ['authorityKeyIdentifier', '4.2.1.1'],
  subjectKeyIdentifier: ['subjectKeyIdentifier', '4.2.1.2'],
  authorityInfoAccess: ['extensionCriticality', '4.2.2.1'],
  subjectInfoAccess: ['extensionCriticality', '4.2.2.2'],
  freshestCRL: ['extensionCriticality', '4.2.1.15'],
  noRevAvail: ['noRevAvail', 'RFC 9608 section 2'],
}

/** Checks a certificate of a path, the anchor's where it is to be held to the rules as well. */
export const checkConformance = (
  certificate: Certificate,
  position: Position,
  { pedantic }: { readonly pedantic: boolean },
): Finding | undefined =>
  checkSerialNumber(certificate) ??
  checkCriticality(certificate) ??
  (pedantic ? checkKeyIdentifiers(certificate, position) : undefined) ??
  (pedantic ? checkTimes(certificate) : undefined) ??
  checkBasicConstraints(certificate, position) ??
  (position === 'endEntity' ? checkEndEntity(certificate) : checkAuthority(certificate)) ??
  checkPolicyExtensions(certificate)

/** RFC 5280 4.1.2.2: 1 to 2^159 - 1. */
function checkSerialNumber({ serialNumber }: Certificate): Finding | undefined {
  const first = serialNumber[0] ?? 0
  if (first >= 0x80) return { code: 'serialNumber', detail: 'has a negative serial number' }
  if (serialNumber.every((octet) => octet === 0)) {
    return { code: 'serialNumber', detail: 'has the serial number zero' }
  }
  return undefined
}

/** RFC 5280 4.1.2.5 */
function checkTimes({ hasIrregularTimes }: Certificate): Finding | undefined {
  if (!hasIrregularTimes) return undefined
  return { code: 'validity', detail: 'has a GeneralizedTime before the year 2050' }
}

function checkCriticality({ critical }: Certificate): Finding | undefined {
  for (const name of critical) {
    const rule = neverCritical[name]
    if (rule === undefined) continue
    const [code, section] = rule
    return { code, detail: `has a critical ${name}, against section ${section}` }
  }
  return undefined
}

/**
 * RFC 5280 4.2.1.1, 4.2.1.2: who is certified by others says by which key, and who certifies says with which. For other
 * validators the identifiers are hints, which may be missing.
 */
function checkKeyIdentifiers(certificate: Certificate, position: Position): Finding | undefined {
  const { authorityKeyIdentifier: authority, subjectKeyIdentifier: subject } =
    certificate.extensions
  if (position !== 'endEntity' && subject === undefined) {
    return {
      code: 'subjectKeyIdentifier',
      detail: 'is an authority without a subjectKeyIdentifier',
    }
  }
  if (authority === undefined) {
    // RFC 5280 4.2.1.1: who issued itself says with the other identifier which key that was.
    if (position === 'anchor' || certificate.isSelfIssued) return undefined
    return { code: 'authorityKeyIdentifier', detail: 'has no authorityKeyIdentifier' }
  }
  if (authority.keyIdentifier === undefined) {
    return {
      code: 'authorityKeyIdentifier',
      detail: 'has an authorityKeyIdentifier without a keyIdentifier',
    }
  }
  const isOwn = position === 'anchor' && certificate.isSelfIssued && subject !== undefined
  if (isOwn && !equalBytes(authority.keyIdentifier, subject)) {
    return {
      code: 'authorityKeyIdentifier',
      detail: 'issued itself, yet its authorityKeyIdentifier is not its subjectKeyIdentifier',
    }
  }
  return undefined
}

/** RFC 5280 4.2.1.9 */
function checkBasicConstraints(
  { extensions, critical }: Certificate,
  position: Position,
): Finding | undefined {
  const constraints = extensions.basicConstraints
  if (constraints === undefined) return undefined
  if (!constraints.ca && constraints.pathLength !== undefined) {
    return {
      code: 'basicConstraints',
      detail: 'has a pathLenConstraint without being an authority',
    }
  }
  if (position !== 'endEntity' && !critical.includes('basicConstraints')) {
    return {
      code: 'basicConstraints',
      detail: 'is an authority whose basicConstraints is not critical',
    }
  }
  return undefined
}

function checkAuthority(certificate: Certificate): Finding | undefined {
  // RFC 5280 4.1.2.6
  if (certificate.subject.length === 0) {
    return { code: 'emptySubject', detail: 'is an authority without a name' }
  }
  // RFC 5280 4.2.1.3
  if (certificate.version === 3 && certificate.extensions.keyUsage === undefined) {
    return { code: 'keyUsage', detail: 'is an authority without keyUsage' }
  }
  return undefined
}

function checkEndEntity({ extensions, subject, critical }: Certificate): Finding | undefined {
  const { basicConstraints, keyUsage: usage, nameConstraints, subjectAltName } = extensions
  const isCa = basicConstraints?.ca === true
  // RFC 5280 4.2.1.3, 4.2.1.9
  if (!isCa && usage !== undefined && (usage & keyUsage.keyCertSign) !== 0) {
    return { code: 'keyUsage', detail: 'has keyUsage keyCertSign, and is no authority' }
  }
  // RFC 5280 4.2.1.10
  if (!isCa && nameConstraints !== undefined) {
    return { code: 'nameConstraint', detail: 'has nameConstraints, and is no authority' }
  }
  // RFC 5280 4.1.2.6, 4.2.1.6
  if (subject.length === 0 && subjectAltName === undefined) {
    return { code: 'emptySubject', detail: 'has neither a subject nor a subjectAltName' }
  }
  if (subject.length === 0 && !critical.includes('subjectAltName')) {
    return {
      code: 'subjectAltName',
      detail: 'has no subject, and its subjectAltName is not critical',
    }
  }
  return undefined
}

function checkPolicyExtensions({ extensions, critical }: Certificate): Finding | undefined {
  for (const name of ['policyConstraints', 'inhibitAnyPolicy'] as const) {
    if (extensions[name] !== undefined && !critical.includes(name)) {
      return { code: 'policyConstraints', detail: `has an ${name} that is not critical` }
    }
  }
  // RFC 5280 4.2.1.4
  const policies = extensions.certificatePolicies ?? []
  const twice = policies.find((policy, index) => policies.indexOf(policy) !== index)
  if (twice === undefined) return undefined
  return { code: 'certificatePolicies', detail: `asserts the policy ${twice} twice` }
}

/** RFC 5280 4.1.2.2: longer serial numbers than these need not be handled. Negative ones and zero are. */
export function checkSerialLength({ serialNumber }: Certificate): Finding | undefined {
  const length = serialNumber[0] === 0 ? serialNumber.length - 1 : serialNumber.length
  if (length <= 20) return undefined
  return { code: 'serialNumber', detail: `has a serial number of ${length} bytes` }
}

/** RFC 9608 section 3: noRevAvail says that there is nothing to ask, and is not for authorities. */
export function checkNoRevAvail({ extensions }: Certificate): Finding | undefined {
  if (extensions.noRevAvail === undefined) return undefined
  const finding = (what: string): Finding => ({
    code: 'noRevAvail',
    detail: `has noRevAvail together with ${what}`,
  })
  if (extensions.basicConstraints?.ca === true) return finding('cA TRUE')
  if (extensions.cRLDistributionPoints !== undefined) return finding('CRL distribution points')
  if (extensions.freshestCRL !== undefined) return finding('freshestCRL')
  if (accessUrls(extensions.authorityInfoAccess, 'ocsp').length > 0)
    return finding('an OCSP responder')
  return undefined
}
