/** Whether a CRL is about a certificate (RFC 5280 6.3.3 (b)), and which CRLs belong together. */
import { equalBytes } from '../bytes.js'
import type { Certificate } from '../certificate.js'
import type {
  DistributionPoint,
  DistributionPointName,
  IssuingDistributionPoint,
} from '../distribution-point.js'
import type { GeneralName } from '../general-name.js'
import { nameKey, type RelativeName } from '../name.js'
import type { RevocationList } from './crl.js'

/** Why this CRL does not cover this certificate by way of this distribution point; undefined where it does. */
export function scopeProblem(
  list: RevocationList,
  certificate: Certificate,
  point: DistributionPoint | undefined,
): string | undefined {
  const scope = list.issuingDistributionPoint
  const issuerName = crlIssuerName(point)
  if (issuerName !== undefined) {
    if (nameKey(issuerName) !== list.issuerKey) return 'is not by the cRLIssuer of the certificate'
    if (scope?.indirectCrl !== true) return 'is by another issuer, and not an indirect CRL'
  } else if (list.issuerKey !== certificate.issuerKey) {
    return 'is not by the issuer of the certificate'
  }
  if (scope === undefined) return undefined
  if (scope.onlyContainsAttributeCerts) return 'is about attribute certificates'
  const isCa = certificate.extensions.basicConstraints?.ca === true
  if (scope.onlyContainsUserCerts && isCa) return 'is not about authorities'
  if (scope.onlyContainsCaCerts && !isCa) return 'is about authorities only'
  if (scope.name !== undefined && !matchesPoint(scope.name, list, certificate, point)) {
    return 'is for another distribution point'
  }
  return undefined
}

/** RFC 5280 6.3.3 (b)(2)(i) */
function matchesPoint(
  name: DistributionPointName,
  list: RevocationList,
  certificate: Certificate,
  point: DistributionPoint | undefined,
): boolean {
  const own = fullNames(name, list.issuer)
  // Without a distribution point in the certificate, its issuer's name stands for one.
  if (point === undefined) {
    return own.some((item) => sameName(item, { kind: 'directory', value: certificate.issuer }))
  }
  const base = crlIssuerName(point) ?? certificate.issuer
  const wanted = point.name === undefined ? (point.crlIssuer ?? []) : fullNames(point.name, base)
  return own.some((item) => wanted.some((other) => sameName(item, other)))
}

const crlIssuerName = (point: DistributionPoint | undefined): readonly RelativeName[] | undefined =>
  point?.crlIssuer?.find((name) => name.kind === 'directory')?.value

const fullNames = (
  name: DistributionPointName,
  base: readonly RelativeName[],
): readonly GeneralName[] =>
  name.kind === 'full' ? name.names : [{ kind: 'directory', value: [...base, name.name] }]

function sameName(left: GeneralName, right: GeneralName): boolean {
  if (left.kind === 'directory' && right.kind === 'directory') {
    return nameKey(left.value) === nameKey(right.value)
  }
  if (left.kind !== right.kind || !('value' in left) || !('value' in right)) return false
  if (left.value instanceof Uint8Array && right.value instanceof Uint8Array) {
    return equalBytes(left.value, right.value)
  }
  return typeof left.value === 'string' && left.value === right.value
}

/** RFC 5280 6.3.3 (c): a delta CRL for a complete one has its issuer, its scope and its key, and builds on it. */
export const isDeltaFor = (delta: RevocationList, complete: RevocationList): boolean =>
  delta.baseNumber !== undefined &&
  complete.baseNumber === undefined &&
  complete.number !== undefined &&
  delta.number !== undefined &&
  delta.issuerKey === complete.issuerKey &&
  sameScope(delta.issuingDistributionPoint, complete.issuingDistributionPoint) &&
  sameBytes(delta.keyIdentifier, complete.keyIdentifier) &&
  compareNumbers(complete.number, delta.baseNumber) >= 0 &&
  compareNumbers(complete.number, delta.number) < 0

function sameScope(
  left: IssuingDistributionPoint | undefined,
  right: IssuingDistributionPoint | undefined,
): boolean {
  if (left === undefined || right === undefined) return left === right
  return (
    left.onlyContainsUserCerts === right.onlyContainsUserCerts &&
    left.onlyContainsCaCerts === right.onlyContainsCaCerts &&
    left.onlyContainsAttributeCerts === right.onlyContainsAttributeCerts &&
    left.indirectCrl === right.indirectCrl &&
    left.onlySomeReasons === right.onlySomeReasons &&
    sameDistributionPointName(left.name, right.name)
  )
}

function sameDistributionPointName(
  left: DistributionPointName | undefined,
  right: DistributionPointName | undefined,
): boolean {
  if (left === undefined || right === undefined) return left === right
  if (left.kind === 'relative' || right.kind === 'relative') {
    if (left.kind !== 'relative' || right.kind !== 'relative') return false
    return nameKey([left.name]) === nameKey([right.name])
  }
  return (
    left.names.length === right.names.length &&
    left.names.every((name) => right.names.some((other) => sameName(name, other)))
  )
}

const sameBytes = (left: Uint8Array | undefined, right: Uint8Array | undefined): boolean =>
  left === undefined || right === undefined ? left === right : equalBytes(left, right)

/** Compares positive INTEGERs, DER. */
export function compareNumbers(left: Uint8Array, right: Uint8Array): number {
  if (left.length !== right.length) return left.length - right.length
  for (const [index, octet] of left.entries()) {
    const difference = octet - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
