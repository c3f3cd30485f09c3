/** Turns a request for verification into the rules, the limits and the evidence of one search for a path. */
import type { TrustAnchor } from './anchor.js'
import type { Certificate } from './certificate.js'
import type { KeyUsage } from './extension.js'
import type { Finding } from './fault.js'
import { checkIdentity } from './identity.js'
import { findPath, type Path, type PathFinding, type PathLimits, type PathRequest } from './path.js'
import type { Profile } from './profile.js'
import { purposeId, rolePurpose } from './purpose.js'
import { Revocation, type RevocationContext } from './revocation/revocation.js'
import type { IssuerIdentity } from './revocation/status.js'
import { checkPolicies } from './rules/policy.js'
import { checkKeyUsage } from './rules/usage.js'
import type { SignatureCache } from './signature-cache.js'
import { SignatureChecker, type Signer } from './signature-check.js'
import type { VerificationPlan } from './verification.js'
import type { VerifierOptions, VerifyRequest } from './verifier.js'

export interface Setup {
  readonly options: VerifierOptions
  readonly limits: PathLimits
  readonly minRsaBits: number
  readonly maxFetches: number
  readonly anchors: ReadonlyMap<string, readonly TrustAnchor[]>
  readonly cache: SignatureCache
  readonly hasCallback: boolean
}

export interface Plan extends VerificationPlan {
  /** The policies of the path that was checked last. */
  readonly policies: { current: readonly string[] }
}

/** TLS feature status_request (RFC 7633 section 4, RFC 6066 section 8). */
const statusRequest = 5
/** Paths of certificates that sign CRLs, for one verification. */
const maxSignerPaths = 32
/** How many CRL signers may rest on each other. */
const maxSignerDepth = 3

export function makePlan(
  setup: Setup,
  request: VerifyRequest,
  leaf: Certificate,
  others: readonly Certificate[],
): Plan {
  const { options, limits, minRsaBits, anchors, cache } = setup
  const { role, time } = request
  const { crypto, signatureAlgorithms: allowed } = options
  const profile: Profile = options.profile ?? (role === 'server' ? 'webPki' : 'rfc5280')
  const intermediates = groupBySubject(others)
  const checker = new SignatureChecker({
    crypto,
    cache,
    limit: limits.maxSignatureChecks,
    extra: options.extraSignatures ?? [],
    isAllowed: allowed === undefined ? undefined : ({ name }) => allowed.includes(name),
  })
  const pathRequest: PathRequest = {
    leaf,
    intermediates,
    anchors,
    profile,
    role,
    usages: request.extendedKeyUsage?.map(purposeId) ?? [rolePurpose(role)],
    pedantic: options.pedantic === true,
    time,
    minRsaBits,
    isExtraKey: (key) => checker.isExtraKey(key),
    limits,
    maxDepth: request.maxDepth,
    checker,
    checkEndEntity: (certificate) => checkPeer(certificate, request, options),
  }
  const revocation = revocationFor(options, request)
  const policies: { current: readonly string[] } = { current: [] }
  const checkWhole = (path: Path): PathFinding | undefined =>
    checkInheritedKeys(path, checker) ??
    checkPathPolicies(path, options, policies) ??
    checkFeatures(path) ??
    checkStaple(path, request, revocation) ??
    checkRevocation(path, pathRequest, options, revocation)
  return {
    request: pathRequest,
    checkWhole,
    addIntermediate(certificate) {
      const group = intermediates.get(certificate.subjectKey)
      if (group === undefined) intermediates.set(certificate.subjectKey, [certificate])
      else group.push(certificate)
    },
    revocation,
    hasCallback: setup.hasCallback,
    state: options.callbackState,
    fetchesIssuers: options.fetchIssuers === true,
    maxFetches: setup.maxFetches,
    policies,
  }
}

