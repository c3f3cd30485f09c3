/**
 * The certificate profile of the Web PKI (CA/B Forum Baseline Requirements for TLS server certificates, section 7.1),
 * as far as breaking it makes a certificate doubtful. What only concerns the authorities' bookkeeping is left to them.
 */
import type { Certificate } from '../certificate.js'
import { isDnsName } from '../dns-name.js'
import { keyUsage } from '../extension.js'
import type { Finding } from '../fault.js'
import type { GeneralName } from '../general-name.js'
import { ipAddressCanonicalText } from '../ip-address.js'
import { attributeValueText } from '../name.js'
import type { Position } from '../profile.js'
import { purposes, type Role } from '../purpose.js'
import { signatureOf } from '../signature-check.js'
import { isConstraint } from './subtree.js'

const commonName = '2.5.4.3'

interface Inputs {
  readonly role: Role | undefined
  /** With the rules that nearly everybody overlooks. */
  readonly pedantic: boolean
}

export function checkVersion({ version }: Certificate): Finding | undefined {
  if (version === 3) return undefined
  return { code: 'version', detail: `is of version ${version}, not 3` }
}

export function checkWebPki(
  certificate: Certificate,
  position: Position,
  inputs: Inputs,
): Finding | undefined {
  const { role, pedantic } = inputs
  const isSubscriber = position === 'endEntity' && role === 'server'
  if (position === 'endEntity' && !isSubscriber) return undefined
  const finding = isSubscriber
    ? checkSubscriber(certificate)
    : checkAuthorityUsage(certificate, position)
  if (finding !== undefined || !pedantic) return finding
  return (
    checkIdentifierForm(certificate) ??
    (isSubscriber
      ? checkSubscriberForm(certificate)
      : (checkConstraintForm(certificate) ?? checkOwnSignature(certificate, position)))
  )
}

/** BR 7.1.2.11.1 */
function checkIdentifierForm({ extensions }: Certificate): Finding | undefined {
  const { authorityCertIssuer, authorityCertSerialNumber } = extensions.authorityKeyIdentifier ?? {}
  if (authorityCertIssuer === undefined && authorityCertSerialNumber === undefined) return undefined
  return {
    code: 'authorityKeyIdentifier',
    detail: 'has an authorityKeyIdentifier with a name or serial number of the issuer',
  }
}

/** BR 7.1.2.1.2: roots have no extendedKeyUsage; 7.1.2.10.6: below them it must not be anyExtendedKeyUsage. */
function checkAuthorityUsage(
  { extensions, isSelfIssued }: Certificate,
  position: Position,
): Finding | undefined {
  const usage = extensions.extendedKeyUsage
  if (usage === undefined) return undefined
  if (position === 'anchor' && isSelfIssued) {
    return { code: 'extendedKeyUsage', detail: 'is a root with an extendedKeyUsage' }
  }
  if (!usage.includes(purposes.anyExtendedKeyUsage)) return undefined
  return { code: 'extendedKeyUsage', detail: 'is an authority with anyExtendedKeyUsage' }
}

/** RFC 5280 4.2.1.10: constraints on DNS names are DNS names, masks are prefixes, and hosts are hosts. */
function checkConstraintForm({ extensions }: Certificate): Finding | undefined {
  const { permitted = [], excluded = [] } = extensions.nameConstraints ?? {}
  for (const name of [...permitted, ...excluded]) {
    if (isConstraint(name)) continue
    return { code: 'nameConstraint', detail: `has a malformed constraint of the form ${name.kind}` }
  }
  return undefined
}

/** BR 7.1.3.2: what a root is signed with by itself is never checked, but shows what else it may be signed with. */
function checkOwnSignature(certificate: Certificate, position: Position): Finding | undefined {
  if (position !== 'anchor' || !certificate.isSelfIssued) return undefined
  const signature = signatureOf(certificate)
  // Many roots of old are signed with SHA-1, and nobody minds.
  if (signature.ok || signature.detail.startsWith('SHA-1')) return undefined
  return { code: signature.code, detail: `is signed with ${signature.detail}` }
}

function checkSubscriber(certificate: Certificate): Finding | undefined {
  const { extensions } = certificate
  // BR 7.1.2.7.8
  if (extensions.basicConstraints?.ca === true) {
    return { code: 'caAsEndEntity', detail: 'is the certificate of an authority' }
  }
  // BR 7.1.2.7.11
  const usage = extensions.keyUsage ?? 0
  if ((usage & (keyUsage.keyCertSign | keyUsage.cRLSign)) !== 0) {
    return { code: 'keyUsage', detail: "has the keyUsage of an authority's certificate" }
  }
  return checkSubscriberUsage(extensions.extendedKeyUsage) ?? checkNames(certificate)
}

/** BR 7.1.2.7.10, 7.1.2.7.12 */
function checkSubscriberForm(certificate: Certificate): Finding | undefined {
  const { critical, subject } = certificate
  if (critical.includes('extendedKeyUsage')) {
    return { code: 'extendedKeyUsage', detail: 'has a critical extendedKeyUsage' }
  }
  if (subject.length > 0 && critical.includes('subjectAltName')) {
    return { code: 'subjectAltName', detail: 'has a subject, and a critical subjectAltName' }
  }
  return checkCommonName(certificate)
}

/** BR 7.1.2.7.10 */
function checkSubscriberUsage(usage: readonly string[] | undefined): Finding | undefined {
  if (usage === undefined) {
    return { code: 'extendedKeyUsage', detail: 'has no extendedKeyUsage' }
  }
  if (usage.includes(purposes.anyExtendedKeyUsage)) {
    return { code: 'extendedKeyUsage', detail: 'has anyExtendedKeyUsage' }
  }
  return undefined
}

/** BR 7.1.2.7.12: names are in subjectAltName, and well-formed. */
function checkNames({ extensions }: Certificate): Finding | undefined {
  const names = extensions.subjectAltName
  if (names === undefined) return { code: 'subjectAltName', detail: 'has no subjectAltName' }
  for (const { value } of names.filter(isDns)) {
    if (isDnsName(value.startsWith('*.') ? value.slice(2) : value)) continue
    const text = JSON.stringify(value)
    return { code: 'subjectAltName', detail: `has the dNSName ${text}, which is no DNS name` }
  }
  return undefined
}

/** BR 7.1.4.3: a host in the common name stands in subjectAltName as well, character for character. */
function checkCommonName({ subject, extensions }: Certificate): Finding | undefined {
  const names = extensions.subjectAltName ?? []
  for (const attribute of subject.flat()) {
    if (attribute.type !== commonName) continue
    const text = attributeValueText(attribute) ?? ''
    if (!looksLikeHost(text)) continue
    const isListed = names.some(
      (name) =>
        (name.kind === 'dns' && name.value === text) ||
        (name.kind === 'ip' && ipAddressCanonicalText(name.value) === text),
    )
    if (isListed) continue
    const quoted = JSON.stringify(text)
    return {
      code: 'commonName',
      detail: `has the common name ${quoted}, not so in its subjectAltName`,
    }
  }
  return undefined
}

/** Whether people or old software may take the text for a host: labels with dots, or an IPv6 address. */
const looksLikeHost = (text: string): boolean =>
  /^(\*\.)?[\p{L}\p{N}\p{M}_-]+(\.[\p{L}\p{N}\p{M}\p{So}_-]+)+\.?$/u.test(text) ||
  /^[0-9a-f]*:[0-9a-f:.]+$/i.test(text)

const isDns = (name: GeneralName): name is GeneralName & { kind: 'dns' } => name.kind === 'dns'
