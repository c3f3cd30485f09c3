/** Whether a name is inside a constraint's subtree, form by form (RFC 5280 4.2.1.10). */
import { isDnsName } from '../dns-name.js'
import type { GeneralName } from '../general-name.js'
import { type RelativeName, relativeNameKeys } from '../name.js'

/** 'incomparable': the name or the constraint is not of a shape that could be compared, so that both sides refuse. */
export type Match = 'inside' | 'outside' | 'incomparable'

/** Compares a name with a subtree of the same form. */
export function matchSubtree(
  subtree: GeneralName,
  name: GeneralName,
  side: 'permitted' | 'excluded',
): Match {
  switch (subtree.kind) {
    case 'dns':
      return name.kind === 'dns' ? matchDns(subtree.value, name.value, side) : 'incomparable'
    case 'email':
      return name.kind === 'email' ? matchEmail(subtree.value, name.value) : 'incomparable'
    case 'uri':
      return name.kind === 'uri' ? matchUri(subtree.value, name.value) : 'incomparable'
    case 'ip':
      return name.kind === 'ip' ? matchAddress(subtree.value, name.value) : 'incomparable'
    case 'directory':
      return name.kind === 'directory' ? matchDirectory(subtree.value, name.value) : 'incomparable'
    default:
      return 'incomparable'
  }
}

/** Whether a constraint is of the shape that RFC 5280 4.2.1.10 gives its form; of others nothing is known. */
export function isConstraint(subtree: GeneralName): boolean {
  switch (subtree.kind) {
    case 'dns':
      return subtree.value === '' || isDnsName(subtree.value)
    case 'email':
    case 'uri': {
      const host = subtree.value.slice(subtree.value.lastIndexOf('@') + 1)
      return host === '' || isDnsName(host.startsWith('.') ? host.slice(1) : host)
    }
    case 'ip':
      return isPrefixMask(subtree.value.subarray(subtree.value.length / 2))
    default:
      return true
  }
}

/**
 * A host is inside its own subtree and those of its parents; a constraint that begins with a dot holds only for hosts
 * below it. A wildcard stands for hosts of one more label: it is permitted where all of them are, and excluded where
 * any of them is.
 */
function matchDns(constraint: string, name: string, side: 'permitted' | 'excluded'): Match {
  const base = constraint.startsWith('.') ? constraint.slice(1) : constraint
  const host = name.startsWith('*.') ? name.slice(2) : name
  if ((base !== '' && !isDnsName(base)) || !isDnsName(host)) return 'incomparable'
  if (constraint === '') return 'inside'
  const isWildcard = host !== name
  if (isWithin(host, base, constraint.startsWith('.') && !isWildcard)) return 'inside'
  if (isWildcard && side === 'excluded' && !constraint.startsWith('.')) {
    const [, ...parent] = base.split('.')
    if (sameText(parent.join('.'), host)) return 'inside'
  }
  return 'outside'
}

/** A mailbox, all mailboxes of a host, or with a leading dot all mailboxes of the hosts below it. */
function matchEmail(constraint: string, name: string): Match {
  const at = name.lastIndexOf('@')
  const host = name.slice(at + 1)
  if (at < 1 || !isDnsName(host)) return 'incomparable'
  const constraintAt = constraint.lastIndexOf('@')
  if (constraintAt >= 0) {
    const sameHost = sameText(constraint.slice(constraintAt + 1), host)
    // Only the host is without regard to case (RFC 5280 7.5).
    return sameHost && constraint.slice(0, constraintAt) === name.slice(0, at)
      ? 'inside'
      : 'outside'
  }
  return matchHost(constraint, host)
}

/** The host of a URI, which must be a name (RFC 5280 4.2.1.10). */
function matchUri(constraint: string, name: string): Match {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(name)?.[1]
  if (authority === undefined) return 'incomparable'
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '')
  return isDnsName(host) ? matchHost(constraint, host) : 'incomparable'
}

/** A host exactly, or with a leading dot the hosts below it. */
function matchHost(constraint: string, host: string): Match {
  if (constraint === '') return 'inside'
  const base = constraint.startsWith('.') ? constraint.slice(1) : constraint
  if (!isDnsName(base)) return 'incomparable'
  const inside = constraint.startsWith('.') ? isWithin(host, base, true) : sameText(host, base)
  return inside ? 'inside' : 'outside'
}

/** Address and mask (RFC 4632), of which the mask is a prefix. Addresses of the other family are outside. */
function matchAddress(constraint: Uint8Array, address: Uint8Array): Match {
  const length = constraint.length / 2
  if (!isPrefixMask(constraint.subarray(length))) return 'incomparable'
  if (length !== address.length) return 'outside'
  for (let index = 0; index < length; index++) {
    const mask = constraint[length + index] ?? 0
    if ((((constraint[index] ?? 0) ^ (address[index] ?? 0)) & mask) !== 0) return 'outside'
  }
  return 'inside'
}

function isPrefixMask(mask: Uint8Array): boolean {
  let ended = false
  for (const octet of mask) {
    if (ended ? octet !== 0 : ![0, 128, 192, 224, 240, 248, 252, 254, 255].includes(octet))
      return false
    ended ||= octet !== 0xff
  }
  return true
}

/** A name is inside the subtree of each of its own beginnings. */
function matchDirectory(constraint: readonly RelativeName[], name: readonly RelativeName[]): Match {
  const keys = relativeNameKeys(name)
  const inside = relativeNameKeys(constraint).every((key, index) => keys[index] === key)
  return inside ? 'inside' : 'outside'
}

function isWithin(host: string, base: string, properly: boolean): boolean {
  if (!properly && sameText(host, base)) return true
  return host.length > base.length && sameText(host.slice(-base.length - 1), `.${base}`)
}

const sameText = (left: string, right: string): boolean =>
  left.toLowerCase() === right.toLowerCase()
