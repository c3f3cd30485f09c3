/** External PSKs belong to one version each (RFC 9257 section 6.1). */
import type { ExternalPsk } from '../decision.js'
import { Fault } from '../fault.js'

/** What a policy answered must be for the version that it was asked for. @throws {Fault} */
export function demandVersion(psk: ExternalPsk, version: 'tls13' | 'tls12'): ExternalPsk {
  if ((psk.version ?? 'tls13') !== version)
    throw new Fault('policyFailed', `the PSK that was answered is not one for ${version}`)
  return psk
}
