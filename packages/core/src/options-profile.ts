/** What can be wrong with a ClientHello's profile, and what it leaves of the settings. */
import type { ClientConfig, ClientHelloProfile } from './config.js'
import { OptionError } from './fault.js'
import { checkRange } from './options-values.js'
import { type ExtensionName, extensionTable } from './wire/extension.js'
import { isGrease, protocolVersion } from './wire/registry.js'

const lists = [
  'extensionOrder',
  'omitExtensions',
  'signatureAlgorithms',
  'supportedGroups',
  'cipherSuites',
] as const
const names = new Set<string>([...lists, 'extraExtensions', 'grease', 'padTo'])

/** Extensions that options speak about: a second one would contradict the first. */
const configured: readonly ExtensionName[] = [
  'serverName',
  'maxFragmentLength',
  'statusRequest',
  'supportedGroups',
  'signatureAlgorithms',
  'alpn',
  'signedCertificateTimestamp',
  'padding',
  'recordSizeLimit',
  'preSharedKey',
  'earlyData',
  'supportedVersions',
  'cookie',
  'pskKeyExchangeModes',
  'certificateAuthorities',
  'postHandshakeAuth',
  'keyShare',
  'ticketRequest',
]

/** What TLS 1.2 needs. */
const configured12: readonly ExtensionName[] = [
  'ecPointFormats',
  'encryptThenMac',
  'extendedMainSecret',
  'sessionTicket',
  'renegotiationInfo',
]

/** @throws {OptionError} */
export function checkProfile(
  profile: ClientHelloProfile,
  versions: ClientConfig['versions'],
): void {
  for (const [name, value] of Object.entries(profile))
    if (!names.has(name) && value !== undefined)
      throw new OptionError(`profile.${name}`, value, `A profile has ${[...names].join(', ')}.`)
  for (const name of lists) {
    const list: unknown = profile[name]
    if (list !== undefined && !(Array.isArray(list) && list.every(isUint16)))
      throw new OptionError(`profile.${name}`, list, 'Give an array of numbers up to 65,535.')
  }
  checkRange('profile.padTo', profile.padTo, 0, 16_384)
  const extra: unknown = profile.extraExtensions ?? []
  if (!Array.isArray(extra))
    throw new OptionError('profile.extraExtensions', extra, 'Give an array of { type, data }.')
  const speaks12 = versions.some(({ id }) => id < protocolVersion.tls13)
  const names12 = speaks12 ? configured12 : []
  const taken = new Set<number>([...configured, ...names12].map((n) => extensionTable[n].type))
  for (const one of extra) {
    if (!isUint16(one?.type) || !(one.data instanceof Uint8Array))
      throw new OptionError('profile.extraExtensions', one, 'Give { type, data }.')
    // RFC 9846 4.3: no two extensions of one type; those of GREASE are drawn.
    if (taken.has(one.type) || (profile.grease === true && isGrease(one.type)))
      throw new OptionError(
        'profile.extraExtensions',
        one.type,
        'It stands twice, or another option sets it.',
      )
    taken.add(one.type)
  }
}

/** Where a profile lists numbers, these are what is on offer, in their order; the server may choose nothing else. */
export function offeredOf<T extends { readonly id: number }>(
  name: 'signatureAlgorithms' | 'supportedGroups' | 'cipherSuites',
  entries: readonly T[],
  profile: ClientHelloProfile | undefined,
): readonly T[] {
  const listed = profile?.[name]
  if (listed === undefined) return entries
  const offered = entries
    .filter(({ id }) => listed.includes(id))
    .sort((a, b) => listed.indexOf(a.id) - listed.indexOf(b.id))
  if (offered.length === 0)
    throw new OptionError(`profile.${name}`, listed, 'At least one must be among the options here.')
  return offered
}

function isUint16(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff
}
