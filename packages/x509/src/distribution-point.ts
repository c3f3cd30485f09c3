/** Distribution points: where CRLs are (RFC 5280 4.2.1.13), and what a CRL covers (5.2.5). */
import {
  contextConstructed,
  contextPrimitive,
  type DerReader,
  encodeSequence,
  tags,
} from '@sanstls/core/der'
import { type GeneralName, readGeneralNames } from './general-name.js'
import { parseName, type RelativeName } from './name.js'

/** DistributionPointName: full names, or what is to be added to the name of the CRL's issuer. */
export type DistributionPointName =
  | { readonly kind: 'full'; readonly names: readonly GeneralName[] }
  | { readonly kind: 'relative'; readonly name: RelativeName }

/** ReasonFlags: bit n is reason n of the RFC's list; bit 0 is unused. */
export const allReasons = 0b1_1111_1110

export interface DistributionPoint {
  readonly name: DistributionPointName | undefined
  /** Undefined: all reasons. */
  readonly reasons: number | undefined
  readonly crlIssuer: readonly GeneralName[] | undefined
}

export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | undefined
  readonly onlyContainsUserCerts: boolean
  readonly onlyContainsCaCerts: boolean
  /** Undefined: all reasons. */
  readonly onlySomeReasons: number | undefined
  readonly indirectCrl: boolean
  readonly onlyContainsAttributeCerts: boolean
}

export function readDistributionPoint(reader: DerReader): DistributionPoint {
  const start = reader.offset
  const outer = reader.enter(tags.sequence)
  const name = readOptionalName(reader)
  const reasons = reader.at(contextPrimitive(1))
    ? reader.readNamedBits(contextPrimitive(1))
    : undefined
  const crlIssuer = reader.at(contextConstructed(2))
    ? readGeneralNames(reader, contextConstructed(2))
    : undefined
  reader.leave(outer)
  // RFC 5280 4.2.1.13: reasons alone say nothing.
  if (name === undefined && crlIssuer === undefined) {
    reader.fail('distribution point without a name', start)
  }
  return { name, reasons, crlIssuer }
}

export function readIssuingDistributionPoint(reader: DerReader): IssuingDistributionPoint {
  const outer = reader.enter(tags.sequence)
  const flag = (number: number): boolean =>
    reader.at(contextPrimitive(number)) ? reader.readBoolean(contextPrimitive(number)) : false
  const name = readOptionalName(reader)
  const onlyContainsUserCerts = flag(1)
  const onlyContainsCaCerts = flag(2)
  const onlySomeReasons = reader.at(contextPrimitive(3))
    ? reader.readNamedBits(contextPrimitive(3))
    : undefined
  const indirectCrl = flag(4)
  const onlyContainsAttributeCerts = flag(5)
  reader.leave(outer)
  return {
    name,
    onlyContainsUserCerts,
    onlyContainsCaCerts,
    onlySomeReasons,
    indirectCrl,
    onlyContainsAttributeCerts,
  }
}

function readOptionalName(reader: DerReader): DistributionPointName | undefined {
  if (!reader.at(contextConstructed(0))) return undefined
  const outer = reader.enter(contextConstructed(0))
  let name: DistributionPointName
  if (reader.at(contextConstructed(0))) {
    name = { kind: 'full', names: readGeneralNames(reader, contextConstructed(0)) }
  } else {
    name = { kind: 'relative', name: readRelativeName(reader) }
  }
  reader.leave(outer)
  return name
}

/** A RelativeDistinguishedName with an implicit tag: the same bytes under the tag of SET are one. */
function readRelativeName(reader: DerReader): RelativeName {
  const start = reader.offset
  const set = new Uint8Array(reader.readElement(contextConstructed(1)))
  set[0] = tags.set
  const [relative] = parseName(encodeSequence(set))
  return relative ?? reader.fail('empty relative name', start)
}
