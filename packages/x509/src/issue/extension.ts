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
} from '@sanstls/core/der'
import { extensionIds, type KeyUsage, keyUsage } from '../extension.js'
import { type Purpose, purposes } from '../purpose.js'
import { type AlternativeNames, encodeGeneralNames, encodeSubtreeNames } from './general-name.js'

export type { AlternativeNames } from './general-name.js'

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

export const subjectAltNameExtension = (names: AlternativeNames, critical = false): Uint8Array =>
  encodeExtension(
    extensionIds.subjectAltName,
    critical,
    encodeSequence(...encodeGeneralNames(names)),
  )

/** Critical. */
export function nameConstraintsExtension(
  permitted: AlternativeNames,
  excluded: AlternativeNames = {},
): Uint8Array {
  const subtrees = (number: number, names: AlternativeNames): Uint8Array[] => {
    const encoded = encodeSubtreeNames(names).map((name) => encodeSequence(name))
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
