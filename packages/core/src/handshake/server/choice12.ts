/** TLS 1.2, server: which suite, under which credential and with which group (RFC 5246 7.4.2, RFC 8422, RFC 7919). */
import type { CipherSuite12, NamedGroup } from '../../crypto/provider.js'
import { fits12, type SignatureScheme } from '../../crypto/scheme.js'
import type { Credential } from '../../decision.js'
import { Fault } from '../../fault.js'
import type { ServerSettings } from '../../options.js'
import { namedGroup } from '../../wire/registry.js'
import { askCredential, credentialKey, signingScheme } from '../authenticate.js'
import type { Step } from '../context.js'
import { common } from '../negotiate.js'
import {
  curveIsNamed,
  exchangeOf,
  isCurve12,
  isFiniteField,
  isSigned,
  keyServes,
  usesCertificate,
  usesPsk,
} from '../suites12.js'
import { encryptsThenMac, type Settled } from './hello12.js'

export interface Choice12 {
  readonly suite: CipherSuite12
  readonly encryptThenMac: boolean
  /** For an exchange that is one of groups. */
  readonly parameters: ServerParameters | undefined
  /** Undefined where a PSK alone authenticates us. */
  readonly credential: Credential | undefined
  /** To sign ServerKeyExchange with. */
  readonly scheme: SignatureScheme | undefined
}

export interface ServerParameters {
  readonly group: NamedGroup
  /** Named in full, for a finite field. */
  readonly field: { readonly prime: Uint8Array; readonly generator: Uint8Array } | undefined
}

type Candidate = Pick<Choice12, 'suite' | 'encryptThenMac' | 'parameters'>

/** RFC 5246 7.4.1.4.1: what a client without signature_algorithms accepts. */
const impliedSchemes = [0x0201, 0x0203]

/** Goes on with the first suite, by the order of the side that decides, for which everything is there. */
export function chooseSuite(settled: Settled, then: (choice: Choice12) => Step): Step {
  const { settings, received } = settled
  const { credentials } = settings
  const candidates = findCandidates(settled)
  const complete = (choice: Choice12 | undefined) => {
    if (choice === undefined) throw refusal(settled, candidates)
    return then(choice)
  }
  const certified = candidates.filter(({ suite }) => usesCertificate(suite))
  if (credentials === undefined || typeof credentials === 'object' || certified.length === 0)
    return complete(
      first(candidates, (candidate) =>
        pair(candidate, typeof credentials === 'object' ? credentials : [], settled),
      ),
    )
  const schemes = received.extensions.signatureAlgorithms ?? impliedSchemes
  return askCredential(
    settings,
    {
      role: 'server',
      serverName: received.serverName,
      signatureSchemes: schemes,
      certificateSignatureSchemes: received.extensions.signatureAlgorithmsCert ?? schemes,
      certificateAuthorities: received.extensions.certificateAuthorities ?? [],
      keyKinds: [...new Set(certified.map(({ suite }) => kindOf(suite)))],
    },
    (credential) => first(candidates, (candidate) => pair(candidate, [credential], settled)),
    (choice) => complete(choice ?? first(candidates, (candidate) => pair(candidate, [], settled))),
  )
}

function kindOf({ authentication }: CipherSuite12): 'ecdsa' | 'rsa' {
  return authentication === 'ecdsa' ? 'ecdsa' : 'rsa'
}

/** The suites of both sides whose key exchange and records work out. */
function findCandidates(settled: Settled): readonly Candidate[] {
  const { settings, received } = settled
  const suites = common(
    settings.suites12,
    received.hello.cipherSuites,
    settings.config.preference ?? 'server',
  )
  return suites.flatMap((suite): readonly Candidate[] => {
    const encryptThenMac = encryptsThenMac(settled, suite.records.kind)
    if (encryptThenMac === undefined) return []
    if (!mayUse(suite, settings)) return []
    const exchange = exchangeOf(suite)
    if (exchange === 'rsa' || exchange === 'none')
      return [{ suite, encryptThenMac, parameters: undefined }]
    const parameters = exchange === 'ecdhe' ? chooseCurve(settled) : chooseField(settled)
    return parameters === undefined ? [] : [{ suite, encryptThenMac, parameters }]
  })
}

/** Whether the configuration has what a suite goes with: a PSK, or clients without one. */
export function mayUse(suite: CipherSuite12, settings: ServerSettings): boolean {
  return usesPsk(suite) ? hasPsks(settings) : settings.config.requirePsk !== true
}

