/** The extensions about certificate policies (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11, 4.2.1.14), to issue with. */
import {
  contextPrimitive,
  encodeElement,
  encodeInteger,
  encodeObjectIdentifier,
  encodeSequence,
  encodeText,
  tags,
} from '@sanstls/core/der'
import { extensionIds, type PolicyMapping } from '../extension.js'
import { encodeExtension } from './extension.js'

export { anyPolicy } from '../rules/policy.js'

const certificationPracticeStatement = '1.3.6.1.5.5.7.2.1'

/** An object identifier, or one with the address of a certification practice statement. */
export type PolicyInformation = string | { readonly policy: string; readonly cps: string }

export const certificatePoliciesExtension = (
  policies: readonly PolicyInformation[],
  critical = false,
): Uint8Array =>
  encodeExtension(
    extensionIds.certificatePolicies,
    critical,
    encodeSequence(...policies.map(encodePolicy)),
  )

function encodePolicy(information: PolicyInformation): Uint8Array {
  if (typeof information === 'string') return encodeSequence(encodeObjectIdentifier(information))
  const qualifier = encodeSequence(
    encodeObjectIdentifier(certificationPracticeStatement),
    encodeText(tags.ia5String, information.cps),
  )
  return encodeSequence(encodeObjectIdentifier(information.policy), encodeSequence(qualifier))
}

/** Critical, as RFC 5280 recommends. */
export const policyMappingsExtension = (
  mappings: readonly PolicyMapping[],
  critical = true,
): Uint8Array =>
  encodeExtension(
    extensionIds.policyMappings,
    critical,
    encodeSequence(
      ...mappings.map(({ issuerDomainPolicy, subjectDomainPolicy }) =>
        encodeSequence(
          encodeObjectIdentifier(issuerDomainPolicy),
          encodeObjectIdentifier(subjectDomainPolicy),
        ),
      ),
    ),
  )

/** Critical. How many further certificates may stand in the path before the rule holds. */
export function policyConstraintsExtension(constraints: {
  readonly requireExplicitPolicy?: number | undefined
  readonly inhibitPolicyMapping?: number | undefined
}): Uint8Array {
  const field = (number: number, value: number | undefined): Uint8Array[] =>
    value === undefined
      ? []
      : [encodeElement(contextPrimitive(number), encodeInteger(value).subarray(2))]
  const value = encodeSequence(
    ...field(0, constraints.requireExplicitPolicy),
    ...field(1, constraints.inhibitPolicyMapping),
  )
  return encodeExtension(extensionIds.policyConstraints, true, value)
}

/** Critical. */
export const inhibitAnyPolicyExtension = (skipCertificates: number): Uint8Array =>
  encodeExtension(extensionIds.inhibitAnyPolicy, true, encodeInteger(skipCertificates))
