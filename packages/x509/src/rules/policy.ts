import type { Certificate } from '../certificate.js'
import type { Finding } from '../fault.js'

/**
 * Policies are not processed yet, so that whatever demands their processing is refused: a path on which an explicit
 * policy is required (RFC 5280 4.2.1.11), and critical mappings (4.2.1.5). Without such a demand every policy is
 * acceptable, and critical certificatePolicies ask for nothing more (6.1.1 (c) to (f)).
 */
export function checkPolicies({ extensions, critical }: Certificate): Finding | undefined {
  if (extensions.policyConstraints?.requireExplicitPolicy !== undefined) {
    return { code: 'unsupportedPolicy', detail: 'requires an explicit certificate policy' }
  }
  if (critical.includes('policyMappings')) {
    return { code: 'unsupportedPolicy', detail: 'has critical policy mappings' }
  }
  return undefined
}
