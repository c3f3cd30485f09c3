/** Extensions to issue certificates with, one function each; `encodeExtension` makes any other. */
import {
  contextConstructed,
  contextPrimitive,
  encodeBoolean,
  encodeElement,
  encodeInteger,
  encodeNamedBits,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeText,
} from '@sanstls/core/der'
import { extensionIds, type KeyUsage, keyUsage } from '../extension.js'
import { parseIpAddress } from '../ip-address.js'
import { type Purpose, purposes } from '../purpose.js'
import { type DistinguishedName, encodeName } from './name.js'

/** An Extension with this value, DER. */
export const encodeExtension = (id: string, critical: boolean, value: Uint8Array): Uint8Array =>
  encodeSequence(
    encodeObjectIdentifier(id),
    ...(critical ? [encodeBoolean(true)] : []),
    encodeOctetString(value),
  )

/** Critical; for authorities cA TRUE, with at most `pathLength` intermediates below. */
export function basicConstraintsExtension(ca: boolean, pathLength?: number): Uint8Array {
  const parts = ca ? [encodeBoolean(true)] : []
  if (pathLength !== undefined) parts.push(encodeInteger(pathLength))
  return encodeExtension(extensionIds.basicConstraints, true, encodeSequence(...parts))
}

/** Critical. */
export function keyUsageExtension(usages: readonly KeyUsage[]): Uint8Array {
  let bits = 0
  for (const usage of usages) bits |= keyUsage[usage]
  return encodeExtension(extensionIds.keyUsage, true, encodeNamedBits(bits))
}

/** Names of purposes, or object identifiers. */
export function extendedKeyUsageExtension(
  usages: readonly (Purpose | (string & {}))[],
): Uint8Array {
  const ids = usages.map((usage) =>
    Object.hasOwn(purposes, usage) ? purposes[usage as Purpose] : usage,
  )
  return encodeExtension(
    extensionIds.extendedKeyUsage,
    false,
    encodeSequence(...ids.map(encodeObjectIdentifier)),
  )
}

/** Names for `subjectAltNameExtension` and, as subtrees, for `nameConstraintsExtension`. */
export interface AlternativeNames {
  readonly dns?: readonly string[]
  /** Addresses; in constraints with a prefix length, `192.0.2.0/24`. */
  readonly ip?: readonly string[]
  readonly email?: readonly string[]
  readonly uri?: readonly string[]
  readonly directory?: readonly DistinguishedName[]
}

export const subjectAltNameExtension = (names: AlternativeNames, critical = false): Uint8Array =>
  encodeExtension(
    extensionIds.subjectAltName,
    critical,
    encodeSequence(...encodeNames(names, addressOf)),
  )

/** Critical. */
export function nameConstraintsExtension(
  permitted: AlternativeNames,
  excluded: AlternativeNames = {},
): Uint8Array {
  const subtrees = (number: number, names: AlternativeNames): Uint8Array[] => {
    const encoded = encodeNames(names, subnetOf).map((name) => encodeSequence(name))
    return encoded.length === 0 ? [] : [encodeElement(contextConstructed(number), ...encoded)]
  }
  const value = encodeSequence(...subtrees(0, permitted), ...subtrees(1, excluded))
  return encodeExtension(extensionIds.nameConstraints, true, value)
}

export const subjectKeyIdentifierExtension = (identifier: Uint8Array): Uint8Array =>
  encodeExtension(extensionIds.subjectKeyIdentifier, false, encodeOctetString(identifier))

export const authorityKeyIdentifierExtension = (identifier: Uint8Array): Uint8Array =>
  encodeExtension(
    extensionIds.authorityKeyIdentifier,
    false,
    encodeSequence(encodeElement(contextPrimitive(0), identifier)),
  )

function encodeNames(names: AlternativeNames, address: (text: string) => Uint8Array): Uint8Array[] {
  const texts = (number: number, values: readonly string[] = []): Uint8Array[] =>
    values.map((value) => encodeText(contextPrimitive(number), value))
  return [
    ...texts(1, names.email),
    ...texts(2, names.dns),
    ...texts(6, names.uri),
    ...(names.directory ?? []).map((name) =>
      encodeElement(contextConstructed(4), encodeName(name)),
    ),
    ...(names.ip ?? []).map((text) => encodeElement(contextPrimitive(7), address(text))),
  ]
}

function addressOf(text: string): Uint8Array {
  const address = parseIpAddress(text)
  if (address === undefined) throw new TypeError(`No IP address: ${text}`)
  return address
}

function subnetOf(text: string): Uint8Array {
  const [first = '', prefix = ''] = text.split('/')
  const address = addressOf(first)
  const bits = Number(prefix)
  if (!/^\d+$/.test(prefix) || bits > address.length * 8) throw new TypeError(`No subnet: ${text}`)
  const subnet = new Uint8Array(address.length * 2)
  subnet.set(address)
  for (let bit = 0; bit < bits; bit++) {
    const index = address.length + (bit >> 3)
    subnet[index] = (subnet[index] ?? 0) | (0x80 >> (bit & 7))
  }
  return subnet
}