/** What is asked of the end-entity only. */
function checkPeer(
  leaf: Certificate,
  { role, name, requiredKeyUsage }: VerifyRequest,
  { isPublicSuffix, matchName }: VerifierOptions,
): Finding | undefined {
  if (name === undefined && role === 'server') {
    return {
      code: 'nameRequired',
      detail: "cannot be compared with the server's name: none was given",
    }
  }
  if (name !== undefined && name !== 'unchecked') {
    const matched = matchName?.(leaf, name)
    if (matched === false) {
      const detail = `is not for ${JSON.stringify(name.value)}, says the application`
      return { code: 'customCheckFailed', detail }
    }
    const finding = matched === true ? undefined : checkIdentity(leaf, name, isPublicSuffix)
    if (finding !== undefined) return finding
  }
  return checkKeyUsage(leaf, usageList(requiredKeyUsage))
}

const usageList = (required: VerifyRequest['requiredKeyUsage']): readonly KeyUsage[] => {
  if (required === undefined) return []
  return typeof required === 'string' ? [required] : required
}

function revocationFor(
  options: VerifierOptions,
  { staple }: VerifyRequest,
): Revocation | undefined {
  const hasStaple = staple instanceof Uint8Array
  if (options.revocation === undefined && !hasStaple) return undefined
  const revocation = new Revocation(options.revocation ?? { mode: 'bestEffort' })
  if (hasStaple) revocation.addOcsp(staple)
  return revocation
}

/** RFC 3279 2.3.2: a DSA key without parameters has those of its issuer, which the search did not know yet. */
function checkInheritedKeys(path: Path, checker: SignatureChecker): PathFinding | undefined {
  let signer: Signer = path.anchor
  let parameters = checker.parametersOf(signer.publicKey, undefined)
  for (let depth = path.certificates.length - 1; depth >= 0; depth--) {
    const certificate = path.certificates[depth]
    if (certificate === undefined) continue
    const isExtra = checker.isExtraKey(signer.publicKey)
    if (isExtra && path.certificates.length > 0 && !isAnchor(certificate, path)) {
      const finding =
        parameters === undefined
          ? missingParameters
          : checker.check(certificate, signer, parameters)
      if (finding !== undefined) return { finding, depth, certificate }
    }
    signer = certificate
    parameters = checker.parametersOf(signer.publicKey, parameters)
  }
  return undefined
}

const isAnchor = (certificate: Certificate, { anchor }: Path): boolean =>
  anchor.certificate === certificate || anchor.publicKey === certificate.publicKey

const missingParameters: Finding = {
  code: 'unsupportedKey',
  detail: 'is signed by a key whose parameters are nowhere on the path',
}

function checkPathPolicies(
  { certificates, anchor }: Path,
  { policies: inputs = {} }: VerifierOptions,
  result: { current: readonly string[] },
): PathFinding | undefined {
  const own = anchor.constraints?.acceptablePolicies
  const acceptable = own === undefined ? inputs.acceptablePolicies : intersect(own, inputs)
  const fromAnchor = [...certificates].reverse()
  const checked = checkPolicies(
    fromAnchor,
    {
      ...inputs,
      acceptablePolicies: acceptable,
      requireExplicitPolicy: inputs.requireExplicitPolicy === true || own !== undefined,
    },
    anchor.certificate,
  )
  if (checked.ok) {
    result.current = checked.policies
    return undefined
  }
  const { finding, certificate } = checked
  return { finding, depth: certificates.indexOf(certificate), certificate }
}

const anyPolicy = '2.5.29.32.0'

function intersect(
  own: readonly string[],
  { acceptablePolicies: asked }: NonNullable<VerifierOptions['policies']>,
): readonly string[] {
  if (asked === undefined || asked.includes(anyPolicy)) return own
  return own.includes(anyPolicy) ? asked : asked.filter((policy) => own.includes(policy))
}

/** RFC 7633 4.2.2: what an authority says of TLS features, its subordinates have to say as well. */
function checkFeatures({ certificates, anchor }: Path): PathFinding | undefined {
  for (const [depth, certificate] of certificates.entries()) {
    const issuer = certificates[depth + 1] ?? anchor.certificate
    const demanded = issuer === certificate ? [] : (issuer?.extensions.tlsFeature ?? [])
    const own = certificate.extensions.tlsFeature ?? []
    const missing = demanded.find((feature) => !own.includes(feature))
    if (missing === undefined) continue
    const detail = `has no TLS feature ${missing}, which its issuer demands`
    return { finding: { code: 'tlsFeature', detail }, depth, certificate }
  }
  return undefined
}

