import type { Certificate } from '../certificate.js'
import type { NameConstraints } from '../extension.js'
import type { Finding } from '../fault.js'
import type { GeneralName } from '../general-name.js'
import { mailboxOf, smtpUtf8Mailbox } from '../identity.js'
import { attributeValueText } from '../name.js'
import { type Match, matchSubtree } from './subtree.js'

const emailAddress = '1.2.840.113549.1.9.1'

/** How many comparisons of a name with a subtree are still allowed. */
export interface ComparisonBudget {
  comparisons: number
}

/**
 * Checks the names of a certificate against the constraints of one above it (RFC 5280 4.2.1.10). Checking each
 * authority's constraints by themselves comes to the same as intersecting the permitted and uniting the excluded ones
 * (6.1.4 (g)). Excluded subtrees win over permitted ones. A name of a form that is constrained here, and that cannot be
 * compared, is refused.
 */
export function checkNameConstraints(
  constraints: NameConstraints,
  certificate: Certificate,
  budget: ComparisonBudget,
): Finding | undefined {
  for (const name of namesOf(certificate)) {
    budget.comparisons -= constraints.excluded.length + constraints.permitted.length
    if (budget.comparisons < 0) {
      return { code: 'budgetExceeded', detail: 'has too many names for the constraints above it' }
    }
    const finding = checkName(constraints, name)
    if (finding !== undefined) return finding
  }
  return undefined
}

function checkName(constraints: NameConstraints, name: GeneralName): Finding | undefined {
  const text = describe(name)
  for (const subtree of constraints.excluded) {
    const match = matchForm(subtree, name, 'excluded')
    if (match === 'incomparable')
      return {
        code: 'nameConstraint',
        detail: `has ${text}, which cannot be checked against a constraint`,
      }
    if (match === 'inside')
      return { code: 'nameConstraint', detail: `has ${text}, which an authority above it excludes` }
  }
  let isConstrained = false
  for (const subtree of constraints.permitted) {
    const match = matchForm(subtree, name, 'permitted')
    if (match === 'incomparable')
      return {
        code: 'nameConstraint',
        detail: `has ${text}, which cannot be checked against a constraint`,
      }
    if (match === 'inside') return undefined
    if (match === 'outside') isConstrained = true
  }
  if (!isConstrained) return undefined
  return {
    code: 'nameConstraint',
    detail: `has ${text}, which an authority above it does not permit`,
  }
}

/**
 * Undefined where the constraint is about another form of names. RFC 9598 section 6: SmtpUTF8Mailbox is under the
 * constraints of rfc822Name. Forms that nobody has said how to compare are refused where a constraint is of their form.
 */
function matchForm(
  subtree: GeneralName,
  name: GeneralName,
  side: 'permitted' | 'excluded',
): Match | undefined {
  if (name.kind === 'otherName' && subtree.kind === 'email') {
    if (name.type !== smtpUtf8Mailbox) return undefined
    return matchSubtree(subtree, { kind: 'email', value: mailboxOf(name) ?? '' }, side)
  }
  if (subtree.kind === 'otherName' && name.kind === 'otherName') {
    return subtree.type === name.type ? 'incomparable' : undefined
  }
  return subtree.kind === name.kind ? matchSubtree(subtree, name, side) : undefined
}

/** Every name that a certificate speaks for: subject, its e-mail addresses, and subjectAltName. */
function namesOf(certificate: Certificate): GeneralName[] {
  const names: GeneralName[] = [...(certificate.extensions.subjectAltName ?? [])]
  if (certificate.subject.length > 0) names.push({ kind: 'directory', value: certificate.subject })
  for (const attribute of certificate.subject.flat()) {
    if (attribute.type !== emailAddress) continue
    names.push({ kind: 'email', value: attributeValueText(attribute) ?? '' })
  }
  return names
}

function describe(name: GeneralName): string {
  switch (name.kind) {
    case 'dns':
    case 'email':
    case 'uri':
      return `the ${name.kind} name ${JSON.stringify(name.value)}`
    default:
      return `a name of the form ${name.kind}`
  }
}