function hasPsks({ psks, config }: ServerSettings): boolean {
  return config.lookupPsk !== undefined || psks.some(({ version }) => version === 'tls12')
}

function chooseCurve({ settings, received }: Settled): ServerParameters | undefined {
  // RFC 8422 section 4: without the extension the choice is ours.
  const named = received.extensions.supportedGroups ?? [namedGroup.secp256r1]
  const curves = settings.groups.filter(({ id }) => isCurve12(id))
  const [group] = common(curves, named, settings.config.preference ?? 'server')
  return group === undefined ? undefined : { group, field: undefined }
}

/** RFC 7919 section 4: a client that names fields gets one of them; to another, any may be named. */
function chooseField({ settings, received }: Settled): ServerParameters | undefined {
  const { finiteField } = settings.crypto
  const { dhParameters, preference = 'server' } = settings.config
  const ours = settings.groups.filter(({ id }) => isFiniteField(id))
  const named = received.extensions.supportedGroups ?? []
  const namesFields = named.some((id) => id >> 8 === 1)
  if (dhParameters !== undefined && !namesFields) {
    const group = finiteField?.group(dhParameters.prime, dhParameters.generator)
    return group === undefined ? undefined : { group, field: dhParameters }
  }
  const [group] = namesFields ? common(ours, named, preference) : ours
  const field = group === undefined ? undefined : finiteField?.parameters(group.id)
  return group === undefined || field === undefined ? undefined : { group, field }
}

function first<T, R>(list: readonly T[], make: (item: T) => R | undefined): R | undefined {
  for (const item of list) {
    const made = make(item)
    if (made !== undefined) return made
  }
  return undefined
}

/** A candidate with the first credential that serves it. */
function pair(
  candidate: Candidate,
  credentials: readonly Credential[],
  settled: Settled,
): Choice12 | undefined {
  const { suite } = candidate
  if (!usesCertificate(suite)) return { ...candidate, credential: undefined, scheme: undefined }
  return first(credentials, (credential) => serve(candidate, credential, settled))
}

function serve(
  candidate: Candidate,
  credential: Credential,
  { settings, received }: Settled,
): Choice12 | undefined {
  const { suite } = candidate
  const { supportedGroups, signatureAlgorithms } = received.extensions
  const key = credentialKey(credential)
  if (!keyServes(suite, key)) return undefined
  if (supportedGroups !== undefined && !curveIsNamed(key, supportedGroups)) return undefined
  if (!isSigned(suite)) {
    const decrypts = credential.key === 'decide' || credential.key.decrypt !== undefined
    return decrypts ? { ...candidate, credential, scheme: undefined } : undefined
  }
  const schemes = signatureAlgorithms ?? impliedSchemes
  const scheme = signingScheme(credential, settings, schemes, fits12)
  return scheme === undefined ? undefined : { ...candidate, credential, scheme }
}

/** Why nothing could be chosen. */
function refusal({ settings, received }: Settled, candidates: readonly Candidate[]): Fault {
  const { hello, extensions } = received
  const suites = common(settings.suites12, hello.cipherSuites, 'server')
  if (suites.length === 0)
    return new Fault('noCommonSuite', `the client offers ${hello.cipherSuites.length} others`)
  if (settings.config.requirePsk === true && !suites.some(usesPsk))
    return new Fault('noPskMode', 'no suite that both sides have uses one')
  if (candidates.length > 0) {
    if (!Array.isArray(settings.credentials) || settings.credentials.length === 0)
      return new Fault('noCredential', received.serverName ?? 'no server name')
    const keys = settings.credentials.map(credentialKey)
    const serving = keys.filter((key) => candidates.some(({ suite }) => keyServes(suite, key)))
    if (serving.length === 0) return new Fault('noCommonSuite', 'none is for the kinds of our keys')
    const { supportedGroups } = extensions
    if (supportedGroups !== undefined && !serving.some((key) => curveIsNamed(key, supportedGroups)))
      return new Fault('noCommonGroup', 'the client names none of the curves of our keys')
    const schemes = extensions.signatureAlgorithms ?? impliedSchemes
    return new Fault('noCommonSignature', `the client accepts ${schemes.length} schemes`)
  }
  const lacksMac = suites.every(({ records }) => records.kind === 'cbc')
  if (lacksMac && extensions.encryptThenMac !== true)
    return new Fault('encryptThenMacMissing', 'in ClientHello')
  return new Fault('noCommonGroup', 'for the suites that both sides have')
}
