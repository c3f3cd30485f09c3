/**
 * Certificate policies (RFC 5280 6.1.2 to 6.1.5) over the policy graph of RFC 9618, in which a policy has one node for
 * each depth however many ways lead to it: the work grows with the number of policies and mappings, not with their
 * product over the path.
 */
import type { Certificate } from '../certificate.js'
import type { Finding } from '../fault.js'

export const anyPolicy = '2.5.29.32.0'

/** RFC 5280 6.1.1 (c), (e) to (g). */
export interface PolicyInputs {
  /** Object identifiers of which one has to be valid for the path. Default: any policy will do. */
  readonly acceptablePolicies?: readonly string[] | undefined
  /** initial-explicit-policy: the path must be valid for an acceptable policy. Default false. */
  readonly requireExplicitPolicy?: boolean | undefined
  /** initial-policy-mapping-inhibit. Default false. */
  readonly inhibitPolicyMapping?: boolean | undefined
  /** initial-any-policy-inhibit. Default false. */
  readonly inhibitAnyPolicy?: boolean | undefined
}

export type PolicyResult =
  | {
      readonly ok: true
      /** The acceptable policies for which the path is valid; `anyPolicy` alone: for every policy. */
      readonly policies: readonly string[]
    }
  | { readonly ok: false; readonly finding: Finding; readonly certificate: Certificate }

interface Node {
  readonly policy: string
  /** What the next certificate may call this policy. */
  expected: ReadonlySet<string>
  /** Nodes of the depth above. */
  readonly parents: readonly Node[]
}

/** The nodes of one depth by valid_policy. Null: the graph is NULL. */
type Level = Map<string, Node>

const makeNode = (policy: string, parents: readonly Node[]): Node => ({
  policy,
  expected: new Set([policy]),
  parents,
})

/**
 * Processes the policies of a path.
 * @param path from the certificate that the anchor issued down to the end-entity.
 * @param anchor the anchor's own certificate, whose limits on policies count as inputs (RFC 5937).
 */
export function checkPolicies(
  path: readonly Certificate[],
  inputs: PolicyInputs,
  anchor?: Certificate,
): PolicyResult {
  const state = new PolicyState(path.length, inputs, anchor)
  for (const [index, certificate] of path.entries()) {
    const isLast = index === path.length - 1
    const finding =
      state.enter(certificate, isLast) ?? (isLast ? undefined : state.prepare(certificate))
    if (finding !== undefined) return { ok: false, finding, certificate }
  }
  return state.wrapUp(path)
}

/** Decides on malformed limits before any path is known (RFC 5280 4.2.1.5). */
export function checkPolicyMappings({ extensions }: Certificate): Finding | undefined {
  for (const { issuerDomainPolicy, subjectDomainPolicy } of extensions.policyMappings ?? []) {
    if (issuerDomainPolicy === anyPolicy || subjectDomainPolicy === anyPolicy) {
      return { code: 'policyMapping', detail: 'maps the policy anyPolicy' }
    }
  }
  return undefined
}

class PolicyState {
  private graph: Level | null
  private explicitPolicy: number
  private policyMapping: number
  private inhibitAnyPolicy: number
  private readonly acceptable: ReadonlySet<string> | undefined

  // RFC 5280 6.1.2, RFC 9618 5.2
  constructor(length: number, inputs: PolicyInputs, anchor: Certificate | undefined) {
    this.graph = new Map([[anyPolicy, makeNode(anyPolicy, [])]])
    this.explicitPolicy = inputs.requireExplicitPolicy === true ? 0 : length + 1
    this.policyMapping = inputs.inhibitPolicyMapping === true ? 0 : length + 1
    this.inhibitAnyPolicy = inputs.inhibitAnyPolicy === true ? 0 : length + 1
    const { acceptablePolicies: acceptable } = inputs
    const isAny = acceptable === undefined || acceptable.includes(anyPolicy)
    this.acceptable = isAny ? undefined : new Set(acceptable)
    if (anchor !== undefined) this.limit(anchor)
  }

  /** RFC 5280 6.1.3 (d) to (f), RFC 9618 5.3. */
  enter(certificate: Certificate, isLast: boolean): Finding | undefined {
    const policies = certificate.extensions.certificatePolicies
    if (policies === undefined) this.graph = null
    if (policies !== undefined && this.graph !== null) {
      const takesAny = this.inhibitAnyPolicy > 0 || (!isLast && certificate.isSelfIssued)
      const level = nextLevel(this.graph, policies, takesAny)
      this.graph = level.size === 0 ? null : level
    }
    if (this.explicitPolicy > 0 || this.graph !== null) return undefined
    const detail = 'asserts no policy that is valid for its path, and one is required'
    return { code: 'noValidPolicy', detail }
  }

