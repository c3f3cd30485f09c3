/** Whether a certificate is for the name that we wanted to reach (RFC 9525). Only subjectAltName counts. */
import { DerReader, decodeAscii, decodeUtf8, tags } from '@sanstls/core/der'
import { equalBytes } from './bytes.js'
import type { Certificate } from './certificate.js'
import { isDnsName } from './dns-name.js'
import type { Finding } from './fault.js'
import type { GeneralName } from './general-name.js'
import { ipAddressText, parseIpAddress } from './ip-address.js'
import { nameText } from './name.js'

/**
 * A reference identity: a DNS name in its ASCII form, the text of an IP address, a URI of which scheme and host count
 * (`sip:example.com`), a service name (`_imaps.example.com`, RFC 4985), or a mailbox.
 */
export interface ReferenceName {
  readonly kind: 'DNS' | 'IP' | 'URI' | 'SRV' | 'RFC822'
  readonly value: string
}

export const referenceKinds: readonly string[] = ['DNS', 'IP', 'URI', 'SRV', 'RFC822']

/** Whether a name is a public suffix: under such a one, wildcards would stand for other people's domains. */
export type IsPublicSuffix = (domain: string) => boolean

const serviceName = '1.3.6.1.5.5.7.8.7'
/** An otherName for mailboxes with other characters than ASCII before the @ (RFC 9598). */
export const smtpUtf8Mailbox = '1.3.6.1.5.5.7.8.9'

/** What a server's name, as users give it, is: an address, or else a DNS name. */
export const referenceName = (value: string): ReferenceName => ({
  kind: parseIpAddress(value) === undefined ? 'DNS' : 'IP',
  value,
})

/** RFC 9525 6.3 (DNS names), 6.4 (addresses), 6.5 (services and URIs); mailboxes as RFC 5280 7.5 compares them. */
export function checkIdentity(
  certificate: Certificate,
  { kind, value }: ReferenceName,
  isPublicSuffix: IsPublicSuffix = () => false,
): Finding | undefined {
  const matcher = matchers[kind](value, isPublicSuffix)
  if (matcher === undefined) {
    return {
      code: 'invalidReferenceName',
      detail: `cannot be compared with ${JSON.stringify(value)}, which is no ${described[kind]}`,
    }
  }
  const names = certificate.extensions.subjectAltName ?? []
  return names.some(matcher) ? undefined : mismatch(certificate, value)
}

const described: Readonly<Record<ReferenceName['kind'], string>> = {
  DNS: 'DNS name',
  IP: 'IP address',
  URI: 'URI with a scheme and a host',
  SRV: 'service name',
  RFC822: 'mailbox',
}

type Matcher = (name: GeneralName) => boolean

/** For each kind of reference: what compares it with a presented name; undefined where it is none of its kind. */
const matchers: Readonly<
  Record<
    ReferenceName['kind'],
    (text: string, isPublicSuffix: IsPublicSuffix) => Matcher | undefined
  >
> = {
  DNS: (text, isPublicSuffix) => {
    // A dot at the end only says that the name is absolute, which all names in certificates are.
    const reference = (text.endsWith('.') ? text.slice(0, -1) : text).toLowerCase()
    if (!isDnsName(reference)) return undefined
    return (name) => name.kind === 'dns' && matchesDnsName(name.value, reference, isPublicSuffix)
  },
  IP: (text) => {
    const address = parseIpAddress(text)
    if (address === undefined) return undefined
    return (name) => name.kind === 'ip' && equalBytes(name.value, address)
  },
  URI: (text) => {
    const reference = uriParts(text)
    if (reference === undefined) return undefined
    return (name) => {
      const presented = name.kind === 'uri' ? uriParts(name.value) : undefined
      return presented?.scheme === reference.scheme && presented.host === reference.host
    }
  },
  SRV: (text) => {
    const reference = text.toLowerCase()
    if (!/^_[a-z0-9-]+\./.test(reference) || !isDnsName(reference)) return undefined
    return (name) =>
      name.kind === 'otherName' &&
      name.type === serviceName &&
      readString(name.value, tags.ia5String)?.toLowerCase() === reference
  },
  RFC822: (text) => {
    const reference = mailboxParts(text)
    if (reference === undefined) return undefined
    return (name) => {
      const presented = mailboxOf(name)
      const parts = presented === undefined ? undefined : mailboxParts(presented)
      return parts?.local === reference.local && parts.host === reference.host
    }
  },
}

