import { contextPrimitive, encodeElement, encodeNamedBits } from '@sanstls/core/der'

/** CRLReason (RFC 5280 5.3.1). */
export const revocationReasons = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  removeFromCRL: 8,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

export type RevocationReason = keyof typeof revocationReasons

/** Bits of ReasonFlags (RFC 5280 4.2.1.13); not all of them are the reasons' numbers. */
const reasonFlags: Readonly<Partial<Record<RevocationReason, number>>> = {
  keyCompromise: 1 << 1,
  cACompromise: 1 << 2,
  affiliationChanged: 1 << 3,
  superseded: 1 << 4,
  cessationOfOperation: 1 << 5,
  certificateHold: 1 << 6,
  privilegeWithdrawn: 1 << 7,
  aACompromise: 1 << 8,
}

/** ReasonFlags under an implicit tag. */
export function encodeReasons(number: number, reasons: readonly RevocationReason[]): Uint8Array {
  let bits = 0
  for (const reason of reasons) {
    const flag = reasonFlags[reason]
    if (flag === undefined) throw new TypeError(`${reason} is no reason that lists divide by.`)
    bits |= flag
  }
  return encodeElement(contextPrimitive(number), encodeNamedBits(bits).subarray(2))
}