  /** RFC 5280 6.1.4 (a), (b), (h) to (j). */
  prepare(certificate: Certificate): Finding | undefined {
    const finding = checkPolicyMappings(certificate)
    if (finding !== undefined) return finding
    this.map(certificate)
    if (!certificate.isSelfIssued) {
      this.explicitPolicy = Math.max(0, this.explicitPolicy - 1)
      this.policyMapping = Math.max(0, this.policyMapping - 1)
      this.inhibitAnyPolicy = Math.max(0, this.inhibitAnyPolicy - 1)
    }
    this.limit(certificate)
    return undefined
  }

  /** RFC 5280 6.1.5 (a), (b), (g); RFC 9618 5.5. */
  wrapUp(path: readonly Certificate[]): PolicyResult {
    const last = path.at(-1)
    this.explicitPolicy = Math.max(0, this.explicitPolicy - 1)
    if (last?.extensions.policyConstraints?.requireExplicitPolicy === 0) this.explicitPolicy = 0
    const policies = this.userConstrained()
    if (this.explicitPolicy > 0 || policies.length > 0 || last === undefined) {
      return { ok: true, policies }
    }
    const detail = 'is at the end of a path that is valid for no acceptable policy'
    return { ok: false, finding: { code: 'noValidPolicy', detail }, certificate: last }
  }

  private limit({ extensions }: Certificate): void {
    const { policyConstraints, inhibitAnyPolicy } = extensions
    const { requireExplicitPolicy, inhibitPolicyMapping } = policyConstraints ?? {}
    this.explicitPolicy = Math.min(this.explicitPolicy, requireExplicitPolicy ?? Infinity)
    this.policyMapping = Math.min(this.policyMapping, inhibitPolicyMapping ?? Infinity)
    this.inhibitAnyPolicy = Math.min(this.inhibitAnyPolicy, inhibitAnyPolicy ?? Infinity)
  }

  /** RFC 5280 6.1.4 (b), RFC 9618 5.4. */
  private map({ extensions }: Certificate): void {
    const { policyMappings } = extensions
    const { graph } = this
    if (policyMappings === undefined || graph === null) return
    const mapped = new Map<string, Set<string>>()
    for (const { issuerDomainPolicy, subjectDomainPolicy } of policyMappings) {
      const subjects = mapped.get(issuerDomainPolicy) ?? new Set()
      mapped.set(issuerDomainPolicy, subjects.add(subjectDomainPolicy))
    }
    for (const [policy, subjects] of mapped) {
      const any = graph.get(anyPolicy)
      if (this.policyMapping === 0) {
        graph.delete(policy)
      } else {
        const node = graph.get(policy) ?? (any && makeNode(policy, any.parents))
        if (node === undefined) continue
        node.expected = subjects
        graph.set(policy, node)
      }
    }
    if (graph.size === 0) this.graph = null
  }

  /** The policies of the anchor's domain from which a way leads to the end-entity, as far as they are acceptable. */
  private userConstrained(): string[] {
    const { graph, acceptable } = this
    if (graph === null) return []
    if (graph.has(anyPolicy)) return acceptable === undefined ? [anyPolicy] : [...acceptable]
    const found = new Set<string>()
    const seen = new Set<Node>()
    const open = [...graph.values()]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      for (const parent of node.parents) {
        if (parent.policy === anyPolicy) found.add(node.policy)
        else open.push(parent)
      }
    }
    return [...found].filter((policy) => acceptable?.has(policy) ?? true)
  }
}

/** RFC 9618 5.3 (d) (1), (2). */
function nextLevel(above: Level, policies: readonly string[], takesAny: boolean): Level {
  const byExpected = new Map<string, Node[]>()
  for (const node of above.values()) {
    for (const policy of node.expected) {
      const nodes = byExpected.get(policy)
      if (nodes === undefined) byExpected.set(policy, [node])
      else nodes.push(node)
    }
  }
  const level: Level = new Map()
  const any = above.get(anyPolicy)
  for (const policy of policies) {
    if (policy === anyPolicy) continue
    const parents = byExpected.get(policy) ?? (any && [any])
    if (parents !== undefined) level.set(policy, makeNode(policy, parents))
  }
  if (takesAny && policies.includes(anyPolicy)) {
    for (const [policy, parents] of byExpected) {
      if (!level.has(policy)) level.set(policy, makeNode(policy, parents))
    }
  }
  return level
}
