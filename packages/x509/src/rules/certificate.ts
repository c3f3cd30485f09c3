/** Which rules a single certificate has to pass, by where it stands; each is a file or a function of its own. */
import type { Certificate } from '../certificate.js'
import type { Finding } from '../fault.js'
import type { Profile } from '../profile.js'
import type { Role } from '../purpose.js'
import { checkConformance, checkNoRevAvail, checkSerialLength } from './conformance.js'
import { checkCriticalExtensions } from './critical.js'
import { checkKey, type KeyRules } from './key-strength.js'
import { checkPolicyMappings } from './policy.js'
import { checkPurposes } from './usage.js'
import { checkValidity } from './validity.js'
import { checkVersion, checkWebPki } from './web-pki.js'

export interface RuleInputs extends KeyRules {
  readonly profile: Profile
  /** The peer's role; undefined for certificates that are not a peer's. */
  readonly role: Role | undefined
  /** Purposes that the whole path has to permit, object identifiers. */
  readonly usages: readonly string[]
  /** Holds the anchors' certificates to the profile as well, and all to its rules that others overlook. */
  readonly pedantic: boolean
  /** Unix ms. */
  readonly time: number
  /** What is asked of the end-entity only: its name, what its key is used for. */
  checkEndEntity?(certificate: Certificate): Finding | undefined
}

type Rule = (certificate: Certificate, inputs: RuleInputs) => Finding | undefined

const common: readonly Rule[] = [
  checkCriticalExtensions,
  checkSerialLength,
  (certificate, { profile }) => (profile === 'webPki' ? checkVersion(certificate) : undefined),
  (certificate, { time }) => checkValidity(certificate, time),
  checkNoRevAvail,
  checkPolicyMappings,
  (certificate, inputs) => checkKey(certificate.publicKey, inputs),
  checkPurposes,
]

export const endEntityRules: readonly Rule[] = [
  ...common,
  (certificate, inputs) =>
    inputs.profile === 'rfc5280' ? undefined : checkConformance(certificate, 'endEntity', inputs),
  (certificate, inputs) =>
    inputs.profile === 'webPki' ? checkWebPki(certificate, 'endEntity', inputs) : undefined,
  (certificate, inputs) => inputs.checkEndEntity?.(certificate),
]

const profileRules = (position: 'authority' | 'anchor'): readonly Rule[] => [
  (certificate, inputs) =>
    inputs.profile === 'rfc5280' ? undefined : checkConformance(certificate, position, inputs),
  (certificate, inputs) =>
    inputs.profile === 'webPki' ? checkWebPki(certificate, position, inputs) : undefined,
]

const intermediateRules: readonly Rule[] = [...common, ...profileRules('authority')]

const anchorRules: readonly Rule[] = [
  ...common,
  ...profileRules('anchor').map(
    (rule): Rule =>
      (certificate, inputs) =>
        inputs.pedantic ? rule(certificate, inputs) : undefined,
  ),
]

export const authorityRules = (isAnchor: boolean): readonly Rule[] =>
  isAnchor ? anchorRules : intermediateRules
