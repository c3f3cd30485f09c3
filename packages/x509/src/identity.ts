/** Whether a certificate is for the name that we wanted to reach (RFC 9525). Only subjectAltName counts. */
import { equalBytes } from './bytes.js'
import type { Certificate } from './certificate.js'
import { isDnsName } from './dns-name.js'
import type { Finding } from './fault.js'
import { ipAddressText, parseIpAddress } from './ip-address.js'

/** A reference identity: a DNS name in its ASCII form, or the text of an IP address. */
export interface ReferenceName {
  readonly kind: 'DNS' | 'IP'
  readonly value: string
}

/** What a server's name, as users give it, is: an address, or else a DNS name. */
export const referenceName = (value: string): ReferenceName => ({
  kind: parseIpAddress(value) === undefined ? 'DNS' : 'IP',
  value,
})

/** RFC 9525 6.3 (DNS names) and 6.4 (addresses). */
export function checkIdentity(certificate: Certificate, name: ReferenceName): Finding | undefined {
  return name.kind === 'IP'
    ? checkAddress(certificate, name.value)
    : checkDnsName(certificate, name.value)
}

function checkAddress(certificate: Certificate, text: string): Finding | undefined {
  const address = parseIpAddress(text)
  if (address === undefined) return invalid(text, 'IP address')
  for (const name of certificate.extensions.subjectAltName ?? []) {
    if (name.kind === 'ip' && equalBytes(name.value, address)) return undefined
  }
  return mismatch(certificate, text)
}

function checkDnsName(certificate: Certificate, text: string): Finding | undefined {
  // A dot at the end only says that the name is absolute, which all names in certificates are.
  const reference = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase()
  if (!isDnsName(reference)) return invalid(text, 'DNS name')
  for (const name of certificate.extensions.subjectAltName ?? []) {
    if (name.kind === 'dns' && matchesDnsName(name.value, reference)) return undefined
  }
  return mismatch(certificate, text)
}

/**
 * Whether a presented dNSName, maybe a wildcard, matches a reference, which is a DNS name in lower case. RFC 9525 6.3:
 * the wildcard is the whole left-most label and stands for exactly one label; two labels at least must follow it.
 */
function matchesDnsName(presented: string, reference: string): boolean {
  const pattern = presented.toLowerCase()
  if (!pattern.startsWith('*.')) return pattern === reference
  const parent = reference.slice(reference.indexOf('.') + 1)
  return parent.includes('.') && pattern.slice(2) === parent
}

const invalid = (text: string, what: string): Finding => ({
  code: 'invalidReferenceName',
  detail: `cannot be compared with ${JSON.stringify(text)}, which is no ${what}`,
})

const maxListed = 8

function mismatch(certificate: Certificate, wanted: string): Finding {
  const names = certificate.extensions.subjectAltName
  const text = JSON.stringify(wanted)
  if (names === undefined) {
    return {
      code: 'nameMismatch',
      detail: `is not for ${text}: it has no subjectAltName, and its common name does not count`,
    }
  }
  const listed = names.flatMap((name) => {
    if (name.kind === 'dns') return [JSON.stringify(name.value)]
    return name.kind === 'ip' ? [ipAddressText(name.value)] : []
  })
  const more = listed.length > maxListed ? ` and ${listed.length - maxListed} more` : ''
  const found = listed.length === 0 ? 'no host' : listed.slice(0, maxListed).join(', ') + more
  return { code: 'nameMismatch', detail: `is not for ${text}, but for ${found}` }
}