/** RFC 7633 4.2.3.1: where the certificate promises a staple, a handshake without one is not the server's. */
function checkStaple(
  { certificates: [leaf] }: Path,
  { staple }: VerifyRequest,
  revocation: Revocation | undefined,
): PathFinding | undefined {
  if (leaf?.extensions.tlsFeature?.includes(statusRequest) !== true) return undefined
  if (staple === 'none') {
    const detail = 'demands a stapled OCSP response, and none came'
    return { finding: { code: 'stapleMissing', detail }, depth: 0, certificate: leaf }
  }
  if (staple !== undefined) revocation?.requirePeer()
  return undefined
}

function checkRevocation(
  path: Path,
  request: PathRequest,
  options: VerifierOptions,
  revocation: Revocation | undefined,
): PathFinding | undefined {
  if (revocation === undefined || isAnchorItself(path)) return undefined
  const { anchor, certificates } = path
  const issuers = certificates.map((_, depth): IssuerIdentity => {
    const issuer = certificates[depth + 1]
    return issuer === undefined ? anchor : identityOf(issuer)
  })
  const context = revocationContext(path, request, options, revocation)
  const found = revocation.checkPath(certificates, issuers, context)
  return found === undefined ? undefined : { ...found, certificate: certificates[found.depth] }
}

const isAnchorItself = ({ certificates, anchor }: Path): boolean =>
  certificates.length === 1 &&
  anchor.certificate?.subjectKey === certificates[0]?.subjectKey &&
  anchor.publicKey.spki.join() === certificates[0]?.publicKey.spki.join()

const identityOf = (certificate: Certificate): IssuerIdentity => ({
  publicKey: certificate.publicKey,
  certificate,
  subjectKey: certificate.subjectKey,
  description: certificate.description,
})

/** Who may sign CRLs, and how their own paths are validated: to the same anchor (RFC 5280 6.3.3 (f)). */
function revocationContext(
  { anchor }: Path,
  request: PathRequest,
  { crypto }: VerifierOptions,
  revocation: Revocation,
): RevocationContext {
  const { intermediates, leaf, checker, time, profile } = request
  const anchors = new Map([[anchor.subjectKey, [anchor]]])
  let left = maxSignerPaths
  const context: RevocationContext = {
    time,
    crypto,
    checker,
    conforming: profile !== 'rfc5280',
    signers: (issuerKey) => [
      ...(anchor.subjectKey === issuerKey ? [anchor] : []),
      ...(intermediates.get(issuerKey) ?? []).map(identityOf),
      ...(leaf.subjectKey === issuerKey ? [identityOf(leaf)] : []),
    ],
    validate(signer, visited) {
      if (signer === anchor || signer.certificate === undefined) return undefined
      left -= 1
      if (left < 0 || visited.length > maxSignerDepth) {
        return { code: 'crlIssuer', detail: 'is one too many to be checked' }
      }
      const result = findPath({
        ...request,
        leaf: signer.certificate,
        anchors,
        profile: 'rfc5280',
        role: undefined,
        usages: [],
        maxDepth: undefined,
        checkEndEntity: () => undefined,
        isWaived: () => false,
        checkWhole: (path) => checkSigner(path, revocation, context, visited),
      })
      if (result.ok) return undefined
      return { code: result.fault.code, detail: `is not valid: ${result.fault.message}` }
    },
  }
  return context
}

/** A certificate that signs CRLs may be revoked itself; where that is not known it is accepted. */
function checkSigner(
  { certificates, anchor }: Path,
  revocation: Revocation,
  context: RevocationContext,
  visited: readonly Certificate[],
): PathFinding | undefined {
  for (const [depth, certificate] of certificates.entries()) {
    if (certificate === anchor.certificate) continue
    const issuer = certificates[depth + 1]
    const identity = issuer === undefined ? anchor : identityOf(issuer)
    const status = revocation.status(certificate, identity, context, visited)
    if (status.status === 'revoked') return { finding: status.finding, depth, certificate }
  }
  return undefined
}

export function groupBySubject<T extends { readonly subjectKey: string }>(
  items: readonly T[],
): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(item.subjectKey)
    if (group === undefined) groups.set(item.subjectKey, [item])
    else group.push(item)
  }
  return groups
}