/** The mailbox that a name holds: an rfc822Name, or an SmtpUTF8Mailbox (RFC 9598). */
export function mailboxOf(name: GeneralName): string | undefined {
  if (name.kind === 'email') return name.value
  if (name.kind !== 'otherName' || name.type !== smtpUtf8Mailbox) return undefined
  return readString(name.value, tags.utf8String)
}

/**
 * Whether a presented dNSName, maybe a wildcard, matches a reference, which is a DNS name in lower case. RFC 9525 6.3:
 * the wildcard is the whole left-most label and stands for exactly one label; two labels at least must follow it.
 */
function matchesDnsName(
  presented: string,
  reference: string,
  isPublicSuffix: IsPublicSuffix,
): boolean {
  const pattern = presented.toLowerCase()
  if (!pattern.startsWith('*.')) return pattern === reference
  const parent = reference.slice(reference.indexOf('.') + 1)
  return parent.includes('.') && pattern.slice(2) === parent && !isPublicSuffix(parent)
}

/** RFC 9525 6.5: of a URI the scheme and the host count, both without regard to case. */
function uriParts(text: string): { scheme: string; host: string } | undefined {
  const found = /^([a-z][a-z0-9+.-]*):(?:\/\/)?(?:[^@/?#]*@)?([^:/?#;]+)/i.exec(text)
  const [, scheme, host] = found ?? []
  if (scheme === undefined || host === undefined || !isDnsName(host)) return undefined
  return { scheme: scheme.toLowerCase(), host: host.toLowerCase() }
}

/** RFC 5280 7.5: the host is without regard to case, what stands before it is not. */
function mailboxParts(text: string): { local: string; host: string } | undefined {
  const at = text.lastIndexOf('@')
  const host = text.slice(at + 1).toLowerCase()
  return at > 0 && isDnsName(host) ? { local: text.slice(0, at), host } : undefined
}

function readString(der: Uint8Array, tag: number): string | undefined {
  const reader = new DerReader(der)
  if (!reader.at(tag)) return undefined
  const contents = reader.readContents(tag)
  return tag === tags.utf8String ? decodeUtf8(contents) : decodeAscii(contents)
}

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
  const listed = names.flatMap(nameTexts)
  const more = listed.length > maxListed ? ` and ${listed.length - maxListed} more` : ''
  const found = listed.length === 0 ? 'no host' : listed.slice(0, maxListed).join(', ') + more
  return { code: 'nameMismatch', detail: `is not for ${text}, but for ${found}` }
}

function nameTexts(name: GeneralName): string[] {
  if (name.kind === 'ip') return [ipAddressText(name.value)]
  const text = name.kind === 'dns' || name.kind === 'uri' ? name.value : mailboxOf(name)
  return text === undefined ? [] : [JSON.stringify(text)]
}

/** The names by which a peer may be known: what a server reads from a client's certificate. */
export interface Identities {
  readonly dns: readonly string[]
  /** Text. */
  readonly ip: readonly string[]
  readonly email: readonly string[]
  readonly uri: readonly string[]
  /** RFC 4985. */
  readonly srv: readonly string[]
  /** The subject's distinguished name, for people (RFC 4514). */
  readonly subject: string
}

/** The identities in a certificate that has been verified; nothing is read into its common name. */
export function certificateIdentities(certificate: Certificate): Identities {
  const names = certificate.extensions.subjectAltName ?? []
  const pick = (read: (name: GeneralName) => string | undefined): string[] =>
    names.flatMap((name) => read(name) ?? [])
  return {
    dns: pick((name) => (name.kind === 'dns' ? name.value : undefined)),
    ip: pick((name) => (name.kind === 'ip' ? ipAddressText(name.value) : undefined)),
    email: pick(mailboxOf),
    uri: pick((name) => (name.kind === 'uri' ? name.value : undefined)),
    srv: pick((name) =>
      name.kind === 'otherName' && name.type === serviceName
        ? readString(name.value, tags.ia5String)
        : undefined,
    ),
    subject: nameText(certificate.subject),
  }
}
